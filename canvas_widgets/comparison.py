"""Two states of a campaign in one picture: what was added, removed and changed, by shape and by colour.

    picture = ComparisonPicture(overlaid(before, after), lookup, look)

It is made like any `Picture`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from canvas_widgets.difference_marks import BADGE, DifferenceMarks
from canvas_widgets.look import Look
from canvas_widgets.picture import Picture
from engine.campaign.differences import Change
from engine.campaign.overlay import Overlay
from engine.components.base import Lookup
from engine.i18n import N_, tr
from engine.steps import Steps

_WORDS: Mapping[Change, str] = {
    Change.ADDED: N_("Added: {n:,}"),
    Change.REMOVED: N_("Removed: {n:,}"),
    Change.CHANGED: N_("Changed: {n:,}"),
}
_NOTHING = N_("Nothing is different.")
_LEGEND_HEIGHT, _LEGEND_LEFT, _GAP = 44.0, 24.0, 24.0


class ComparisonPicture(Picture):
    """A legend above, and a mark at everything that differs."""

    def __init__(self, overlay: Overlay, lookup: Lookup, look: Look) -> None:
        super().__init__(overlay.document, lookup, look)
        self._overlay = overlay
        self._marks = DifferenceMarks(self._scene, overlay)
        self._area = QRectF()

    def load(self) -> Steps[QRectF]:
        area = yield from super().load()
        width = max(area.width(), self._legend_width())
        self._area = QRectF(area.x(), area.y() - _LEGEND_HEIGHT, width, area.height() + _LEGEND_HEIGHT)
        return self._area

    def paint(self, painter: QPainter, *, scale: float = 1.0, vector: bool) -> Iterator[None]:
        self._marks.lines()
        yield from super().paint(painter, scale=scale, vector=vector)
        yield from self._marks.paint(painter)
        self._paint_legend(painter)

    # The legend --------------------------------------------------------------------------------------------

    def _entries(self) -> list[tuple[Change, str]]:
        overlay = self._overlay
        counts = Counter([*overlay.nodes.values(), *overlay.links.values(), *overlay.notes.values()])
        return [(change, tr(words, n=counts[change])) for change, words in _WORDS.items() if counts[change]]

    def _legend_width(self) -> float:
        metrics = QFontMetricsF(self.look.font("control"))
        words = [text for _, text in self._entries()] or [tr(_NOTHING)]
        return 2 * _LEGEND_LEFT + sum(2 * BADGE + _GAP + metrics.horizontalAdvance(text) for text in words)

    def _paint_legend(self, painter: QPainter) -> None:
        painter.setFont(self.look.font("control"))
        metrics = QFontMetricsF(painter.font())
        at = QPointF(self._area.left() + _LEGEND_LEFT + BADGE, self._area.top() + _LEGEND_HEIGHT - BADGE)
        base = at.y() + (metrics.ascent() - metrics.descent()) / 2
        ink = self._scene.stage.paints.colours.text
        entries = self._entries()
        if not entries:
            painter.setPen(ink)
            painter.drawText(QPointF(at.x() - BADGE, base), tr(_NOTHING))
        for change, text in entries:
            self._marks.badge(painter, at, change)
            painter.setPen(ink)
            painter.drawText(QPointF(at.x() + 2 * BADGE, base), text)
            at += QPointF(2 * BADGE + _GAP + metrics.horizontalAdvance(text), 0)
