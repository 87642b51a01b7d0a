"""The trace of a run (engine, section 7): CSV files that are the same, byte for byte, for the same input.

The database sorts, so that a trace of millions of rows takes no more memory than one of a thousand.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, literal_column, null, select, union_all

from engine.components.behaviour import DrawCoupon, Send, SetTags
from engine.plan.plan import Plan
from engine.report.rows import entry_of, shown_reason, shown_receipt, streamed
from engine.report.texts import Planned, renderer
from engine.report.visits import visits
from engine.shapes.groups import PORT_PREFIX
from engine.shapes.time import utc_text
from engine.store.tables.people import audience, audience_member, person
from engine.store.tables.runs import (
    campaign_node,
    entry,
    generated_audience,
    goal,
    message,
    tag_write,
    visit,
)
from engine.workspace.bundle import Bundle

VISITS = ("cycle", "entry", "person_id", "node", "arrived", "left", "outcome")
MESSAGES = (
    "cycle", "entry", "person_id", "node", "channel", "address", "planned", "sent", "state", "reason",
    "receipt", "text",
)  # fmt: skip
TAGS = ("time", "person_id", "node", "tag", "value")
GOALS = ("cycle", "entry", "person_id", "node", "group", "judged", "achieved")
AUDIENCES = ("audience", "person_id")
CONVERSIONS = ("cycle", "entry", "person_id", "entered", "held_back", "converted")


def write_trace(connection: Connection, plan: Plan, bundle: Bundle, folder: Path, until: int) -> None:
    """Write all files of a trace as of `until` (ms) in place of those of an earlier one."""
    folder.mkdir(parents=True, exist_ok=True)
    campaign = plan.context.campaign
    seen = visits(connection, campaign)
    _write(folder / "visits.csv", VISITS, ((*v[:4], utc(v.arrived), utc(v.left), v.outcome) for v in seen))
    _write(folder / "messages.csv", MESSAGES, _messages(connection, plan, bundle, until))
    _write(folder / "tags.csv", TAGS, _tags(connection, plan))
    _write(folder / "goals.csv", GOALS, _goals(connection, campaign))
    _write(folder / "audiences.csv", AUDIENCES, _audiences(connection, campaign))
    conversions = folder / "conversions.csv"
    if plan.context.goal is not None:
        _write(conversions, CONVERSIONS, _conversions(connection, campaign))
    else:
        conversions.unlink(missing_ok=True)  # of an earlier trace: of entries that are not in this one


@lru_cache(maxsize=10_000)
def utc(moment: int | None) -> str:
    """A moment (ms) as `2026-11-23T08:00:00.000Z`; nothing for None."""
    return "" if moment is None else utc_text(moment)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _messages(connection: Connection, plan: Plan, bundle: Bundle, until: int) -> Iterator[tuple[object, ...]]:
    nodes = {
        node.number: (node, renderer(bundle, node))
        for node in plan.flow.nodes.values()
        if isinstance(node.behaviour, Send | DrawCoupon)
    }
    campaign = plan.context.campaign
    same_node = (campaign_node.c.campaign == campaign) & (campaign_node.c.node == message.c.node)
    query = (
        select(
            message,
            shown_reason().label("why"),
            shown_receipt(until).label("returned"),
            entry.c.cycle,
            person.c.external_id,
        )
        .join_from(message, entry, entry_of(message, campaign))
        .join(person, person.c.id == message.c.person)
        .join(campaign_node, same_node)
        .where(message.c.campaign == campaign)
        .order_by(entry.c.cycle, message.c.entry, person.c.external_id, campaign_node.c.id, message.c.address)
    )
    for row in streamed(connection, query):
        node, text = nodes[row.node]
        planned = Planned(row.variables, row.external_id, row.entry, row.address)
        yield (
            row.cycle, row.entry, row.external_id, node.id, node.kind, row.address, utc(row.planned_at),
            utc(row.sent_at), row.state, row.why, row.returned, text(planned) if row.address else "",
        )  # fmt: skip


def _tags(connection: Connection, plan: Plan) -> Iterator[tuple[str, ...]]:
    """The writes that took effect: those that overwrite follow from the paths, the others are noted."""
    setters = {
        node.number: (node.id, node.behaviour)
        for node in plan.flow.nodes.values()
        if isinstance(node.behaviour, SetTags)
    }
    if not setters:
        return
    overwriting = _overwriting(plan)
    paths: list[ColumnElement[int]] = [literal_column(str(number)) for number in overwriting]
    query = union_all(
        select(visit.c.at.label("at"), person.c.external_id.label("who"), visit.c.path, null(), null())
        .join(person, person.c.id == visit.c.person)
        .where(visit.c.version == plan.context.version, visit.c.path.in_(paths)),
        select(tag_write.c.at, person.c.external_id, null(), tag_write.c.node, tag_write.c.tag)
        .join(person, person.c.id == tag_write.c.person)
        .where(tag_write.c.campaign == plan.context.campaign),
    )
    for (at, who), rows in groupby(
        streamed(connection, query.order_by("at", "who")), key=lambda row: row[:2]
    ):
        written: list[tuple[str, str, str]] = []
        for _, _, path, node, tag in rows:
            if path is not None:
                written += overwriting[path]
            else:
                id, behaviour = setters[node]
                written += [(id, tag, value) for value in behaviour.values[tag]]
        yield from ((utc(at), who, *one) for one in sorted(written))


def _overwriting(plan: Plan) -> dict[int, list[tuple[str, str, str]]]:
    """Path number → what everybody on it writes: node, tag and value."""
    found: dict[int, list[tuple[str, str, str]]] = {}
    for path in plan.layout.paths:
        for id in path.effects:
            behaviour = plan.flow.nodes[id].behaviour
            if isinstance(behaviour, SetTags) and not behaviour.keep:
                found.setdefault(path.number, []).extend(
                    (id, tag, value) for tag, values in behaviour.values.items() for value in values
                )
    return found


def _goals(connection: Connection, campaign: int) -> Iterator[tuple[object, ...]]:
    same_node = (campaign_node.c.campaign == campaign) & (campaign_node.c.node == goal.c.node)
    query = (
        select(
            entry.c.cycle, goal.c.entry, person.c.external_id, campaign_node.c.id, goal.c.port,
            goal.c.judged_at, goal.c.achieved,
        )
        .join_from(goal, entry, entry_of(goal, campaign))
        .join(person, person.c.id == goal.c.person)
        .join(campaign_node, same_node)
        .where(goal.c.campaign == campaign)
        .order_by(entry.c.cycle, goal.c.entry, person.c.external_id, campaign_node.c.id)
    )  # fmt: skip
    for cycle, nth, who, node, port, judged, achieved in streamed(connection, query):
        group = port.removeprefix(PORT_PREFIX)
        yield cycle, nth, who, node, group, utc(judged), "true" if achieved else "false"


def _conversions(connection: Connection, campaign: int) -> Iterator[tuple[object, ...]]:
    """Every entry, and when it reached the campaign's goal."""
    query = (
        select(
            entry.c.cycle, entry.c.entry, person.c.external_id, entry.c.entered_at, entry.c.held_back,
            entry.c.converted_at,
        )
        .join(person, person.c.id == entry.c.person)
        .where(entry.c.campaign == campaign)
        .order_by(entry.c.cycle, entry.c.entry, person.c.external_id)
    )  # fmt: skip
    for cycle, nth, who, entered, held_back, converted in streamed(connection, query):
        yield cycle, nth, who, utc(entered), "true" if held_back else "false", utc(converted)


def _audiences(connection: Connection, campaign: int) -> Iterator[Sequence[object]]:
    query = (
        select(generated_audience.c.name, person.c.external_id)
        .join_from(generated_audience, audience, audience.c.id == generated_audience.c.id)
        .join(audience_member, audience_member.c.list == audience.c.list)
        .join(person, person.c.id == audience_member.c.person)
        .where(generated_audience.c.campaign == campaign)
        .order_by(generated_audience.c.name, person.c.external_id)
    )
    return iter(streamed(connection, query))
