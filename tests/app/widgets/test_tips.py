"""Names come from files: no markup of theirs is obeyed in what controls say about themselves."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.widgets.basic import IconButton
from app.widgets.combo_box import ComboBox, Option
from app.widgets.segmented import Segmented

NAME = '<img src="file:///etc/hostname">Sale'


def test_tips_are_plain_text(qtbot: QtBot) -> None:
    icon, combo = IconButton("tag", NAME), ComboBox()
    combo.set_options([Option("a", "A", note=NAME)])
    segmented = Segmented([Option("a", "A", note=NAME)])
    for widget in (icon, combo, segmented):
        qtbot.addWidget(widget)
    tips = [icon.toolTip(), combo.itemData(0, Qt.ItemDataRole.ToolTipRole)]
    tips += [child.toolTip() for child in segmented.findChildren(QPushButton)]
    assert len(tips) == 3
    assert all("<img" not in tip and "&lt;img" in tip for tip in tips)
