"""Edits that put several cards in order: along one line, or at even distances."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum

from engine.campaign.document import CampaignDocument
from engine.campaign.edits.edit import Draft, Edit, Refused
from engine.campaign.layout import CARD_HEIGHT, GAP, GRID, ROW, place_of
from engine.campaign.model import START_ID, Point
from engine.campaign.notes import card_box
from engine.i18n import N_, Message


class Side(StrEnum):
    """What comes to stand in one line."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


class Direction(StrEnum):
    """Along which cards are distributed."""

    ACROSS = "across"
    DOWN = "down"


Span = tuple[int, int]
"""Where something begins, and how long it is."""

_SIDEWAYS = {Side.LEFT, Side.CENTRE, Side.RIGHT}
_GAPS = {Direction.ACROSS: GAP, Direction.DOWN: ROW - CARD_HEIGHT}
_SHARES = {
    Side.LEFT: 0.0,
    Side.CENTRE: 0.5,
    Side.RIGHT: 1.0,
    Side.TOP: 0.0,
    Side.MIDDLE: 0.5,
    Side.BOTTOM: 1.0,
}
_ALIGNED = {
    Side.LEFT: N_("Align left edges"),
    Side.CENTRE: N_("Align centres"),
    Side.RIGHT: N_("Align right edges"),
    Side.TOP: N_("Align top edges"),
    Side.MIDDLE: N_("Align middles"),
    Side.BOTTOM: N_("Align bottom edges"),
}
_DISTRIBUTED = {
    Direction.ACROSS: N_("Distribute horizontally"),
    Direction.DOWN: N_("Distribute vertically"),
}


def align(document: CampaignDocument, node_ids: Collection[str], side: Side) -> Edit:
    """Put cards in one line: at the outermost edge, or halfway between the outermost ones.

    Start stays, so with Start among them the others come to it. Cards that would come to lie on each other,
    or on one that is not among them, stand beside it. Raises `Refused` for fewer than two.
    """
    if len(node_ids) < 2:
        raise Refused(Message("Select at least two components to align."))
    along = Direction.DOWN if side in _SIDEWAYS else Direction.ACROSS
    beside = Direction.ACROSS if side in _SIDEWAYS else Direction.DOWN
    cards = {id: _spans(document, id) for id in node_ids}
    line = _line([spans[beside] for spans in cards.values()], cards.get(START_ID, {}).get(beside), side)
    order = sorted(cards.keys() - {START_ID}, key=lambda id: (cards[id][along], cards[id][beside], id))
    asides = {id: round(line - _SHARES[side] * cards[id][beside][1]) for id in order}
    band = min(asides.values()), max(asides[id] + cards[id][beside][1] for id in order)
    others = [_spans(document, id) for id in (START_ID, *(document.nodes.keys() - cards.keys()))]
    fixed = [spans[along] for spans in others if _meet(spans[beside], band)]
    starts = _apart([cards[id][along] for id in order], fixed, _GAPS[along])
    places: dict[str, Point] = {}
    for node_id, start in zip(order, starts, strict=True):
        aside = asides[node_id]
        places[node_id] = Point(aside, start) if along is Direction.DOWN else Point(start, aside)
    return _placed(document, places, Message(_ALIGNED[side]))


def distribute(document: CampaignDocument, node_ids: Collection[str], direction: Direction) -> Edit:
    """Leave the same room between neighbours; the two outermost cards stay. Raises `Refused` below three.

    Start, which stays, takes part where it is an outermost card.
    """
    cards = {id: _spans(document, id)[direction] for id in node_ids}
    order = sorted(cards, key=lambda id: (cards[id], id))
    if START_ID in order[1:-1]:
        order.remove(START_ID)
    if len(order) < 3:
        raise Refused(Message("Select at least three components to distribute."))
    first, last = order[0], order[-1]
    room = cards[last][0] - sum(cards[first]) - sum(cards[id][1] for id in order[1:-1])
    gap = room / (len(order) - 1)
    at = float(sum(cards[first]))
    places: dict[str, Point] = {}
    for node_id in order[1:-1]:
        at += gap
        place = place_of(document, node_id)
        across = direction is Direction.ACROSS
        places[node_id] = Point(round(at), place.y) if across else Point(place.x, round(at))
        at += cards[node_id][1]
    return _placed(document, places, Message(_DISTRIBUTED[direction]))


def _spans(document: CampaignDocument, node_id: str) -> Mapping[Direction, Span]:
    """Where a card begins, and how long it is, in both directions."""
    box = card_box(document, node_id)
    return {Direction.ACROSS: (box.left, box.width), Direction.DOWN: (box.top, box.height)}


def _line(spans: Sequence[Span], fixed: Span | None, side: Side) -> float:
    """Where the cards' sides come to stand: at the fixed card's, else at the outermost one's."""
    share = _SHARES[side]
    low = fixed[0] if fixed else min(start for start, _ in spans)
    high = sum(fixed) if fixed else max(start + length for start, length in spans)
    return low + share * (high - low)


def _meet(span: Span, band: tuple[int, int]) -> bool:
    """Whether something stands in a band."""
    return span[0] < band[1] and band[0] < sum(span)


def _apart(spans: Iterable[Span], fixed: Iterable[Span], gap: int) -> list[int]:
    """Where cards begin that follow each other: where they did, or moved on so that none lies on another,
    nor on what is fixed."""
    fixed = sorted(fixed)
    starts: list[int] = []
    end: int | None = None
    for start, length in spans:
        if end is not None and start < end + GRID:
            start = end + gap
        for obstacle in fixed:
            if _meet(obstacle, (start, start + length)):
                start = sum(obstacle) + gap
        end = start + length
        starts.append(start)
    return starts


def _placed(document: CampaignDocument, places: Mapping[str, Point], label: Message) -> Edit:
    draft = Draft(document)
    for node_id, place in places.items():
        draft.place(node_id, place)
    return draft.edit(label)
