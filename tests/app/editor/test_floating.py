"""Windows over the canvas keep to their place, and what happens on them stays there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.editor.floating import Floating
from app.widgets.basic import ShrinkingField
from canvas_widgets.look import Look

MARGIN = 16


class Below(QWidget):
    """Notes what comes through to it."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def keyPressEvent(self, event: object) -> None:
        self.heard.append("key")

    def mousePressEvent(self, event: object) -> None:
        self.heard.append("press")

    def leaveEvent(self, event: object) -> None:
        self.heard.append("leave")

    def wheelEvent(self, event: object) -> None:
        self.heard.append("wheel")


@pytest.fixture
def below(qtbot: QtBot) -> Below:
    made = Below()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    return made


def shown(below: Below, look: Look, corner: Qt.Corner) -> Floating:
    floating = Floating(below, look, corner)
    QVBoxLayout(floating).addWidget(QLabel("Guide"))
    floating.show()
    QApplication.processEvents()
    return floating


@pytest.mark.parametrize("corner", list(Qt.Corner))
def test_it_keeps_to_its_corner(below: Below, look: Look, corner: Qt.Corner) -> None:
    floating = shown(below, look, corner)
    for size in ((800, 600), (500, 900)):
        below.resize(*size)
        place = floating.geometry()
        across = place.left() if "Left" in corner.name else below.width() - place.right() - 1
        down = place.top() if "Top" in corner.name else below.height() - place.bottom() - 1
        assert (across, down) == (MARGIN, MARGIN)


def test_it_gives_way_where_there_is_little_room(below: Below, look: Look) -> None:
    floating = Floating(below, look, Qt.Corner.TopRightCorner)
    QVBoxLayout(floating).addWidget(ShrinkingField(300, 100))
    floating.show()
    for width, gives in ((800, False), (260, True)):
        below.resize(width, 600)
        QApplication.processEvents()
        assert (floating.width() < 300) is gives
        assert floating.x() >= MARGIN


def test_it_grows_out_of_its_corner(below: Below, look: Look) -> None:
    floating = shown(below, look, Qt.Corner.BottomRightCorner)
    before = floating.geometry()
    floating.findChildren(QLabel)[0].setText("A much longer text\nof two lines")
    QApplication.processEvents()
    assert floating.width() > before.width()
    assert floating.geometry().bottomRight() == before.bottomRight()


def test_what_was_hovered_below_goes_when_the_pointer_comes(below: Below, look: Look) -> None:
    floating = shown(below, look, Qt.Corner.BottomLeftCorner)
    at = QPointF(3, 3)
    QApplication.sendEvent(floating, QEnterEvent(at, at, at))
    assert below.heard == ["leave"]


def test_nothing_falls_through_to_the_canvas(below: Below, look: Look) -> None:
    floating = shown(below, look, Qt.Corner.BottomLeftCorner)
    QTest.mouseClick(floating, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    place = QPointF(5, 5)
    no_keys, no_buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.NoButton
    turn = QWheelEvent(
        place,
        QPointF(floating.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 120),
        no_buttons,
        no_keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(floating, turn)
    QTest.keyClick(floating, Qt.Key.Key_Backspace)
    assert below.heard == []
