"""Counts on cards and lines: whatever was shown before, what is shown is what the last ones say."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QBitmap, QImage, QPainter, QPen, QRegion
from PySide6.QtWidgets import QStyleOptionGraphicsItem
from pytestqt.qtbot import QtBot

from canvas_widgets.catching_up import AT_ONCE
from canvas_widgets.items.count_line import Remarks
from canvas_widgets.look import Look
from canvas_widgets.scene import CampaignScene
from tests.canvas_widgets.conftest import Everything, Flow


def scene_of(flow: Flow, look: Look) -> CampaignScene:
    scene = CampaignScene(flow.document, Everything(), look)
    scene.load()
    return scene


def said(scene: CampaignScene) -> dict[str, object]:
    cards = {id: card._count for id, card in scene.cards.items()}
    return {**cards, **{id: (link.full_text(), link._untested) for id, link in scene.links.items()}}


def some_counts(scene: CampaignScene, random: Random) -> dict[str, Any] | None:
    """Counts of some cards and lines, small enough to be alike now and then; or none."""
    if not random.randrange(8):
        return None
    nodes, links = ([id for id in ids if random.randrange(3)] for ids in (scene.cards, scene.links))
    return {
        "nodes": {id: {"arrived": random.randrange(3), "waiting": random.randrange(2)} for id in nodes},
        "links": {id: random.randrange(3) for id in links},
        "reasons": {id: {"failed": {"no_id": 1}} for id in nodes if not random.randrange(3)},
        "remarks": {id: Remarks(also="9 EUR") for id in nodes if not random.randrange(3)},
        "untested": frozenset(id for id in links if not random.randrange(4)),
    }


@pytest.mark.parametrize("seed", range(5))
def test_what_is_shown_does_not_depend_on_what_was_shown_before(look: Look, flow: Flow, seed: int) -> None:
    flow.chain("target_audience", "random_grouping", "text_sms", "wait_until")
    random = Random(seed)
    scene = scene_of(flow, look)
    for _ in range(12):
        counts = some_counts(scene, random)
        scene.set_counts(counts)
        fresh = scene_of(flow, look)
        fresh.set_counts(counts)
        assert said(scene) == said(fresh)
        fresh.close()
    scene.close()


def test_the_last_counts_of_very_many_cards_get_there_in_slices(look: Look, flow: Flow, qtbot: QtBot) -> None:
    flow.chain("target_audience", *["wait_until"] * (AT_ONCE + 20))
    scene = scene_of(flow, look)
    for n in (1, 2, 3):  # the later ones come before the first are through
        scene.set_counts({"nodes": {id: {"arrived": n} for id in scene.cards}, "links": {}}, in_slices=True)
    qtbot.waitUntil(lambda: not scene._uncounted)
    assert {card._count.people for card in scene.cards.values()} == {"3"}
    scene.close()


@pytest.mark.parametrize("compared", [False, True])
def test_a_count_stays_within_what_its_line_covers(look: Look, flow: Flow, compared: bool) -> None:
    """Else something of it would stay behind when it goes."""
    flow.chain("target_audience", "wait_until")
    scene = scene_of(flow, look)
    line = next(link for link in scene.links.values() if not link.open)
    line.pen = QPen() if compared else None
    line.set_count("12,457")
    room = line.boundingRect().toAlignedRect().adjusted(-40, -40, 40, 40)
    image = QImage(room.size(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        painter.translate(-room.topLeft())
        line.paint(painter, QStyleOptionGraphicsItem())
    drawn = QRegion(QBitmap.fromImage(image.createAlphaMask())).boundingRect().translated(room.topLeft())
    assert not drawn.isEmpty()
    assert line.boundingRect().toAlignedRect().contains(drawn)
    scene.close()
