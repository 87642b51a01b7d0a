"""The scene mirrors the document, whatever happens to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QGraphicsItem
from pytestqt.qtbot import QtBot

from canvas_widgets.items.card import CardItem
from canvas_widgets.items.link import LinkItem
from canvas_widgets.look import Look, Theme
from canvas_widgets.scene import CampaignScene
from engine.campaign import edits
from engine.campaign.model import START_ID
from engine.campaign.ops import inverse
from engine.i18n import tr
from tests.canvas_widgets.conftest import Everything, Flow, Shown, paint
from tests.canvas_widgets.mirroring import assert_mirrors

COUPON = {"coupon": "ten_off"}


def test_loading_in_slices_ends_with_everything(look: Look, flow: Flow, qtbot: QtBot) -> None:
    flow.chain("target_audience", "issue_coupon", "result_judgment", "text_sms")
    scene = CampaignScene(flow.document, Everything(), look)
    with qtbot.waitSignal(scene.loaded):
        scene.start_loading()
        assert not scene.is_loaded
    assert_mirrors(scene)
    scene.close()


def test_each_slice_takes_its_items_into_the_index(
    look: Look, flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the first painting would ask all of them for their place, at once."""
    monkeypatch.setattr("canvas_widgets.pointing._INDEXED", 1)
    flow.chain("target_audience", "random_grouping", "wait_until", "end")
    scene = CampaignScene(flow.document, Everything(), look)
    asked: list[QGraphicsItem] = []

    def bounds(item: CardItem | LinkItem) -> QRectF:
        asked.append(item)
        return item._bounds

    def asked_by(area: QRectF) -> list[QGraphicsItem]:
        asked.clear()
        scene.near(area)
        return list(asked)

    for kind in (CardItem, LinkItem):
        monkeypatch.setattr(kind, "boundingRect", bounds)
    for _ in scene.loading():
        pass
    assert {*scene.cards.values(), *scene.links.values()} <= set(asked)
    first, again = (asked_by(QRectF(-1e6, -1e6, 1, 1)) for _ in range(2))
    assert first == again  # only what it keeps at that corner
    scene.close()


def test_counts_that_come_while_loading_reach_every_card_and_line(
    look: Look, flow: Flow, qtbot: QtBot
) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    line = flow.link_between(audience, coupon)
    scene = CampaignScene(flow.document, Everything(), look)
    scene.start_loading()
    scene.set_counts({"nodes": {coupon: {"arrived": 12457}}, "links": {line: 12457}})
    qtbot.waitUntil(lambda: scene.is_loaded)
    assert scene.links[line].full_text() == "12,457"
    with_counts = paint(scene)
    scene.set_counts(scene.stage.counts)
    assert paint(scene) == with_counts
    edit = edits.delete_behind(flow.document, coupon)
    flow.document.apply(edit.ops)
    flow.document.apply(inverse(edit.ops))
    assert paint(scene) == with_counts
    scene.close()


def test_an_edit_between_two_slices_is_mirrored(look: Look, flow: Flow, qtbot: QtBot) -> None:
    (_, coupon) = flow.chain("target_audience", "issue_coupon")
    scene = CampaignScene(flow.document, Everything(), look)
    scene.start_loading()
    flow.add(coupon, "text_sms")
    flow.document.apply(edits.delete_behind(flow.document, coupon).ops)
    qtbot.waitUntil(lambda: scene.is_loaded)
    assert_mirrors(scene)
    scene.close()


def test_counts_that_come_before_the_cards_are_shown(look: Look, flow: Flow, qtbot: QtBot) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    line = flow.link_between(audience, coupon)
    scene = CampaignScene(flow.document, Everything(), look)
    scene.start_loading()
    scene.set_counts({"nodes": {coupon: {"arrived": 12}}, "links": {line: 12}})
    qtbot.waitUntil(lambda: scene.is_loaded)
    assert scene.links[line].full_text() == "12"
    scene.close()


def test_a_line_is_dashed_until_what_it_leads_to_is_configured(
    show: Callable[[Flow], Shown], flow: Flow
) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    stage = show(flow)
    line = stage.scene.links[flow.link_between(audience, coupon)]
    card = stage.scene.cards[coupon]
    assert (line.solid, card.configured) == (False, False)
    edit = edits.configure(flow.document, coupon, name="Coupon", memo="", config=COUPON)
    stage.stack.push_edit(flow.document, edit)
    assert (line.solid, card.configured) == (True, True)
    stage.stack.undo()
    assert (line.solid, card.configured) == (False, False)


def test_a_reference_that_goes_brings_the_red_dot_back(show: Callable[[Flow], Shown], flow: Flow) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    flow.document.apply(edits.configure(flow.document, coupon, name="C", memo="", config=COUPON).ops)
    stage = show(flow)
    assert stage.scene.cards[coupon].configured
    stage.lookup.missing.add("ten_off")
    stage.scene.refresh()
    assert not stage.scene.cards[coupon].configured
    assert not stage.scene.links[flow.link_between(audience, coupon)].solid


def test_cards_without_a_place_get_one(look: Look, flow: Flow) -> None:
    made = flow.chain("target_audience", "issue_coupon", "text_sms")
    from engine.campaign.document import CampaignDocument

    bare = CampaignDocument(flow.document.attributes, flow.document.nodes, flow.document.links)
    scene = CampaignScene(bare, Everything(), look)
    scene.load()
    assert len({scene.cards[node_id].pos().toTuple() for node_id in made}) == 3
    bare.apply(edits.configure(bare, made[1], name="Renamed", memo="", config={}).ops)
    assert_mirrors(scene)
    assert len({scene.cards[node_id].pos().toTuple() for node_id in made}) == 3
    scene.close()


