"""The scene mirrors the document, whatever happens to it."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from canvas_widgets.card import CardItem
from canvas_widgets.commands import UndoStack
from canvas_widgets.link import LinkItem
from canvas_widgets.look import Look, Theme
from canvas_widgets.moving import MovePreview
from canvas_widgets.scene import CampaignScene
from engine.campaign import edits
from engine.campaign.clip import NotCopied, copy_behind
from engine.campaign.edits import Edit, Refused
from engine.campaign.model import START_ID, Point
from engine.i18n import tr
from tests.canvas_widgets.conftest import Everything, Flow, Stage

COUPON = {"coupon": "ten_off"}


def paint(scene: CampaignScene) -> QImage:
    image = QImage(800, 400, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    with QPainter(image) as painter:
        scene.render(painter)
    return image


def assert_mirrors(scene: CampaignScene) -> None:
    """Every node and link has its item, with the right place, state and ends, and there is no other item."""
    document = scene.document
    assert scene.cards.keys() == {START_ID, *document.nodes}
    assert scene.links.keys() == set(document.links)
    items = {item for item in scene.items() if isinstance(item, CardItem | LinkItem)}
    assert items == {*scene.cards.values(), *scene.links.values()}
    for node_id, card in scene.cards.items():
        assert card.node is document.node(node_id)
        assert card.pos().toTuple() == scene.place(node_id)
    for link_id, link in document.links.items():
        item = scene.links[link_id]
        assert item.link is link
        assert item.line is not None
        assert item.line.curve.p0 == scene.cards[link.source].right_port
        assert item.open == item.line.open == (link.target is None)
        if link.target is not None:
            assert item.line.end == scene.cards[link.target].left_port
            assert item.solid == scene.cards[link.target].configured
    assert scene.selection <= scene.cards.keys()


def assert_joined(scene: CampaignScene) -> None:
    """Every line runs between its cards, wherever these are shown just now."""
    for item in scene.links.values():
        assert item.line is not None
        assert item.pos() + item.line.curve.p0 == scene.cards[item.link.source].right_port
        if item.link.target is not None:
            assert item.pos() + item.line.end == scene.cards[item.link.target].left_port


def random_edit(flow: Flow, data: st.DataObject) -> Edit | None:
    """Any edit that the editor offers, or None where the one drawn is refused."""
    document = flow.document
    choice = data.draw(
        st.sampled_from(["add", "add", "add", "delete", "move", "configure", "end", "line", "line"])
    )
    nodes = sorted(document.nodes)
    try:
        if choice == "line":
            return random_line_edit(flow, data)
        if choice == "add":
            link_id = data.draw(st.sampled_from(sorted(document.links)))
            kinds = edits.admissible(document, link_id)
            return edits.insert(document, link_id, data.draw(st.sampled_from(kinds))) if kinds else None
        if choice == "end":
            return edits.end_open_links(document)
        if not nodes:
            return None
        node_id = data.draw(st.sampled_from(nodes))
        if choice == "delete":
            return edits.delete_behind(document, node_id)
        if choice == "move":
            place = Point(data.draw(st.integers(-50, 200)) * 8, data.draw(st.integers(-50, 50)) * 8)
            return edits.move(document, {node_id: place})
        node = document.node(node_id)
        config = COUPON if node.kind == "issue_coupon" else node.config
        return edits.configure(document, node_id, name="Renamed", memo="", config=config)
    except Refused:
        return None


def random_line_edit(flow: Flow, data: st.DataObject) -> Edit | None:
    """A line that is led, grown or cut, or a copy that is pasted on one. Raises `Refused`."""
    document = flow.document
    link_id = data.draw(st.sampled_from(sorted(document.links)))
    node_id = data.draw(st.sampled_from(sorted(document.nodes) or [START_ID]))
    match data.draw(st.sampled_from(["join", "grow", "cut", "paste"])):
        case "join":
            return edits.join(document, link_id, node_id)
        case "grow":
            return edits.grow(document, node_id, document.links[link_id].port)
        case "cut":
            return edits.cut(document, link_id)
    try:
        clip = copy_behind(document, node_id)
    except NotCopied:
        return None
    places = edits.Pasting(document, clip).places()
    return edits.paste(document, data.draw(st.sampled_from(places)), clip) if places else None


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_scene_is_the_document_after_any_edits(qapp: QApplication, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:  # hypothesis needs the same ids in every run
        patch.setattr("engine.shapes.text.secrets.choice", random.Random(0).choice)
        live(data)


def live(data: st.DataObject) -> None:
    """A few steps of a document's life, each mirrored."""
    look, flow, stack = Look(motion=False), Flow(), UndoStack()
    scene = CampaignScene(flow.document, Everything(), look)
    scene.load()
    for step in range(data.draw(st.integers(1, 12))):
        action = data.draw(st.sampled_from(["edit", "edit", "edit", "undo", "redo", "select", "preview"]))
        if action == "edit" and (edit := random_edit(flow, data)) is not None:
            stack.push_edit(flow.document, edit)
        elif action == "undo":
            stack.undo()
        elif action == "redo":
            stack.redo()
        elif action == "select":
            scene.select(data.draw(st.sets(st.sampled_from(sorted(scene.cards)))))
        elif action == "preview" and flow.document.nodes:
            moved = data.draw(st.sets(st.sampled_from(sorted(flow.document.nodes)), min_size=1))
            preview = MovePreview(scene, moved)
            preview.show(Point(80, 40))
            assert_joined(scene)
            preview.end()
        if step % 4 == 0:
            gc.collect()
            paint(scene)
        assert_mirrors(scene)
    scene.close()


