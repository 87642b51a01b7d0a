"""No statement of a wave scans what grows with the number of people or events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert

from engine.components.behaviour import EnterAudiences
from engine.plan.follow import FollowUps
from engine.plan.places import Stage
from engine.plan.plan import Plan
from engine.plan.prepared import Prepared
from engine.report.releases import FIRST_DUE
from engine.run.queries import Queries
from engine.store.dialect import analyze, bulk_insert
from engine.store.tables.runs import agenda, token
from tests.databases import Target, explained, plan_of
from tests.engine.run.drafting import EVERYBODY, HOUR, SMS, WAIT, Running, bundle, populate
from tests.engine.run.living import PROMOTION, marketing
from tests.postgres import Postgres

LARGE = (
    "person", "person_id", "tag_value", "event", "entry", "visit", "message", "claim", "token",
    "token_watched", "coupon_code", "coupon_issue", "audience_member",
)  # fmt: skip
HALVES = [{"id": f"g_{n}", "name": f"Half {n}", "percent": 50} for n in (1, 2)]
NODES: dict[str, tuple[str, dict[str, Any]]] = {
    "n_who": ("target_audience", EVERYBODY),
    "n_split": ("random_grouping", {"groups": HALVES}),
    "n_sms": ("text_sms", SMS),
    "n_wait": ("wait_until", WAIT),
    "n_coupon": ("issue_coupon", {"coupon": "cp_1"}),
    "n_known": ("result_judgment", {"judge_after": {"amount": 1, "unit": "day"}, "results": ["success"]}),
    "n_tag": ("tag", {"assignments": [{"tag": "level", "value": "Gold"}]}),
    "n_end": ("end", {}),
}
LINKS = [
    "n_who out n_split", "n_split group:g_1 n_sms", "n_split group:g_1 n_wait", "n_split group:g_2 n_wait",
    "n_sms out n_end", "n_wait out n_coupon", "n_coupon out n_known", "n_known result:success n_tag",
    "n_known other n_end", "n_tag out n_end",
]  # fmt: skip
EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "n_order": ("behavior_event", {"event": "order", "re_entry": "after_exit"}),
    "n_seen": (
        "event_judgment",
        {
            "judge_after": {"amount": 1, "unit": "day"},
            "conditions": [{"join": None, "event": "order", "where": None}],
            "early": True,
            "other": True,
        },
    ),
    "n_end": ("end", {}),
}
EVENT_LINKS = ["n_order out n_seen", "n_seen out n_end", "n_seen other n_end"]


def statements(plan: Plan) -> Iterator[Prepared]:
    by_audience = isinstance(plan.flow.trigger.behaviour, EnterAudiences)
    found: list[Prepared | None] = [plan.enter_audience, plan.enter_again] if by_audience else []
    for place in plan.places:
        if place.place.stage is not Stage.ENTER or not by_audience:
            found += [*place.upto, *place.exact, place.front.drop, place.bounds, place.next_due]
            found += [place.due_after, place.note_shards]
        found += [statement for step in place.effects for statement in (step.statement, step.needs)]
    follow = FollowUps(plan)
    found += [follow.arrivals, *(follow.release(place) for place in follow.awaited)]
    yield from (statement for statement in found if statement is not None)


CAMPAIGNS = {
    "audience": bundle(NODES, LINKS),
    "event": bundle(EVENTS, EVENT_LINKS),
    "marketing": marketing({**NODES, "n_sms": PROMOTION}, LINKS),
}


@pytest.mark.parametrize("which", CAMPAIGNS)
def test_waves_read_large_tables_through_their_keys(target: Target, tmp_path: Path, which: str) -> None:
    with Running(populate(target, tmp_path, people=5, codes=5)) as run:
        run.engine.publish(CAMPAIGNS[which])
        version = next(iter(run.engine._scheduler.versions))
        run.advance(HOUR)
        with run.database.write() as connection:
            for statement in statements(version.plan):
                plan = explained(connection, statement.sql, anything(statement))
                assert not scanned(plan) & set(LARGE), f"{statement.sql}\n{plan}"


def anything(statement: Prepared) -> object:
    """Some parameters of a statement: how it is run does not depend on them."""
    if names := re.findall(r"%\((\w+)\)s", statement.sql):
        return {name: statement._fixed.get(name, 0) for name in names}
    return (0,) * statement.sql.count("?")


def scanned(plan: str) -> set[str]:
    """The tables that a plan reads as a whole, in either database's words."""
    whole = re.findall(r"^SCAN (\w+?)(?:_\d+)?\b(?! USING)", plan, re.MULTILINE)
    return {*whole, *re.findall(r"Seq Scan on (\w+)", plan)}


