"""Laying the lines that leave a card: where they run, what they are called, dashed or solid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QGraphicsScene

from canvas_widgets.items.card import CardItem
from canvas_widgets.items.geometry import LinkShape, rect_of, spot_of
from canvas_widgets.items.link import LinkItem, chip_rect
from engine.campaign.layout import gap_behind
from engine.campaign.lines import laying
from engine.campaign.lines.geometry import Rect, to_first_place
from engine.campaign.lines.laying import Wanted
from engine.campaign.lines.routing import REACH, Surroundings
from engine.components.base import Port

_NAMED = 0.5  # lines with names run above those without, which would strike the names through
_OPEN = 0.75  # no line runs over the mark of an open end
_BEHIND = 1e-3  # a card's later lines run behind the chips of its earlier ones


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
            item.set_line(
                LinkShape(to_first_place(spot_of(source.right_port))) if first_place else line, first_place
            )
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
    source, end = cards[source_id], spot_of(cards[target_id].left_port)
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
    return Wanted(None if card is None else spot_of(card.left_port), target, item.name_width)


def shapes(scene: QGraphicsScene, source: CardItem, wanted: Sequence[Wanted]) -> list[LinkShape]:
    """How a card's lines run, given in their shown order, among what stands on the scene."""

    def around(target_id: str | None, between: Rect) -> Surroundings:
        return _surroundings(scene, source.node_id, target_id, between)

    gap = gap_behind(source.node.ports)
    return [LinkShape(shape) for shape in laying.shapes(spot_of(source.right_port), gap, wanted, around)]


def _surroundings(
    scene: QGraphicsScene, source_id: str, target_id: str | None, between: Rect
) -> Surroundings:
    """What stands between two cards, and so far above and below them that a line may go around it."""
    around = Surroundings([], [], [])
    width, height = between.right - between.left, between.bottom - between.top
    region = QRectF(between.left, between.top, width, height).adjusted(1, -REACH, -1, REACH)
    for item in scene.items(region, Qt.ItemSelectionMode.IntersectsItemBoundingRect):
        if isinstance(item, CardItem):
            if region.intersects(rect := item.scene_rect):  # more than with its shadow
                around.cards.append(rect_of(rect))
        elif isinstance(item, LinkItem) and item.line is not None and item.link.source != source_id:
            if item.line.chip is not None:
                around.names.append(rect_of(chip_rect(item.line.chip, item.line.chip_width)))
            before = item.link.source < source_id  # one of two gives way, and always the same
            if before and item.goes_around and item.link.target != target_id:
                around.runs.extend(item.line.runs)
    return around