def test_loading_in_slices_ends_with_everything(look: Look, flow: Flow, qtbot: QtBot) -> None:
    flow.chain("target_audience", "issue_coupon", "result_judgment", "text_sms")
    scene = CampaignScene(flow.document, Everything(), look)
    with qtbot.waitSignal(scene.loaded):
        scene.start_loading()
        assert not scene.is_loaded
    assert_mirrors(scene)
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


def test_a_line_is_dashed_until_what_it_leads_to_is_configured(
    show: Callable[[Flow], Stage], flow: Flow
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


def test_a_reference_that_goes_brings_the_red_dot_back(show: Callable[[Flow], Stage], flow: Flow) -> None:
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
    show: Callable[[Flow], Stage],
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


def test_counts_stand_at_cards_and_lines(show: Callable[[Flow], Stage], flow: Flow) -> None:
    audience, coupon, judgment = flow.chain("target_audience", "issue_coupon", "result_judgment")
    stage = show(flow)
    success, other = flow.document.out_links(judgment)
    straight = flow.link_between(audience, coupon)
    counts = {
        "nodes": {coupon: {"arrived": 12457}, judgment: {"arrived": 12401, "waiting": 56}},
        "links": {straight: 12457, success: 900, other: 300},
    }
    without = paint(stage.scene)
    stage.scene.set_counts(counts)
    assert stage.scene.links[straight].full_text() == "12,457"
    assert stage.scene.links[success].full_text().endswith("75%")
    assert stage.scene.links[other].full_text().endswith("25%")
    assert paint(stage.scene) != without
    stage.scene.set_counts(None)
    assert paint(stage.scene) == without


def test_a_new_theme_reaches_what_is_drawn(show: Callable[[Flow], Stage], flow: Flow, look: Look) -> None:
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


def test_start_is_called_by_its_name_in_every_language(show: Callable[[Flow], Stage], flow: Flow) -> None:
    assert show(flow).scene.cards[START_ID].full_text().startswith(tr("Start"))


def test_what_is_found_stands_out_and_the_rest_fades(show: Callable[[Flow], Stage], flow: Flow) -> None:
    audience, _ = flow.chain("target_audience", "issue_coupon")
    scene = show(flow).scene
    plain = paint(scene)
    scene.set_found([audience])
    stage = scene.stage
    assert stage.card_opacity(audience) == 1 > stage.card_opacity(START_ID) == stage.opacity()
    assert paint(scene) != plain
    scene.set_found(None)
    assert paint(scene) == plain


def test_what_is_found_stands_out_from_far_away(show: Callable[[Flow], Stage], flow: Flow) -> None:
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
