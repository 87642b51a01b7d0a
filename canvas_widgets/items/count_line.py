"""The line below a card while its campaign runs: who came, and what was not delivered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from canvas_widgets.items.paints import Paints, draw_ground
from engine.components.count_words import (
    compared_text,
    count_texts,
    difference_text,
    fitting,
    short_difference,
)
from engine.components.delivery import Reasons, undelivered, undelivered_text
from engine.i18n import tr

_MARK = 10.0  # the side of the triangle
_MARK_GAP = 4.0
_SEPARATOR = " · "
_NOBODY = "○"
_STROKE = 1.25


class Remarks(NamedTuple):
    """What is said besides the counts.

    Of a rehearsal: untested: nobody came; also: what stands behind the people, such as what their messages
    cost; alarm: what would go wrong, in a few words. Of a campaign that runs: release: when somebody who
    waits goes on next, in a few signs. why: a sentence on either for the tooltip.
    """

    untested: bool = False
    also: str = ""
    alarm: str = ""
    why: str = ""
    release: str = ""


NO_REMARKS = Remarks()


class CountLine(NamedTuple):
    """People first; `trouble`: how many messages failed or were skipped, "" where none did.

    shorter: the people where the whole does not fit, longer words first. reasons: for the tooltip. strong: it
    stands out.
    """

    people: str
    shorter: tuple[str, ...] = ()
    trouble: str = ""
    reasons: tuple[str, ...] = ()
    strong: bool = False

    @property
    def text(self) -> str:
        """All of it in words, for lists and screen readers."""
        return _SEPARATOR.join(part for part in (self.people, self.trouble) if part)

    @property
    def shortest(self) -> str:
        """The people in as few signs as possible."""
        return self.shorter[-1] if self.shorter else self.people


NO_COUNT = CountLine("")


def untested_text() -> str:
    """What stands where nobody came in a rehearsal: a mark, and the word for it."""
    word = tr("untested")  # not inside an f-string: its texts are not collected
    return f"{_NOBODY} {word}"


def count_line(
    kind: str,
    counts: Mapping[str, int],
    reasons: Reasons | None = None,
    id_type: str = "",
    remarks: Remarks = NO_REMARKS,
) -> CountLine:
    """A node's counts in words: how many arrived and wait there or left, and what was not delivered.

    id_type: what it needs to reach people.
    """
    if remarks.untested:
        return CountLine(untested_text())
    reasons = reasons or {}
    said = tuple(
        tr("{title}: {text}", title=word, text=f"{n:,}") for word, n in undelivered(reasons, id_type)
    )
    whole, *shorter = count_texts(kind, counts, remarks.release)
    people = _SEPARATOR.join(part for part in (whole, remarks.also) if part)
    trouble = _SEPARATOR.join(part for part in (undelivered_text(reasons), remarks.alarm) if part)
    why = (remarks.why,) if remarks.why else ()
    return CountLine(people, tuple(shorter), trouble, (*said, *why))


def compared_line(counts: tuple[int | None, int | None]) -> CountLine:
    """How many came in two rehearsals, A and B; None where one does not have the component."""
    before, now = counts
    whole = compared_text(before, now, difference_text)
    return CountLine(whole, (compared_text(before, now, short_difference),), strong=before != now)


def people_beside(line: CountLine, advance: Callable[[str], float], room: float) -> str:
    """The people as they stand in front of the trouble, if there is any: short where there is no room."""
    behind = _SEPARATOR if line.trouble else ""
    return fitting([text + behind for text in (line.people, *line.shorter)], advance, room)


def draw_count(painter: QPainter, paints: Paints, line: CountLine, middle: QPointF, room: float) -> None:
    """Draw the line around `middle`, on its base line; trouble has a mark and a colour of its own."""
    advance = paints.small_metrics.horizontalAdvance
    trouble = advance(line.trouble) + _MARK + _MARK_GAP if line.trouble else 0.0
    people = people_beside(line, advance, room - trouble)
    width = advance(people) + trouble
    left = middle.x() - width / 2
    draw_ground(painter, paints, middle, width)
    painter.setFont(paints.small_font)
    painter.setPen(paints.text if line.strong else paints.muted)
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
