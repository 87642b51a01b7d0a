"""A free way for a line between two cards that stand further apart than neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from engine.campaign.layout import CARD_HEIGHT, GAP, ROW
from engine.campaign.lines.geometry import Curve, Rect, Run, Spot, bend

REACH = 2.0 * ROW
"""So far above and below both cards a way is looked for."""

_BESIDE = 8.0  # a card that comes so near to a line stands in its way
_LEAST_BEND = 16.0  # in which a line can still change rows
_NARROW = 64.0  # between cards: lines there are close to both, and to the counts below the upper one
_FREE_ROW = 2.0 * ROW - CARD_HEIGHT  # between cards where a whole row is free
_LANES = (0, 1, -1, 2, -2, 3, -3)
_PITCH, _NARROW_PITCH = 16.0, 8.0
_NARROW_COST, _ABOVE_COST, _BEND_COST, _NAME_COST = 320.0, 64.0, 24.0, 48.0


class Surroundings(NamedTuple):
    """What stands around a line: cards, straight parts of lines to elsewhere, names of others."""

    cards: list[Rect]
    runs: list[Run]
    names: list[Rect]


class _Channel(NamedTuple):
    """A free height for the straight part of a line, with room for others above and below it."""

    y: float
    low: float
    high: float
    cost: float


class _Way(NamedTuple):
    run: Run
    cost: float


def way(turn: Spot, gap: float, end: Spot, around: Surroundings, *, beside: bool) -> tuple[Curve, ...] | None:
    """The curves of a line from `turn` to the card at `end`; it changes rows within the gaps beside both.

    `gap` is where the gap behind the card that it comes from ends, `beside` says whether it turns in the row
    of that card. None where all is taken.
    """
    best: _Way | None = None
    channels = _channels(turn, end, around.cards, beside=beside)
    for channel in sorted(channels, key=lambda found: found.cost):
        if best is not None and channel.cost >= best.cost:
            break
        found = _along(channel, turn, gap, end, around)
        if found is not None and (best is None or found.cost < best.cost):
            best = found
    if best is None:
        return None
    run = best.run
    return bend(turn, Spot(run.left, run.y)) + bend(Spot(run.right, run.y), end)


def _channels(turn: Spot, end: Spot, cards: Sequence[Rect], *, beside: bool) -> Iterator[_Channel]:
    """The row of the end, that of the beginning, and what is free between cards: better below than above."""
    direct = abs(end.y - turn.y)
    for y in (end.y, turn.y) if beside else (end.y,):
        yield _Channel(y, y, y, direct)
    top, bottom = min(turn.y, end.y) - REACH, max(turn.y, end.y) + REACH
    for low, high in _gaps(cards, top, bottom):
        height = high - low
        if height < 2 * _BESIDE:
            continue
        inset = min(height, _FREE_ROW) / 2
        y = min(max(end.y, low + inset), high - inset)
        detour = abs(y - turn.y) + abs(y - end.y)
        cost = detour + _BEND_COST + (_NARROW_COST if height < _NARROW else 0.0)
        if y < min(turn.y, end.y):
            cost += _ABOVE_COST
        yield _Channel(y, low + _BESIDE, high - _BESIDE, cost)


def _gaps(cards: Sequence[Rect], top: float, bottom: float) -> Iterator[tuple[float, float]]:
    """What is free between top and bottom."""
    at = top
    for card in sorted(cards, key=lambda card: card.top):
        if card.top > at:
            yield at, min(card.top, bottom)
        at = max(at, card.bottom)
        if at >= bottom:
            return
    yield at, bottom


def _along(channel: _Channel, turn: Spot, gap: float, end: Spot, around: Surroundings) -> _Way | None:
    """The way along a channel, in the first lane of it that is free and strikes through the fewest names."""
    best: _Way | None = None
    pitch = _NARROW_PITCH if channel.high - channel.low < _NARROW - 2 * _BESIDE else _PITCH
    for step, lane in enumerate(_LANES):
        y = channel.y + lane * pitch
        if not channel.low <= y <= channel.high:
            continue
        run = _run(y, turn, gap, end, around.cards)
        if run is None or any(_meet(run, other, pitch) for other in around.runs):
            continue
        named = sum(_strikes(run, name) for name in around.names)
        cost = channel.cost + step + _NAME_COST * named
        if best is None or cost < best.cost:
            best = _Way(run, cost)
        if not named:
            break
    return best


def _run(y: float, turn: Spot, gap: float, end: Spot, cards: Sequence[Rect]) -> Run | None:
    """The straight part at a height, if the line can come and go there without passing a card."""
    left, right = turn.x, end.x
    if y != turn.y:
        left = max(gap, turn.x + _LEAST_BEND)
        beside = [card.left for card in _between(cards, y, turn.y) if card.left < left]
        left = min([left, *beside])
        if left < turn.x + _LEAST_BEND:
            return None
    if y != end.y:
        right = end.x - GAP
        right = max([right, *(c.right for c in _between(cards, y, end.y) if c.right > right)])
        if right > end.x - _LEAST_BEND:
            return None
    if left > right:
        return None
    ahead = (card for card in _between(cards, y, y) if card.right > left and card.left < right)
    return None if any(True for _ in ahead) else Run(y, left, right)


def _between(cards: Sequence[Rect], one: float, other: float) -> Iterator[Rect]:
    """The cards that stand at one of the heights between two."""
    low, high = min(one, other) - _BESIDE, max(one, other) + _BESIDE
    return (card for card in cards if card.bottom > low and card.top < high)


def _meet(run: Run, other: Run, pitch: float) -> bool:
    return abs(run.y - other.y) < pitch - 1 and min(run.right, other.right) > max(run.left, other.left)


def _strikes(run: Run, name: Rect) -> bool:
    return name.top < run.y < name.bottom and name.left < run.right and name.right > run.left
