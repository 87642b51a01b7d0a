"""The trace of a run (engine, section 7): CSV files that are the same, byte for byte, for the same input."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from engine.components.behaviour import DrawCoupon, Send, SetTags
from engine.plan.plan import Plan
from engine.report.texts import renderer
from engine.report.visits import visits
from engine.shapes.time import utc_text
from engine.store.tables.people import person
from engine.store.tables.runs import entry, message, tag_write, visit
from engine.workspace.bundle import Bundle

VISITS = ("cycle", "entry", "person_id", "node", "arrived", "left", "outcome")
MESSAGES = (
    "cycle", "entry", "person_id", "node", "channel", "address", "planned", "sent", "state", "reason",
    "receipt", "text",
)  # fmt: skip
TAGS = ("time", "person_id", "node", "tag", "value")
GOALS = ("cycle", "entry", "person_id", "node", "group", "judged", "achieved")
AUDIENCES = ("audience", "person_id")


def write_trace(connection: Connection, plan: Plan, bundle: Bundle, folder: Path) -> None:
    """Write all files of a trace; existing ones are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    campaign = plan.context.campaign
    seen = sorted(visits(connection, campaign), key=lambda v: (*v[:5], v.left or 0, v.outcome))
    _write(folder / "visits.csv", VISITS, ((*v[:4], utc(v.arrived), utc(v.left), v.outcome) for v in seen))
    _write(folder / "messages.csv", MESSAGES, sorted(_messages(connection, plan, bundle)))
    _write(folder / "tags.csv", TAGS, sorted(_tags(connection, plan)))
    _write(folder / "goals.csv", GOALS, ())
    _write(folder / "audiences.csv", AUDIENCES, ())


def utc(moment: int | None) -> str:
    """A moment (ms) as `2026-11-23T08:00:00.000Z`; nothing for None."""
    return "" if moment is None else utc_text(moment)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _messages(connection: Connection, plan: Plan, bundle: Bundle) -> Iterator[tuple[object, ...]]:
    nodes = {
        node.number: (node, renderer(bundle, node))
        for node in plan.flow.nodes.values()
        if isinstance(node.behaviour, Send | DrawCoupon)
    }
    query = (
        select(message, entry.c.cycle, person.c.external_id)
        .join(
            entry,
            (entry.c.campaign == message.c.campaign)
            & (entry.c.person == message.c.person)
            & (entry.c.entry == message.c.entry),
        )
        .join(person, person.c.id == message.c.person)
        .where(message.c.campaign == plan.context.campaign)
    )
    for row in connection.execute(query):
        node, text = nodes[row.node]
        reason = "" if row.state == "sending" else row.reason
        yield (
            row.cycle, row.entry, row.external_id, node.id, node.kind, row.address, utc(row.planned_at),
            utc(row.sent_at), row.state, reason, "", text(row.variables) if row.address else "",
        )  # fmt: skip


def _tags(connection: Connection, plan: Plan) -> Iterator[tuple[str, ...]]:
    """The writes that took effect: those that overwrite follow from the paths, the others are noted."""
    setters = {node.id: node for node in plan.flow.nodes.values() if isinstance(node.behaviour, SetTags)}
    if not setters:
        return
    people = dict(connection.execute(select(person.c.id, person.c.external_id)).all())
    for path in plan.layout.paths:
        writers = [(setters[id], setters[id].behaviour) for id in path.effects if id in setters]
        rows = [
            (node.id, tag, value)
            for node, behaviour in writers
            if isinstance(behaviour, SetTags) and not behaviour.keep
            for tag, values in behaviour.values.items()
            for value in values
        ]
        if rows:
            query = select(visit.c.person, visit.c.at).where(
                visit.c.version == plan.context.version, visit.c.path == path.number
            )
            for who, at in connection.execute(query):
                yield from ((utc(at), people[who], *row) for row in rows)
    by_number = {node.number: node for node in setters.values()}
    for row in connection.execute(select(tag_write).where(tag_write.c.campaign == plan.context.campaign)):
        node = by_number[row.node]
        assert isinstance(node.behaviour, SetTags)
        for value in node.behaviour.values[row.tag]:
            yield (utc(row.at), people[row.person], node.id, row.tag, value)
