"""One person's path through a rehearsal: every component on it, in order, and what decided there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from engine.report.rows import shown_reason, shown_receipt
from engine.report.texts import Planned, renderer
from engine.report.visits import visits
from engine.run.deciding import Deciding, Fact, Run
from engine.run.overlay import below
from engine.run.simulate import Rehearsed
from engine.store.people import Found, described, key_of, search
from engine.store.tables.people import person, tag_value
from engine.store.tables.runs import entry, message, visit
from engine.store.versions import node_names, paths_of, versions_of
from engine.workspace.workspace import Workspace

MOST_FOUND = 30
MOST_STEPS = 2_000
"""Steps of one person that are told."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that a component wrote for the person. Moments in ms."""

    channel: str
    address: str
    planned: int
    sent: int | None
    state: str
    reason: str
    receipt: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """A visit of a component. left: None while the person waits there. outcome: the branch taken, `done`,
    `left`, `merged` or `waiting`. facts: what decided that. messages: what was written there."""

    node: str
    cycle: int
    entry: int
    arrived: int
    left: int | None
    outcome: str
    facts: tuple[Fact, ...] = ()
    messages: tuple[Sent, ...] = ()


def journey_of(connection: Connection, rehearsed: Rehearsed, who: str, lookup: Workspace) -> list[Step]:
    """The path of a person, by own id; empty for somebody who did not enter.

    lookup: what things are called.
    """
    key = key_of(connection, who)
    if key is None:
        return []
    campaign, order = rehearsed.plan.context.campaign, rehearsed.plan.flow.nodes
    seen = list(visits(connection, campaign, [key]))[:MOST_STEPS]
    seen.sort(key=lambda one: (one.entry, one.arrived, order[one.node].order, one.left is None))
    written = _messages(connection, rehearsed, key)
    run = Run(rehearsed.plan, rehearsed.settings.zone, rehearsed.last, below(tag_value))
    deciding = Deciding(connection, run, key, seen, lookup)
    return [
        Step(
            one.node, one.cycle, one.entry, one.arrived, one.left, one.outcome,
            tuple(deciding.facts(number)), tuple(written.get((one.node, one.entry), ())),
        )
        for number, one in enumerate(seen)
    ]  # fmt: skip


def _messages(connection: Connection, rehearsed: Rehearsed, key: int) -> Mapping[tuple[str, int], list[Sent]]:
    plan, m = rehearsed.plan, message.c
    nodes = {node.number: node for node in plan.flow.nodes.values()}
    query = (
        select(
            message,
            shown_reason().label("why"),
            shown_receipt(rehearsed.last).label("returned"),
            person.c.external_id,
        )
        .join(person, person.c.id == m.person)
        .where(m.campaign == plan.context.campaign, m.person == key, m.node.in_(sorted(nodes)))
        .order_by(m.planned_at, m.address)
    )
    found: dict[tuple[str, int], list[Sent]] = {}
    for row in connection.execute(query):
        node = nodes[row.node]
        planned = Planned(row.variables, row.external_id, row.entry, row.address)
        text = renderer(rehearsed.bundle, node)(planned) if row.address else ""
        one = Sent(
            node.kind, row.address, row.planned_at, row.sent_at, row.state, row.why, row.returned or "", text
        )
        found.setdefault((node.id, row.entry), []).append(one)
    return found


def find_people(connection: Connection, text: str, shown: tuple[str, ...]) -> list[Found]:
    """People whose own id, address or name begins with a text; for "", the first of those who entered."""
    if text:
        found = search(connection, text, shown) or search(connection, text.title(), shown)
        return found[:MOST_FOUND]
    entered = select(entry.c.person).distinct().order_by(entry.c.person).limit(MOST_FOUND)
    return described(connection, list(connection.scalars(entered)), shown)


def somebody(connection: Connection, rehearsed: Rehearsed, place: str, nth: float) -> str | None:
    """The own id of one of those who came to a component or down a line (or who entered at all, for ""); None
    where nobody did. nth: which of them, from 0 on and below 1."""
    who = list(_came_to(connection, rehearsed.plan.context.campaign, place))
    total = connection.execute(select(func.count()).select_from(visit).where(*who)).scalar_one()
    if not total:
        return None
    chosen = select(visit.c.person).where(*who).order_by(visit.c.path, visit.c.person, visit.c.entry)
    key = connection.execute(chosen.offset(int(nth * total)).limit(1)).scalar_one()
    own: str = connection.execute(select(person.c.external_id).where(person.c.id == key)).scalar_one()
    return own


def _came_to(connection: Connection, campaign: int, place: str) -> Iterator[ColumnElement[bool]]:
    versions, names = versions_of(connection, campaign), node_names(connection, campaign)
    through = [
        path.number
        for path in paths_of(connection, versions)
        if place in path.links
        or any(names[number] == place for number, _ in path.steps)
        or (not place and path.enters)
    ]
    yield visit.c.version.in_(versions)
    yield visit.c.path.in_(through)
