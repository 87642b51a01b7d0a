"""The funnel: a bar for each component of the path, and what became of those who did not go on."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from app.reports.ink import Ask, Ink, share
from engine.i18n import listed, ntr, tr
from engine.server.wire.reporting import FunnelStep, Report

_ROW = 44.0
_NAME, _NUMBER = 200.0, 130.0


class FunnelChart:
    """See `engine.report.funnel`."""

    def __init__(self, report: Report) -> None:
        self.title = tr("Funnel")
        self._steps, self._flows, self._cycle = report.funnel, report.flows, report.cycle
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
            ink.text(QRectF(left, top + 23, room, 16), _rest(step), "small", "muted")
            ask = self._ask(n) if step.came else None
            number = QRectF(area.right() - _NUMBER + 8, top, 60, 24)
            ink.number(number, f"{step.came:,}", ask, name)
            ink.text(QRectF(area.right() - 56, top, 56, 24), share(step.came, first), "small", "muted")

    def _ask(self, place: int) -> Ask | None:
        """Who came to a step along the path; over several lines at once that cannot be asked."""
        step = self._steps[place]
        if step.arrived == step.came:
            return {"what": "arrived", "place": step.node, "cycle": self._cycle}
        before = self._steps[place - 1].node
        links = [flow.link for flow in self._flows if (flow.source, flow.target) == (before, step.node)]
        return {"what": "line", "place": links[0], "cycle": self._cycle} if len(links) == 1 else None


def _rest(step: FunnelStep) -> str:
    """Those who did not go on along the path, and those who came another way, in a few words."""
    said = []
    if joined := step.arrived - step.came:
        said.append(ntr("{n:,} more by other ways", "{n:,} more by other ways", joined))
    if step.elsewhere and step.on:
        said.append(ntr("{n:,} another way", "{n:,} another way", step.elsewhere))
    if step.waiting:
        said.append(ntr("{n:,} waiting", "{n:,} waiting", step.waiting))
    if step.left:
        said.append(ntr("{n:,} left", "{n:,} left", step.left))
    if step.exited:
        said.append(ntr("{n:,} left early", "{n:,} left early", step.exited))
    if step.merged:
        said.append(ntr("{n:,} were there already", "{n:,} were there already", step.merged))
    return listed(said)