def test_idle_reads_the_agenda_only(target: Target, tmp_path: Path) -> None:
    """Also with a thousand rows of which none is due, and after the statement has run many times."""
    with Running(populate(target, tmp_path)) as run:
        with run.database.write() as connection:
            rows = [{"version": n, "place": 1, "due": 10**12 + n} for n in range(5000)]
            connection.execute(insert(agenda), rows)
            analyze(connection, "agenda")
        with run.database.read() as connection:
            overdue = Queries(connection.dialect).overdue
            for _ in range(10):
                assert list(overdue(connection, {"now": 1})) == []
            plan = explained(connection, overdue.sql, anything(overdue))
            assert "ix_agenda_due" in plan
            assert not scanned(plan)


@pytest.mark.not_on_citus("plans are made machine by machine")
def test_what_a_wave_leaves_behind_does_not_pile_up(postgres: Postgres, tmp_path: Path) -> None:
    """PostgreSQL never cleans temporary tables up by itself, and would read past every row of every wave."""
    with (
        postgres.database() as url,
        Running(populate(url, tmp_path, people=600, codes=600)) as run,
    ):
        sizes = []
        for number in range(1, 9):
            run.engine.publish(bundle(NODES, LINKS, id=f"c_{number}"))
            run.advance(HOUR)
            assert run.engine.counts(f"c_{number}").entries == 600
            with run.database.write() as connection:
                names = ("wave", "outgoing", "drawing", "front", "incoming")
                size = " + ".join(f"pg_relation_size('{name}')" for name in names)
                sizes.append(connection.exec_driver_sql(f"SELECT {size}").scalar_one())
        assert max(sizes) < 4 * sizes[0]


@pytest.mark.not_on_citus("plans are made machine by machine")
def test_what_is_due_next_is_found_at_the_front_of_the_queue(postgres: Postgres, tmp_path: Path) -> None:
    """PostgreSQL, which has counted nothing yet, takes thousands of rows for one and would read them all;
    and those that are gone lie in front until somebody cleans up."""
    with postgres.database() as url, Running(populate(url, tmp_path)) as run:
        run.engine.publish(bundle(NODES, LINKS))
        plan = next(iter(run.engine._scheduler.versions)).plan
        place = next(one for one in plan.places if one.place.stage is Stage.RELEASE)
        with run.database.write() as connection:
            columns = ("version", "place", "due", "person", "entry", "via")
            rows = [(plan.context.version, place.place.index, HOUR, n, 1, 0) for n in range(2_000)]
            bulk_insert(connection, token, columns, list(rows))
            connection.execute(delete(token).where(token.c.person < 1_000, token.c.due == HOUR))
            asked = {"version": plan.context.version, "low": HOUR, "behind": 999}
            found = explained_as_run(connection, place.next_due, asked)
            assert max(int(n) for n in re.findall(r"rows=(\d+) loops", found)) == 1, found
            assert max(int(n) for n in re.findall(r"shared hit=(\d+)", found)) < 20, found


@pytest.mark.not_on_citus("plans are made machine by machine")
def test_when_somebody_goes_on_next_is_found_at_the_front_of_the_queue(
    target: Target, tmp_path: Path
) -> None:
    """Each second, for whoever looks at a campaign."""
    with Running(populate(target, tmp_path)) as run:
        run.engine.publish(bundle(EVENTS, EVENT_LINKS))
        with run.database.write() as connection:
            connection.execute(insert(agenda), [{"version": 1, "place": 1, "due": HOUR}])
            plan = plan_of(connection, FIRST_DUE.params(versions=[1]))
            assert not scanned(plan) & set(LARGE), plan


@pytest.mark.not_on_citus("plans are made machine by machine")
def test_what_has_gone_on_does_not_hide_who_does_next(postgres: Postgres, tmp_path: Path) -> None:
    """On PostgreSQL those that are gone lie in front until somebody cleans up."""
    with (
        postgres.database() as url,
        Running(populate(url, tmp_path)) as run,
        run.database.write() as connection,
    ):
        connection.execute(insert(agenda), [{"version": 1, "place": 1, "due": HOUR + 999}])
        columns = ("version", "place", "due", "person", "entry", "via")
        rows = [(1, 1, HOUR + n, n, 1, 0) for n in range(2_000)]
        bulk_insert(connection, token, columns, rows)
        connection.execute(delete(token).where(token.c.due < HOUR + 999))
        asked = FIRST_DUE.params(versions=[1])
        sql = str(asked.compile(connection, compile_kwargs={"literal_binds": True}))
        lines = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {sql}")
        found = "\n".join(str(row[0]) for row in lines)
        found = found.partition("Planning:")[0]
        assert connection.execute(asked).all() == [(1, 1, HOUR + 999, None)]
        assert max(int(n) for n in re.findall(r"shared hit=(\d+)", found)) < 20, found


def explained_as_run(connection: Connection, statement: Prepared, given: dict[str, int]) -> str:
    values = {**given, **statement._fixed}
    explain = f"EXPLAIN (ANALYZE, BUFFERS) {statement.sql}"
    return "\n".join(str(row[0]) for row in connection.exec_driver_sql(explain, values))
