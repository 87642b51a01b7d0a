"""Copying by the icons above a card, and copy mode with its marks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from canvas_widgets.gestures.pasting import READABLE
from canvas_widgets.items.handle import Offer
from canvas_widgets.items.link import chip_rect
from canvas_widgets.items.marks import Mark, Marks
from engine.campaign.clip import copy_behind, copy_nodes
from engine.campaign.edits import delete_behind, grow
from engine.campaign.model import START_ID
from engine.components.registry import component
from engine.i18n import use_language
from tests.canvas_widgets.acting import (
    at,
    centre,
    click,
    handle_of,
    hover,
    point_to,
)
from tests.canvas_widgets.conftest import Flow, Shown
from tests.canvas_widgets.gestures.pointing import Show, edge, fork, lead, near_target, offer


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


def test_no_mark_is_cut_off_where_there_is_room_for_all(show: Show, flow: Flow) -> None:
    audience, wait = flow.chain("target_audience", "wait_until")
    stage = show(flow)
    end = stage.scene.cards[wait].right_port
    stage.view.zoom_to(1.0, end - QPointF(stage.view.viewport().width() / 2 - 60, 0), glide=False)
    assert stage.view.pasting.begin(copy_nodes(flow.document, [wait]), near=audience) is None
    marks = stage.view.pasting.marks
    assert marks is not None
    assert all(stage.view.seen.contains(marks.rect_of(mark)) for mark in marks.marks)
