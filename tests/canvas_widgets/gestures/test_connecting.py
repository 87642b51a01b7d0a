"""Leading, growing and cutting lines by the mouse, and copy mode by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

import pytest
from PySide6.QtCore import QLineF, QPoint, QPointF, Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from canvas_widgets.gestures.line_drag import LinePreview
from canvas_widgets.gestures.pasting import READABLE
from canvas_widgets.items.handle import Offer
from canvas_widgets.items.link import chip_rect
from canvas_widgets.items.marks import Mark, Marks
from engine.campaign.clip import copy_behind, copy_nodes
from engine.campaign.edits import delete_behind, grow, move
from engine.campaign.layout import GRID
from engine.campaign.model import START_ID, Point
from engine.components.registry import component
from engine.i18n import use_language
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
    point_to,
)
from tests.canvas_widgets.conftest import Flow, Shown

Show = Callable[..., Shown]

# The platform of tests cannot show a menu the way a desktop does, and says so.
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


def fork(flow: Flow) -> tuple[str, str, str, str]:
    """Audience → groups → SMS, and → mail → End."""
    _, groups = flow.chain("target_audience", "random_grouping")
    sms, mail = flow.add(groups, "text_sms"), flow.add(groups, "email")
    return groups, sms, mail, flow.add(mail, "end")


def edge(stage: Shown, node_id: str) -> QPointF:
    return stage.scene.cards[node_id].right_port


def near_target(stage: Shown, link_id: str) -> QPointF:
    line = stage.scene.links[link_id].line
    assert line is not None
    return line.end - QPointF(16, 0)


def offer(stage: Shown) -> Offer:
    """What hovers under the pointer."""
    return stage.view.handling.offer


def in_copy_mode(stage: Shown) -> bool:
    return stage.view.pasting.active


def shown(stage: Shown) -> Marks:
    """The marks of copy mode."""
    marks = stage.view.pasting.marks
    assert marks is not None
    return marks


def mark_on(stage: Shown, link_id: str) -> Mark:
    return next(mark for mark in shown(stage).marks if mark.link_id == link_id)


def middle(stage: Shown, mark: Mark) -> QPointF:
    return shown(stage).rect_of(mark).center()


def way(stage: Shown, start: QPointF, end: QPointF) -> QPoint:
    return at(stage, end) - at(stage, start)


def lead(stage: Shown, start: QPointF, end: QPointF, *, release: bool = True) -> None:
    drag(stage, start, way(stage, start, end), release=release)


# Leading an open line ---------------------------------------------------------------------------------------


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
    assert len(line.curves) > 1, "it goes around the card between"


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


# Another line -----------------------------------------------------------------------------------------------


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
    assert stage.stack.count() == 1
    assert stage.stack.undo_label() == "Undo Add Wait Until"
    stage.stack.undo()
    assert flow.document.layout == before
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


# The scissors -----------------------------------------------------------------------------------------------


def test_scissors_take_the_place_of_the_plus_near_the_target(show: Show, flow: Flow) -> None:
    audience, wait = flow.chain("target_audience", "wait_until")
    stage = show(flow)
    line = flow.link_between(audience, wait)
    hover(stage, handle_of(stage, line))
    assert offer(stage) is Offer.PLUS
    point_to(stage, at(stage, near_target(stage, line)))
    assert offer(stage) is Offer.SCISSORS
    click(stage, near_target(stage, line))
    assert stage.cuts == [line]
    point_to(stage, at(stage, handle_of(stage, line) - QPointF(14, 0)))
    assert offer(stage) is Offer.PLUS
    assert not stage.edits


def test_an_open_line_beside_another_can_be_cut_at_its_stem(show: Show, flow: Flow) -> None:
    _, _, mail, _ = fork(flow)
    flow.document.apply(grow(flow.document, mail, "out").ops)
    stage = show(flow)
    spare = flow.open_link(mail)
    line = stage.scene.links[spare].line
    assert line is not None
    stem = line.curves[0].at(0.8)
    hover(stage, stem)
    assert offer(stage) is Offer.SCISSORS
    click(stage, line.curves[0].at(0.6))
    assert stage.cuts == [spare]


def test_the_only_way_to_a_test_target_offers_no_scissors(show: Show, flow: Flow) -> None:
    _, test = flow.chain("target_audience", "ab_test")
    stage = show(flow)
    line = flow.document.out_links(test)[0]
    hover(stage, near_target(stage, line))
    assert offer(stage) is not Offer.SCISSORS


# The icons above a card -------------------------------------------------------------------------------------


def tool(stage: Shown, node_id: str, index: int, count: int = 3) -> QPointF:
    """The middle of one of the icons above a card."""
    card = stage.scene.cards[node_id].scene_rect
    return QPointF(card.center().x() + (index - (count - 1) / 2) * 30, card.top() - 8 - 15)


@pytest.mark.parametrize(("index", "behind"), [(0, False), (1, True)])
def test_the_icons_above_a_card_copy_it(show: Show, flow: Flow, index: int, behind: bool) -> None:
    _, _, mail, _ = fork(flow)
    stage = show(flow)
    hover(stage, centre(stage, mail))
    point_to(stage, at(stage, tool(stage, mail, index)))
    click(stage, tool(stage, mail, index))
    assert stage.copies == [(mail, behind)]
    assert not stage.deletions


def test_what_is_only_looked_at_can_be_copied_and_nothing_else(show: Show, flow: Flow) -> None:
    _, sms, mail, end = fork(flow)
    stage = show(flow, read_only=True)
    hover(stage, centre(stage, mail))
    click(stage, tool(stage, mail, 1, 2))
    assert stage.copies == [(mail, True)]
    for point in (edge(stage, mail), near_target(stage, flow.link_between(mail, end))):
        hover(stage, point)
        assert offer(stage) in (Offer.NOTHING, Offer.TOOLS)
    lead(stage, handle_of(stage, flow.open_link(sms)), centre(stage, end))
    assert not stage.edits


# Copy mode --------------------------------------------------------------------------------------------------


def test_marks_stand_where_a_component_may_go_and_a_click_pastes(show: Show, flow: Flow) -> None:
    groups, sms, mail, end = fork(flow)
    stage = show(flow)
    assert stage.view.pasting.begin(copy_nodes(flow.document, [mail])) is None
    refusing = {"l_start", *flow.document.in_links(flow.document.predecessors(groups)[0])}
    assert {mark.link_id for mark in shown(stage).marks} == set(flow.document.links) - refusing
    assert stage.scene.stage.opacity() < 1
    mark = mark_on(stage, flow.link_between(mail, end))
    point_to(stage, at(stage, middle(stage, mark)))
    assert shown(stage).hot is mark
    assert stage.view.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    click(stage, middle(stage, mark))
    (copied,) = flow.document.successors(mail)
    assert flow.document.node(copied).name == "Email 2"
    assert flow.document.successors(copied) == [end]
    assert not in_copy_mode(stage)
    assert stage.scene.stage.targets is None
    assert sms in flow.document.nodes


def test_marks_of_empty_branches_do_not_cover_each_other(show: Show, flow: Flow) -> None:
    _, wait, test, *_ = flow.chain("target_audience", "wait_until", "ab_test")
    stage = show(flow)
    stage.view.pasting.begin(copy_nodes(flow.document, [wait]))
    rects = [shown(stage).rect_of(mark_on(stage, link)) for link in flow.document.out_links(test)]
    assert len(rects) == 2
    assert not rects[0].intersects(rects[1])


def test_marks_cover_no_card_and_no_name_until_they_are_meant(show: Show, flow: Flow) -> None:
    groups, sms, mail, _ = fork(flow)
    flow.document.apply(delete_behind(flow.document, mail).ops)
    stage = show(flow)
    names = [stage.scene.links[id].line for id in flow.document.out_links(groups)]
    covered = [card.scene_rect for card in stage.scene.cards.values()]
    covered += [chip_rect(line.chip, line.chip_width) for line in names if line and line.chip]
    stage.view.pasting.begin(copy_nodes(flow.document, [sms]), near=sms)
    marks = shown(stage)
    for mark in marks.marks:
        others = [marks.rect_of(other) for other in marks.marks if other is not mark]
        assert mark is marks.chosen or not any(marks.rect_of(mark).intersects(rect) for rect in covered)
        assert not any(marks.rect_of(mark).intersects(other) for other in others)
    mark = mark_on(stage, flow.open_link(groups))
    sign = marks.rect_of(mark)
    point_to(stage, at(stage, sign.center()))
    assert marks.hot is mark
    assert marks.rect_of(mark).width() > sign.width()
    click(stage, sign.center())
    assert flow.document.node(stage.edits[-1].focus or "").name == "Text SMS 2"


def test_a_part_goes_to_open_ends_only(show: Show, flow: Flow) -> None:
    _, sms, mail, _ = fork(flow)
    stage = show(flow)
    stage.view.pasting.begin(copy_behind(flow.document, mail))
    (mark,) = shown(stage).marks
    assert mark.link_id == flow.open_link(sms)


def test_copy_mode_by_keyboard(show: Show, flow: Flow) -> None:
    _, sms, mail, _ = fork(flow)
    stage = show(flow)
    mode, words = stage.view.pasting, list[str]()
    mode.changed.connect(lambda: words.append(mode.words))
    mode.begin(copy_nodes(flow.document, [mail]), near=sms)
    assert words[-1].endswith("Behind Text SMS 1")
    first = shown(stage).chosen
    QTest.keyClick(stage.view, Qt.Key.Key_Tab)
    assert shown(stage).chosen is not first
    QTest.keyClick(stage.view, Qt.Key.Key_Backtab)
    assert shown(stage).chosen is first
    QTest.keyClick(stage.view, Qt.Key.Key_Left)
    assert shown(stage).chosen.at.x() < first.at.x()
    QTest.keyClick(stage.view, Qt.Key.Key_Right)
    while shown(stage).chosen is not first:
        QTest.keyClick(stage.view, Qt.Key.Key_Tab)
    QTest.keyClick(stage.view, Qt.Key.Key_Return)
    (copied,) = flow.document.successors(sms)
    assert flow.document.node(copied).kind == "email"
    assert words[-1] == ""


@pytest.mark.parametrize("leave", ["escape", "another change"])
def test_copy_mode_leaves_without_a_trace(show: Show, flow: Flow, leave: str) -> None:
    _, _, mail, _ = fork(flow)
    stage = show(flow)
    items = len(stage.scene.items())
    stage.view.pasting.begin(copy_nodes(flow.document, [mail]))
    click(stage, QPointF(300, -180))
    assert in_copy_mode(stage)
    if leave == "escape":
        QTest.keyClick(stage.view, Qt.Key.Key_Escape)
        assert len(stage.scene.items()) == items
    else:
        flow.document.apply(grow(flow.document, mail, "out").ops)
    assert not in_copy_mode(stage)
    assert stage.scene.stage.targets is None


def test_what_fits_nowhere_says_why(show: Show, flow: Flow) -> None:
    groups, *_ = fork(flow)
    (audience,) = flow.document.predecessors(groups)
    stage = show(flow)
    why = stage.view.pasting.begin(copy_nodes(flow.document, [audience]), near=groups)
    assert "exactly one trigger" in str(why)
    assert not in_copy_mode(stage)


def test_marks_are_readable_from_afar(show: Show, flow: Flow) -> None:
    _, _, mail, _ = fork(flow)
    stage = show(flow)
    stage.view.zoom_to(0.2)
    stage.view.pasting.begin(copy_nodes(flow.document, [mail]))
    assert stage.view.zoom == READABLE
    marks = shown(stage)
    assert marks.rect_of(marks.chosen).height() * stage.view.zoom >= 24
    stage.view.pasting.end()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_words_of_marks_fit_between_two_cards(show: Show, flow: Flow, language: str) -> None:
    audience, wait = flow.chain("target_audience", "wait_until")
    with use_language(language):
        stage = show(flow)
        stage.view.pasting.begin(copy_nodes(flow.document, [wait]))
        between = shown(stage).rect_of(mark_on(stage, flow.link_between(audience, wait)))
        assert between.width() <= 64
        assert between.height() >= 24
        QApplication.processEvents()
        stage.view.pasting.end()


def test_a_trigger_is_pasted_into_an_empty_campaign(show: Show, flow: Flow) -> None:
    other = Flow()
    other.chain("target_audience", "wait_until")
    stage = show(flow)
    stage.view.pasting.begin(copy_behind(other.document, START_ID))
    (mark,) = shown(stage).marks
    click(stage, middle(stage, mark))
    kinds = {node.kind for node in flow.document.nodes.values()}
    assert kinds == {"target_audience", "wait_until"}
    assert all(component(kind) for kind in kinds)


@pytest.mark.parametrize("zoom", [0.4, 0.5, 0.75, 1.0, 2.0])
def test_every_line_has_a_third_for_its_plus_however_short_it_is(show: Show, flow: Flow, zoom: float) -> None:
    audience, wait = flow.chain("target_audience", "wait_until")
    stage = show(flow)
    stage.view.zoom_to(zoom, centre(stage, audience), glide=False)
    line = stage.scene.links[flow.link_between(audience, wait)].line
    assert line is not None
    offers = []
    for pixel in range(1, round((line.end.x() - line.start.x()) * zoom), 2):  # on the way from card to card
        point_to(stage, at(stage, QPointF(line.start.x() + pixel / zoom, line.start.y())))
        offers.append(stage.view.handling.offer)
    share = {offer: offers.count(offer) / len(offers) for offer in set(offers)}
    assert [offer for offer, _ in groupby(offers)] == [Offer.GROW, Offer.PLUS, Offer.SCISSORS]
    assert share[Offer.PLUS] >= 0.3
    assert share[Offer.SCISSORS] >= 0.2


def test_on_a_long_line_scissors_are_near_the_card_that_it_leads_to(show: Show, flow: Flow) -> None:
    audience, wait = flow.chain("target_audience", "wait_until")
    flow.document.apply(move(flow.document, {wait: Point(700, 0)}).ops)
    stage = show(flow)
    line = stage.scene.links[flow.link_between(audience, wait)].line
    assert line is not None
    for away, offer in ((60, Offer.PLUS), (35, Offer.SCISSORS), (10, Offer.SCISSORS)):
        hover(stage, line.end - QPointF(away, 0))
        assert stage.view.handling.offer is offer


def test_no_mark_is_cut_off_where_there_is_room_for_all(show: Show, flow: Flow) -> None:
    audience, wait = flow.chain("target_audience", "wait_until")
    stage = show(flow)
    end = stage.scene.cards[wait].right_port
    stage.view.zoom_to(1.0, end - QPointF(stage.view.viewport().width() / 2 - 60, 0), glide=False)
    assert stage.view.pasting.begin(copy_nodes(flow.document, [wait]), near=audience) is None
    marks = stage.view.pasting.marks
    assert marks is not None
    assert all(stage.view.seen.contains(marks.rect_of(mark)) for mark in marks.marks)
