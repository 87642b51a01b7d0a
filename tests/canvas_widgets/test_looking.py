"""Looking around: wheel, hand, fit and zoom; what is seen from far away."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from canvas_widgets.background import Background
from canvas_widgets.look import Look
from canvas_widgets.looking import LEGIBLE
from canvas_widgets.overview import OVERVIEW_BELOW
from engine.campaign.model import START_ID
from tests.canvas_widgets.acting import (
    LEFT,
    MIDDLE,
    NONE,
    Show,
    at,
    centre,
    click,
)
from tests.canvas_widgets.conftest import Flow, Shown


def wheel(stage: Shown, position: QPoint, degrees: int, modifiers: Qt.KeyboardModifier) -> None:
    viewport = stage.view.viewport()
    event = QWheelEvent(
        QPointF(position),
        QPointF(viewport.mapToGlobal(position)),
        QPoint(),
        QPoint(0, degrees * 8),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


@pytest.mark.parametrize("degrees", [90, -60])
def test_the_wheel_zooms_at_the_pointer(show: Show, flow: Flow, degrees: int) -> None:
    flow.chain("target_audience")
    stage = show(flow)
    zooms: list[float] = []
    stage.view.zoom_changed.connect(zooms.append)
    position = QPoint(300, 200)
    under = stage.view.mapToScene(position)
    wheel(stage, position, degrees, Qt.KeyboardModifier.ControlModifier)
    assert (stage.view.zoom > 1) == (degrees > 0)
    assert zooms == [stage.view.zoom]
    moved = stage.view.mapFromScene(under) - position
    assert abs(moved.x()) <= 1
    assert abs(moved.y()) <= 1


def test_the_wheel_scrolls(show: Show, flow: Flow) -> None:
    stage = show(flow)
    before = stage.view.mapToScene(QPoint(0, 0))
    wheel(stage, QPoint(300, 200), -15, NONE)
    assert stage.view.mapToScene(QPoint(0, 0)).y() > before.y()
    wheel(stage, QPoint(300, 200), -15, Qt.KeyboardModifier.ShiftModifier)
    assert stage.view.mapToScene(QPoint(0, 0)).x() > before.x()


@pytest.mark.parametrize("button", ["middle", "space"])
def test_the_canvas_can_be_dragged(show: Show, flow: Flow, button: str) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    viewport, start = stage.view.viewport(), at(stage, centre(stage, audience))
    under = stage.view.mapToScene(start)
    pressed = MIDDLE
    if button == "space":
        QTest.keyPress(stage.view, Qt.Key.Key_Space)
        pressed = LEFT
    QTest.mousePress(viewport, pressed, NONE, start)
    QTest.mouseRelease(viewport, pressed, NONE, start + QPoint(70, -40))
    assert stage.view.mapFromScene(under) == start + QPoint(70, -40)
    assert not stage.edits
    assert stage.scene.selection == frozenset()


def test_fit_shows_everything(show: Show, flow: Flow) -> None:
    nodes = flow.chain("target_audience", *["wait_until"] * 12)
    stage = show(flow)
    stage.view.fit()
    shown = stage.view.mapToScene(stage.view.viewport().rect()).boundingRect()
    assert all(shown.contains(stage.scene.cards[node_id].scene_rect) for node_id in nodes)
    stage.view.zoom_to(1.0)
    assert stage.view.zoom == 1.0


def test_fit_keeps_clear_of_what_floats_over_the_view(show: Show, flow: Flow) -> None:
    flow.chain("target_audience", *["wait_until"] * 5)
    stage = show(flow)
    view = stage.view
    view.fit(glide=False)
    whole = view.mapFromScene(stage.scene.extent.content()).boundingRect()
    floating = QRect(view.width() - 240, view.height() // 2 - 20, 240, view.height() // 2 + 20)
    assert floating.intersects(whole)
    view.make_way(lambda: floating)
    view.fit(glide=False)
    assert not floating.intersects(view.mapFromScene(stage.scene.extent.content()).boundingRect())
    assert view.shows_all()


def test_a_beginning_makes_way_once_and_not_for_whoever_has_moved(show: Show, flow: Flow) -> None:
    nodes = flow.chain("target_audience", *["wait_until"] * 20)
    stage = show(flow)
    view = stage.view
    view.begin()
    floating = QRect(view.width() - 240, view.height() // 2 - 20, 240, view.height() // 2 + 20)
    view.make_way(lambda: floating)
    start = view.mapFromScene(stage.scene.cards[START_ID].scene_rect).boundingRect()
    assert start.bottom() < floating.top()
    assert view.viewport().rect().contains(start)
    view.center_node(nodes[3], glide=False)
    moved = view.seen
    view.make_way(lambda: floating)
    assert view.seen == moved


def test_fit_never_magnifies(show: Show, flow: Flow) -> None:
    stage = show(flow)
    stage.view.zoom_to(2.0)
    stage.view.fit()
    assert stage.view.zoom == 1.0


def test_a_flow_begins_whole_where_it_can_be_read_and_else_at_its_start(show: Show, flow: Flow) -> None:
    flow.chain("target_audience", *["wait_until"] * 5)
    stage = show(flow)
    stage.view.begin()
    assert LEGIBLE <= stage.view.zoom < 1.0
    assert stage.view.shows_all()
    flow.add([*stage.document.nodes][-1], "wait_until")
    for _ in range(12):
        flow.add([*stage.document.nodes][-1], "wait_until")
    stage.view.begin()
    assert stage.view.zoom == 1.0
    start = at(stage, centre(stage, START_ID))
    assert start.x() < stage.view.width() / 4
    assert abs(start.y() - stage.view.height() / 2) <= 1


def test_what_is_seen_stays_on_the_screen_while_something_opens_above_or_beside(
    qtbot: QtBot, show: Show, flow: Flow
) -> None:
    flow.chain("target_audience")
    stage = show(flow)
    around, above, beside = QWidget(), QLabel("Notice"), QLabel("Palette")
    qtbot.addWidget(around)
    rows, columns = QVBoxLayout(around), QHBoxLayout()
    rows.addWidget(above)
    rows.addLayout(columns)
    columns.addWidget(beside)
    columns.addWidget(stage.view, 1)
    above.hide()
    beside.hide()
    around.resize(1200, 600)
    around.show()
    QApplication.processEvents()
    stage.view.begin()

    def on_screen() -> QPoint:
        return stage.view.viewport().mapTo(around, at(stage, centre(stage, START_ID)))

    before = on_screen()
    for opened_now in (above, beside):
        opened_now.show()
        QApplication.processEvents()
        assert on_screen() == before
    above.hide()
    beside.hide()
    QApplication.processEvents()
    assert on_screen() == before
    stage.view.setParent(None)  # the stage lets go of it


def test_zoom_goes_in_steps_to_its_limits(show: Show, flow: Flow) -> None:
    stage = show(flow)
    stage.view.zoom_in()
    assert stage.view.zoom == 1.1
    for _ in range(30):
        stage.view.zoom_out()
    assert stage.view.zoom == 0.05
    for _ in range(30):
        stage.view.zoom_in()
    assert stage.view.zoom == 4.0


def test_glides_arrive_where_they_go(qapp: QApplication, flow: Flow, qtbot: QtBot) -> None:
    nodes = flow.chain("target_audience", *["wait_until"] * 6)
    stage = Shown(flow, Look())
    stage.view.center_node(nodes[-1])
    middle = stage.view.viewport().rect().center
    qtbot.waitUntil(lambda: (at(stage, centre(stage, nodes[-1])) - middle()).manhattanLength() <= 2)
    stage.close()


def pixels_of(image: QImage, colour: QColor) -> int:
    return sum(image.pixelColor(x, y) == colour for x in range(image.width()) for y in range(image.height()))


@pytest.mark.parametrize("zoom", [0.2, OVERVIEW_BELOW * 1.05])
def test_the_red_dot_is_seen_from_far_away(show: Show, flow: Flow, look: Look, zoom: float) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    stage.view.zoom_to(zoom)
    stage.view.center_node(audience)
    QApplication.processEvents()
    image = stage.view.viewport().grab().toImage()
    assert pixels_of(image, look.colours.danger) >= 12  # the inside of a disc of six pixels, less its mark


def test_the_overview_takes_the_place_of_the_cards(show: Show, flow: Flow, look: Look) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    stage.view.zoom_to(0.2)
    stage.view.center_node(audience)
    QApplication.processEvents()
    plain = stage.view.viewport().grab().toImage()
    stage.scene.select([audience])
    assert stage.view.viewport().grab().toImage() != plain
    click(stage, centre(stage, audience))
    assert stage.scene.selection == {audience}
    assert not stage.view.chooser


def test_the_ground_reaches_over_the_edge_of_what_is_exposed(show: Show, flow: Flow) -> None:
    """On a screen that scales by a fraction that lies inside a pixel, which is to be painted as well."""
    stage = show(flow)
    paints = stage.scene.stage.paints
    image = QImage(30, 30, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.red)
    with QPainter(image) as painter:
        painter.scale(1.5, 1.5)
        Background().paint(painter, QRectF(3, 3, 10, 10), paints)
    for pixel in (4, 19):
        assert image.pixelColor(pixel, 10) != QColor(Qt.GlobalColor.red)
        assert image.pixelColor(10, pixel) != QColor(Qt.GlobalColor.red)
