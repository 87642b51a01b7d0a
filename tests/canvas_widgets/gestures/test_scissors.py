"""The scissors of a line, and the room that they leave for its +."""

from __future__ import annotations

from itertools import groupby

import pytest
from PySide6.QtCore import QPointF

from canvas_widgets.items.handle import Offer
from engine.campaign.edits import grow, move
from engine.campaign.model import Point
from tests.canvas_widgets.acting import (
    at,
    centre,
    click,
    handle_of,
    hover,
    point_to,
)
from tests.canvas_widgets.conftest import Flow
from tests.canvas_widgets.gestures.pointing import Show, fork, near_target, offer


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
    stem = line.on_curve(0, 0.8)
    hover(stage, stem)
    assert offer(stage) is Offer.SCISSORS
    click(stage, line.on_curve(0, 0.6))
    assert stage.cuts == [spare]


def test_the_only_way_to_a_test_target_offers_no_scissors(show: Show, flow: Flow) -> None:
    _, test = flow.chain("target_audience", "ab_test")
    stage = show(flow)
    line = flow.document.out_links(test)[0]
    hover(stage, near_target(stage, line))
    assert offer(stage) is not Offer.SCISSORS


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
    for away, wanted in ((60, Offer.PLUS), (35, Offer.SCISSORS), (10, Offer.SCISSORS)):
        hover(stage, line.end - QPointF(away, 0))
        assert stage.view.handling.offer is wanted
