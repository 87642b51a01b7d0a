"""The drop-down list that all others are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

import app
from app.widgets.combo_box import ComboBox, Option
from app.widgets.drop_down import DropDown
from app.widgets.tail import TailDelegate


def shown_text(list_: DropDown) -> str:
    option = QStyleOptionComboBox()
    list_.initStyleOption(option)
    return str(option.currentText)


def test_a_long_text_ends_in_an_ellipsis_and_a_short_one_is_whole(qtbot: QtBot) -> None:
    made = DropDown()
    qtbot.addWidget(made)
    made.addItems(["Short", "A name that is far longer than the field is wide"])
    made.resize(140, 34)
    assert shown_text(made) == "Short"
    made.setCurrentIndex(1)
    assert shown_text(made).endswith("…")
    assert made.currentText() == "A name that is far longer than the field is wide"


def test_the_wheel_chooses_only_with_the_focus(qtbot: QtBot) -> None:
    made = DropDown()
    qtbot.addWidget(made)
    made.addItems(["One", "Two"])
    turned = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(made, turned)
    assert made.currentText() == "One"
    assert not turned.isAccepted()


def test_there_is_no_other_kind_of_drop_down_list() -> None:
    made = re.compile(r"QComboBox\(|class \w+\(.*\bQComboBox\)")
    sources = Path(app.__file__).parent.rglob("*.py")
    assert [path.name for path in sources if made.search(path.read_text("utf-8"))] == ["drop_down.py"]


def test_a_change_of_style_does_not_measure_every_entry(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is in Python: with a few thousand tags, the page of an audience took most of a second for that."""
    measured: list[object] = []
    hint = TailDelegate.sizeHint

    def counted(self: TailDelegate, option: Any, index: Any) -> Any:
        measured.append(index.row())
        return hint(self, option, index)

    monkeypatch.setattr(TailDelegate, "sizeHint", counted)
    made = ComboBox()
    qtbot.addWidget(made)
    made.set_options([Option(str(n), f"Entry {n}") for n in range(500)])
    made.show()
    made.set_value("7")
    made.setStyleSheet("font-size: 20px")
    QApplication.processEvents()
    assert len(measured) < 50