def test_a_card_that_cannot_be_drawn_is_shown_as_broken(
    show: Callable[[Flow], Shown],
    flow: Flow,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    card = stage.scene.cards[audience]

    def fail(self: CardItem) -> str:
        raise RuntimeError("no summary")

    monkeypatch.setattr(CardItem, "_summary", fail)
    card.forget()
    for _ in range(3):
        paint(stage.scene)
    assert card.broken
    assert len([record for record in caplog.records if "cannot be drawn" in record.message]) == 1
    monkeypatch.undo()
    edit = edits.configure(flow.document, audience, name="Again", memo="", config={})
    flow.document.apply(edit.ops)
    assert not card.broken


def test_counts_stand_at_cards_and_lines(show: Callable[[Flow], Shown], flow: Flow) -> None:
    audience, coupon, judgment = flow.chain("target_audience", "issue_coupon", "result_judgment")
    stage = show(flow)
    success, other = flow.document.out_links(judgment)
    straight = flow.link_between(audience, coupon)
    counts = {
        "nodes": {coupon: {"arrived": 12457}, judgment: {"arrived": 12401, "waiting": 56}},
        "links": {straight: 12457, success: 900, other: 300},
    }
    without = paint(stage.scene)
    named = stage.scene.links[other].line
    stage.scene.set_counts(counts)
    counted = stage.scene.links[other].line
    assert named is not None
    assert counted is not None
    assert counted.chip_width > named.chip_width, "the name makes room for its share"
    assert stage.scene.links[straight].full_text() == "12,457"
    assert stage.scene.links[success].full_text().endswith("75%")
    assert stage.scene.links[other].full_text().endswith("25%")
    assert paint(stage.scene) != without
    stage.scene.set_counts(None)
    assert paint(stage.scene) == without


@pytest.mark.parametrize("name", ["Morning offer", "Everybody else", "早晨优惠券组别"])
def test_a_name_gives_way_to_its_share(show: Callable[[Flow], Shown], flow: Flow, name: str) -> None:
    _, grouping, _ = flow.chain("target_audience", "random_grouping", "tag")
    node = flow.document.node(grouping)
    groups = node.config["groups"]
    assert isinstance(groups, list)
    named = [{**group, "name": name} for group in groups if isinstance(group, dict)]
    config: dict[str, Any] = {**node.config, "groups": named}
    edit = edits.configure(flow.document, grouping, name=node.name, memo="", config=config)
    flow.document.apply(edit.ops)
    stage = show(flow)
    first, second = flow.document.out_links(grouping)
    stage.scene.set_counts({"nodes": {}, "links": {first: 6600, second: 3400}})
    for link, share in ((first, " · 66%"), (second, " · 34%")):
        item = stage.scene.links[link]
        assert item.line is not None
        assert item.line.chip is not None
        shown = item.chip_text(item.line.chip_width)
        assert shown.endswith(share)
        assert shown[0] == name[0]
        assert item.width_of(shown) <= item.line.chip_width + 1


def test_a_new_theme_reaches_what_is_drawn(show: Callable[[Flow], Shown], flow: Flow, look: Look) -> None:
    flow.chain("target_audience")
    stage = show(flow)
    light = paint(stage.scene)
    look.set_theme(Theme.DARK)
    dark = paint(stage.scene)
    assert light != dark
    look.set_theme(Theme.LIGHT)
    assert paint(stage.scene) == light


def test_new_cards_appear_in_motion_and_end_whole(qapp: QApplication, flow: Flow, qtbot: QtBot) -> None:
    look = Look()
    scene = CampaignScene(flow.document, Everything(), look)
    scene.load()
    (audience,) = flow.chain("target_audience")
    card = scene.cards[audience]
    assert card.opacity() < 1
    qtbot.waitUntil(lambda: card.opacity() == 1 and card.scale() == 1)
    scene.close()


def test_a_card_can_go_while_it_appears(qapp: QApplication, flow: Flow) -> None:
    look = Look()
    scene = CampaignScene(flow.document, Everything(), look)
    scene.load()
    (audience,) = flow.chain("target_audience")
    flow.document.apply(edits.delete_behind(flow.document, audience).ops)
    QApplication.processEvents()
    assert_mirrors(scene)
    scene.close()


def test_a_closed_scene_follows_nothing(look: Look, flow: Flow) -> None:
    scene = CampaignScene(flow.document, Everything(), look)
    scene.load()
    scene.close()
    scene.close()
    flow.chain("target_audience")
    assert scene.cards.keys() == {START_ID}


def test_start_is_called_by_its_name_in_every_language(show: Callable[[Flow], Shown], flow: Flow) -> None:
    assert show(flow).scene.cards[START_ID].full_text().startswith(tr("Start"))


def test_what_is_found_stands_out_and_the_rest_fades(show: Callable[[Flow], Shown], flow: Flow) -> None:
    audience, _ = flow.chain("target_audience", "issue_coupon")
    scene = show(flow).scene
    plain = paint(scene)
    scene.set_found([audience])
    stage = scene.stage
    assert stage.card_opacity(audience) == 1 > stage.card_opacity(START_ID) == stage.opacity()
    assert paint(scene) != plain
    scene.set_found(None)
    assert paint(scene) == plain


def test_what_is_found_stands_out_from_far_away(show: Callable[[Flow], Shown], flow: Flow) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    scene = show(flow).scene
    images = []
    for found in (None, [audience], [audience, coupon], []):
        scene.set_found(found)
        image = QImage(800, 400, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        with QPainter(image) as painter:
            painter.scale(0.5, 0.5)
            scene.draw_overview(painter)
        images.append(image)
    assert all(one != other for at, one in enumerate(images) for other in images[:at])
