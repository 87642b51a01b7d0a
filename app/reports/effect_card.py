"""The campaign's goal: who reached it, of those who entered and of the control group, and what that says."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt

from app.reports.ink import Ink
from engine.components.effect_words import method_words, uplift_words
from engine.i18n import tr
from engine.server.wire.reporting import ReportEffect, ReportRate

_ROW, _HEAD = 34.0, 28.0
_NAME, _NUMBERS = 180.0, 190.0


class EffectCard:
    """See `engine.report.effect`."""

    def __init__(self, effect: ReportEffect, cycle: int | None) -> None:
        self.title = tr("Goal: {goal}", goal=effect.goal)
        self._effect, self._cycle = effect, cycle
        self._rows = [(tr("Entered"), effect.entered, "converted")]
        if effect.control is not None:
            self._rows.append((tr("Control group"), effect.control, "control_converted"))

    def height(self, width: float) -> float:
        return _HEAD + _ROW * len(self._rows) + (48 if self._effect.uplift else 0)

    def paint(self, ink: Ink, area: QRectF) -> None:
        most = max((rate.high for _, rate, _ in self._rows if rate.people), default=1.0) or 1.0
        plot = QRectF(area.left() + _NAME, area.top(), area.width() - _NAME - _NUMBERS, area.height())
        right = Qt.AlignmentFlag.AlignRight
        head = QRectF(plot.left(), area.top(), plot.width(), 20)
        ink.text(head, tr("Goal reached, with the 95 % interval"), "label", "muted")
        for place, name in ((0, tr("Reached it")), (1, tr("People"))):
            ink.text(self._number(area, place, area.top(), 20), name, "label", "muted", right)
        for n, (name, rate, what) in enumerate(self._rows):
            top = area.top() + _HEAD + n * _ROW
            ink.text(QRectF(area.left(), top, _NAME - 12, 24), name, "strong")
            self._paint_rate(ink, QRectF(plot.left(), top, plot.width(), 24), rate, most, faint=n > 0)
            ask = {"what": what, "cycle": self._cycle} if rate.converted else None
            ink.number(self._number(area, 0, top, 24), f"{rate.converted:,}", ask, name)
            ink.text(self._number(area, 1, top, 24), f"{rate.people:,}", align=right)
        change = self._effect.uplift
        if change is not None:
            said = QRectF(area.left(), area.bottom() - 40, area.width(), 20)
            good = change.holds and change.gap > 0
            ink.text(said, uplift_words(change), "strong", "ok" if good else "text")
            how = QRectF(area.left(), area.bottom() - 20, area.width(), 20)
            ink.text(how, method_words(change), "small", "muted")

    @staticmethod
    def _paint_rate(ink: Ink, area: QRectF, rate: ReportRate, most: float, *, faint: bool) -> None:
        wide, top = area.width() - 64, area.top()
        ink.box(QRectF(area.left(), top + 4, wide, 16), "canvas")
        if rate.rate is None:
            return
        ink.box(
            QRectF(area.left(), top + 4, max(2.0, wide * rate.rate / most), 16),
            "faint" if faint else "accent",
            alpha=0.8,
        )
        low, high = (area.left() + wide * value / most for value in (rate.low, rate.high))
        ink.line(QPointF(low, top + 12), QPointF(high, top + 12), "text", 1.5)
        for x in (low, high):
            ink.line(QPointF(x, top + 7), QPointF(x, top + 17), "text", 1.5)
        ink.text(QRectF(area.right() - 58, top, 56, 24), f"{rate.rate:.2%}", "strong")

    @staticmethod
    def _number(area: QRectF, place: int, top: float, height: float) -> QRectF:
        wide = _NUMBERS / 2
        return QRectF(area.right() - _NUMBERS + place * wide, top, wide - 4, height)
