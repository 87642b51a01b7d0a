"""The red dot: a shape beside the colour where there is room, and a tooltip that says what is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter
from PySide6.QtWidgets import QApplication

from canvas_widgets.items.paints import Paints
from canvas_widgets.look import Look, Theme
from engine.campaign.problem import Problem, Severity
from engine.i18n import Message
from tests.canvas_widgets.conftest import Flow, Shown

Show = Callable[..., Shown]


def drawn(look: Look, scale: float) -> QImage:
    paints = Paints(look)
    pixmap = paints.dot(scale)
    image = QImage(pixmap.size(), QImage.Format.Format_RGB32)
    image.fill(look.colours.canvas)
    pixmap.setDevicePixelRatio(1.0)
    with QPainter(image) as painter:
        painter.drawPixmap(0, 0, pixmap)
    return image


def near(one: QColor, other: QColor) -> bool:
    return abs(one.lightness() - other.lightness()) < 40 and abs(one.red() - other.red()) < 60


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK])
@pytest.mark.parametrize("scale", [0.35, 0.5, 0.75, 0.96, 1.0, 2.0])
def test_it_has_its_mark_at_every_zoom(qapp: QApplication, theme: Theme, scale: float) -> None:
    look = Look(theme)
    image = drawn(look, scale)
    side, middle = image.height(), image.width() // 2
    column = [image.pixelColor(middle, y) for y in range(round(side * 0.3), round(side * 0.55))]
    assert any(near(colour, look.colours.on_danger) for colour in column)
    assert near(image.pixelColor(round(side * 0.3), side // 2), look.colours.danger) or scale < 1


def tip_at(stage: Shown, point: QPoint) -> str:
    stage.tips.clear()
    viewport = stage.view.viewport()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, point, viewport.mapToGlobal(point))
    QApplication.sendEvent(viewport, event)
    return "".join(stage.tips)


def test_the_dot_and_the_card_say_what_is_missing(show: Show, flow: Flow) -> None:
    audience, sms = flow.chain("target_audience", "text_sms")
    stage = show(flow)
    stage.scene.stage.findings = {
        sms: [Problem("x", Severity.ERROR, Message.verbatim(f"Reason {n}")) for n in range(9)]
    }
    card = stage.scene.cards[sms]
    over_corner = stage.view.mapFromScene(card.scene_rect.topRight()) + QPoint(2, -3)
    for point in (over_corner, stage.view.mapFromScene(card.scene_rect.center())):
        lines = tip_at(stage, point).splitlines()
        assert lines[0] == "Text SMS 1"
        assert lines[1] == "• Reason 0"
        assert lines[-1] == "and 3 more"
    assert tip_at(stage, stage.view.mapFromScene(stage.scene.cards[audience].scene_rect.center()))
