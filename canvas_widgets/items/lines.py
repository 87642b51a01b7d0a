"""Laying the lines that leave a card: where they run, what they are called, dashed or solid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from canvas_widgets.items.card import CardItem
from canvas_widgets.items.geometry import (
    LinkShape,
    around,
    changing_rows,
    changing_rows_late,
    corner_before,
    corner_behind,
    in_one_row,
    joined,
    open_ended,
    open_offsets,
    passes_columns,
    to_first_place,
)
from canvas_widgets.items.link import LinkItem

_BESIDE_LINE = 8.0  # a card that comes so near to a line stands in its way
_NAMED = 0.5  # lines with names run above those without, which would strike the names through
_BEHIND = 1e-3  # a card's later lines run behind the chips of its earlier ones


def lay(
    scene: QGraphicsScene,
    source: CardItem,
    items: Sequence[LinkItem],
    cards: Mapping[str, CardItem],
    *,
    first_place: bool,
) -> None:
    """Lay a card's lines, given in their shown order; `first_place` where nothing follows Start yet.

    A line goes around what stands between two cards of one row; to another row over several columns it goes
    at once or at last, along the row that is free, so that its name is seen and it passes behind no card.
    """
    labels = {port.name: port.label for port in source.node.ports}
    start = source.right_port
    lanes: dict[str, list[LinkItem]] = {}
    for item in items:
        if item.link.target is not None:
            lanes.setdefault(item.link.target, []).append(item)
    offsets = _open_offsets(source, items, cards)
    for index, (item, offset) in enumerate(zip(items, offsets, strict=True)):
        width = item.set_label(labels.get(item.link.port))
        item.setZValue((_NAMED if width else 0.0) - index * _BEHIND)
        if item.link.target is None:
            line = to_first_place(start) if first_place else open_ended(start, offset or 0.0, width)
            item.set_line(line, first_place)
            item.set_solid(False)
        elif (target := cards.get(item.link.target)) is not None:
            side = lanes[item.link.target]
            lane = side.index(item) - (len(side) - 1) / 2
            item.set_line(_between(scene, start, target.left_port, lane, width))
            item.set_solid(target.configured)


def _between(
    scene: QGraphicsScene, start: QPointF, end: QPointF, lane: float, label_width: float
) -> LinkShape:
    """The line between two cards."""
    if passes_columns(start, end):
        if in_one_row(start, end):
            if _holds_card(scene, QRectF(start, end).normalized()):
                return around(start, end, label_width)
        elif not _holds_card(scene, QRectF(corner_behind(start, end, label_width), end)):
            return changing_rows(start, end, label_width)
        elif not _holds_card(scene, QRectF(start, corner_before(start, end))):
            return changing_rows_late(start, end, label_width)
    return joined(start, end, lane, label_width)


def passing(scene: QGraphicsScene, cards: Iterable[CardItem]) -> set[str]:
    """Where lines begin that pass these cards, perhaps around them: they have to be laid anew with them."""
    items = (item for card in cards for item in scene.items(card.scene_rect) if isinstance(item, LinkItem))
    return {
        item.link.source
        for item in items
        if item.line is not None and passes_columns(item.line.start, item.line.end)
    }


def _holds_card(scene: QGraphicsScene, between: QRectF) -> bool:
    """Whether a card stands between two others, not counting themselves at either end."""
    rect = between.adjusted(_BESIDE_LINE, -_BESIDE_LINE, -_BESIDE_LINE, _BESIDE_LINE)
    found = (item for item in scene.items(rect) if isinstance(item, CardItem))
    return any(card.scene_rect.intersects(rect) for card in found)


def _open_offsets(
    source: CardItem, items: Sequence[LinkItem], cards: Mapping[str, CardItem]
) -> Sequence[float | None]:
    """How far below the card's middle each open end stands; None for lines that lead somewhere."""
    if len(items) == 1 or not any(item.open for item in items):
        return [0.0] * len(items)
    rows: list[float | None] = []
    for item in items:
        target = None if item.link.target is None else cards.get(item.link.target)
        rows.append(None if target is None else target.left_port.y() - source.right_port.y())
    return open_offsets(rows)
