"""Every statement of the waves of random campaigns, and of sending, is one that Citus takes.

The rules are those of `tests.engine.citus_rules`, which needs no Citus; what breaks one has its reason here.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter
from sqlalchemy import Connection, case, exists, false, func, insert, select, update
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from engine.audience.conditions import RowConditions
from engine.campaign import campaign_file
from engine.channels.sending.statements import Statements
from engine.components.behaviour import EnterAudiences
from engine.plan import prepared
from engine.plan.follow import FollowUps
from engine.plan.places import Stage
from engine.plan.plan import Plan
from engine.plan.prepared import Prepared
from engine.plan.temporary import outgoing, wave
from engine.run.compiling import VersionKeys, cuts_for, plan_of
from engine.run.settings import EngineSettings
from engine.shapes.conditions import Condition, ConditionTree, Leaf
from engine.store.database import Database
from engine.store.fields import DataFields
from engine.store.imports.folder import import_folder
from engine.store.list_clock import ListClock
from engine.store.tables.people import audience, audience_member, event, person_id
from engine.store.tables.runs import agenda, entry, message, token
from engine.store.tables.sending import outbox
from engine.workspace import bundle as bundles
from engine.workspace.workspace import Workspace
from tests.databases import empty_database
from tests.engine.citus_rules import (
    ALIKE_ONLY,
    COORDINATOR,
    JOINED,
    LOCKED,
    MOVED,
    NOTHING,
    VOLATILE,
    refusals,
)
from tests.engine.random_cases.making import make
from tests.engine.random_cases.writing import CAMPAIGN_FILE, write

CASES = 6
NOT_ON_CITUS = {
    "claim_next": "FOR UPDATE over all machines: there, claims are made as on SQLite",
}
"""Statements that Citus refuses, by their name, and why."""

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]
DISTRIBUTED = cast("Connection", SimpleNamespace(dialect=_DIALECT, info={"distributed": True}))
"""All that a plan wants to know of a connection."""


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Prepared]]:
    """Every statement that is compiled from now on."""
    found: list[tuple[Any, Prepared]] = []
    compile_one = Prepared.__init__

    def noted(self: Prepared, statement: Any, dialect: Any) -> None:
        compile_one(self, statement, dialect)
        found.append((statement, self))

    monkeypatch.setattr(prepared.Prepared, "__init__", noted)
    return found


def plan_of_case(seed: int, folder: Path) -> Plan:
    """The plan of a random campaign, for a distributed database, with messages that leave the computer."""
    case_, database = make(seed), folder / "engine.db"
    folder.mkdir()
    write(case_, folder)
    database.write_bytes(empty_database())
    with Database.open(database) as store:
        import_folder(store, folder / "data", now=datetime.fromisoformat(case_.since))
        with store.read() as connection:
            fields = DataFields.load(connection)
    workspace = Workspace.open(folder / "workspace")
    bundle = bundles.make(workspace, campaign_file.load(folder / "workspace" / CAMPAIGN_FILE))
    settings = EngineSettings.of(workspace).plans
    nodes = {node: number for number, node in enumerate(bundle.campaign.nodes)}
    cuts = cuts_for(bundle, nodes, settings.contact, mails=True)
    return plan_of(bundle, VersionKeys(1, 1, nodes, cuts), DISTRIBUTED, settings, fields)


def build(plan: Plan) -> None:
    """Build every statement of a plan."""
    by_audience = isinstance(plan.flow.trigger.behaviour, EnterAudiences)
    for one in plan.places:
        ranges = () if by_audience and one.place.stage is Stage.ENTER else ("upto", "exact", "front")
        for name in (*ranges, *(("bounds", "next_due", "due_after", "note_shards") if ranges else ())):
            getattr(one, name)
        if one.place.awaits_provider:
            for name in ("date_all", "date_changed"):
                getattr(one, name)
        for step in one.effects:
            for part in ("statement", "needs"):
                getattr(step, part)
    everything = [plan.common, plan.front, plan.kin_front]
    if by_audience:
        everything += [plan.gather_newcomers, plan.enter_audience, plan.enter_again]
    follow = FollowUps(plan)
    everything += [follow.arrivals, *map(follow.release, follow.awaited)]
    if follow.leaving:
        everything.append(follow.leave_by_event)
    if follow.audiences:
        everything.append(follow.leave_by_audience)


@pytest.mark.parametrize("seed", range(CASES))
def test_what_waves_do(seed: int, tmp_path: Path, built: list[tuple[Any, Prepared]]) -> None:
    build(plan_of_case(seed, tmp_path / "case"))
    assert len(built) > 50
    wrong = {one.sql: found for statement, one in built if (found := refusals(statement))}
    assert wrong == {}


def test_what_sending_does(built: list[tuple[Any, Prepared]]) -> None:
    statements = Statements(DISTRIBUTED.dialect)
    wrong = set()
    for name in dir(Statements):
        if not name.startswith("_"):
            built.clear()
            getattr(statements, name)
            wrong |= {name for statement, _ in built if refusals(statement)}
    assert wrong == NOT_ON_CITUS.keys() & set(dir(Statements))


TREE: TypeAdapter[Condition] = TypeAdapter(ConditionTree)


@pytest.mark.parametrize("field", ["attr:nobody_has", "attr:age", "tag:score"])
def test_conditions_that_nobody_meets(field: str) -> None:
    """No number that is stored is equal to the value, and one field is not there at all."""
    known = [
        ("person", "", "age", "number", "a_1"), ("tag", "", "score", "number", ""),
        ("event", "order", "age", "number", "n_1"), ("event", "order", "nobody_has", "number", "n_2"),
    ]  # fmt: skip
    rows = RowConditions(DataFields(known), ListClock(ZoneInfo("Europe/Rome")))
    whoever = rows.of_person(Leaf(field=field, op="=", value=1e-30), wave.c.person, wave.c.now)
    leaf: dict[str, object] = {"field": "age", "op": "=", "value": 1e-30}
    happened = rows.of_event(TREE.validate_python({"all": [{"any": [leaf, leaf]}]}), "order", event)
    each = exists(select(event.c.time).where(event.c.person == wave.c.person, happened).correlate(wave))
    assert refusals(select(wave.c.person).where(whoever)) == set()
    assert refusals(select(wave.c.person).where(each)) == set()


MINE = entry.c.person == wave.c.person
OTHERS = select(event.c.time).where(event.c.code == wave.c.event)
MEMBER = select(audience_member.c.list).where(audience_member.c.person == wave.c.person).correlate(wave)
NOBODYS = select(entry.c.entry).where(MINE, false()).correlate(wave)
BY_PERSON = select(func.max(entry.c.entry)).where(MINE).correlate(wave)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (select(wave.c.person, BY_PERSON.scalar_subquery()), set()),
        (select(wave.c.person).join(entry, MINE), set()),
        (insert(token).from_select(["person"], select(wave.c.person)), set()),
        (insert(agenda).from_select(["version"], select(wave.c.entry)), set()),
        (update(message).values(state="sent").where(message.c.person.in_(select(wave.c.person))), set()),
        (select(wave.c.person, OTHERS.correlate(wave).scalar_subquery()), {JOINED}),
        (select(message.c.node).join(person_id, person_id.c.value == message.c.address), {JOINED}),
        (select(wave.c.person).join(agenda, agenda.c.due == wave.c.now), {COORDINATOR}),
        (select(wave.c.person).where(exists(select(audience.c.id).where(exists(MEMBER)))), {ALIKE_ONLY}),
        (select(wave.c.person).where(exists(NOBODYS)), {NOTHING}),
        (select(outbox.c.person).with_for_update(skip_locked=True), {LOCKED}),
        (update(outgoing).values(person=outgoing.c.entry), {MOVED}),
        (update(outgoing).values(now=case((outgoing.c.entry > 1, func.random()))), {VOLATILE}),
    ],
)
def test_the_rules_see_what_citus_refuses(statement: Any, found: set[str]) -> None:
    assert refusals(statement) == found
