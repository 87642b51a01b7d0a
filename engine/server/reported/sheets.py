"""Reports and comparisons as tables of plain values: what CSV and Excel files hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from engine.components.delivery import STATES, receipt_word, state_and_reason
from engine.i18n import tr
from engine.server.reported.comparing import MEASURES
from engine.server.wire.reporting import Comparison, Report, ReportEffect

Value = str | int | float | None


class Sheet(NamedTuple):
    """A table: its name, and rows of values, the first of which is the head."""

    name: str
    rows: Sequence[Sequence[Value]]


def report_sheets(report: Report) -> list[Sheet]:
    """Every table of a report, in the order in which it is shown."""
    names = {node.id: node.name for node in report.nodes}
    return [
        Sheet(tr("Components"), _components(report)),
        Sheet(tr("Funnel"), _funnel(report, names)),
        Sheet(tr("Lines"), _lines(report, names)),
        Sheet(tr("Messages"), _messages(report, names)),
        *([Sheet(tr("Goal"), _effect(report.effect))] if report.effect else []),
        Sheet(tr("AB tests"), _tests(report, names)),
        Sheet(tr("Cycles"), _cycles(report)),
        Sheet(tr("Over time"), _series(report)),
    ]


def comparison_sheets(comparison: Comparison) -> list[Sheet]:
    """One row a campaign, every measure with its share."""
    measures = [measure for part in MEASURES for measure in part.measures]
    head: list[Value] = [tr("Campaign")]
    for measure in measures:
        head.append(tr(measure.name))
        if measure.whole is not None:
            head.append(tr("{name}, share", name=tr(measure.name)))
    rows = [head]
    for one in comparison.campaigns:
        row: list[Value] = [one.name]
        for measure in measures:
            row.append(measure.n(one))
            if measure.whole is not None:
                whole = measure.whole(one)
                row.append(measure.n(one) / whole if whole else None)
        rows.append(row)
    return [Sheet(tr("Comparison"), rows)]


def _components(report: Report) -> list[list[Value]]:
    head: list[Value] = [
        tr("Component"),
        tr("Arrived"),
        tr("Went on"),
        tr("Waiting"),
        tr("Left"),
        tr("Left early"),
        tr("Merged"),
        tr("Failed"),
    ]
    rows: list[list[Value]] = [head]
    for node in report.nodes:
        seen = report.counts.nodes[node.id]
        gone = (seen.left, seen.exited, seen.merged, seen.failed)
        rows.append([node.name, seen.arrived, seen.passed, seen.waiting, *gone])
    return rows


def _funnel(report: Report, names: Mapping[str, str]) -> list[list[Value]]:
    rows: list[list[Value]] = [
        [tr("Component"), tr("Came along the path"), tr("Arrived"), tr("Went on along it")]
    ]
    rows += [[names.get(one.node, one.node), one.came, one.arrived, one.on] for one in report.funnel]
    return rows


def _lines(report: Report, names: Mapping[str, str]) -> list[list[Value]]:
    rows: list[list[Value]] = [[tr("From"), tr("To"), tr("People")]]
    rows += [[names.get(f.source, f.source), names.get(f.target, f.target), f.n] for f in report.flows]
    return rows


def _messages(report: Report, names: Mapping[str, str]) -> list[list[Value]]:
    rows: list[list[Value]] = [[tr("Component"), tr("What became of it"), tr("Messages")]]
    id_types = {node.id: node.id_type for node in report.nodes}
    for touch in report.touches:
        name, id_type = names.get(touch.node, touch.node), id_types.get(touch.node, "")
        for state in STATES:
            for reason, n in touch.reasons.get(state, {}).items():
                rows.append([name, state_and_reason(state, reason, id_type), n])
        rows += [[name, receipt_word(receipt), n] for receipt, n in touch.receipts.items()]
    return rows


def _effect(effect: ReportEffect) -> list[list[Value]]:
    head: list[Value] = [tr("Group"), tr("People"), tr("Reached it"), tr("Rate"), tr("From"), tr("To")]
    rows: list[list[Value]] = [head]
    for name, rate in ((tr("Entered"), effect.entered), (tr("Control group"), effect.control)):
        if rate is not None:
            rows.append([name, rate.people, rate.converted, rate.rate, rate.low, rate.high])
    if (change := effect.uplift) is not None:
        rows.append([tr("Difference"), None, None, change.gap, change.low, change.high])
        rows.append([tr("p-value"), None, None, change.p, None, None])
        rows.append([tr("Holds"), None, None, tr("yes") if change.holds else tr("no"), None, None])
    return rows


def _tests(report: Report, names: Mapping[str, str]) -> list[list[Value]]:
    head: list[Value] = [
        tr("AB test"), tr("Group"), tr("Judged"), tr("Achieved"), tr("Rate"), tr("From"), tr("To"),
        tr("Best with"), tr("Winner"),
    ]  # fmt: skip
    rows: list[list[Value]] = [head]
    for test in report.tests:
        for one in test.groups:
            won = tr("yes") if one.port == test.winner else ""
            rows.append(
                [
                    names.get(test.node, test.node), one.name, one.judged, one.achieved, one.rate, one.low,
                    one.high, one.best, won,
                ]
            )  # fmt: skip
    return rows


def _cycles(report: Report) -> list[list[Value]]:
    rows: list[list[Value]] = [
        [tr("Cycle"), tr("Began"), tr("Entered"), tr("Inside"), tr("Finished"), tr("Control group")]
    ]
    rows += [
        [one.number, one.moment, one.entries, one.inside, one.finished, one.held_back]
        for one in report.counts.cycles
    ]
    return rows


def _series(report: Report) -> list[list[Value]]:
    series = report.series
    rows: list[list[Value]] = [[tr("Time"), tr("Entered"), tr("Messages planned")]]
    if report.effect is not None:
        rows[0].append(tr("Goal reached"))
    lists = [values for states in series.messages.values() for values in states.values()]
    for n, moment in enumerate(series.moments):
        row: list[Value] = [moment, series.entries[n], sum(values[n] for values in lists)]
        rows.append([*row, series.converted[n]] if report.effect is not None else row)
    return rows
