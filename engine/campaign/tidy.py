"""Tidying up: where cards, and the notes and frames about them, belong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from engine.campaign.document import CampaignDocument
from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH, GRID, ROW, layered_in_steps, place_of
from engine.campaign.model import START_ID, Note, Point
from engine.campaign.notes import Box, around, card_box, contents, note_box, off
from engine.steps import Steps

_NEAR = 320
"""A note further from every card than this is about none of them."""


class Tidied(NamedTuple):
    """New places of cards, and boxes of notes and frames."""

    cards: dict[str, Point]
    notes: dict[str, Box]


def tidied(document: CampaignDocument, node_ids: Collection[str]) -> Steps[Tidied]:
    """Where these components belong; all others, and Start, stay where they are. Found step by step.

    Part of a campaign keeps the place of its first card, or moves down to where it covers nothing.
    """
    chosen = set(node_ids)
    whole = document.nodes.keys() <= chosen
    cards = yield from layered_in_steps(document) if whole else _part(document, chosen)
    notes = yield from _notes(document, cards)
    return Tidied(cards, notes)


def _part(document: CampaignDocument, chosen: set[str]) -> Steps[dict[str, Point]]:
    places = yield from layered_in_steps(_cut_out(document, chosen))
    if START_ID not in chosen and places:
        first = min(places, key=lambda id: (places[id].x, places[id].y))
        here = place_of(document, first)
        places = _moved(places, here.x - places[first].x, here.y - places[first].y)
    others = [id for id, _ in document.all_nodes() if id not in places]
    return _moved(places, 0, _way_down(places.values(), [place_of(document, id) for id in others]))


def _cut_out(document: CampaignDocument, chosen: set[str]) -> CampaignDocument:
    """Some nodes and the lines between them; lines that lead elsewhere have open ends."""
    links = {
        link_id: link if link.target in chosen else link.model_copy(update={"target": None})
        for link_id, link in document.links.items()
        if link.source in chosen
    }
    nodes = {node_id: document.nodes[node_id] for node_id in document.nodes if node_id in chosen}
    layout = {node_id: place for node_id, place in document.layout.items() if node_id in chosen}
    return CampaignDocument(document.attributes, nodes, links, {}, layout)


def _moved(places: Mapping[str, Point], across: int, down: int) -> dict[str, Point]:
    return {node_id: Point(place.x + across, place.y + down) for node_id, place in places.items()}


def _way_down(cards: Iterable[Point], others: Iterable[Point]) -> int:
    """By how many rows' height all cards have to move down to cover none of the others."""
    columns: dict[int, list[Point]] = {}
    for other in others:
        columns.setdefault(other.x // CARD_WIDTH, []).append(other)
    wide, high = CARD_WIDTH + GRID, CARD_HEIGHT + GRID
    close = [
        (card.y, other.y)
        for card in cards
        for column in range(card.x // CARD_WIDTH - 2, card.x // CARD_WIDTH + 3)
        for other in columns.get(column, ())
        if abs(card.x - other.x) < wide and other.y + high > card.y
    ]
    way = 0
    while hit := [other + high - y for y, other in close if abs(y + way - other) < high]:
        way = -(-max(hit) // ROW) * ROW
    return way


def _notes(document: CampaignDocument, cards: Mapping[str, Point]) -> Steps[dict[str, Box]]:
    """Frames stand around what they hold; a note goes along with the nearest card, and covers no other."""
    boxes: dict[str, Box] = {}
    if not document.notes:
        return boxes
    before = [card_box(document, node_id) for node_id, _ in document.all_nodes()]
    yield
    after = [_card(document, node_id, cards) for node_id, _ in document.all_nodes()]
    for note_id, note in document.notes.items():
        box = _frame(document, note_id, cards) if note.is_frame else _note(document, note, cards)
        if box is not None and not note.is_frame:
            here = note_box(note)
            box = off(box, [card for was, card in zip(before, after, strict=True) if not was.meets(here)])
        if box is not None:
            boxes[note_id] = box
        yield
    return boxes


def _frame(document: CampaignDocument, note_id: str, cards: Mapping[str, Point]) -> Box | None:
    held = contents(document, note_id).nodes
    before = around(card_box(document, node_id) for node_id in held)
    after = around(_card(document, node_id, cards) for node_id in held)
    if before is None or after is None:
        return None
    frame = note_box(document.notes[note_id])
    left, top = before.left - frame.left, before.top - frame.top
    return after.grown(left, top, frame.right - before.right, frame.bottom - before.bottom)


def _note(document: CampaignDocument, note: Note, cards: Mapping[str, Point]) -> Box | None:
    box = note_box(note)
    apart = {node_id: _distance(box, card_box(document, node_id)) for node_id, _ in document.all_nodes()}
    nearest = min(apart, key=lambda node_id: (apart[node_id], node_id))
    if apart[nearest] > _NEAR or nearest not in cards:
        return None
    here, there = place_of(document, nearest), cards[nearest]
    return box._replace(left=box.left + there.x - here.x, top=box.top + there.y - here.y)


def _card(document: CampaignDocument, node_id: str, cards: Mapping[str, Point]) -> Box:
    box = card_box(document, node_id)
    return box if node_id not in cards else box._replace(left=cards[node_id].x, top=cards[node_id].y)


def _distance(one: Box, other: Box) -> int:
    """How far two boxes are apart, along the direction in which they are further apart."""
    across = max(one.left - other.right, other.left - one.right, 0)
    return max(across, one.top - other.bottom, other.top - one.bottom)
