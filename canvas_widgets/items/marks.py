"""The marks of copy mode: "Click to paste" wherever what was copied may go."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTextOption
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from canvas_widgets.items.card import CardItem
from canvas_widgets.items.geometry import CARD
from canvas_widgets.items.link import LinkItem, chip_rect, place_rect
from canvas_widgets.items.stage import Stage
from engine.i18n import tr

_Z = 12.0
_PADDING = 10.0
_HEIGHT = 28.0
_ON_LINE = QRectF(-29, -18, 58, 36)  # between two cards of a row: the words stand one above the other
_SIGN = QRectF(-13, -12, 26, 24)  # where there is no room for the words
_BETWEEN = 4.0  # signs of lines to one card: room for the ring of the chosen one
_ICON = 16
_RADIUS = 8.0
_REACH = 150.0  # no mark extends farther from its place


class Mark(NamedTuple):
    """One place: the line, the point that the mark stands at, what its words take around that at 100 %."""

    link_id: str
    at: QPointF
    words: QRectF

    @property
    def words_there(self) -> QRectF:
        """What the words cover of the scene at 100 %."""
        return self.words.translated(self.at)


class Marks(QGraphicsItem):
    """All marks as one item: there may be thousands. They are never smaller than at 100 %.

    At rest none covers a card, the name of a branch or another mark: where its words would, it is a sign
    until the pointer or the keyboard is on it.

    Attributes: `marks`, from left to right; `chosen` (Enter pastes here); `hot` (the pointer is on it).
    """

    def __init__(self, scene: QGraphicsScene, stage: Stage, links: Iterable[LinkItem], zoom: float) -> None:
        super().__init__()
        self._stage = stage
        self._text = tr("Click to paste")
        width = stage.paints.mark_metrics.horizontalAdvance(self._text) + 2 * _PADDING
        centred = QRectF(-width / 2, -_HEIGHT / 2, width, _HEIGHT)
        self._on_line = centred if width <= _ON_LINE.width() else _ON_LINE
        self._at_end = centred.translated(width / 2 - _HEIGHT / 2, 0)
        marks = _parted((self._mark(link), link.link.target) for link in links)
        self.marks: list[Mark] = sorted(marks, key=lambda mark: (mark.at.x(), mark.at.y()))
        self._crowded = _overlapping(self.marks) | {
            mark.link_id for mark in self.marks if _covers_something(scene, mark)
        }
        self._xs = [mark.at.x() for mark in self.marks]
        self.chosen: Mark = self.marks[0]
        self.hot: Mark | None = None
        self._scale = max(1.0, 1.0 / zoom)
        self._bounds = self._around_all()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setZValue(_Z)

    def boundingRect(self) -> QRectF:
        return self._bounds

    def set_zoom(self, zoom: float) -> None:
        self.prepareGeometryChange()
        self._scale = max(1.0, 1.0 / zoom)
        self._bounds = self._around_all()

    def rect_of(self, mark: Mark) -> QRectF:
        """What the mark covers, in scene coordinates."""
        return self._in_scene(mark, self._shape(mark))

    def _shape(self, mark: Mark) -> QRectF:
        return _SIGN if self._is_sign(mark) else mark.words

    def _at_rest(self, mark: Mark) -> QRectF:
        return self._in_scene(mark, _SIGN if mark.link_id in self._crowded else mark.words)

    def _is_sign(self, mark: Mark) -> bool:
        return mark.link_id in self._crowded and mark not in (self.chosen, self.hot)

    def _in_scene(self, mark: Mark, rect: QRectF) -> QRectF:
        scale = self._scale
        corner = mark.at + rect.topLeft() * scale
        return QRectF(corner.x(), corner.y(), rect.width() * scale, rect.height() * scale)

    def mark_at(self, point: QPointF) -> Mark | None:
        """The mark under a point in scene coordinates, the one that is drawn last."""
        near = list(self._near(QRectF(point, point)))
        over = [mark for mark in near if self._at_rest(mark).contains(point)]
        over = over or [mark for mark in near if self.rect_of(mark).contains(point)]
        return max(over, key=self._rank, default=None)

    def show_state(self, chosen: Mark, hot: Mark | None) -> None:
        """Show which mark Enter takes, and which a click."""
        for mark in (self.chosen, self.hot, chosen, hot):
            if mark is not None and (chosen, hot) != (self.chosen, self.hot):
                self.update(self._in_scene(mark, mark.words).adjusted(-4, -4, 4, 4))
        self.chosen, self.hot = chosen, hot

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._stage.paints.mark_font)
        exposed: QRectF = option.exposedRect
        for mark in sorted(self._near(exposed), key=self._rank):
            painter.save()
            painter.translate(mark.at)
            painter.scale(self._scale, self._scale)
            self._paint_mark(painter, mark)
            painter.restore()

    def _paint_mark(self, painter: QPainter, mark: Mark) -> None:
        colours = self._stage.paints.colours
        full, rect = mark in (self.chosen, self.hot), self._shape(mark)
        painter.setPen(QPen(colours.accent, 1.5))
        painter.setBrush(colours.accent if full else colours.card)
        painter.drawRoundedRect(rect.adjusted(0.75, 0.75, -0.75, -0.75), _RADIUS, _RADIUS)
        if mark is self.chosen:  # as a focus is shown elsewhere: a second ring, not the colour alone
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), _RADIUS + 2, _RADIUS + 2)
        if self._is_sign(mark):
            icon = self._stage.paints.icon("clipboard", "accent", _ICON, painter.deviceTransform().m11())
            painter.drawPixmap(QPointF(-_ICON / 2, -_ICON / 2), icon)
            return
        painter.setPen(colours.on_accent if full else colours.accent)
        painter.drawText(rect, self._text, _CENTRED)

    def _mark(self, link: LinkItem) -> Mark:
        line = link.line
        assert line is not None
        if link.first_place:
            return Mark(link.link_id, place_rect(line).center(), CARD.translated(-CARD.center()))
        return Mark(link.link_id, line.handle, self._at_end if link.open else self._on_line)

    def _near(self, rect: QRectF) -> Iterable[Mark]:
        """The marks that may reach into a rectangle."""
        reach = _REACH * self._scale
        first, last = bisect_left(self._xs, rect.left() - reach), bisect_left(self._xs, rect.right() + reach)
        top, bottom = rect.top() - reach, rect.bottom() + reach
        return (mark for mark in self.marks[first:last] if top <= mark.at.y() <= bottom)

    def _rank(self, mark: Mark) -> int:
        """What is drawn above what: the chosen one, and the one under the pointer above that."""
        return (mark is self.chosen) + 2 * (mark is self.hot)

    def _around_all(self) -> QRectF:
        ys = [mark.at.y() for mark in self.marks]
        reach = _REACH * self._scale
        box = QRectF(QPointF(self._xs[0], min(ys)), QPointF(self._xs[-1], max(ys)))
        return box.adjusted(-reach, -reach, reach, reach)


def _parted(marks: Iterable[tuple[Mark, str | None]]) -> Iterator[Mark]:
    """The marks of lines to one card, those whose signs would cover each other moved apart."""
    by_target: dict[str | None, list[Mark]] = {}
    for mark, target in marks:
        by_target.setdefault(target, []).append(mark)
    yield from by_target.pop(None, ())  # open ends stand in rows of their own
    pitch = _SIGN.height() + _BETWEEN
    for group in by_target.values():
        group.sort(key=lambda mark: mark.at.y())
        low = group[-1].at.y() - group[0].at.y()
        if all(after.at.y() - before.at.y() >= pitch for before, after in pairwise(group)):
            yield from group
            continue
        top = group[0].at.y() + (low - pitch * (len(group) - 1)) / 2
        for row, mark in enumerate(group):
            yield mark._replace(at=QPointF(mark.at.x(), top + row * pitch))


def _overlapping(marks: Iterable[Mark]) -> set[str]:
    """The lines of marks whose words would lie on the words of others."""
    found: set[str] = set()
    reaching: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: mark.words_there.left()):
        here = mark.words_there
        reaching = [other for other in reaching if other.words_there.right() > here.left()]
        if over := [other.link_id for other in reaching if other.words_there.intersects(here)]:
            found.update(over, [mark.link_id])
        reaching.append(mark)
    return found


def _covers_something(scene: QGraphicsScene, mark: Mark) -> bool:
    """Whether the words of a mark would lie on a card, or on the name of a branch."""
    words = mark.words_there
    for item in scene.items(words):
        if isinstance(item, CardItem):
            covered = item.scene_rect
        elif isinstance(item, LinkItem) and item.line is not None and item.line.chip is not None:
            covered = chip_rect(item.line.chip, item.line.chip_width)
        else:
            continue
        if covered.adjusted(1, 1, -1, -1).intersects(words):
            return True
    return False


_CENTRED = QTextOption(Qt.AlignmentFlag.AlignCenter)
_CENTRED.setWrapMode(QTextOption.WrapMode.WordWrap)
