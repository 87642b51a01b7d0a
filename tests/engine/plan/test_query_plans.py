"""No statement of a wave scans what grows with the number of people or events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine.components.behaviour import EnterAudiences
from engine.plan.follow import FollowUps
from engine.plan.plan import Plan
from engine.plan.prepared import Prepared
from engine.run.scheduler import overdue
from tests.engine.run.drafting import HOUR, Running, bundle, database
from tests.engine.run.test_kill import LINKS, NODES

LARGE = (
    "person", "person_id", "tag_value", "event", "entry", "visit", "message", "claim", "token",
    "token_watched", "coupon_code", "coupon_issue", "audience_member",
)  # fmt: skip
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
    for place in plan.places:
        yield from (place.upto.take, place.upto.drop, place.exact.take, place.exact.drop)
        yield from (place.front.drop, place.bounds, place.next_due, *place.effects)
    if isinstance(plan.flow.trigger.behaviour, EnterAudiences):
        yield plan.enter_audience
    follow = FollowUps(plan)
    yield from (statement for statement in (follow.arrivals, *follow.releases.values()) if statement)


@pytest.mark.parametrize("which", ["audience", "event"])
def test_waves_read_large_tables_through_their_keys(tmp_path: Path, which: str) -> None:
    with Running(database(tmp_path, people=5, codes=5)) as run:
        run.engine.publish(bundle(NODES, LINKS) if which == "audience" else bundle(EVENTS, EVENT_LINKS))
        version = next(iter(run.engine._scheduler._versions.values()))
        run.advance(HOUR)
        with run.database.write() as connection:
            for statement in statements(version.plan):
                marks = [0] * statement.sql.count("?")
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.sql}", tuple(marks)).all()
                scans = {
                    match[1]
                    for row in plan
                    if (match := re.match(r"SCAN (\w+?)(_\d+)?\b(?! USING)", str(row[3])))
                }
                assert not scans & set(LARGE), f"{scans}\n{statement.sql}\n{plan}"


def test_idle_reads_the_agenda_only(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run, run.database.read() as connection:
        query = overdue(1).compile(run.database.reader, compile_kwargs={"literal_binds": True})
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {query}")).all()
        assert "ix_agenda_due" in str(plan)
