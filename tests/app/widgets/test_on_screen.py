"""How large a dialog opens: its title and its buttons stay in reach."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.dialog import dialog_column


def shown(qtbot: QtBot, over: QWidget, width: int, height: int) -> QDialog:
    dialog = QDialog(over)
    dialog_column(dialog, "Title")
    dialog.resize(width, height)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def test_a_dialog_opens_with_room_for_its_title(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1000, 900)
    room = window.screen().availableSize()
    assert (room.width(), room.height()) == (800, 800)
    small = shown(qtbot, window, 400, 300)
    assert (small.width(), small.height()) == (400, 300)
    large = shown(qtbot, window, 1200, 1200)
    assert (large.width(), large.height()) == (800, 720)
