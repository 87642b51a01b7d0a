"""Leading lines by the mouse: an open one onto a component or a line, another one from a card's edge."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLineF, QPoint, QPointF, Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtTest import QTest

from canvas_widgets.gestures.line_drag import LinePreview
from canvas_widgets.items.handle import Offer
from engine.campaign.layout import GRID
from engine.campaign.model import START_ID
from tests.canvas_widgets.acting import (
    LEFT,
    NONE,
    at,
    centre,
    choose,
    click,
    drag,
    handle_of,
    hover,
    opened,
)
from tests.canvas_widgets.conftest import Flow, Shown
from tests.canvas_widgets.gestures.pointing import Show, edge, fork, lead, offer

# The platform of tests cannot show a menu the way a desktop does, and says so.
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


def test_an_open_end_is_dragged_onto_a_component(show: Show, flow: Flow) -> None:
    _, sms, mail, end = fork(flow)
    stage = show(flow)
    line = flow.open_link(sms)
    lead(stage, handle_of(stage, line), centre(stage, end), release=False)
    stage_ = stage.scene.stage
    assert stage_.target_nodes == {mail, end}
    assert stage_.rings(end)
    assert not stage_.rings(sms)
    assert stage_.opacity() < 1
    assert not stage.scene.links[line].isVisible()
    assert stage.view.viewport().cursor().shape() is Qt.CursorShape.CrossCursor
    QTest.mouseRelease(stage.view.viewport(), LEFT, NONE, at(stage, centre(stage, end)))
    assert flow.document.successors(sms) == [end]
    assert stage.stack.undo_label() == "Undo Lead Text SMS 1 to End 1"
    assert stage_.targets is None
    assert stage.scene.links[line].isVisible()
    stage.stack.undo()
    assert flow.document.successors(sms) == []


def previewed(stage: Shown) -> QPainterPath:
    """How the line runs that is being led."""
    return next(item.path for item in stage.scene.items() if isinstance(item, LinePreview))


@pytest.mark.parametrize("grown", [False, True])
def test_the_line_that_is_led_runs_as_it_will_after_the_release(show: Show, flow: Flow, grown: bool) -> None:
    audience, groups, wait, end = flow.chain("target_audience", "random_grouping", "wait_until", "end")
    stage = show(flow)
    source, target = (audience, wait) if grown else (groups, end)
    start = edge(stage, audience) if grown else handle_of(stage, flow.open_link(groups))
    lead(stage, start, centre(stage, target), release=False)
    preview = previewed(stage)
    QTest.mouseRelease(stage.view.viewport(), LEFT, NONE, at(stage, centre(stage, target)))
    line = stage.scene.links[flow.link_between(source, target)].line
    assert line is not None
    assert preview == line.path
    assert len(line.shape.curves) > 1, "it goes around the card between"


def test_an_open_end_that_is_dragged_onto_a_line_joins_what_it_leads_to(show: Show, flow: Flow) -> None:
    _, sms, mail, end = fork(flow)
    stage = show(flow)
    onto = handle_of(stage, flow.link_between(mail, end))
    lead(stage, handle_of(stage, flow.open_link(sms)), onto)
    assert flow.document.successors(sms) == [end]


@pytest.mark.parametrize(
    ("target", "reason"),
    [("groups", "circle"), ("audience", "trigger"), ("start", "Start"), ("sms", "itself")],
)
def test_what_cannot_be_joined_says_why_while_dragging_and_at_the_end(
    show: Show, flow: Flow, target: str, reason: str
) -> None:
    groups, sms, _, _ = fork(flow)
    (audience,) = flow.document.predecessors(groups)
    stage = show(flow)
    node_id = {"groups": groups, "audience": audience, "start": START_ID, "sms": sms}[target]
    lead(stage, handle_of(stage, flow.open_link(sms)), centre(stage, node_id), release=False)
    assert reason in stage.tips[-1]
    assert stage.view.viewport().cursor().shape() is Qt.CursorShape.ForbiddenCursor
    QTest.mouseRelease(stage.view.viewport(), LEFT, NONE, at(stage, centre(stage, node_id)))
    assert reason in stage.refusals[-1]
    assert not stage.edits


def test_an_open_end_that_is_dropped_on_nothing_goes_back(show: Show, flow: Flow) -> None:
    _, sms, _, _ = fork(flow)
    stage = show(flow)
    lead(stage, handle_of(stage, flow.open_link(sms)), QPointF(300, -180))
    assert not stage.edits
    assert not stage.refusals
    assert stage.scene.stage.targets is None


def test_escape_gives_up_a_line_without_a_trace(show: Show, flow: Flow) -> None:
    _, sms, _, end = fork(flow)
    stage = show(flow)
    items = len(stage.scene.items())
    line = flow.open_link(sms)
    lead(stage, handle_of(stage, line), centre(stage, end), release=False)
    assert len(stage.scene.items()) > items
    QTest.keyClick(stage.view, Qt.Key.Key_Escape)
    QTest.mouseRelease(stage.view.viewport(), LEFT, NONE, at(stage, centre(stage, end)))
    assert len(stage.scene.items()) == items
    assert stage.scene.links[line].isVisible()
    assert stage.scene.stage.targets is None
    assert not stage.edits


def test_the_marked_place_of_an_empty_flow_is_a_button_and_not_dragged(show: Show, flow: Flow) -> None:
    stage = show(flow)
    line = stage.scene.links["l_start"].line
    assert line is not None
    lead(stage, line.end + QPointF(40, 0), line.end + QPointF(90, 10), release=False)
    assert stage.scene.stage.targets is None
    QTest.mouseRelease(stage.view.viewport(), LEFT, NONE, at(stage, line.end + QPointF(90, 10)))
    assert stage.view.chooser is not None
    stage.view.chooser.close()


def test_a_line_that_is_led_scrolls_the_view_at_its_edge(show: Show, flow: Flow) -> None:
    _, sms, _, _ = fork(flow)
    stage = show(flow)
    start = handle_of(stage, flow.open_link(sms))
    lead(stage, start, stage.view.mapToScene(QPoint(1198, 300)), release=False)
    assert stage.view._autoscroll.active
    QTest.keyClick(stage.view, Qt.Key.Key_Escape)
    assert not stage.view._autoscroll.active


def test_the_edge_of_a_card_with_something_behind_it_grows_another_line(show: Show, flow: Flow) -> None:
    _, sms, mail, end = fork(flow)
    stage = show(flow)
    hover(stage, edge(stage, mail))
    assert offer(stage) is Offer.GROW
    click(stage, edge(stage, mail))
    assert len(flow.document.out_links(mail)) == 2
    assert stage.stack.undo_label() == "Undo Add a line behind Email 1"
    for node_id in (sms, end, START_ID):
        hover(stage, edge(stage, node_id))
        assert offer(stage) is not Offer.GROW


def test_a_new_line_is_dragged_out_onto_nothing_or_onto_a_component(show: Show, flow: Flow) -> None:
    _, sms, mail, end = fork(flow)
    stage = show(flow)
    lead(stage, edge(stage, mail), QPointF(900, -150))
    assert flow.document.links[flow.open_link(mail)].source == mail
    QTest.keyClick(opened(stage).search, Qt.Key.Key_Escape)
    assert not [item for item in stage.scene.items() if isinstance(item, LinePreview)]
    assert stage.scene.links[flow.open_link(mail)].isVisible()
    stage.stack.undo()
    lead(stage, edge(stage, mail), centre(stage, sms))
    assert flow.document.successors(mail) in ([end, sms], [sms, end])
    lead(stage, edge(stage, mail), centre(stage, sms))
    assert "already leads" in stage.refusals[-1]
    assert stage.stack.count() == 1


def test_a_line_that_is_let_go_over_nothing_asks_for_the_component_that_stands_there(
    show: Show, flow: Flow
) -> None:
    _, sms, mail, _ = fork(flow)
    stage = show(flow)
    before = dict(flow.document.layout)
    there = QPointF(900, -150)
    lead(stage, edge(stage, mail), there)
    choose(stage, "wait")
    added = stage.edits[-1].focus
    assert added is not None
    assert QLineF(stage.scene.cards[added].left_port, there).length() < GRID
    assert added in flow.document.successors(mail)
    assert stage.stack.undo_label() == "Undo Add Wait Until"
    stage.stack.undo()
    assert flow.document.layout == before
    assert stage.stack.undo_label() == "Undo Add a line behind Email 1"
    stage.stack.undo()
    assert len(flow.document.out_links(mail)) == 1
    line = flow.open_link(sms)
    lead(stage, handle_of(stage, line), there)
    assert previewed(stage).currentPosition() == there
    choose(stage, "wait")
    (added,) = flow.document.successors(sms)
    assert QLineF(stage.scene.cards[added].left_port, there).length() < GRID
    assert stage.stack.undo_label() == "Undo Add Wait Until"


def test_an_open_end_that_is_let_go_where_it_was_asks_nothing(show: Show, flow: Flow) -> None:
    _, sms, _, _ = fork(flow)
    stage = show(flow)
    handle = handle_of(stage, flow.open_link(sms))
    drag(stage, handle, QPoint(60, 40), release=False)
    QTest.mouseRelease(stage.view.viewport(), LEFT, NONE, at(stage, handle) + QPoint(2, 2))
    assert stage.view.chooser is None
    assert not stage.edits


def test_of_several_branches_the_one_that_is_meant_is_asked_for(show: Show, flow: Flow) -> None:
    groups, _, mail, _ = fork(flow)
    stage = show(flow)
    click(stage, edge(stage, groups))
    menu = stage.view.handling.branches
    assert menu is not None
    first, second = (action for action in menu.actions() if action.isEnabled())
    assert [first.text(), second.text()] == ["Group 1", "Group 2"]
    assert not stage.edits
    second.trigger()
    ports = [flow.document.links[id].port for id in flow.document.out_links(groups)]
    assert ports.count(flow.document.ports(groups)[1].name) == 2
    menu.close()
    stage.stack.undo()
    lead(stage, edge(stage, groups), centre(stage, mail))
    added = flow.document.links[stage.edits[-1].ops[0].id]
    assert (added.port, added.target) == (flow.document.ports(groups)[0].name, mail)
