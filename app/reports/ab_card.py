"""An AB test: each group's rate with its interval, the probability that it is the best, and what follows."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt

from app.reports.ink import Ink
from engine.i18n import tr
from engine.server.reported.ab_words import method_words, verdict_words
from engine.server.wire.reporting import ReportGroup, ReportTest

_ROW, _HEAD = 34.0, 28.0
_NAME, _NUMBERS = 180.0, 250.0


class AbCard:
    """See `engine.report.statistics`. name: of the Test Target."""

    def __init__(self, test: ReportTest, name: str, cycle: int | None) -> None:
        self.title = tr("AB test: {name}", name=name)
        self._test, self._cycle = test, cycle

    def height(self, width: float) -> float:
        return _HEAD + _ROW * len(self._test.groups) + 48

    def paint(self, ink: Ink, area: QRectF) -> None:
        most = max((group.high for group in self._test.groups if group.judged), default=1.0) or 1.0
        plot = QRectF(area.left() + _NAME, area.top(), area.width() - _NAME - _NUMBERS, area.height())
        right = Qt.AlignmentFlag.AlignRight
        head = QRectF(plot.left(), area.top(), plot.width(), 20)
        ink.text(head, tr("Goal reached, with the 95 % interval"), "label", "muted")
        for place, name in ((0, tr("Achieved")), (1, tr("Judged")), (2, tr("Best with"))):
            ink.text(self._number(area, place, area.top(), 20), name, "label", "muted", right)
        for n, group in enumerate(self._test.groups):
            top = area.top() + _HEAD + n * _ROW
            self._paint_group(ink, area, plot, group, top, most)
        said = QRectF(area.left(), area.bottom() - 40, area.width(), 20)
        ink.text(said, verdict_words(self._test), "strong", "ok" if self._test.winner else "text")
        how = QRectF(area.left(), area.bottom() - 20, area.width(), 20)
        ink.text(how, method_words(self._test), "small", "muted")

    def _paint_group(
        self, ink: Ink, area: QRectF, plot: QRectF, group: ReportGroup, top: float, most: float
    ) -> None:
        won = group.port == self._test.winner
        ink.text(QRectF(area.left(), top, _NAME - 12, 24), group.name, "strong")
        ink.box(QRectF(plot.left(), top + 4, plot.width() - 64, 16), "canvas")
        wide = plot.width() - 64
        if group.rate is not None:
            end = plot.left() + wide * group.rate / most
            bar = QRectF(plot.left(), top + 4, max(2.0, end - plot.left()), 16)
            ink.box(bar, "ok" if won else "accent", alpha=0.8)
            low, high = (plot.left() + wide * value / most for value in (group.low, group.high))
            middle = top + 12
            ink.line(QPointF(low, middle), QPointF(high, middle), "text", 1.5)
            for x in (low, high):
                ink.line(QPointF(x, middle - 5), QPointF(x, middle + 5), "text", 1.5)
            ink.text(QRectF(plot.right() - 58, top, 56, 24), f"{group.rate:.2%}", "strong")
        for place, what, n in ((0, "achieved", group.achieved), (1, "judged", group.judged)):
            ask = {"what": what, "place": self._test.node, "port": group.port, "cycle": self._cycle}
            ink.number(self._number(area, place, top, 24), f"{n:,}", ask if n else None, group.name)
        best = self._number(area, 2, top, 24)
        ink.text(best, f"{group.best:.1%}", align=Qt.AlignmentFlag.AlignRight)

    @staticmethod
    def _number(area: QRectF, place: int, top: float, height: float) -> QRectF:
        wide = _NUMBERS / 3
        return QRectF(area.right() - _NUMBERS + place * wide, top, wide - 4, height)
