"""The rows of the trace files (engine reference, section 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tests.engine.interpreter.clock import DAY, iso
from tests.engine.interpreter.measures import Measures
from tests.engine.interpreter.windows import clock_of
from tests.engine.interpreter.world import Message, World

Rows = list[list[str]]


class Trace(dict[str, Rows]):
    """Rows by file, without headers; beside them what no file tells.

    skipped: the runs of a recurring campaign that did not count. best: AB test → the port of its best group.
    dropped: how many messages waited for their time and something skipped in the end. windowed: by what was
    looked for, messages that the send window held.
    """

    skipped: list[int]
    best: dict[str, str]
    dropped: int
    windowed: Counter[str]


def trace(world: World, measures: Measures, until: int) -> Trace:
    """Every file's rows, sorted by their columns: numbers as numbers, texts by code point."""
    visits = [
        (v.entry.cycle, v.entry.number, v.entry.person, v.node, iso(v.arrived), iso(v.left), v.outcome)
        for v in world.visits
    ]
    messages = [
        (
            m.entry.cycle, m.entry.number, m.entry.person, m.node, m.kind, m.address, iso(m.planned),
            iso(m.sent), *m.at(until), m.receipt_by(until), m.text,
        )
        for m in world.messages
    ]  # fmt: skip
    goals = [
        (entry.cycle, entry.number, entry.person, node, group, iso(judged), "true" if achieved else "false")
        for entry, node, group, judged, achieved in world.goals
    ]
    tags = ((iso(moment), *write) for moment, *write in world.tag_writes)
    conversions = [
        (e.cycle, e.number, e.person, iso(e.entered), str(e.held_back).lower(), iso(measures.reached(e)))
        for e in world.entries
        if measures.goal is not None
    ]
    found = Trace(
        visits=_rows(visits),
        messages=_rows(messages),
        tags=_rows(tags),
        goals=_rows(goals),
        audiences=_rows(world.generated),
        conversions=_rows(conversions),
    )
    found.skipped, found.best = world.skipped, world.best
    found.dropped = sum(message.held > 0 and message.state == "skipped" for message in world.messages)
    found.windowed = Counter(how for message in world.messages for how in _windowed(world, message))
    return found


def _windowed(world: World, message: Message) -> Iterator[str]:
    """What a send window did to a message."""
    if not message.outside:
        return
    if message.outside > 1:
        yield "window closed when the quiet time ended"
    if message.reason == "exited":
        yield "exited before the window opened"
    if message.sent is None:
        return
    yield "sent later by the window"
    clock = clock_of(world, message.entry.person)
    if clock is not world.clock:
        yield "sent later on the person's own clock"
    elif "zone" in world.case.campaign["send_window"]:
        yield "sent later on the workspace's clock for want of one"
    if clock.local(message.planned - DAY).utcoffset() != clock.local(message.sent + DAY).utcoffset():
        yield "sent later about a clock change"


def _rows(rows: Iterable[tuple[Any, ...]]) -> Rows:
    return [[str(cell) for cell in row] for row in sorted(rows)]
