"""Conditions are moved by the mouse and by keys, as a person does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.editors.base import Context
from app.editors.condition_grip import Grip
from app.editors.condition_values import ConditionField
from app.editors.conditions import ConditionEditor
from engine.workspace.workspace import Workspace

FIELDS = tuple(ConditionField(f"attr:{name}", name, "text") for name in "abc")
LEFT = Qt.MouseButton.LeftButton


def leaf(name: str) -> dict[str, Any]:
    return {"field": f"attr:{name}", "op": "is", "value": "x"}


A, B, C = leaf("a"), leaf("b"), leaf("c")


@pytest.fixture
def editor(qtbot: QtBot, tmp_path: Path) -> ConditionEditor:
    workspace = Workspace.create(tmp_path / "shop", "Shop", "UTC", "en")
    made = ConditionEditor(Context(workspace), lambda: FIELDS)
    made.set_value({"all": [A, {"any": [B, C]}]})
    made.resize(480, 600)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def grips(editor: ConditionEditor) -> list[Grip]:
    """From top to bottom: a, the group, b, c."""
    found = [grip for grip in editor.findChildren(Grip) if grip.isVisible()]
    return sorted(found, key=lambda grip: grip.mapTo(editor, QPoint(0, 0)).y())


def drag(grip: QWidget, onto: QPoint, *, release: bool = True) -> None:
    """Press a grip, move to a global place, and let go there."""
    middle = grip.rect().center()
    QTest.mousePress(grip, LEFT, pos=middle)
    for place in (middle + QPoint(20, 20), grip.mapFromGlobal(onto)):
        QTest.mouseMove(grip, place)
    if release:
        QTest.mouseRelease(grip, LEFT, pos=grip.mapFromGlobal(onto))


def test_a_condition_is_dragged_into_a_group_and_out_of_it(editor: ConditionEditor, qtbot: QtBot) -> None:
    a, _group, _b, c = grips(editor)
    with qtbot.waitSignal(editor.changed):
        drag(a, c.mapToGlobal(c.rect().bottomLeft()))
    assert editor.value() == {"all": [{"any": [B, C, A]}]} or editor.value() == {"all": [{"any": [B, A, C]}]}
    top = editor.mapToGlobal(QPoint(editor.width() - 4, 2))
    drag(grips(editor)[1], top)
    value = editor.value()
    assert isinstance(value, dict)
    assert value["all"][0] == B  # type: ignore[index]


def test_escape_leaves_everything_as_it_was(editor: ConditionEditor) -> None:
    a, _group, _b, c = grips(editor)
    before = editor.value()
    drag(a, c.mapToGlobal(c.rect().center()), release=False)
    QTest.keyClick(a, Qt.Key.Key_Escape)
    QTest.mouseRelease(a, LEFT)
    assert editor.value() == before


def test_keys_move_a_condition_step_by_step(editor: ConditionEditor) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    grips(editor)[0].setFocus()
    for key, wanted in (
        (Qt.Key.Key_Down, {"all": [{"any": [A, B, C]}]}),
        (Qt.Key.Key_Down, {"all": [{"any": [B, A, C]}]}),
        (Qt.Key.Key_Left, {"all": [{"any": [B, C]}, A]}),
        (Qt.Key.Key_Right, {"all": [{"any": [B, C]}, {"any": [A]}]}),
    ):
        focused = editor.window().focusWidget()
        assert isinstance(focused, Grip)
        QTest.keyClick(focused, key, alt)
        assert editor.value() == wanted


def test_nothing_covers_a_grip(editor: ConditionEditor) -> None:
    """What a person presses is what stands at that place."""
    for grip in grips(editor):
        assert editor.childAt(grip.mapTo(editor, grip.rect().center())) is grip


def test_one_condition_alone_has_no_grip(editor: ConditionEditor) -> None:
    editor.set_value(A)
    assert grips(editor) == []
