"""The process that rehearses, as the window sees it: what it says, and what happens when it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.rehearsing.process import RehearsalProcess
from engine.commands.rehearsal_lines import Order, Reply

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
ORDER = Order(workspace=Path("shop"), draft="{}", language="en", since=SINCE, until=SINCE + timedelta(days=1))
COUNTS = '{"nodes": {}, "entries": 0}'
TIMELINE = (
    '{"step": 1, "moments": [], "nodes": {}, "links": {}, "entries": [], "finished": [], "messages": {}}'
)
OUTCOME = (
    f'{{"said": "outcome", "first": 1, "last": 2, "people": 3, "counts": {COUNTS}, '
    f'"timeline": {TIMELINE}, "costs": {{}}, "paces": {{}}}}'
)
ANSWERS = f"""
import json, sys
order = json.loads(sys.stdin.readline())
print('no line of ours')
print('{{"said": "progress", "done": 0.5}}', flush=True)
print('{OUTCOME}', flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked["text"] == "end":
        sys.exit(3)
    print(json.dumps({{"said": "reply", "number": asked["number"], "person": asked["text"]}}), flush=True)
"""


@pytest.fixture
def parent(qapp: object) -> Iterator[QObject]:
    found = QObject()
    yield found
    for process in found.findChildren(RehearsalProcess):
        process.stop()


def program(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def test_it_tells_its_outcome_and_answers(qtbot: QtBot, parent: QObject) -> None:
    process = RehearsalProcess(parent, lambda: program(ANSWERS))
    shares: list[object] = []
    process.progressed.connect(shares.append)
    with qtbot.waitSignal(process.came_out) as came_out:
        process.carry_out(ORDER)
    assert came_out.args is not None
    assert came_out.args[0].people == 3
    assert shares == [0.5]
    replies: list[Reply] = []
    for text in ("one", "two"):
        process.ask(replies.append, asks="people", text=text)
    qtbot.waitUntil(lambda: len(replies) == 2)
    assert [reply.person for reply in replies] == ["one", "two"]


def test_who_asks_a_process_that_has_ended_is_told(qtbot: QtBot, parent: QObject) -> None:
    process = RehearsalProcess(parent, lambda: program(ANSWERS))
    with qtbot.waitSignal(process.came_out):
        process.carry_out(ORDER)
    replies: list[Reply] = []
    process.ask(replies.append, asks="people", text="end")
    qtbot.waitUntil(lambda: len(replies) == 1)
    process.ask(replies.append, asks="people", text="anybody")
    assert all("Rehearse again" in (reply.failure or "") for reply in replies)
    assert len(replies) == 2


@pytest.mark.parametrize(
    "command",
    [program("import sys; sys.exit('the disk is full')"), ["/no/such/program"]],
    ids=["ends", "none"],
)
def test_an_end_before_the_outcome_is_a_refusal(qtbot: QtBot, parent: QObject, command: list[str]) -> None:
    told: list[str] = []
    process = RehearsalProcess(parent, lambda: command)
    process.refused.connect(told.append)
    process.carry_out(ORDER)
    qtbot.waitUntil(lambda: bool(told))
    assert "disk is full" in told[0] or "cannot be started" in told[0]
    assert len(told) == 1


def test_one_that_ended_while_it_waited_says_so_when_it_gets_its_order(qtbot: QtBot, parent: QObject) -> None:
    process = RehearsalProcess(parent, lambda: program("import sys; sys.exit('no memory')"))
    told: list[str] = []
    process.refused.connect(told.append)
    with qtbot.waitSignal(process._process.finished):
        pass
    assert told == []
    process.carry_out(ORDER)
    assert "no memory" in told[0]


def test_one_that_is_stopped_says_nothing_more(qtbot: QtBot, parent: QObject) -> None:
    process = RehearsalProcess(parent, lambda: program("import time; time.sleep(60)"))
    told: list[str] = []
    process.refused.connect(told.append)
    process.carry_out(ORDER)
    process.stop()
    qtbot.wait(50)
    assert told == []
