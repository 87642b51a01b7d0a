"""The line below a card while its campaign runs: who came, and what was not delivered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from canvas_widgets.items.paints import Paints, draw_ground
from engine.components.delivery import Reasons, undelivered, undelivered_text
from engine.components.registry import component
from engine.i18n import tr

_MARK = 10.0  # the side of the triangle
_MARK_GAP = 4.0
_SEPARATOR = " · "
_STROKE = 1.25


class CountLine(NamedTuple):
    """People first; `trouble`: how many messages failed or were skipped, "" where none did.

    short: the people where the whole does not fit. reasons: for the tooltip.
    """

    people: str
    short: str = ""
    trouble: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it in words, for lists and screen readers."""
        return _SEPARATOR.join(part for part in (self.people, self.trouble) if part)


NO_COUNT = CountLine("")


def count_line(
    kind: str, counts: Mapping[str, int], reasons: Reasons | None = None, id_type: str = ""
) -> CountLine:
    """A node's counts in words: how many arrived and wait there or left, and what was not delivered.

    id_type: what it needs to reach people.
    """
    reasons = reasons or {}
    said = tuple(
        tr("{title}: {text}", title=word, text=f"{n:,}") for word, n in undelivered(reasons, id_type)
    )
    return CountLine(
        count_text(kind, counts), f"{counts.get('arrived', 0):,}", undelivered_text(reasons), said
    )


def count_text(kind: str, counts: Mapping[str, int]) -> str:
    """A node's people in words: how many arrived, how many wait there, how many it failed."""
    arrived, waiting = counts.get("arrived", 0), counts.get("waiting", 0)
    if not component(kind).ports({}):
        return tr("{count:,} done", count=counts.get("passed", 0))
    if waiting:
        return tr("{arrived:,} · {waiting:,} waiting", arrived=arrived, waiting=waiting)
    if left := counts.get("left", 0):
        return tr("{arrived:,} · {left:,} left", arrived=arrived, left=left)
    return f"{arrived:,}"


def people_beside(line: CountLine, advance: Callable[[str], float], room: float) -> str:
    """The people as they stand in front of the trouble, if there is any: short where there is no room."""
    if not line.trouble:
        return line.people
    whole = line.people + _SEPARATOR
    return whole if advance(whole) <= room else line.short + _SEPARATOR


def draw_count(painter: QPainter, paints: Paints, line: CountLine, middle: QPointF, room: float) -> None:
    """Draw the line around `middle`, on its base line; trouble has a mark and a colour of its own."""
    advance = paints.small_metrics.horizontalAdvance
    trouble = advance(line.trouble) + _MARK + _MARK_GAP if line.trouble else 0.0
    people = people_beside(line, advance, room - trouble)
    width = advance(people) + trouble
    left = middle.x() - width / 2
    draw_ground(painter, paints, middle, width)
    painter.setFont(paints.small_font)
    painter.setPen(paints.muted)
    painter.drawText(QPointF(left, middle.y()), people)
    if line.trouble:
        left += advance(people)
        _draw_mark(painter, paints, QPointF(left, middle.y()))
        painter.setPen(paints.colours.danger)
        painter.drawText(QPointF(left + _MARK + _MARK_GAP, middle.y()), line.trouble)


def _draw_mark(painter: QPainter, paints: Paints, at: QPointF) -> None:
    """A warning sign: a triangle with a stroke in it, standing on the base line."""
    painter.save()
    box = QRectF(at.x(), at.y() - _MARK + 1, _MARK, _MARK)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paints.colours.danger)
    top = QPointF(box.center().x(), box.top())
    painter.drawPolygon(QPolygonF([top, box.bottomRight(), box.bottomLeft()]))
    painter.setPen(QPen(paints.colours.on_danger, _STROKE))
    painter.drawLine(QPointF(top.x(), box.top() + 3.5), QPointF(top.x(), box.bottom() - 3.0))
    painter.drawPoint(QPointF(top.x(), box.bottom() - 1.4))
    painter.restore()
