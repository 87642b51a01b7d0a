"""The report of one campaign as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from app.reports.ab_card import AbCard
from app.reports.effect_card import EffectCard
from app.reports.funnel_chart import FunnelChart
from app.reports.painted import PaintedSheet
from app.reports.sankey_chart import SankeyChart
from app.reports.section import Figures, Section, Table
from app.reports.series_chart import SeriesChart
from engine.server.reported.numbers import cycles, heading, key_figures, messages
from engine.server.reported.sheets import Sheet, report_sheets
from engine.server.wire.reporting import Report


class ReportSheet(PaintedSheet):
    """Of one campaign. Attribute `report`."""

    def __init__(self, report: Report, zone: ZoneInfo) -> None:
        self.report, self._zone = report, zone
        super().__init__(report.name, list(self._made()))

    def tables(self) -> list[Sheet]:
        return report_sheets(self.report)

    def _made(self) -> Iterator[Section]:
        report, names = self.report, {node.id: node.name for node in self.report.nodes}
        yield Figures(heading(report, self._zone), key_figures(report))
        if report.effect is not None:
            yield EffectCard(report.effect, report.cycle)
        if report.funnel:
            yield FunnelChart(report)
        if any(flow.n for flow in report.flows):
            yield SankeyChart(report)
        if report.series.moments:
            yield SeriesChart(report.series, self._zone, with_goal=report.effect is not None)
        if report.touches:
            yield Table(messages(report))
        for test in report.tests:
            yield AbCard(test, names.get(test.node, test.node), report.cycle)
        if len(report.counts.cycles) > 1:
            yield Table(cycles(report, self._zone))
