"""How the lines that leave a card run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from engine.campaign.layout import GAP
from engine.campaign.lines.fan import Stem, fan
from engine.campaign.lines.geometry import (
    Curve,
    LineShape,
    Rect,
    Spot,
    bend,
    in_one_row,
    joined,
    open_ended,
    open_offsets,
    passes_columns,
)
from engine.campaign.lines.routing import Surroundings, way


class Wanted(NamedTuple):
    """What a line is to be: from its card to `end`, the port of the card `target`; None for an open end.

    name: how wide the chip with its name is; 0 without one.
    """

    end: Spot | None
    target: str | None
    name: float = 0.0


Around = Callable[[str | None, Rect], Surroundings]
"""What stands around a line to a card, in the rectangle between the two and so far above and below it as
`routing.REACH` says."""


def shapes(start: Spot, gap: float, wanted: Sequence[Wanted], around: Around) -> list[LineShape]:
    """How a card's lines run from `start`, given in their shown order; gap: how much room is behind the card.

    With names they fan out first. A line to a distant card changes rows in the gaps beside the two, and runs
    between them where no card stands, apart from lines that lead elsewhere.
    """
    ends = [line.end for line in wanted]
    if not any(line.name for line in wanted):
        offsets = _open_offsets(start, ends)
        stems = [Stem.straight(start)] * len(wanted)
    elif (fanned := fan(start, ends, [line.name for line in wanted], gap)) is not None:
        offsets, stems = None, fanned
    else:
        return _crowded(start, wanted)
    made: dict[int, LineShape] = {}
    for index in sorted(range(len(wanted)), key=lambda index: stems[index].turn.y):
        line, stem = wanted[index], stems[index]
        if line.end is None:
            alone = len(wanted) == 1
            made[index] = (
                stem.open_ended() if offsets is None else open_ended(start, offsets[index], alone=alone)
            )
        elif passes_columns(start, line.end):
            siblings = [shape for at, shape in made.items() if wanted[at].target != line.target]
            room = start.x + (gap if line.name else GAP)
            curves = _onward(start, stem.turn, room, line, siblings, around)
            made[index] = stem.leading(curves, line.end)
        else:
            made[index] = stem.leading(bend(stem.turn, line.end), line.end)
    return [made[index] for index in range(len(wanted))]


def _onward(
    start: Spot, turn: Spot, gap: float, line: Wanted, siblings: Iterable[LineShape], around: Around
) -> tuple[Curve, ...]:
    """How a line goes on from where it turns to a distant card; `gap`: where the room behind its own ends."""
    end = line.end or turn
    between = Rect(min(start.x, end.x), min(start.y, end.y), max(start.x, end.x), max(start.y, end.y))
    there = around(line.target, between)
    there.runs.extend(run for shape in siblings for run in shape.runs)
    found = way(turn, gap, end, there, beside=in_one_row(start, turn))
    return bend(turn, end) if found is None else found


def _crowded(start: Spot, wanted: Sequence[Wanted]) -> list[LineShape]:
    """Lines with names to a card that stands too near for a fan: each name lies on the middle of its line."""
    offsets = _open_offsets(start, [line.end for line in wanted])
    side: dict[str | None, list[int]] = {}
    for index, line in enumerate(wanted):
        side.setdefault(line.target, []).append(index)
    made = []
    for index, line in enumerate(wanted):
        if line.end is None:
            made.append(open_ended(start, offsets[index], label_width=line.name, alone=False))
        else:
            same = side[line.target]
            lane = same.index(index) - (len(same) - 1) / 2
            made.append(joined(start, line.end, lane, line.name))
    return made


def _open_offsets(start: Spot, ends: Sequence[Spot | None]) -> list[float]:
    """How far below the card's middle each open end stands, beside what else follows the card."""
    if len(ends) == 1 or None not in ends:
        return [0.0] * len(ends)
    rows = [None if end is None else end.y - start.y for end in ends]
    return [offset or 0.0 for offset in open_offsets(rows)]
