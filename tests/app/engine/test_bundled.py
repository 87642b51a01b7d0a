"""The bundled engine's process: found, started, waited for, its log."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.engine import bundled
from engine.client import EngineUnreachable
from tests.app.conftest import FakeEngine


class Process:
    """A process that ends at once, or not."""

    def __init__(self, status: int | None) -> None:
        self.status = status

    def poll(self) -> int | None:
        return self.status


def ticks() -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += 1.0


def ensure(workspace: Path, found: list[Any], process: Process) -> Any:
    started: list[Path] = []
    clock = ticks()

    def launch(folder: Path) -> Any:
        started.append(folder)
        return process

    client = bundled.ensure(
        workspace,
        launch=launch,
        find=lambda _: found.pop(0) if found else None,
        clock=lambda: next(clock),
        wait=lambda _: None,
    )
    return client, started


def test_a_running_engine_is_used(tmp_path: Path) -> None:
    engine = FakeEngine()
    assert ensure(tmp_path, [engine], Process(None)) == (engine, [])


def test_an_engine_is_started_and_waited_for(tmp_path: Path) -> None:
    engine = FakeEngine()
    assert ensure(tmp_path, [None, None, engine], Process(None)) == (engine, [tmp_path])


def test_an_engine_that_ends_at_once_says_why(tmp_path: Path) -> None:
    (tmp_path / ".engine").mkdir()
    (tmp_path / ".engine" / bundled.LOG).write_text("first\nAnother engine has the database.\n")
    with pytest.raises(EngineUnreachable, match="Another engine has the database"):
        ensure(tmp_path, [], Process(1))


def test_an_engine_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(EngineUnreachable, match="does not answer"):
        ensure(tmp_path, [], Process(None))


def test_the_log_of_the_engine_before_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "command", lambda _: [sys.executable, "-c", "print('the second')"])
    (tmp_path / ".engine").mkdir()
    (tmp_path / ".engine" / bundled.LOG).write_text("the first\n")
    assert bundled.launch(tmp_path).wait() == 0
    logs = [(tmp_path / ".engine" / name).read_text() for name in (bundled.EARLIER_LOG, bundled.LOG)]
    assert logs == ["the first\n", "the second\n"]


def test_the_command_runs_this_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = Path(bundled.command(tmp_path)[1])
    assert script.name == "main.py"
    assert script.exists()
    monkeypatch.setattr("sys.frozen", True, raising=False)
    assert bundled.command(tmp_path)[1:3] == ["engine", "run"]


def test_launch_writes_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "command", lambda _: ["python3", "-c", "print('up')"])
    process: subprocess.Popen[bytes] = bundled.launch(tmp_path)
    assert process.wait(30) == 0
    assert (tmp_path / ".engine" / bundled.LOG).read_text() == "up\n"
