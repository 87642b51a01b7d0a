"""The funnel: a bar for each component of the path, and what became of those who did not go on."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from app.reports.ink import Ink
from engine.i18n import tr
from engine.server.reported.funnel import rest_words, who_came
from engine.server.reported.numbers import share
from engine.server.wire.reporting import Report

_ROW = 44.0
_NAME, _NUMBER = 200.0, 130.0


class FunnelChart:
    """See `engine.report.funnel`."""

    def __init__(self, report: Report) -> None:
        self.title = tr("Funnel")
        self._report, self._steps = report, report.funnel
        self._names = {node.id: node.name for node in report.nodes}

    def height(self, width: float) -> float:
        return _ROW * len(self._steps)

    def paint(self, ink: Ink, area: QRectF) -> None:
        most = max((step.came for step in self._steps), default=0)
        first = self._steps[0].came if self._steps else 0
        room = max(40.0, area.width() - _NAME - _NUMBER)
        for n, step in enumerate(self._steps):
            top = area.top() + n * _ROW
            name = self._names.get(step.node, step.node)
            ink.text(QRectF(area.left(), top, _NAME - 12, 24), name, "strong")
            left = area.left() + _NAME
            ink.box(QRectF(left, top + 3, room, 18), "canvas")
            if step.came:
                ink.box(QRectF(left, top + 3, max(3.0, room * step.came / most), 18), "accent", alpha=0.85)
            ink.text(QRectF(left, top + 23, room, 16), rest_words(step), "small", "muted")
            number = QRectF(area.right() - _NUMBER + 8, top, 60, 24)
            ink.number(number, f"{step.came:,}", who_came(self._report, n), name)
            ink.text(QRectF(area.right() - 56, top, 56, 24), share(step.came, first), "small", "muted")
