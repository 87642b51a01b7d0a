"""Nobody starves: neither waves behind a client that posts without a pause, nor events behind waves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.run.answers import IncomingEvent
from engine.run.engine import Engine
from engine.run.gate import Gate
from engine.shapes.time import to_milliseconds as ms
from tests.engine.run.drafting import NOW, Running, database


class Visitor:
    """A thread that waits at the gate, and once inside stays until it is told to go."""

    def __init__(self, gate: Gate, name: str, seen: list[str]) -> None:
        self.go = threading.Event()
        self._gate, self._name, self._seen = gate, name, seen
        self._inside = threading.Event()
        self._thread = threading.Thread(target=self._visit, daemon=True)
        queued = gate.waiting
        self._thread.start()
        until(lambda: gate.waiting > queued or self._inside.is_set())

    def _visit(self) -> None:
        with self._gate.turn():
            self._seen.append(self._name)
            self._inside.set()
            self.go.wait()

    def leave(self) -> None:
        self._inside.wait()
        self.go.set()
        self._thread.join()


def until(met: Callable[[], bool]) -> None:
    """Let other threads work until it is so; the test's own time limit ends what never is."""
    while not met():
        time.sleep(0)


def test_those_who_wait_come_in_the_order_in_which_they_came() -> None:
    gate, seen = Gate(), list[str]()
    names = ["wave", "first", "second", "next wave"]
    visitors = [Visitor(gate, name, seen) for name in names]
    assert seen == ["wave"]
    assert gate.waiting == 3
    for visitor in visitors:
        visitor.leave()
    assert seen == names
    assert gate.waiting == 0


def test_whoever_comes_again_at_once_lets_the_one_who_waits_go_first() -> None:
    gate, seen = Gate(), list[str]()
    with gate.turn():
        wave = Visitor(gate, "wave", seen)
    again = Visitor(gate, "again", seen)
    wave.leave()
    again.leave()
    assert seen == ["wave", "again"]


def test_whoever_is_inside_goes_on_within_its_turn() -> None:
    gate, seen = Gate(), list[str]()
    with gate.turn():
        visitor = Visitor(gate, "other", seen)
        with gate.turn():
            pass
        assert seen == []  # the inner block has not ended the turn
    visitor.leave()
    assert seen == ["other"]


def test_who_is_interrupted_while_waiting_does_not_close_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt

    gate, seen = Gate(), list[str]()
    visitor = Visitor(gate, "visitor", seen)
    monkeypatch.setattr("engine.run.gate.threading.Event", Interrupted)
    with pytest.raises(KeyboardInterrupt), gate.turn():
        raise AssertionError("nobody may come in here")
    monkeypatch.undo()
    visitor.leave()
    with gate.turn():
        assert seen == ["visitor"]


def test_a_wave_comes_before_whoever_asks_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    with Running(database(tmp_path)) as run:
        engine = run.engine
        monkeypatch.setattr(engine._scheduler, "step", lambda _now: seen.append("wave"))
        monkeypatch.setattr(engine._scheduler, "follow", lambda *_: seen.append("events"))
        calls: list[Callable[[], object]] = [
            post(engine, "e1"), engine.step, post(engine, "e2"), post(engine, "e3"),
        ]  # fmt: skip
        with engine._access.gate.turn():
            threads = []
            for number, call in enumerate(calls, start=1):
                threads.append(threading.Thread(target=call, daemon=True))
                threads[-1].start()
                until(lambda number=number: engine._access.gate.waiting == number)  # type: ignore[misc]
        for thread in threads:
            thread.join()
    assert seen == ["events", "wave", "events", "events"]


def post(engine: Engine, id: str) -> Callable[[], object]:
    return lambda: engine.post_events([IncomingEvent(id, "p1", "order", ms(NOW))])
