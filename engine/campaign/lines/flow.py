"""The lines of a whole campaign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from engine.campaign.document import CampaignDocument
from engine.campaign.layout import CARD_HEIGHT, card_width, gap_behind
from engine.campaign.lines.geometry import CHIP_HEIGHT, LineShape, Rect, Spot, passes_columns, to_first_place
from engine.campaign.lines.laying import Wanted, shapes
from engine.campaign.lines.routing import REACH, Surroundings
from engine.campaign.model import Point

_CELL = 512.0
_MOST_CELLS = 4_096  # of one thing; wider ones are looked at always

T = TypeVar("T")


class Lines:
    """Lays all lines of a campaign whose cards stand at given places, as the canvas lays them.

    A line to a distant card keeps clear of cards, of names, and of such lines of cards whose ids come before
    its own.
    """

    def __init__(
        self, document: CampaignDocument, places: Mapping[str, Point], name_width: Callable[[str], float]
    ) -> None:
        """name_width: of a link's name with all that stands in its chip; 0 where the link has none."""
        self._document = document
        self._name_width = name_width
        self.cards = {id: card_rect(id, places[id]) for id, _ in document.all_nodes()}
        self._cards: _Near[str] = _Near()
        for id, rect in self.cards.items():
            self._cards.put(id, rect)
        self.shapes: dict[str, LineShape] = {}

    def lay(self) -> Mapping[str, LineShape]:
        """Every link's shape, by its id."""
        order = sorted(self.cards)
        for source in order:
            self._lay(source, _Near())
        lines: _Near[str] = _Near()
        for id, shape in self.shapes.items():
            lines.put(id, _extent(shape))
        for source in order:  # once more, with the names of all of them
            if any(_goes_around(self.shapes[id]) for id in self._document.out_links(source)):
                self._lay(source, lines)
        return self.shapes

    def _lay(self, source: str, lines: _Near[str]) -> None:
        document, card = self._document, self.cards[source]
        start = Spot(card.right, (card.top + card.bottom) / 2)
        links = document.out_links(source)
        if not document.nodes:
            self.shapes.update((id, to_first_place(start)) for id in links)
            return
        wanted = [self._wanted(id) for id in links]
        gap = gap_behind(document.ports(source))

        def around(target: str | None, between: Rect) -> Surroundings:
            return self._surroundings(source, target, between, lines)

        for id, shape in zip(links, shapes(start, gap, wanted, around), strict=True):
            self.shapes[id] = shape
            lines.put(id, _extent(shape))

    def _wanted(self, id: str) -> Wanted:
        target = self._document.links[id].target
        name = self._name_width(id)
        if target is None:
            return Wanted(None, None, name)
        card = self.cards[target]
        return Wanted(Spot(card.left, (card.top + card.bottom) / 2), target, name)

    def _surroundings(
        self, source: str, target: str | None, between: Rect, lines: _Near[str]
    ) -> Surroundings:
        region = Rect(between.left + 1, between.top - REACH, between.right - 1, between.bottom + REACH)
        around = Surroundings([], [], [])
        around.cards.extend(rect for id in self._cards.at(region) if (rect := self.cards[id]).meets(region))
        for id in lines.at(region):
            link, shape = self._document.links[id], self.shapes[id]
            if link.source == source or not _extent(shape).meets(region):
                continue
            if shape.chip is not None:
                around.names.append(chip_rect(shape.chip, shape.chip_width))
            if link.source < source and _goes_around(shape) and link.target != target:
                around.runs.extend(shape.runs)
        return around


def card_rect(node_id: str, place: Point) -> Rect:
    """What a card covers."""
    return Rect(place.x, place.y, place.x + card_width(node_id), place.y + CARD_HEIGHT)


def chip_rect(centre: Spot, width: float) -> Rect:
    """What a name covers."""
    half = CHIP_HEIGHT / 2
    return Rect(centre.x - width / 2, centre.y - half, centre.x + width / 2, centre.y + half)


def _goes_around(shape: LineShape) -> bool:
    return passes_columns(shape.start, shape.end)


def _extent(shape: LineShape) -> Rect:
    spots = [shape.start, shape.end, *(spot for curve in shape.curves for spot in curve)]
    xs, ys = [spot.x for spot in spots], [spot.y for spot in spots]
    if shape.chip is not None:
        chip = chip_rect(shape.chip, shape.chip_width)
        xs += [chip.left, chip.right]
        ys += [chip.top, chip.bottom]
    return Rect(min(xs), min(ys), max(xs) + 0.5, max(ys) + 0.5)


class _Near(Generic[T]):
    """Things by where they are, in cells: what may be in a part of the canvas is found without asking all."""

    def __init__(self) -> None:
        self._cells: defaultdict[tuple[int, int], dict[T, None]] = defaultdict(dict)
        self._wide: dict[T, None] = {}

    def put(self, thing: T, rect: Rect) -> None:
        if _count(rect) > _MOST_CELLS:
            self._wide[thing] = None
            return
        for cell in _cells(rect):
            self._cells[cell][thing] = None

    def at(self, rect: Rect) -> list[T]:
        cells: Iterable[tuple[int, int]] = _cells(rect) if _count(rect) <= len(self._cells) else self._cells
        found = dict(self._wide)
        for cell in cells:
            if cell in self._cells:
                found.update(self._cells[cell])
        return list(found)


def _count(rect: Rect) -> float:
    return ((rect.right - rect.left) / _CELL + 2) * ((rect.bottom - rect.top) / _CELL + 2)


def _cells(rect: Rect) -> Iterator[tuple[int, int]]:
    for column in range(int(rect.left // _CELL), int(rect.right // _CELL) + 1):
        for row in range(int(rect.top // _CELL), int(rect.bottom // _CELL) + 1):
            yield column, row
