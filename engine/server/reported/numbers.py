"""The numbers of a report, with the question who is behind each: key figures, messages and cycles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.components.delivery import STATES, receipt_word, state_and_reason
from engine.i18n import listed, tr
from engine.server.wire.reporting import Report, ReportTouch

MOST_CYCLES = 24
"""Cycles of a table; the files have all of them."""
_CYCLE_NUMBERS = ("entered", "inside", "finished")

Ask = Mapping[str, object]
"""What `people_behind` is asked for, when a number is clicked."""


class Cell(NamedTuple):
    """A cell of a table, or a figure. ask: who is behind it."""

    text: str
    ask: Ask | None = None


class KeyFigure(NamedTuple):
    """What it is, the number, and what there is to add."""

    name: str
    cell: Cell
    note: str


class Grid(NamedTuple):
    """A table: the first cell of a row says what the row is about. note: stands below."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


def share(part: int, whole: int) -> str:
    """A part of a whole in percent, or nothing."""
    return f"{part / whole:.1%}" if whole else ""


def counted(n: int, ask: Ask) -> Cell:
    """A number; of nobody there is nobody to ask for."""
    return Cell(f"{n:,}", ask if n else None)


def moment_words(moment: str, zone: ZoneInfo) -> str:
    """A moment of a report on the workspace's clock, to the minute."""
    return datetime.fromisoformat(moment).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def heading(report: Report, zone: ZoneInfo) -> str:
    """Of which campaign and moment the report tells, and of which cycle where it is of one."""
    moment = moment_words(report.as_of, zone)
    if report.cycle is not None:
        return tr("{name}, cycle {n}, as of {time}", name=report.name, n=report.cycle, time=moment)
    return tr("{name}, as of {time}", name=report.name, time=moment)


def key_figures(report: Report) -> list[KeyFigure]:
    """What stands above everything else."""
    counts = report.counts

    def people(what: str, n: int) -> Cell:
        return counted(n, {"what": what, "cycle": report.cycle})

    sent = sum(states.get("sent", 0) for states in counts.messages.values())
    clicked = sum(receipts.get("clicked", 0) for receipts in counts.receipts.values())
    inside, finished = people("inside", counts.inside), people("finished", counts.finished)
    figures = [
        KeyFigure(tr("Entered"), people("entered", counts.entries), ""),
        KeyFigure(tr("Inside"), inside, share(counts.inside, counts.entries)),
        KeyFigure(tr("Finished"), finished, share(counts.finished, counts.entries)),
    ]
    if counts.held_back:
        note = share(counts.held_back, counts.entries + counts.held_back)
        figures.append(KeyFigure(tr("Control group"), people("held_back", counts.held_back), note))
    if report.touches:
        planned = sum(touch.planned for touch in report.touches)
        note = tr("of {n:,} planned", n=planned)
        figures.append(KeyFigure(tr("Messages sent"), Cell(f"{sent:,}"), note))
    if clicked:
        figures.append(KeyFigure(tr("Clicked"), Cell(f"{clicked:,}"), share(clicked, sent)))
    judged = sum(group.judged for test in report.tests for group in test.groups)
    if judged:
        achieved = sum(group.achieved for test in report.tests for group in test.groups)
        reached = Cell(f"{achieved:,}")
        figures.append(KeyFigure(tr("Test goals reached"), reached, share(achieved, judged)))
    exact = all(touch.cost is None or touch.cost.exact for touch in report.touches)
    for currency, amount in report.costs.items():
        note = currency if exact else tr("about, {currency}", currency=currency)
        figures.append(KeyFigure(tr("Cost"), Cell(f"{float(amount):,.2f}"), note))
    return figures


def messages(report: Report) -> Grid:
    """The messages of each component: all, by state, by receipt, and what they cost."""
    touches, names = report.touches, {node.id: node.name for node in report.nodes}
    states = [state for state in STATES if any(touch.states.get(state) for touch in touches)]
    receipts = sorted({receipt for touch in touches for receipt in touch.receipts})
    head = [tr("Component"), tr("All messages"), *(tr(STATES[state]) for state in states)]
    head += [receipt_word(receipt) for receipt in receipts]
    with_cost = any(touch.cost for touch in touches)
    if with_cost:
        head.append(tr("Cost"))
    rows = []
    for touch in touches:
        ask = {"place": touch.node, "cycle": report.cycle}
        cells = [Cell(names.get(touch.node, touch.node))]
        cells.append(counted(touch.planned, {**ask, "what": "messages"}))
        for state in states:
            asked = {**ask, "what": "messages", "state": state}
            cells.append(counted(touch.states.get(state, 0), asked))
        for receipt in receipts:
            asked = {**ask, "what": "receipt", "receipt": receipt}
            cells.append(counted(touch.receipts.get(receipt, 0), asked))
        if with_cost:
            cells.append(Cell(_cost(touch)))
        rows.append(cells)
    return Grid(tr("Messages"), head, rows)


def reasons(touch: ReportTouch, report: Report) -> list[tuple[str, Cell]]:
    """Why messages of a component were not delivered, in words; of a state the most frequent reason first."""
    id_type = next((node.id_type for node in report.nodes if node.id == touch.node), "")
    ask = {"place": touch.node, "what": "messages", "cycle": report.cycle}
    return [
        (state_and_reason(state, reason, id_type), counted(n, {**ask, "state": state, "reason": reason}))
        for state in ("failed", "skipped", "unknown")
        for reason, n in sorted(touch.reasons.get(state, {}).items(), key=lambda one: (-one[1], one[0]))
    ]


def cycles(report: Report, zone: ZoneInfo) -> Grid:
    """The last cycles, the latest first."""
    known = report.counts.cycles
    rows = []
    for one in reversed(known[-MOST_CYCLES:]):
        name = f"{one.number}"
        if one.moment is not None:
            name = tr("{n}, {time}", n=one.number, time=moment_words(one.moment, zone))
        numbers = zip(_CYCLE_NUMBERS, (one.entries, one.inside, one.finished), strict=True)
        rows.append([Cell(name), *(counted(n, {"what": what, "cycle": one.number}) for what, n in numbers)])
    note = tr("Earlier ones: see the exported table.") if len(known) > MOST_CYCLES else ""
    return Grid(tr("Cycles"), [tr("Cycle"), tr("Entered"), tr("Inside"), tr("Finished")], rows, note)


def _cost(touch: ReportTouch) -> str:
    cost = touch.cost
    return "" if cost is None else listed([f"{cost.amount} {cost.currency}"])
