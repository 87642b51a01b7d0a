"""Everything that is known of one person: IDs, attributes, tags, events, visits of campaigns, messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from engine.campaign.graph import topological_order
from engine.files import FileError
from engine.report.rows import shown_reason, shown_receipt
from engine.report.texts import Planned
from engine.report.touches import Touches
from engine.report.visits import Visit, visits
from engine.shapes.conditions import FieldType
from engine.store.fields import DataFields
from engine.store.people import everybody
from engine.store.tables.people import OLDEST, event, import_run, person, person_id, suppression, tag_value
from engine.store.tables.runs import campaign, campaign_node, entry, message
from engine.store.versions import stored_bundle

PAGE = 50
"""Events or messages of one page."""


class Address(NamedTuple):
    """An address; `time` (ms) since when it is known to be theirs, None where nobody said it."""

    type: str
    value: str
    time: int | None
    follower: bool | None
    suppressed: bool


class Attribute(NamedTuple):
    """An attribute with its value as text."""

    name: str
    type: FieldType
    value: str


class Person(NamedTuple):
    """Who a person is. merged: own ids of those who turned out to be this person; source: of its import."""

    external_id: str
    merged: list[str]
    source: str
    ids: list[Address]
    attributes: list[Attribute]
    tags: dict[str, list[str]]
    events: int
    entries: int
    messages: int


class PersonEvent(NamedTuple):
    """Something that the person did. Moments in ms."""

    id: str
    code: str
    time: int
    received_at: int
    attributes: Mapping[str, object]


class PersonVisit(NamedTuple):
    """A visit of one component. campaign, name: the campaign's id and name; title, kind: of the component."""

    campaign: str
    name: str
    title: str
    kind: str
    visit: Visit


class PersonMessage(NamedTuple):
    """A message, with its text as it is shown; `channel` the component's kind. Moments in ms."""

    campaign: str
    name: str
    title: str
    channel: str
    address: str
    planned_at: int
    sent_at: int | None
    state: str
    reason: str
    receipt: str
    text: str


def describe(connection: Connection, key: int) -> Person:
    """Who a person is, and how much else there is."""
    fields = DataFields.load(connection)
    known = {name: field.text(person) for name, field in fields.attributes.items()}
    query = select(person.c.external_id, import_run.c.source, *known.values())
    joined = query.select_from(person.outerjoin(import_run, import_run.c.id == person.c.import_id))
    row = connection.execute(joined.where(person.c.id == key)).one()
    values = zip(known, row[2:], strict=True)
    keys = everybody(connection, key)
    merged = select(person.c.external_id).where(person.c.merged_into == key).order_by(person.c.id)
    entries = and_(entry.c.campaign.in_(_campaigns(connection)), entry.c.person.in_(keys))
    return Person(
        row[0],
        list(connection.scalars(merged)),
        row[1] or "",
        _ids(connection, key),
        [Attribute(name, fields.attributes[name].type, value) for name, value in values if value is not None],
        _tags(connection, fields, key),
        _how_many(connection, event.c.person == key),
        _how_many(connection, entries),
        _how_many(connection, _messages(connection, keys)),
    )


def _how_many(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).where(which)).scalar_one()


def _ids(connection: Connection, key: int) -> list[Address]:
    c, s = person_id.c, suppression.c
    stopped = select(s.type).where(s.type == c.type, s.value == c.value).exists()
    query = select(c.type, c.value, c.time, c.follower, stopped.label("stopped")).where(c.person == key)
    return [
        Address(
            row.type,
            row.value,
            row.time if row.time > OLDEST + 1 else None,
            None if row.follower is None else bool(row.follower),
            bool(row.stopped),
        )
        for row in connection.execute(query.order_by(c.type, c.time.desc(), c.seq.desc()))
    ]


def _tags(connection: Connection, fields: DataFields, key: int) -> dict[str, list[str]]:
    c = tag_value.c
    query = select(c.tag, c.value).where(c.tag.in_(fields.tags), c.person == key).order_by(c.tag, c.value)
    found: dict[str, list[str]] = {}
    for tag, value in connection.execute(query):
        found.setdefault(tag, []).append(value)
    return found


