"""The parts of a report's page: each a panel, in the order in which the designer has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from engine.components.effect_words import method_words, uplift_words
from engine.i18n import tr
from engine.report.funnel import Way
from engine.server.reported import ab_words
from engine.server.reported.funnel import rest_words, who_came
from engine.server.reported.numbers import (
    Cell,
    Grid,
    cycles,
    key_figures,
    messages,
    reasons,
    share,
)
from engine.server.reported.sankey import Sankey
from engine.server.reported.series import Bars
from engine.server.web.charts import bar, legend, rate_bar, sankey_chart, series_chart
from engine.server.web.choices import Addresses, Choices
from engine.server.web.html import Child, Html, tag
from engine.server.web.parts import component_name, panel, scrolling, table, tile
from engine.server.wire.reporting import Report, ReportEffect, ReportFlow, ReportTest, ReportTouch

_FUNNEL = "funnel"


class ReportParts:
    """Of one report, as one reader may see it. zone: the workspace's."""

    def __init__(self, report: Report, choices: Choices, addresses: Addresses, zone: ZoneInfo) -> None:
        self._report, self._choices, self._addresses, self._zone = report, choices, addresses, zone
        self._names = {node.id: node.name for node in report.nodes}
        self._kinds = {node.id: node.kind for node in report.nodes}

    def parts(self) -> Iterator[Html]:
        """All that there is something to say of."""
        report = self._report
        yield tag("dl", [tile(one.name, self._number(one.cell), one.note) for one in key_figures(report)],
                  class_="totals")  # fmt: skip
        if report.effect is not None:
            yield self._goal(report.effect)
        if report.funnel:
            yield self._funnel()
        if any(flow.n for flow in report.flows):
            yield self._ways()
        if report.series.moments:
            yield self._series()
        if report.touches:
            yield self._messages()
        for test in report.tests:
            yield self._test(test)
        if len(report.counts.cycles) > 1:
            grid = cycles(report, self._zone)
            note = tag("p", grid.note, class_="nothing") if grid.note else None
            yield panel(grid.title, [scrolling(grid.title, self._grid(grid)), note])

    def _number(self, cell: Cell) -> Child:
        """A number; with people behind it that the reader may see, it leads to them."""
        address = None if cell.ask is None else self._addresses.people(cell.ask)
        if address is None:
            return cell.text
        return tag("a", cell.text, href=address, title=tr("{number}: who is that?", number=cell.text))

    def _cell(self, cell: Cell) -> Html:
        return tag("td", self._number(cell), class_="zero" if cell.text == "0" else None)

    def _grid(self, grid: Grid) -> Html:
        lines = [
            tag("tr", tag("th", tag("bdi", name.text), scope="row"), [self._cell(cell) for cell in cells])
            for name, *cells in grid.rows
        ]
        return table(grid.head, lines)

    def _component(self, id: str) -> Html:
        return component_name(self._names.get(id, id), self._kinds.get(id, ""))

    # ---- the goal, and AB tests

    def _goal(self, effect: ReportEffect) -> Html:
        title = tr("Goal: {goal}", goal=effect.goal)
        groups = [(tr("Entered"), effect.entered, "converted")]
        if effect.control is not None:
            groups.append((tr("Control group"), effect.control, "control_converted"))
        most = max((rate.high for _, rate, _ in groups if rate.people), default=1.0)
        lines: list[Html] = []
        for name, rate, what in groups:
            ask = {"what": what, "cycle": self._report.cycle} if rate.converted else None
            lines.append(
                tag(
                    "tr",
                    tag("th", name, scope="row"),
                    _rate_cell(rate.rate, rate.low, rate.high, most, "accent" if not lines else "faint"),
                    _rate_words(rate.rate, rate.low, rate.high),
                    self._cell(Cell(f"{rate.converted:,}", ask)),
                    self._cell(Cell(f"{rate.people:,}")),
                )
            )
        head = [tr("Group"), tr("Goal reached, with the 95 % interval"), tr("Rate"), tr("Reached it"),
                tr("People")]  # fmt: skip
        said: list[Child] = [scrolling(title, table(head, lines))]
        if (change := effect.uplift) is not None:
            good = change.holds and change.gap > 0
            said.append(_verdict(uplift_words(change), method_words(change), holds=good))
        return panel(title, said, "rates")

    def _test(self, test: ReportTest) -> Html:
        title = tr("AB test: {name}", name=self._names.get(test.node, test.node))
        most = max((group.high for group in test.groups if group.judged), default=1.0)
        lines = []
        for group in test.groups:
            ask = {"place": test.node, "port": group.port, "cycle": self._report.cycle}
            achieved = Cell(f"{group.achieved:,}", {**ask, "what": "achieved"} if group.achieved else None)
            judged = Cell(f"{group.judged:,}", {**ask, "what": "judged"} if group.judged else None)
            colour = "ok" if group.port == test.winner else "accent"
            lines.append(
                tag(
                    "tr",
                    tag("th", tag("bdi", group.name), scope="row"),
                    _rate_cell(group.rate, group.low, group.high, most, colour),
                    _rate_words(group.rate, group.low, group.high),
                    self._cell(achieved),
                    self._cell(judged),
                    tag("td", f"{group.best:.1%}"),
                )
            )
        head = [tr("Group"), tr("Goal reached, with the 95 % interval"), tr("Rate"), tr("Achieved"),
                tr("Judged"), tr("Best with")]  # fmt: skip
        verdict = _verdict(
            ab_words.verdict_words(test), ab_words.method_words(test), holds=test.winner is not None
        )
        return panel(title, [scrolling(title, table(head, lines)), verdict], "rates")

    # ---- where people went

    def _funnel(self) -> Html:
        report, title = self._report, tr("Funnel")
        first = report.funnel[0].came
        most = max(step.came for step in report.funnel) or 1
        lines = []
        for place, step in enumerate(report.funnel):
            rest = rest_words(step)
            name = [
                self._component(step.node),
                bar(step.came / most),
                tag("small", rest, class_="rest") if rest else None,
                self._branches(place),
            ]
            number = Cell(f"{step.came:,}", who_came(report, place))
            percent = tag("td", share(step.came, first))
            lines.append(tag("tr", tag("th", name, scope="row"), self._cell(number), percent))
        head = [tr("Component"), tr("People"), tr("Percent")]
        return panel(title, scrolling(title, table(head, lines)), "funnel", _FUNNEL)

    def _branches(self, place: int) -> Html | None:
        """Where else one could go from a step of the path: each leads to the funnel along that way."""
        report = self._report
        node, path = report.funnel[place].node, report.path
        ways: dict[str, ReportFlow] = {}
        for flow in report.flows:
            if flow.source == node and flow.target not in path[: place + 1]:
                known = ways.get(flow.target)
                ways[flow.target] = (
                    flow if known is None else known.model_copy(update={"n": known.n + flow.n})
                )
        if len(ways) < 2:
            return None
        taken = path[place + 1] if place + 1 < len(path) else None
        before = self._lines_to(place)
        links = [
            tag(
                "a",
                tag("bdi", self._names.get(target, target)),
                tag("span", f"{flow.n:,}"),
                href=self._addresses.report(self._choices.down(self._start(), (*before, flow.link)))
                + f"#{_FUNNEL}",
                aria_current="true" if target == taken else None,
            )
            for target, flow in ways.items()
        ]
        return tag(
            "nav", links, class_="branches", aria_label=tr("Ways on from “{name}”", name=self._names[node])
        )

    def _start(self) -> str:
        """Where the path begins, where that is not where it would begin by itself."""
        return self._choices.through and self._report.path[0]

    def _lines_to(self, place: int) -> tuple[str, ...]:
        """The lines at which the path up to a step goes one of several ways."""
        report, found = self._report, []
        for node, following in zip(report.path[:place], report.path[1 : place + 1], strict=True):
            ways: Sequence[Way] = [flow for flow in report.flows if flow.source == node]
            if len({way.target for way in ways}) > 1:
                found.append(next(way.link for way in ways if way.target == following))
        return tuple(found)

    def _ways(self) -> Html:
        report, title = self._report, tr("Where people went")
        sankey = Sankey(report.nodes, report.counts.nodes, report.flows)
        drawn = scrolling(title, sankey_chart(sankey, report, self._addresses))
        lines = []
        for flow in sankey.flows:
            ask = {"what": "line", "place": flow.link, "cycle": report.cycle}
            ends = [tag("th", self._component(flow.source), scope="row"),
                    tag("td", self._component(flow.target), class_="text")]  # fmt: skip
            lines.append(tag("tr", ends, self._cell(Cell(f"{flow.n:,}", ask))))
        head = [tr("From"), tr("To"), tr("People")]
        return panel(title, [drawn, _as_table(table(head, lines))], "ways")

    # ---- as time goes by, and messages

    def _series(self) -> Html:
        report = self._report
        bars = Bars(report.series, self._zone, with_goal=report.effect is not None)
        lines = [
            tag("tr", tag("th", bars.time_words(moment), scope="row"), [tag("td", f"{n:,}") for n in values])
            for moment, values in bars.steps
            if any(values)
        ]
        head = [tr("Time"), *(name for name, _ in bars.told)]
        return panel(
            bars.title, [legend(bars), series_chart(bars), _as_table(table(head, lines))], "over-time"
        )

    def _messages(self) -> Html:
        grid = messages(self._report)
        lines = [
            tag(
                "tr",
                tag("th", self._component(touch.node), self._why(touch), scope="row"),
                [self._cell(cell) for cell in cells],
            )
            for touch, (_, *cells) in zip(self._report.touches, grid.rows, strict=True)
        ]
        return panel(grid.title, scrolling(grid.title, table(grid.head, lines)), "messages")

    def _why(self, touch: ReportTouch) -> Html | None:
        """Why messages of a component were not delivered."""
        why = reasons(touch, self._report)
        lines = [tag("li", tag("bdi", words), " ", tag("b", self._number(cell))) for words, cell in why]
        return tag("ul", lines, class_="why") if lines else None


def _rate_cell(rate: float | None, low: float, high: float, most: float, colour: str) -> Html:
    return tag("td", rate_bar(rate, low, high, most, colour), class_="plotted")


def _rate_words(rate: float | None, low: float, high: float) -> Html:
    if rate is None:
        return tag("td", "–", class_="zero")
    return tag("td", tag("b", f"{rate:.2%}"), tag("small", f"{low:.2%} – {high:.2%}", class_="between"))


def _verdict(said: str, how: str, *, holds: bool) -> Html:
    words = tag("p", tag("b", said), class_="good" if holds else None)
    return tag("div", words, tag("p", tag("small", how)) if how else None, class_="verdict")


def _as_table(content: Html) -> Html:
    """What a chart shows, for who would rather read it."""
    return tag("details", tag("summary", tr("As a table")), content, class_="as-table")
