"""Laying the lines that leave a card: where they run, what they are called, dashed or solid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from canvas_widgets.items.card import CardItem
from canvas_widgets.items.fan import Stem, fan
from canvas_widgets.items.geometry import (
    Curve,
    LinkShape,
    bend,
    in_one_row,
    joined,
    open_ended,
    open_offsets,
    passes_columns,
    to_first_place,
)
from canvas_widgets.items.link import LinkItem, chip_rect
from canvas_widgets.items.routing import REACH, Surroundings, way
from engine.campaign.layout import GAP, gap_behind
from engine.components.base import Port

_NAMED = 0.5  # lines with names run above those without, which would strike the names through
_OPEN = 0.75  # no line runs over the mark of an open end
_BEHIND = 1e-3  # a card's later lines run behind the chips of its earlier ones


class Wanted(NamedTuple):
    """What a line is to be: from its card to `end`, the port of the card `target`; None for an open end.

    name: how wide the chip with its name is; 0 without one.
    """

    end: QPointF | None
    target: str | None
    name: float = 0.0


def lay(
    scene: QGraphicsScene,
    source: CardItem,
    items: Sequence[LinkItem],
    cards: Mapping[str, CardItem],
    *,
    first_place: bool,
) -> None:
    """Lay a card's lines, given in their shown order; `first_place` where the flow is still empty."""
    labels = {port.name: port.label for port in source.node.ports}
    for item in items:
        item.set_label(labels.get(item.link.port))
    wanted = [_wanted(item, cards) for item in items]
    for index, (item, line) in enumerate(zip(items, shapes(scene, source, wanted), strict=True)):
        above = _OPEN if line.open else _NAMED if line.chip is not None else 0.0
        item.setZValue(above - index * _BEHIND)
        if item.link.target is None:
            item.set_line(to_first_place(source.right_port) if first_place else line, first_place)
            item.set_solid(False)
        elif (target := cards.get(item.link.target)) is not None:  # else it is still on its way
            item.set_line(line)
            item.set_solid(target.configured)


def led(
    scene: QGraphicsScene,
    source_id: str,
    items: Sequence[LinkItem],
    cards: Mapping[str, CardItem],
    port: Port,
    target_id: str,
    link_id: str | None,
) -> LinkShape:
    """How one of a card's lines, or (None) a new one at a port, will run once it leads to another card."""
    source, end = cards[source_id], cards[target_id].left_port
    rank = {port.name: index for index, port in enumerate(source.node.ports)}
    wanted = [_wanted(item, cards) for item in items]
    own = [index for index, item in enumerate(items) if item.link_id == link_id]
    if own:
        wanted[own[0]] = wanted[own[0]]._replace(end=end, target=target_id)
    else:
        own = [sum(rank.get(item.link.port, len(rank)) <= rank[port.name] for item in items)]
        name = 0.0 if port.label is None else items[0].width_of(str(port.label))
        wanted.insert(own[0], Wanted(end, target_id, name))
    return shapes(scene, source, wanted)[own[0]]


def _wanted(item: LinkItem, cards: Mapping[str, CardItem]) -> Wanted:
    target = item.link.target
    card = None if target is None else cards.get(target)
    return Wanted(None if card is None else card.left_port, target, item.name_width)


def shapes(scene: QGraphicsScene, source: CardItem, wanted: Sequence[Wanted]) -> list[LinkShape]:
    """How a card's lines run, given in their shown order.

    With names they fan out first. A line to a distant card changes rows in the gaps beside the two, and runs
    between them where no card stands, apart from lines that lead elsewhere.
    """
    start, ends = source.right_port, [line.end for line in wanted]
    if not any(line.name for line in wanted):
        offsets = _open_offsets(start, ends)
        stems = [Stem.straight(start)] * len(wanted)
    elif (fanned := fan(start, ends, [line.name for line in wanted], _gap(source))) is not None:
        offsets, stems = None, fanned
    else:
        return _crowded(start, wanted)
    made: dict[int, LinkShape] = {}
    for index in sorted(range(len(wanted)), key=lambda index: stems[index].turn.y()):
        line, stem = wanted[index], stems[index]
        if line.end is None:
            alone = len(wanted) == 1
            made[index] = (
                stem.open_ended() if offsets is None else open_ended(start, offsets[index], alone=alone)
            )
        elif passes_columns(start, line.end):
            siblings = [shape for at, shape in made.items() if wanted[at].target != line.target]
            made[index] = stem.leading(_onward(scene, source, stem.turn, line, siblings), line.end)
        else:
            made[index] = stem.leading(bend(stem.turn, line.end), line.end)
    return [made[index] for index in range(len(wanted))]


def _onward(
    scene: QGraphicsScene, source: CardItem, turn: QPointF, line: Wanted, siblings: Iterable[LinkShape]
) -> tuple[Curve, ...]:
    """How a line goes on from where it turns to a distant card."""
    start, end = source.right_port, line.end or turn
    around = _surroundings(scene, source.node_id, line.target, QRectF(start, end).normalized())
    around.runs.extend(run for shape in siblings for run in shape.runs)
    gap = start.x() + (_gap(source) if line.name else GAP)
    found = way(turn, gap, end, around, beside=in_one_row(start, turn))
    return bend(turn, end) if found is None else found


def _gap(source: CardItem) -> float:
    return gap_behind(source.node.ports)


def _surroundings(
    scene: QGraphicsScene, source_id: str, target_id: str | None, between: QRectF
) -> Surroundings:
    """What stands between two cards, and so far above and below them that a line may go around it."""
    around = Surroundings([], [], [])
    region = between.adjusted(1, -REACH, -1, REACH)
    for item in scene.items(region):
        if isinstance(item, CardItem):
            if region.intersects(rect := item.scene_rect):  # more than with its shadow
                around.cards.append(rect)
        elif isinstance(item, LinkItem) and item.line is not None and item.link.source != source_id:
            if item.line.chip is not None:
                around.names.append(chip_rect(item.line.chip, item.line.chip_width))
            before = item.link.source < source_id  # one of two gives way, and always the same
            if before and item.goes_around and item.link.target != target_id:
                around.runs.extend(item.line.runs)
    return around


def _crowded(start: QPointF, wanted: Sequence[Wanted]) -> list[LinkShape]:
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


def _open_offsets(start: QPointF, ends: Sequence[QPointF | None]) -> list[float]:
    """How far below the card's middle each open end stands, beside what else follows the card."""
    if len(ends) == 1 or None not in ends:
        return [0.0] * len(ends)
    rows = [None if end is None else end.y() - start.y() for end in ends]
    return [offset or 0.0 for offset in open_offsets(rows)]