def _campaigns(connection: Connection) -> list[int]:
    return list(connection.scalars(select(campaign.c.number)))


def _messages(connection: Connection, keys: list[int]) -> ColumnElement[bool]:
    """Messages to people, by all their key's columns in front of the person."""
    m, nodes = message.c, select(campaign_node.c.node).distinct()
    return and_(m.campaign.in_(_campaigns(connection)), m.node.in_(nodes), m.person.in_(keys))


def events_of(connection: Connection, key: int, before: tuple[int, str] | None = None) -> list[PersonEvent]:
    """A person's events, the latest first, one more than a page if there are.

    before: time and id of the last one of the page before.
    """
    c = event.c
    query = select(c.source_id, c.code, c.time, c.received_at, c.attributes).where(c.person == key)
    if before is not None:
        time, id = before
        query = query.where(or_(c.time < time, and_(c.time == time, c.source_id < id)))
    query = query.order_by(c.time.desc(), c.source_id.desc()).limit(PAGE + 1)
    return [
        PersonEvent(id, code, time, received, json.loads(attributes) if attributes else {})
        for id, code, time, received, attributes in connection.execute(query)
    ]


def visits_of(connection: Connection, key: int) -> list[PersonVisit]:
    """Every visit of every campaign, the latest entry first, each in order of time."""
    keys = everybody(connection, key)
    entries: dict[tuple[int, str, int], list[tuple[int, PersonVisit]]] = {}
    published = select(campaign.c.number, campaign.c.id, campaign.c.name, campaign.c.version)
    for number, id, name, version in connection.execute(published).all():
        nodes: dict[str, _Node] | None = None
        for one in visits(connection, number, keys):
            if nodes is None:
                nodes = _nodes(connection, version)
            node = nodes.get(one.node, _Node(len(nodes), one.node, ""))
            mine = entries.setdefault((number, one.person, one.entry), [])
            mine.append((node.rank, PersonVisit(id, name, node.title, node.kind, one)))
    in_order = [[visit for _, visit in sorted(mine, key=_moment)] for mine in entries.values()]
    in_order.sort(key=lambda mine: -mine[0].visit.arrived)
    return [visit for mine in in_order for visit in mine]


def _moment(ranked: tuple[int, PersonVisit]) -> tuple[int, int]:
    """What falls on one instant goes in the order of the components."""
    rank, one = ranked
    return one.visit.arrived, rank


class _Node(NamedTuple):
    """A component: its place in the order of all, its name and kind."""

    rank: int
    title: str
    kind: str


def _nodes(connection: Connection, version: int) -> dict[str, _Node]:
    """The components of a version."""
    try:
        document = stored_bundle(connection, version).campaign
    except FileError:
        return {}
    order = topological_order(document)
    return {
        id: _Node(rank, node.name, node.kind)
        for rank, id in enumerate(order)
        if (node := document.nodes.get(id)) is not None
    }


def messages_of(connection: Connection, key: int, now: int, skip: int = 0) -> list[PersonMessage]:
    """A person's messages, the latest first, one more than a page if there are. now: in ms."""
    m, n = message.c, campaign_node.c
    query = (
        select(
            message, shown_reason().label("why"), shown_receipt(now).label("returned"),
            campaign.c.id.label("campaign_id"), campaign.c.name, n.id.label("node_id"), person.c.external_id,
        )
        .join_from(message, campaign, campaign.c.number == m.campaign)
        .join(person, person.c.id == m.person)
        .join(campaign_node, and_(n.campaign == m.campaign, n.node == m.node))
        .where(_messages(connection, everybody(connection, key)))
        .order_by(m.planned_at.desc(), m.campaign, m.node, m.person, m.entry, m.address)
        .limit(PAGE + 1)
        .offset(skip)
    )  # fmt: skip
    touches = Touches(connection)
    found = []
    for row in connection.execute(query).all():
        title, kind, text = touches.of(row.version, row.node_id)
        planned = Planned(row.variables, row.external_id, row.entry, row.address)
        found.append(
            PersonMessage(
                row.campaign_id, row.name, title, kind, row.address, row.planned_at, row.sent_at, row.state,
                row.why, row.returned or "", text(planned) if row.address else "",
            )
        )  # fmt: skip
    return found
