"""Undo: one command class, checked before it is pushed, named in the present language."""

from __future__ import annotations

import gc
import sys

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from canvas_widgets.commands import UndoStack
from engine.campaign import edits
from engine.campaign.model import Point
from engine.campaign.ops import Op, StaleOpError, Table
from tests.canvas_widgets.conftest import Flow


def state(flow: Flow) -> tuple[dict[str, object], dict[str, object], dict[str, object]]:
    document = flow.document
    return dict(document.nodes), dict(document.links), dict(document.layout)


def test_undo_and_redo_go_back_and_forth(flow: Flow, qapp: QApplication) -> None:
    stack, before = UndoStack(), state(flow)
    stack.push_edit(flow.document, edits.append(flow.document, "l_start", "target_audience"))
    after = state(flow)
    assert after != before
    stack.undo()
    assert state(flow) == before
    stack.redo()
    assert state(flow) == after


def test_a_stale_edit_is_refused_and_not_kept(flow: Flow, qapp: QApplication) -> None:
    stack = UndoStack()
    edit = edits.append(flow.document, "l_start", "target_audience")
    stack.push_edit(flow.document, edit)
    before = state(flow)
    with pytest.raises(StaleOpError):
        stack.push_edit(flow.document, edit)
    assert stack.count() == 1
    assert state(flow) == before


def test_steps_of_one_gesture_become_one(flow: Flow, qapp: QApplication) -> None:
    stack = UndoStack()
    (node,) = flow.chain("target_audience")
    start = flow.document.layout[node]
    for step in (8, 16, 24):
        edit = edits.move(flow.document, {node: Point(start.x + step, start.y)})
        stack.push_edit(flow.document, edit._replace(gesture="nudge 1"))
    other = edits.move(flow.document, {node: Point(0, 400)})._replace(gesture="nudge 2")
    stack.push_edit(flow.document, other)
    stack.push_edit(flow.document, edits.move(flow.document, {node: Point(0, 800)}))
    stack.push_edit(flow.document, edits.move(flow.document, {node: Point(0, 808)}))
    assert stack.count() == 4
    for _ in range(4):
        stack.undo()
    assert flow.document.layout[node] == start


def test_an_edit_without_ops_is_no_step(flow: Flow, qapp: QApplication) -> None:
    stack = UndoStack()
    (node,) = flow.chain("target_audience")
    stack.push_edit(flow.document, edits.move(flow.document, {node: flow.document.layout[node]}))
    assert stack.count() == 0


def test_steps_are_named(flow: Flow, qapp: QApplication) -> None:
    stack = UndoStack()
    assert (stack.undo_label(), stack.redo_label()) == ("Undo", "Redo")
    stack.push_edit(flow.document, edits.append(flow.document, "l_start", "target_audience"))
    assert stack.undo_label() == "Undo Add Target Audience"
    stack.undo()
    gc.collect()
    assert (stack.undo_label(), stack.redo_label()) == ("Undo", "Redo Add Target Audience")


def test_pyside_does_not_release_none_too_often(qtbot: QtBot) -> None:
    """PySide6 6.12.0 does, and aborts in the end: the dependency is pinned below it."""
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for number in range(1_000):
        label.setText(str(number))
    assert abs(sys.getrefcount(None) - before) < 200


def test_a_step_is_named_in_one_line_whatever_is_in_a_name(flow: Flow, qapp: QApplication) -> None:
    """Out of a file; Qt would read a line break as the beginning of another name of the step."""
    stack = UndoStack()
    (node,) = flow.chain("target_audience")
    held = flow.document.node(node)
    renamed = Op(Table.NODES, node, held, held.model_copy(update={"name": "Shop\n1"}))
    flow.document.apply([renamed])
    stack.push_edit(flow.document, edits.move(flow.document, {node: Point(0, 400)}))
    assert stack.undoText() == "Move Shop 1"
    assert stack.undo_label() == "Undo Move Shop 1"
    assert flow.document.node(node).shown_name == "Shop 1"
