"""The report of one campaign as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from app.reports.ab_card import AbCard
from app.reports.effect_card import EffectCard
from app.reports.funnel_chart import FunnelChart
from app.reports.ink import Ask, share
from app.reports.painted import PaintedSheet
from app.reports.rows import Sheet, sheets
from app.reports.sankey import Sankey
from app.reports.section import Cell, Figures, Section, Table
from app.reports.series_chart import SeriesChart
from engine.components.delivery import STATES, receipt_word
from engine.i18n import listed, tr
from engine.server.wire.reporting import Report, ReportTouch


class ReportSheet(PaintedSheet):
    """Of one campaign. Attribute `report`."""

    def __init__(self, report: Report, zone: ZoneInfo) -> None:
        self.report, self._zone = report, zone
        self._names = {node.id: node.name for node in report.nodes}
        super().__init__(report.name, list(self._made()))

    def tables(self) -> list[Sheet]:
        return sheets(self.report)

    def _made(self) -> Iterator[Section]:
        report, counts = self.report, self.report.counts
        yield self._figures()
        if report.effect is not None:
            yield EffectCard(report.effect, report.cycle)
        if report.funnel:
            yield FunnelChart(report)
        if any(flow.n for flow in report.flows):
            yield Sankey(report.nodes, counts.nodes, report.flows, report.cycle)
        if report.series.moments:
            yield SeriesChart(report.series, self._zone, with_goal=report.effect is not None)
        if report.touches:
            yield self._touches()
        for test in report.tests:
            yield AbCard(test, self._names.get(test.node, test.node), report.cycle)
        if len(counts.cycles) > 1:
            yield self._cycles()

    def _figures(self) -> Figures:
        report, counts = self.report, self.report.counts
        sent = sum(states.get("sent", 0) for states in counts.messages.values())
        clicked = sum(receipts.get("clicked", 0) for receipts in counts.receipts.values())
        items = [
            (tr("Entered"), self._people("entered", counts.entries), ""),
            (tr("Inside"), self._people("inside", counts.inside), share(counts.inside, counts.entries)),
            (
                tr("Finished"),
                self._people("finished", counts.finished),
                share(counts.finished, counts.entries),
            ),
        ]
        if counts.held_back:
            note = share(counts.held_back, counts.entries + counts.held_back)
            items.append((tr("Control group"), self._people("held_back", counts.held_back), note))
        if report.touches:
            planned = sum(touch.planned for touch in report.touches)
            items.append((tr("Messages sent"), Cell(f"{sent:,}"), tr("of {n:,} planned", n=planned)))
        if clicked:
            items.append((tr("Clicked"), Cell(f"{clicked:,}"), share(clicked, sent)))
        judged = sum(group.judged for test in report.tests for group in test.groups)
        if judged:
            achieved = sum(group.achieved for test in report.tests for group in test.groups)
            items.append((tr("Test goals reached"), Cell(f"{achieved:,}"), share(achieved, judged)))
        exact = all(touch.cost is None or touch.cost.exact for touch in report.touches)
        for currency, amount in report.costs.items():
            note = currency if exact else tr("about, {currency}", currency=currency)
            items.append((tr("Cost"), Cell(f"{float(amount):,.2f}"), note))
        moment = datetime.fromisoformat(report.as_of).astimezone(self._zone).strftime("%Y-%m-%d %H:%M")
        title = tr("{name}, as of {time}", name=report.name, time=moment)
        if report.cycle is not None:
            title = tr("{name}, cycle {n}, as of {time}", name=report.name, n=report.cycle, time=moment)
        return Figures(title, items)

    def _people(self, what: str, n: int) -> Cell:
        return Cell(f"{n:,}", {"what": what, "cycle": self.report.cycle} if n else None)

    def _touches(self) -> Table:
        touches = self.report.touches
        states = [state for state in STATES if any(touch.states.get(state) for touch in touches)]
        receipts = sorted({receipt for touch in touches for receipt in touch.receipts})
        head = [tr("Component"), tr("All messages"), *(tr(STATES[state]) for state in states)]
        head += [receipt_word(receipt) for receipt in receipts]
        with_cost = any(touch.cost for touch in touches)
        if with_cost:
            head.append(tr("Cost"))
        rows = [self._touch(touch, states, receipts, with_cost=with_cost) for touch in touches]
        return Table(tr("Messages"), head, rows)

    def _touch(
        self, touch: ReportTouch, states: list[str], receipts: list[str], *, with_cost: bool
    ) -> list[Cell]:
        def asked(n: int, **ask: object) -> Cell:
            wanted: Ask = {"place": touch.node, "cycle": self.report.cycle, **ask}
            return Cell(f"{n:,}", wanted if n else None)

        cells = [Cell(self._names.get(touch.node, touch.node)), asked(touch.planned, what="messages")]
        cells += [asked(touch.states.get(one, 0), what="messages", state=one) for one in states]
        cells += [asked(touch.receipts.get(one, 0), what="receipt", receipt=one) for one in receipts]
        if with_cost:
            cost = touch.cost
            cells.append(Cell("" if cost is None else listed([f"{cost.amount} {cost.currency}"])))
        return cells

    def _cycles(self) -> Table:
        head = [tr("Cycle"), tr("Entered"), tr("Inside"), tr("Finished")]
        rows = []
        for one in reversed(self.report.counts.cycles[-_MOST_CYCLES:]):
            name = f"{one.number}"
            if one.moment is not None:
                moment = datetime.fromisoformat(one.moment).astimezone(self._zone)
                name = tr("{n}, {time}", n=one.number, time=moment.strftime("%Y-%m-%d %H:%M"))
            numbers = (("entered", one.entries), ("inside", one.inside), ("finished", one.finished))
            cells = [
                Cell(f"{n:,}", {"what": what, "cycle": one.number} if n else None) for what, n in numbers
            ]
            rows.append([Cell(name), *cells])
        more = len(self.report.counts.cycles) > _MOST_CYCLES
        return Table(tr("Cycles"), head, rows, tr("Earlier ones: see the exported table.") if more else "")


_MOST_CYCLES = 24
