"""A simulation's tables lie over the database: what it writes goes with it, and the base stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, Table, insert, select, text
from sqlalchemy.exc import DBAPIError

from engine.plan import temporary
from engine.run.overlay import OWN_TAGS, Overlay, below
from engine.run.simulate import simulate
from engine.store.database import Database, url_of
from engine.store.dialect import bulk_insert
from engine.store.imports.folder import import_folder
from engine.store.schema import METADATA
from engine.store.tables.people import audience_member, person, tag_value
from engine.store.tables.runs import campaign
from tests.databases import DIALECTS, Target, fresh
from tests.engine.run.drafting import NOW, SETTINGS, TOUR, TOUR_LINKS, bundle, write_people
from tests.postgres import Postgres

ROW = {"id": 1, "external_id": "a", "hash": 1, "import_id": 0}
TAGS = [("level", 1, "old", None), ("level", 2, "old", None), ("other", 1, "x", None)]


@pytest.fixture
def overlay(target: Target) -> Iterator[Overlay]:
    with Database.open(target) as database, database.write() as connection:
        connection.execute(insert(person), ROW)
        bulk_insert(connection, tag_value, ("tag", "person", "value", "number"), TAGS)
    found = Overlay(target)
    yield found
    found.close()


def test_what_a_simulation_s_transaction_wrote_goes_with_it(overlay: Overlay) -> None:
    with overlay.engine.connect() as connection:
        bulk_insert(connection, audience_member, ("list", "person"), [(1, n) for n in range(5000)])
        connection.rollback()
    with overlay.begin() as connection:
        assert connection.execute(select(audience_member)).all() == []


def contents(target: Target) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the database, with all the columns that it has."""
    with Database.open(target) as database, database.read() as connection:
        return {name: _rows(connection, table) for name, table in METADATA.tables.items()}


def _rows(connection: Connection, table: Table) -> list[tuple[object, ...]]:
    rows = connection.execute(text(f"SELECT * FROM {table.name}")).all()
    return sorted((tuple(row) for row in rows), key=repr)


def people(target: Target, folder: Path) -> None:
    write_people(folder, 20, 15)
    with Database.open(target) as database:
        assert not import_folder(database, folder, now=NOW - timedelta(days=1)).rejected


def test_a_simulation_leaves_every_table_as_it_was(target: Target, tmp_path: Path) -> None:
    people(target, tmp_path / "data")
    before = contents(target)
    summary = simulate(bundle(TOUR, TOUR_LINKS), target, SETTINGS, since=NOW, trace=tmp_path / "out")
    assert (summary.counts.entries, summary.counts.messages["n_coupon"]) == (20, {"sent": 15, "failed": 5})
    assert contents(target) == before
    assert {"person", "campaign", "tag_value"} <= before.keys()


def test_many_messages_are_rehearsed_although_nothing_may_be_truncated(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporary, "LARGE", 1)
    people(target, tmp_path / "data")
    twice = {**TOUR, "n_again": TOUR["n_sms"]}
    links = [link.replace("n_wait out n_end", "n_wait out n_again") for link in TOUR_LINKS]
    summary = simulate(bundle(twice, [*links, "n_again out n_end"]), target, SETTINGS, since=NOW)
    assert summary.counts.messages["n_again"] == {"sent": 20}
    assert summary.violations == ()


def test_both_databases_give_the_same_bytes(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    traces = []
    for dialect in DIALECTS:
        folder = tmp_path / dialect
        folder.mkdir()
        with fresh(request, dialect, folder) as target:
            people(target, folder / "data")
            simulate(bundle(TOUR, TOUR_LINKS), target, SETTINGS, since=NOW, trace=folder / "out")
        traces.append({path.name: path.read_bytes() for path in (folder / "out").iterdir()})
    assert traces[0] == traces[1]
    assert all(b"p20" in traces[0][name] for name in ("visits.csv", "messages.csv", "tags.csv"))


def test_own_tables_stand_in_front_and_the_base_can_still_be_asked(overlay: Overlay) -> None:
    with overlay.begin() as connection:
        assert connection.execute(select(person.c.external_id)).scalar_one() == "a"
        values = {"number": 1, "id": "c", "name": "C", "state": "active", "version": 1}
        connection.execute(insert(campaign).values(**values, published_at=0, starts_at=0))
    with overlay.begin() as connection:
        assert connection.execute(select(campaign.c.id)).scalar_one() == "c"
        assert connection.execute(select(below(campaign))).all() == []


def test_tags_of_the_overlay_replace_those_below(overlay: Overlay) -> None:
    with overlay.begin() as connection:
        assert overlay.own_tags(connection) is OWN_TAGS
        assert OWN_TAGS.replaced is not None
        connection.execute(insert(OWN_TAGS.replaced), {"tag": "level", "person": 1})
        new = {"tag": "level", "person": 1, "value": "new", "number": None}
        connection.execute(insert(OWN_TAGS.written), new)
    with overlay.begin() as connection:
        query = select(tag_value.c.tag, tag_value.c.person, tag_value.c.value)
        found = {tuple(row) for row in connection.execute(query)}
        base = below(tag_value)
        assert connection.execute(select(base.c.value).where(base.c.person == 1)).scalars().all() == [
            "old",
            "x",
        ]
    assert found == {("level", 1, "new"), ("level", 2, "old"), ("other", 1, "x")}


@pytest.mark.not_on_citus("its own tables lie on all machines, where none is temporary")
def test_a_sealed_overlay_cannot_write_below(overlay: Overlay) -> None:
    overlay.seal()
    for table in (person, below(campaign)):
        with pytest.raises(DBAPIError, match=r"read-?only"), overlay.begin() as connection:
            connection.execute(table.delete())
    with overlay.begin() as connection:
        connection.execute(campaign.delete())


@pytest.mark.not_on_citus("what a crash leaves goes with the next rehearsal")
def test_nothing_is_left_on_the_server_even_after_a_crash(postgres: Postgres) -> None:
    with postgres.database() as url:
        address = url_of(url)
        admin = psycopg.connect(
            host=str(address.query["host"]), user=address.username, dbname=address.database, autocommit=True
        )
        own = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname IN ('campaign', 'tag_written')"
        overlays = [Overlay(url), Overlay(url)]
        assert admin.execute(own).fetchall() == [(5,)], "the database's own campaigns, and two a simulation"
        with overlays[0].begin() as connection:
            connection.execute(campaign.delete())
            process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        admin.execute("SELECT pg_terminate_backend(%s, 10000)", (process,))
        overlays[1].close()
        with pytest.raises(DBAPIError), overlays[0].begin() as connection:
            connection.execute(select(campaign))
        overlays[0].close()
        Overlay(url).close()
        gone = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'campaign-canvas'"
        while admin.execute(gone).fetchall() != [(0,)]:
            continue
        assert admin.execute(own).fetchall() == [(1,)]
        admin.close()
