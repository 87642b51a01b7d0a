"""Audiences on a database: estimates, updates, what they depend on, and how their people are found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import OperationalError

from engine.audience.conditions import RowConditions
from engine.audience.errors import RuleError
from engine.audience.updates import estimate, members_now, update_audience
from engine.shapes.conditions import Leaf
from engine.store import lists, reasons
from engine.store.database import Database
from engine.store.fields import DataFields
from engine.store.imports.folder import import_folder
from engine.store.tables.people import audience, audience_member, audience_size, import_run, person
from engine.store.times import WallClock
from engine.workspace.audience import AUDIENCE, AudienceFile
from engine.workspace.catalog import CATALOG
from engine.workspace.cdnow import SOURCE, ZONE, write_cdnow
from tests.databases import DIALECTS, fresh, plan_of

SHANGHAI = ZoneInfo(ZONE)
NOW = datetime(2026, 11, 23, tzinfo=UTC)

ONE_ORDER = {"card": "behaviour", "event": "order", "measure": "count", "op": "=", "value": 1}
NONE_LATELY = {**ONE_ORDER, "range": {"last": {"amount": 30, "unit": "day"}}, "value": 0}
LAST_YEAR = {"card": "behaviour", "event": "order", "range": {"last": {"amount": 12, "unit": "month"}}}


def rule(id: str, *cards: dict[str, Any]) -> AudienceFile:
    joined = [{"join": "and" if number else None, **card} for number, card in enumerate(cards)]
    return AUDIENCE.adapter.validate_python(
        {"format": "audience", "version": 1, "id": id, "name": id.upper(), "cards": joined}
    )


def metrics(table: str, **parts: Any) -> dict[str, Any]:
    return {"card": "metrics", "table": table, **parts}


def level(value: str) -> dict[str, Any]:
    return {"card": "tags", "condition": {"field": "tag:level", "op": "is", "value": value}}


@pytest.fixture(scope="module", params=DIALECTS)
def cdnow(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if not SOURCE.is_file():
        pytest.skip("the CDNOW purchases are not beside this checkout")
    folder = tmp_path_factory.mktemp("cdnow")
    write_cdnow(folder / "data")
    with fresh(request, request.param, folder) as target, Database.open(target) as database:
        result = import_folder(database, folder / "data", now=NOW)
        assert (result.counts["people"], result.counts["events"], result.rejected) == (23_570, 69_659, 0)
        assert result.counts["coupons"] == 30_000
        yield database


@pytest.mark.parametrize(
    ("day", "cards", "size"),
    [
        (datetime(1997, 4, 1, tzinfo=SHANGHAI), [ONE_ORDER], 18_504),
        (datetime(1997, 4, 1, tzinfo=SHANGHAI), [ONE_ORDER, NONE_LATELY], 12_457),
        (datetime(1998, 7, 1, tzinfo=SHANGHAI), [ONE_ORDER, NONE_LATELY], 11_908),
        (
            datetime(1998, 7, 1, tzinfo=SHANGHAI),
            [
                {**LAST_YEAR, "measure": "avg:amount", "op": ">=", "value": 50},
                {**LAST_YEAR, "measure": "count", "op": "<", "value": 3},
            ],
            974,
        ),
    ],
)
def test_cdnow(cdnow: Database, day: datetime, cards: list[dict[str, Any]], size: int) -> None:
    assert estimate(cdnow, rule("a_rule", *cards), day, SHANGHAI) == size


@pytest.fixture
def database(databases: Database, tmp_path: Path) -> Database:
    data = tmp_path / "data"
    (data / "audiences").mkdir(parents=True)
    (data / "people.csv").write_text("person_id\n" + "".join(f"p{n}\n" for n in range(100)))
    rows = "".join(f"p{n},level,{'VIP' if n < 10 else 'A'}\n" for n in range(90))
    (data / "tags.csv").write_text("person_id,tag,value\n" + rows)
    (data / "audiences" / "a_list.csv").write_text("person_id\np1\np2\np95\n")
    import_folder(databases, data, now=NOW)
    return databases


def test_update_stores_members_and_when(database: Database) -> None:
    files = {"a_vip": rule("a_vip", level("VIP"))}
    assert update_audience(database, files, "a_vip", NOW, SHANGHAI) == 10
    files["a_vip"] = rule("a_vip", level("A"))
    later = NOW + timedelta(hours=1)
    assert update_audience(database, files, "a_vip", later, SHANGHAI) == 80
    with database.read() as connection:
        row = connection.execute(select(audience).where(audience.c.id == "a_vip")).one()
        stored = set(connection.scalars(select(audience_member.c.list)))
    assert (row.state, row.size, row.updated_at) == ("ready", 80, int(later.timestamp() * 1000))
    assert row.list in stored
    assert len(stored) == 2, "the members of the earlier update are forgotten"


def test_an_update_updates_what_it_depends_on_first(database: Database) -> None:
    of_others = {"card": "audience", "audience": "a_vip"}
    listed = {"card": "audience", "audience": "a_list"}
    files = {"a_both": rule("a_both", of_others, listed), "a_vip": rule("a_vip", level("VIP"))}
    files["a_list"] = AUDIENCE.adapter.validate_python(
        {"id": "a_list", "name": "List", "list": {"id_type": "member"}}
    )
    with pytest.raises(RuleError, match="a_vip"):
        estimate(database, files["a_both"], NOW, SHANGHAI)
    assert update_audience(database, files, "a_both", NOW, SHANGHAI) == 2
    assert estimate(database, files["a_both"], NOW, SHANGHAI) == 2
    assert update_audience(database, files, "a_list", NOW, SHANGHAI) == 3


def test_a_failed_update_keeps_the_members_and_says_so(database: Database) -> None:
    files = {"a_vip": rule("a_vip", level("VIP"))}
    update_audience(database, files, "a_vip", NOW, SHANGHAI)
    number = {"card": "tags", "condition": {"field": "tag:level", "op": ">", "value": 1}}
    with pytest.raises(RuleError, match="stored as text"):
        update_audience(database, {"a_vip": rule("a_vip", number)}, "a_vip", NOW, SHANGHAI)
    with database.read() as connection:
        row = connection.execute(select(audience).where(audience.c.id == "a_vip")).one()
        members_ = select(audience_member.c.person).where(audience_member.c.list == row.list)
        assert (row.state, len(connection.execute(members_).all())) == ("failed", 10)


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_an_update_that_the_database_broke_off_left_no_trace(
    database: Database, monkeypatch: pytest.MonkeyPatch, known: bool, late: bool
) -> None:
    """It is tried again by whoever wants it. late: only that all was through was not heard any more."""
    files = {"a_vip": rule("a_vip", level("VIP"))}
    if known:
        update_audience(database, files, "a_vip", NOW - timedelta(days=1), SHANGHAI)

    def seen() -> list[tuple[Any, ...]]:
        with database.read() as connection:
            return [
                tuple(row) for row in connection.execute(select(audience).where(audience.c.id == "a_vip"))
            ]

    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    right, before, writes = Database.write, seen(), count(1)

    @contextmanager
    def breaks(self: Database, **options: Any) -> Iterator[Connection]:
        last = next(writes) == 3  # it says that it runs, it writes a chunk, it puts that in force
        with right(self, **options) as connection:
            yield connection
            if last and not late:
                raise OperationalError("COMMIT", None, full)
        if last:
            raise OperationalError("COMMIT", None, full)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", breaks)
        with pytest.raises(OperationalError):
            update_audience(database, files, "a_vip", NOW, SHANGHAI)
    if late:
        assert [row[3] for row in seen()] == ["ready"]
    else:
        assert seen() == before
    assert update_audience(database, files, "a_vip", NOW, SHANGHAI) == 10
    with database.read() as connection:
        lists_ = set(connection.scalars(select(audience_member.c.list)))
        assert lists_ == set(connection.scalars(select(audience.c.list)))


def test_a_cycle_and_a_missing_audience_are_refused(database: Database) -> None:
    files = {
        "a_1": rule("a_1", {"card": "audience", "audience": "a_2"}),
        "a_2": rule("a_2", {"card": "audience", "audience": "a_1"}),
    }
    with pytest.raises(RuleError, match="contains itself"):
        update_audience(database, files, "a_1", NOW, SHANGHAI)
    del files["a_2"]
    with pytest.raises(RuleError, match="There is no audience"):
        update_audience(database, files, "a_1", NOW, SHANGHAI)


TABLE = {"event": "order", "dimensions": ["shop"], "metrics": {"spent": "sum:amount"}}


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ({"card": "rfm", "model": "m", "types": [1]}, "no RFM model “m”"),
        ({"card": "aipl", "stages": ["A"]}, "AIPL stage"),
        ({"card": "metrics", "table": "t"}, "no statistics table “t”"),
        (metrics("daily", where={"field": "shop", "op": "=", "value": 1}), "no metric “shop”"),
        (metrics("daily", where={"field": "spent", "op": "is", "value": "1"}), "is a number"),
        (metrics("daily", filter={"field": "spent", "op": "=", "value": 1}), "no dimension “spent”"),
    ],
)
def test_what_the_catalogue_does_not_define_is_refused(
    database: Database, card: dict[str, Any], said: str
) -> None:
    catalog = CATALOG.adapter.validate_python({"tables": {"daily": TABLE}})
    with pytest.raises(RuleError, match=said):
        estimate(database, rule("a_rule", card), NOW, SHANGHAI, catalog=catalog)


def test_a_move_may_fall_on_either_end_of_its_range(databases: Database, tmp_path: Path) -> None:
    """Each person's first order is at one moment: the day's beginning, its end, or a second beyond."""
    data = tmp_path / "data"
    data.mkdir()
    moments = {
        "at_start": "2026-11-01T00:00:00Z",
        "at_end": "2026-11-02T00:00:00Z",
        "before": "2026-10-31T23:59:59Z",
        "after": "2026-11-02T00:00:01Z",
    }
    rows = [f"{n},{person},visit,2026-10-01T00:00:00Z" for n, person in enumerate(moments)]
    rows += [f"o{n},{person},order,{moment}" for n, (person, moment) in enumerate(moments.items())]
    (data / "events.csv").write_text("event_id,person_id,event,time\n" + "\n".join(rows) + "\n")
    import_folder(databases, data, now=NOW)
    stages = {
        "A": [{"join": None, "card": "behaviour", "event": "visit"}],
        "P": [{**ONE_ORDER, "join": None}],
    }
    catalog = CATALOG.adapter.validate_python({"aipl": stages})
    day = {"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z"}
    moved = rule("a_moved", {"card": "aipl", "from": "A", "to": "P", "range": day})
    with databases.read() as connection:
        query = members_now(connection, moved, NOW, SHANGHAI, catalog=catalog)
        names = select(person.c.external_id).where(person.c.id.in_(query))
        assert set(connection.scalars(names)) == {"at_start", "at_end"}


def test_sizes_are_kept_and_why_an_update_failed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MAX_SIZES", 2)
    files = {"a_vip": rule("a_vip", level("VIP"))}
    for hour in range(3):
        update_audience(database, files, "a_vip", NOW + timedelta(hours=hour), SHANGHAI)
    files["a_vip"] = rule("a_vip", {"card": "aipl", "stages": ["A"]})
    with pytest.raises(RuleError):
        update_audience(database, files, "a_vip", NOW + timedelta(hours=4), SHANGHAI)
    with database.read() as connection:
        mine = select(audience_size.c.at, audience_size.c.size).where(audience_size.c.audience == "a_vip")
        sizes = connection.execute(mine.order_by(audience_size.c.at)).all()
        reason = connection.execute(select(audience.c.reason).where(audience.c.id == "a_vip")).scalar_one()
    start = int(NOW.timestamp() * 1000)
    assert [tuple(row) for row in sizes] == [(start + 3_600_000, 10), (start + 7_200_000, 10)]
    assert "AIPL" in str(reasons.load(reason))


def test_people_of_an_import_that_is_not_complete_do_not_count(database: Database) -> None:
    everybody = rule("a_all", {"card": "tags", "condition": {"field": "tag:other", "op": "empty"}})
    assert estimate(database, everybody, NOW, SHANGHAI) == 100
    with database.write() as connection:
        connection.execute(import_run.update().where(import_run.c.id == 1).values(state="running"))
    assert estimate(database, everybody, NOW, SHANGHAI) == 0


def test_events_are_grouped_by_an_index_and_tags_read_by_their_key(cdnow: Database) -> None:
    cards = [{**LAST_YEAR, "measure": "avg:amount", "op": ">=", "value": 50}, level("VIP")]
    with cdnow.read() as connection:
        plan = plan_of(connection, members_now(connection, rule("a_rule", *cards), NOW, SHANGHAI))
    if cdnow.dialect == "sqlite":
        assert "ix_event_code_person_time" in plan
        assert "SEARCH tag_value" in plan
        assert "TEMP B-TREE" not in plan, "grouping sorts the events"
        assert "CORRELATED" not in plan, "something is asked again for every person"
    else:
        assert "SubPlan" not in plan.replace("hashed SubPlan", ""), "something is asked again for everybody"


@pytest.mark.not_on_citus("plans are made machine by machine")
def test_a_wave_looks_each_person_up(database: Database) -> None:
    """In a wave of few people reading all rows of a tag would cost more than the wave."""
    leaf = Leaf(field="tag:level", op="is_not", value="VIP")
    with database.write() as connection:
        conditions = RowConditions(DataFields.load(connection), WallClock(SHANGHAI))
        query = select(person.c.id).where(conditions.of_person(leaf, person.c.id, person.c.id))
        plan = plan_of(connection, query)
    if database.dialect == "sqlite":
        assert "SEARCH tag_value_1 USING PRIMARY KEY (tag=? AND person=?" in plan
    else:
        assert "pk_tag_value" in plan


def test_rules_compile_for_postgresql_too(cdnow: Database) -> None:
    texts: list[dict[str, Any]] = [
        {"field": "tag:city", "op": op, "value": "x"}
        for op in ("contains", "starts_with", "ends_with", "is_not")
    ]
    texts.append({"field": "tag:city", "op": "is", "value": ["x", "y"]})
    cards: list[dict[str, Any]] = [
        {"card": "tags", "condition": {"all": texts}},
        {**LAST_YEAR, "measure": "sum:amount", "value": 1.5},
    ]
    with cdnow.read() as connection:
        query = members_now(connection, rule("a_rule", *cards), NOW, SHANGHAI)
    sql = str(query.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert all(word in sql for word in ("strpos", "starts_with", "jsonb_array_elements_text"))
    assert "json_each" not in sql
    assert "instr" not in sql


def test_a_rule_that_names_itself_is_refused_before_anything_is_counted(database: Database) -> None:
    with pytest.raises(RuleError, match="“A_ALL” would contain itself"):
        estimate(database, rule("a_all", {"card": "audience", "audience": "a_all"}), NOW, SHANGHAI)
