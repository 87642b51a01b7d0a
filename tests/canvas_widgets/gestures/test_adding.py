"""The + of a line and its list: real mouse events; the view asks for edits and changes nothing itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from canvas_widgets.items.handle import HandleItem, Offer
from canvas_widgets.items.link import place_plus, place_rect
from engine.campaign.model import START_ID
from tests.canvas_widgets.acting import (
    Show,
    centre,
    choose,
    click,
    handle_of,
    hover,
    opened,
)
from tests.canvas_widgets.conftest import Flow


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


def test_what_is_typed_and_may_not_stand_there_is_told_with_the_reason(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    click(stage, handle_of(stage, flow.open_link(audience)))
    chooser = opened(stage)
    QTest.keyClicks(chooser.search, "behavior")
    reason = "A trigger stands directly behind Start and nowhere else."
    assert chooser.nothing.text() == f"Behavior Event: {reason}"
    chooser.search.setText("no such thing")
    assert chooser.nothing.text() == "Nothing found."


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


def test_the_plus_of_the_first_place_is_drawn_once(show: Show, flow: Flow) -> None:
    stage = show(flow)
    line = stage.scene.links["l_start"].line
    assert line is not None
    hover(stage, place_rect(line).center())
    assert stage.view.handling.offer is Offer.PLUS
    handle = next(item for item in stage.scene.items() if isinstance(item, HandleItem))
    assert handle.pos() == place_plus(line, stage.scene.stage.paints.sizes.card_tile)


def test_a_tip_goes_with_what_it_was_about(show: Show, flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    flow.chain("target_audience", "wait_until")
    stage = show(flow)
    hidden: list[bool] = []
    monkeypatch.setattr(QToolTip, "hideText", lambda: hidden.append(True))
    QApplication.sendEvent(stage.view, QEvent(QEvent.Type.Leave))
    assert len(hidden) == 1
    flow.add(list(flow.document.nodes)[-1], "end")
    assert len(hidden) == 2
