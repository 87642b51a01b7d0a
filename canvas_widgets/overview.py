"""The canvas from far away: blocks, lines and red dots, drawn in three strokes instead of item by item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from canvas_widgets.items.card import CardItem
from canvas_widgets.items.link import LinkItem
from canvas_widgets.items.paints import Paints
from canvas_widgets.items.stage import Changed

T = TypeVar("T")

OVERVIEW_BELOW = 0.35
"""The zoom under which the overview takes the items' place."""


class Overview:
    """Keeps what the overview draws of a scene's cards and lines, and takes in what changes."""

    def __init__(
        self, cards: Mapping[str, CardItem], links: Mapping[str, LinkItem], changed: Changed
    ) -> None:
        """`changed`: where they are noted as they come, go or change."""
        self._cards, self._links, self._changed = cards, links, changed
        self._picture = _Picture()
        self._dots: list[QRectF] = []
        self._dots_scale = 0.0
        self._held = False
        self._gatherings = self._gathered = 0

    def hold(self) -> None:
        """Much is about to change, step by step: until it is gathered or taken in, draw what was before."""
        self._held = not self._picture.empty

    def drop(self) -> None:
        """Hold nothing of the items any more: they go."""
        self._picture, self._held = _Picture(), True
        self._gatherings += 1

    def gathering(self) -> Iterator[None]:
        """Gather what there is now, step by step, and let go of what there was before."""
        self._gatherings += 1
        this = self._gatherings
        self._held = True
        self._changed.taken()  # all of it is gathered; what changes from now on comes on top
        picture = _Picture()
        for cards in _parts(list(self._cards)):
            picture.take_cards(cards, self._cards)
            yield
        for links in _parts(list(self._links)):
            picture.take_links(links, self._links)
            yield
        if this == self._gatherings:  # else another one began later
            self._gathered = this
            before, self._picture = self._picture, picture
            self._dots_scale, self._held = 0.0, False
            yield from before.going()

    def taking_in(self) -> Iterator[None]:
        """Take in what has changed, step by step: much of it at once would hold up the painting."""
        this = self._gatherings
        if this != self._gathered:
            return  # all of it is on its way, or goes
        picture = self._picture
        self.hold()
        while self._changed:
            cards, links = self._changed.taken(_AT_ONCE)
            picture.take_cards(cards, self._cards)
            picture.take_links(links, self._links)
            yield
        picture.join()
        yield
        if this == self._gatherings:  # else all of it is on its way, or was gathered
            self._dots_scale, self._held = 0.0, False

    def draw(self, painter: QPainter, paints: Paints) -> None:
        """Draw everything; the painter's transform maps scene units to the screen."""
        picture, scale = self._present(), painter.worldTransform().m11()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(paints.stroke(scale)[0])
        painter.drawLines(picture.lines)
        painter.setPen(Qt.PenStyle.NoPen)
        picture.draw_blocks(painter, paints)
        if scale != self._dots_scale:
            self._dots = picture.dots(paints.sizes.dot_on_screen / scale)
            self._dots_scale = scale
        _paint_dots(painter, paints, self._dots)

    def bounds(self) -> QRectF:
        """What cards and lines take, without what stands over their edges."""
        return self._present().bounds

    def draw_map(self, painter: QPainter, paints: Paints, dot: float) -> None:
        """Only blocks, and red dots of `dot` pixels: more cannot be told apart on a small map."""
        picture = self._present()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        picture.draw_blocks(painter, paints)
        painter.setBrush(paints.colours.danger)
        painter.drawRects(picture.dots(dot / painter.worldTransform().m11()))

    def draw_selection(self, painter: QPainter, paints: Paints, selected: Iterable[CardItem]) -> None:
        """Frames around these; around very many of them close to their edges."""
        rects, width = [card.scene_rect for card in selected], paints.look.strokes.selected
        pixel = 1 / painter.worldTransform().m11()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if len(rects) <= _MANY:
            painter.setPen(_pen(paints.colours.accent, width))
            margin = 3 * pixel
            painter.drawRects([rect.adjusted(-margin, -margin, margin, margin) for rect in rects])
            return
        pixel /= painter.device().devicePixelRatioF()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(_pen(paints.colours.accent, 0))
        for _ in range(round(width * painter.device().devicePixelRatioF())):
            painter.drawRects(rects)  # pixel beside pixel: wide strokes take Qt five times as long
            painter.translate(-pixel, -pixel)

    def draw_found(self, painter: QPainter, paints: Paints, found: Iterable[CardItem]) -> None:
        """The cards that fit what is sought: in full colour, framed, with their red dots."""
        pen = _pen(paints.colours.accent, paints.look.strokes.selected)
        scale = painter.worldTransform().m11()
        margin, side = 1 / scale, paints.sizes.dot_on_screen / scale
        dots: list[QRectF] = []
        for card in found:
            rect = card.scene_rect
            colour = QColor(paints.kind_colour(card.node.kind))
            colour.setAlphaF(_STRENGTH)
            painter.setPen(pen)
            painter.setBrush(colour)
            painter.drawRect(rect.adjusted(-margin, -margin, margin, margin))
            if not card.configured or card.broken:
                dots.append(QRectF(rect.right() - side / 2, rect.top() - side / 2, side, side))
        _paint_dots(painter, paints, dots)

    def _present(self) -> _Picture:
        if not self._held and self._changed:
            cards, links = self._changed.taken()
            self._picture.take_cards(cards, self._cards)
            self._picture.take_links(links, self._links)
            self._dots_scale = 0.0
        return self._picture


