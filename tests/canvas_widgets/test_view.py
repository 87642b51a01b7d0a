"""Gestures, by real mouse events on the viewport; the view asks and changes nothing itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QByteArray, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from canvas_widgets.component_list import MIME_TYPE
from canvas_widgets.gestures.chooser import Chooser
from canvas_widgets.look import Look
from canvas_widgets.overview import OVERVIEW_BELOW
from engine.campaign.model import START_ID, Point
from tests.canvas_widgets.conftest import Flow, Stage

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
NONE = Qt.KeyboardModifier.NoModifier
Show = Callable[..., Stage]


def at(stage: Stage, point: QPointF) -> QPoint:
    return stage.view.mapFromScene(point)


def point_to(stage: Stage, position: QPoint, button: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    """Move the pointer, with or without a button held."""
    viewport = stage.view.viewport()
    there = QPointF(viewport.mapToGlobal(position))
    kind = QEvent.Type.MouseMove
    QApplication.sendEvent(viewport, QMouseEvent(kind, QPointF(position), there, button, button, NONE))


def hover(stage: Stage, point: QPointF) -> None:
    """Move the pointer there, from elsewhere."""
    point_to(stage, QPoint(1, 1))
    point_to(stage, at(stage, point))


def click(stage: Stage, point: QPointF, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(stage.view.viewport(), LEFT, modifiers, at(stage, point))


def drag(stage: Stage, start: QPointF, by: QPoint, *, release: bool = True) -> None:
    """Press, move in two steps, release."""
    viewport, begin = stage.view.viewport(), at(stage, start)
    QTest.mousePress(viewport, LEFT, NONE, begin)
    for share in (0.5, 1.0):
        position = begin + QPoint(round(by.x() * share), round(by.y() * share))
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(position),
            QPointF(viewport.mapToGlobal(position)),
            LEFT,
            LEFT,
            NONE,
        )
        QApplication.sendEvent(viewport, move)
    if release:
        QTest.mouseRelease(viewport, LEFT, NONE, begin + by)


def centre(stage: Stage, node_id: str) -> QPointF:
    return stage.scene.cards[node_id].scene_rect.center()


def handle_of(stage: Stage, link_id: str) -> QPointF:
    line = stage.scene.links[link_id].line
    assert line is not None
    return line.handle


def opened(stage: Stage) -> Chooser:
    """The list that a + opened."""
    assert stage.view.chooser is not None
    return stage.view.chooser


def choose(stage: Stage, typed: str) -> None:
    """Type into the list that a + opened, and press Enter."""
    chooser = opened(stage)
    QTest.keyClicks(chooser.search, typed)
    QTest.keyClick(chooser.search, Qt.Key.Key_Return)


# Adding -----------------------------------------------------------------------------------------------------


def test_an_empty_flow_takes_only_a_trigger_at_the_marked_place(show: Show, flow: Flow) -> None:
    stage = show(flow)
    line = stage.scene.links["l_start"]
    assert line.first_place
    assert line.line is not None
    click(stage, QPointF(line.line.end.x() + 150, line.line.end.y() + 10))
    chooser = opened(stage)
    assert chooser.list.components.kinds() == ["target_audience", "behavior_event"]
    QTest.keyClick(chooser.list, Qt.Key.Key_Down)
    QTest.keyClick(chooser.list, Qt.Key.Key_Return)
    (node,) = flow.document.nodes.values()
    assert node.kind == "behavior_event"
    assert stage.view.chooser is None
    assert not line.first_place


def test_hovering_an_open_end_offers_what_may_follow(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    end = flow.open_link(audience)
    hover(stage, handle_of(stage, end))
    assert stage.scene.links[end].lit
    click(stage, handle_of(stage, end))
    assert "behavior_event" not in opened(stage).list.components.kinds()
    choose(stage, "issue c")
    (added,) = flow.document.successors(audience)
    assert flow.document.node(added).kind == "issue_coupon"
    assert stage.stack.undo_label() == "Undo Add Issue Coupon"
    assert stage.edits[-1].focus == added


def test_hovering_the_middle_of_a_line_inserts_between(show: Show, flow: Flow) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    stage = show(flow)
    click(stage, handle_of(stage, flow.link_between(audience, coupon)))
    choose(stage, "random")
    (added,) = flow.document.successors(audience)
    assert flow.document.node(added).kind == "random_grouping"
    assert flow.document.successors(added)[0] == coupon
    stage.stack.undo()
    assert flow.document.successors(audience) == [coupon]


def test_a_line_that_takes_nothing_offers_no_plus(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    link = flow.link_between(START_ID, audience)
    click(stage, handle_of(stage, link))
    assert stage.view.chooser is None
    assert not stage.scene.links[link].lit


@pytest.mark.parametrize("close", ["escape", "elsewhere"])
def test_the_list_closes_without_a_choice(show: Show, flow: Flow, close: str) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    click(stage, handle_of(stage, flow.open_link(audience)))
    chooser = opened(stage)
    if close == "escape":
        QTest.keyClick(chooser.search, Qt.Key.Key_Escape)
    else:
        click(stage, centre(stage, audience))
    assert stage.view.chooser is None
    assert not stage.edits
    assert not any(link.lit for link in stage.scene.links.values())


def test_the_list_stays_inside_the_view(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    stage.view.resize(500, 300)
    end = flow.open_link(audience)
    stage.view.centerOn(handle_of(stage, end) - QPointF(240, 140))
    click(stage, handle_of(stage, end))
    assert stage.view.rect().contains(opened(stage).geometry())


# Dragging from the palette ----------------------------------------------------------------------------------


def carried(kind: str) -> QMimeData:
    data = QMimeData()
    data.setData(MIME_TYPE, QByteArray(kind.encode()))
    return data


def carry(stage: Stage, data: QMimeData, point: QPointF) -> bool:
    """Drag over a point. Returns whether a drop there would be taken."""
    viewport, position = stage.view.viewport(), at(stage, point)
    action, buttons = Qt.DropAction.CopyAction, LEFT
    QApplication.sendEvent(viewport, QDragEnterEvent(position, action, data, buttons, NONE))
    over = QDragMoveEvent(position, action, data, buttons, NONE)
    QApplication.sendEvent(viewport, over)
    return over.isAccepted()


def drop(stage: Stage, data: QMimeData, point: QPointF) -> bool:
    event = QDropEvent(QPointF(at(stage, point)), Qt.DropAction.CopyAction, data, LEFT, NONE)
    QApplication.sendEvent(stage.view.viewport(), event)
    return event.isAccepted()


def test_a_component_dropped_on_a_plus_is_added(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    end, data = flow.open_link(audience), carried("wait_until")
    assert carry(stage, data, handle_of(stage, end))
    assert stage.scene.stage.targets == frozenset({end})
    assert stage.scene.stage.opacity() < 1 == stage.scene.stage.opacity(end)
    assert drop(stage, data, handle_of(stage, end))
    (added,) = flow.document.successors(audience)
    assert flow.document.node(added).kind == "wait_until"
    assert stage.scene.stage.targets is None


def test_a_component_dropped_on_a_line_is_inserted(show: Show, flow: Flow) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    stage = show(flow)
    point, data = handle_of(stage, flow.link_between(audience, coupon)), carried("wait_until")
    assert carry(stage, data, point)
    assert drop(stage, data, point)
    (added,) = flow.document.successors(audience)
    assert flow.document.successors(added) == [coupon]


def test_a_drop_elsewhere_is_refused_with_a_reason(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    empty, data = QPointF(200, -150), carried("wait_until")
    assert not carry(stage, data, empty)
    assert not drop(stage, data, empty)
    assert stage.refusals == stage.tips == ["Drop it on a + or on a line."]
    second, end = carried("behavior_event"), handle_of(stage, flow.open_link(audience))
    assert not carry(stage, second, end)
    assert stage.scene.stage.targets == frozenset()
    assert not drop(stage, second, end)
    assert len(stage.refusals) == 2
    assert not stage.edits


def test_the_keyboard_goes_on_where_something_was_dropped(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage, data = show(flow), carried("wait_until")
    stage.view.clearFocus()
    end = handle_of(stage, flow.open_link(audience))
    assert carry(stage, data, end)
    assert drop(stage, data, end)
    assert stage.view.window().focusWidget() is stage.view


def test_a_drag_that_leaves_lights_nothing(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    assert carry(stage, carried("wait_until"), handle_of(stage, flow.open_link(audience)))
    QApplication.sendEvent(stage.view.viewport(), QDragLeaveEvent())
    assert stage.scene.stage.targets is None
    assert not any(link.lit for link in stage.scene.links.values())


def test_what_is_no_component_is_not_taken(show: Show, flow: Flow) -> None:
    flow.chain("target_audience")
    stage = show(flow)
    assert not carry(stage, carried("no_such_kind"), QPointF(300, 32))
    text = QMimeData()
    text.setText("wait_until")
    assert not carry(stage, text, QPointF(300, 32))
    assert stage.scene.stage.targets is None


# Selecting, moving, deleting --------------------------------------------------------------------------------


def test_a_click_selects_and_a_click_on_nothing_lets_go(show: Show, flow: Flow, qtbot: QtBot) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    stage = show(flow)
    with qtbot.waitSignal(stage.scene.selection_changed):
        click(stage, centre(stage, audience))
    assert stage.scene.selection == {audience}
    click(stage, centre(stage, coupon), Qt.KeyboardModifier.ShiftModifier)
    assert stage.scene.selection == {audience, coupon}
    click(stage, centre(stage, audience), Qt.KeyboardModifier.ControlModifier)
    assert stage.scene.selection == {coupon}
    with qtbot.waitSignal(stage.scene.selection_changed):
        click(stage, QPointF(100, 250))
    assert stage.scene.selection == frozenset()
    assert not stage.edits


def test_dragging_a_card_moves_it_by_the_grid_in_one_step(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    drag(stage, centre(stage, audience), QPoint(61, 99))
    assert flow.document.layout[audience] == (160 + 64, 96)
    assert stage.stack.count() == 1
    stage.stack.undo()
    assert stage.scene.cards[audience].pos() == QPointF(160, 0)


def test_selected_cards_move_together_and_start_stays(show: Show, flow: Flow) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    stage = show(flow)
    stage.scene.select([START_ID, audience, coupon])
    drag(stage, centre(stage, coupon), QPoint(0, 80))
    assert flow.document.layout[audience].y == flow.document.layout[coupon].y == 80
    assert stage.scene.cards[START_ID].pos() == QPointF(0, 0)
    assert stage.stack.count() == 1


def test_escape_gives_up_a_move(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    drag(stage, centre(stage, audience), QPoint(80, 80), release=False)
    assert stage.scene.cards[audience].pos() == QPointF(240, 80)
    QTest.keyClick(stage.view, Qt.Key.Key_Escape)
    assert stage.scene.cards[audience].pos() == QPointF(160, 0)
    QTest.mouseRelease(stage.view.viewport(), LEFT, NONE, QPoint(500, 500))
    assert not stage.edits


def test_a_shaking_hand_moves_nothing(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    drag(stage, centre(stage, audience), QPoint(2, 1))
    assert not stage.edits
    assert flow.document.layout[audience] == Point(160, 0)


def test_the_bin_above_a_card_asks_to_delete_it(show: Show, flow: Flow) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    stage = show(flow)
    hover(stage, centre(stage, coupon))
    top = stage.scene.cards[coupon].scene_rect.center() + QPointF(30, -32 - 8 - 15)
    point_to(stage, at(stage, top))
    click(stage, top)
    assert stage.deletions == [coupon]
    assert coupon in flow.document.nodes
    assert audience in flow.document.nodes


def test_start_has_no_bin(show: Show, flow: Flow) -> None:
    flow.chain("target_audience")
    stage = show(flow)
    hover(stage, centre(stage, START_ID))
    click(stage, centre(stage, START_ID) - QPointF(0, 32 + 8 + 15))
    assert stage.deletions == []


def test_delete_asks_about_the_selected_component(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    stage.scene.select([audience])
    QTest.keyClick(stage.view, Qt.Key.Key_Delete)
    assert stage.deletions == [audience]


def test_a_read_only_view_selects_and_changes_nothing(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow, read_only=True)
    drag(stage, centre(stage, audience), QPoint(80, 80))
    click(stage, handle_of(stage, flow.open_link(audience)))
    assert stage.view.chooser is None
    assert not carry(stage, carried("wait_until"), handle_of(stage, flow.open_link(audience)))
    click(stage, centre(stage, audience))
    assert stage.scene.selection == {audience}
    QTest.keyClick(stage.view, Qt.Key.Key_Delete)
    assert not stage.edits
    assert not stage.deletions


# Looking around ---------------------------------------------------------------------------------------------


def wheel(stage: Stage, position: QPoint, degrees: int, modifiers: Qt.KeyboardModifier) -> None:
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


def test_fit_never_magnifies(show: Show, flow: Flow) -> None:
    stage = show(flow)
    stage.view.zoom_to(2.0)
    stage.view.fit()
    assert stage.view.zoom == 1.0


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
    stage = Stage(flow, Look())
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
    assert pixels_of(image, look.colours.danger) >= 16  # the inside of a disc of six pixels


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


# A button's release that never comes -----------------------------------------------------------------------


def test_a_gesture_whose_button_was_released_elsewhere_leaves_no_trace(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    card = stage.scene.cards[audience]
    place = card.pos()
    drag(stage, centre(stage, audience), QPoint(80, 80), release=False)
    assert card.pos() != place
    point_to(stage, QPoint(5, 5))  # a dialog took the release
    assert card.pos() == place
    assert not stage.edits
    drag(stage, centre(stage, audience), QPoint(80, 80))
    assert len(stage.edits) == 1


def test_another_button_does_not_end_a_gesture(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    viewport, start = stage.view.viewport(), at(stage, centre(stage, audience))
    drag(stage, centre(stage, audience), QPoint(40, 40), release=False)
    right = Qt.MouseButton.RightButton
    for kind, held in (
        (QEvent.Type.MouseButtonPress, LEFT | right),
        (QEvent.Type.MouseButtonRelease, LEFT),
    ):
        there = QPointF(start + QPoint(40, 40))
        QApplication.sendEvent(viewport, QMouseEvent(kind, there, there, right, held, NONE))
    assert not stage.edits
    point_to(stage, start + QPoint(80, 80), LEFT)
    QTest.mouseRelease(viewport, LEFT, NONE, start + QPoint(80, 80))
    assert len(stage.edits) == 1