class _Picture:
    """What is drawn, in scene coordinates: blocks by kind, lines in strokes, corners with a red dot.

    What items know of themselves is only copied, and only what has changed. Copies that are made together lie
    side by side in memory, so that Qt takes them for a frame in half of the time.
    """

    def __init__(self) -> None:
        self._blocks: dict[str, dict[str, QRectF]] = {}
        self._kinds: dict[str, str] = {}
        self._strokes: dict[str, list[QLineF]] = {}
        self._lines: list[QLineF] | None = None
        self._corners: dict[str, tuple[float, float]] = {}
        self._ends: dict[str, tuple[float, float]] = {}
        self._bounds: QRectF | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was taken yet."""
        return not self._kinds

    def take_cards(self, ids: Iterable[str], cards: Mapping[str, CardItem]) -> None:
        """Show these cards as they are now; those that are gone no longer."""
        self._bounds = None
        for node_id in ids:
            if (before := self._kinds.pop(node_id, None)) is not None:
                del self._blocks[before][node_id]
            self._corners.pop(node_id, None)
            if (card := cards.get(node_id)) is not None:
                rect, kind = card.scene_rect, card.node.kind
                self._kinds[node_id] = kind
                self._blocks.setdefault(kind, {})[node_id] = QRectF(rect)
                if not card.configured or card.broken:
                    self._corners[node_id] = (rect.right(), rect.top())

    def take_links(self, ids: Iterable[str], links: Mapping[str, LinkItem]) -> None:
        """The same of these lines."""
        self._bounds = self._lines = None
        for link_id in ids:
            self._strokes.pop(link_id, None)
            self._ends.pop(link_id, None)
            if (item := links.get(link_id)) is not None and item.line is not None:
                self._strokes[link_id] = [QLineF(stroke) for stroke in item.strokes]
                if item.open:  # others end at a card
                    self._ends[link_id] = item.line.end.toTuple()

    @property
    def lines(self) -> list[QLineF]:
        self.join()
        assert self._lines is not None
        return self._lines

    def join(self) -> None:
        """Have the strokes of all lines at hand, if they are not."""
        if self._lines is None:
            self._lines = list(chain.from_iterable(self._strokes.values()))

    @property
    def bounds(self) -> QRectF:
        if self._bounds is None:
            ends = [(*end, *end) for end in self._ends.values()]
            edges = [rect.getCoords() for rects in self._blocks.values() for rect in rects.values()] + ends
            lefts, tops, rights, bottoms = zip(*edges, strict=True) if edges else ((0.0,),) * 4
            self._bounds = QRectF(QPointF(min(lefts), min(tops)), QPointF(max(rights), max(bottoms)))
        return self._bounds

    def dots(self, side: float) -> list[QRectF]:
        """The red dots as squares."""
        return [QRectF(x - side / 2, y - side / 2, side, side) for x, y in self._corners.values()]

    def draw_blocks(self, painter: QPainter, paints: Paints) -> None:
        for kind, rects in self._blocks.items():
            colour = QColor(paints.kind_colour(kind))
            colour.setAlphaF(_STRENGTH)
            painter.setBrush(colour)
            painter.drawRects(list(rects.values()))

    def going(self) -> Iterator[None]:
        """Let go of everything, step by step: that takes longer than making it."""
        self._lines = None
        tables: list[dict[str, Any]] = [*self._blocks.values(), self._strokes]
        for held in tables:
            while held:
                for _ in range(min(_AT_ONCE, len(held))):
                    held.popitem()
                yield


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE))


def _pen(colour: QColor, width: int) -> QPen:
    """As wide as that on the screen; 0 is one of its pixels."""
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    return pen


def _paint_dots(painter: QPainter, paints: Paints, dots: Sequence[QRectF]) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paints.colours.danger)
    if len(dots) > _MANY:
        painter.drawRects(dots)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for dot in dots:
        painter.drawEllipse(dot)


_STRENGTH = 0.8  # opacity of the blocks: a full category colour is too loud in such an area
_AT_ONCE = 250  # items in a step
_MANY = 300  # more dots, and squares of a few pixels look the same
