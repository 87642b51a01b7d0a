"""Taking imports back: everything is as it was before, but for what others use by now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, insert, select, update

from engine.store.database import Database
from engine.store.fields import DataSchema
from engine.store.imports.folder import import_folder
from engine.store.imports.runs import UNDOABLE, known_imports
from engine.store.imports.undo import UndoRefused, undo
from engine.store.tables.people import audience, audience_member, event, person, tag_value
from engine.store.tables.runs import campaign, entry

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TYPES = DataSchema(
    attributes={"age": "number", "city": "text"},
    tags={"level": "text", "likes": "multi"},
    events={"order": {"amount": "number"}},
)
DAY = "2026-01-01T00:00:00"
HEAD = "event_id,person_id,event,time,attributes\n"
FIRST = {
    "people.csv": "person_id,id:mobile,attr:age,attr:city\na,1,20,Ulm\nb,2,,\n",
    "tags.csv": "person_id,tag,value\na,level,gold\na,likes,x|y\n",
    "ids.csv": "person_id,type,value,time\nb,email,b@x.org,2026-01-01T00:00:00Z\n",
    "events.csv": HEAD + "1,a,order,2026-01-01T00:00:00Z,\n",
    "suppressed.csv": "type,value\nmobile,1\n",
}
SECOND = {
    "people.csv": "person_id,id:mobile,attr:age,attr:city\na,9,21,Ulm\nc,3,30,Rom\nb,2,,Köln\n",
    "tags.csv": "person_id,tag,value\na,level,silver\nb,level,gold\na,likes,z\nc,level,new\n",
    "ids.csv": "person_id,type,value,time\nb,email,c@x.org,2026-02-01T00:00:00Z\n",
    "events.csv": HEAD
    + "1,a,order,2026-01-01T00:00:00Z,\n2,a,order,2026-01-02T00:00:00Z,\n3,d,order,2026-01-02T00:00:00Z,\n",
    "coupons.csv": "coupon,code\ncp,1\n",
    "suppressed.csv": "type,value\nmobile,1\nmobile,2\n",
    "audiences/a_x.csv": "person_id\na\nc\n",
}


@pytest.fixture
def database(databases: Database) -> Database:
    return databases


def take(database: Database, folder: Path, files: Mapping[str, str], **how: Any) -> int:
    data = folder / f"data{len(list(folder.iterdir()))}"
    data.mkdir()
    for name, content in files.items():
        (data / name).parent.mkdir(exist_ok=True)
        (data / name).write_text(content, encoding="utf-8")
    return import_folder(database, data, TYPES, now=NOW, **how).import_id


def everything(database: Database) -> dict[str, list[str]]:
    """All that is known of people, as far as an import may change it."""
    with database.read() as connection:
        found = MetaData()
        found.reflect(connection)
        names = ("person", "person_id", "tag_value", "event", "coupon_code", "import_before", "suppression")
        tables = {name: connection.execute(select(found.tables[name])).all() for name in names}
    return {name: sorted(str(row) for row in rows) for name, rows in tables.items()}


def test_undoing_brings_back_what_was_there(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, FIRST)
    before = everything(database)
    second = take(database, tmp_path, SECOND)
    assert everything(database) != before
    counts = undo(database.write, second)
    assert everything(database) == before
    assert counts == {"people": 2, "values": 8, "events": 2, "coupons": 1, "suppressed": 1}
    with database.read() as connection:
        assert [(one.state, one.undoable) for one in known_imports(connection)] == [
            ("undone", False),
            ("complete", True),
        ]


@pytest.mark.parametrize("at", ["people.csv", "events.csv", "coupons.csv", "audiences/a_x.csv"])
def test_a_cancelled_import_leaves_nothing(database: Database, tmp_path: Path, at: str) -> None:
    take(database, tmp_path, FIRST)
    before = everything(database)

    def cancel(file: str, _rows: int) -> None:
        if file == at:
            raise RuntimeError("cancelled")

    with pytest.raises(RuntimeError, match="cancelled"):
        take(database, tmp_path, SECOND, progress=cancel)
    assert everything(database) == before


def test_what_changed_since_stays_and_is_counted(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, FIRST)
    second = take(database, tmp_path, SECOND)
    with database.write() as connection:  # as a campaign's Tag does
        mine = (tag_value.c.tag == "level") & (tag_value.c.person == 1)
        connection.execute(update(tag_value).where(mine).values(value="bronze"))
    counts = undo(database.write, second)
    assert (counts["values"], counts["values_kept"]) == (7, 1)
    with database.read() as connection:
        tags = connection.execute(select(tag_value.c.person, tag_value.c.value).order_by("person", "value"))
        assert [tuple(row) for row in tags] == [(1, "bronze"), (1, "x"), (1, "y")]


def test_people_in_campaigns_and_events_that_let_them_in_stay(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, FIRST)
    second = take(database, tmp_path, SECOND)
    with database.write() as connection:
        row = {"number": 1, "id": "c", "name": "C", "state": "active", "version": 1}
        connection.execute(insert(campaign), {**row, "published_at": 0, "starts_at": 0})
        entered = {"campaign": 1, "entry": 1, "version": 1, "cycle": 1, "entered_at": 0, "event": None}
        connection.execute(insert(entry), [{**entered, "person": 3}, {**entered, "person": 1, "event": "2"}])
        connection.execute(insert(audience), {"id": "a", "list": 9, "size": 2, "state": "ready"})
        connection.execute(insert(audience_member), [{"list": 9, "person": n} for n in (3, 4)])
    counts = undo(database.write, second)
    assert (counts["people"], counts["people_kept"], counts["events"], counts["events_kept"]) == (1, 1, 1, 1)
    with database.read() as connection:
        assert sorted(connection.scalars(select(person.c.external_id))) == ["a", "b", "c"]
        assert sorted(connection.scalars(select(event.c.source_id))) == ["1", "2"]
        assert connection.scalar(select(audience.c.size).where(audience.c.id == "a")) == 1


def test_a_later_import_of_the_same_people_comes_first(database: Database, tmp_path: Path) -> None:
    first, second = take(database, tmp_path, FIRST), take(database, tmp_path, SECOND)
    with pytest.raises(UndoRefused, match="A later import changed the same people"):
        undo(database.write, first)
    undo(database.write, second)
    undo(database.write, first)
    assert {name: rows for name, rows in everything(database).items() if rows} == {}
    with pytest.raises(UndoRefused, match="undone already"):
        undo(database.write, first)
    with pytest.raises(UndoRefused, match="no such import"):
        undo(database.write, 0)


def test_only_the_last_ones_can_be_undone(database: Database, tmp_path: Path) -> None:
    first = take(database, tmp_path, FIRST)
    for number in range(UNDOABLE):
        take(database, tmp_path, {"people.csv": f"person_id\nn{number}\n"})
    with pytest.raises(UndoRefused, match="only the last imports"):
        undo(database.write, first)
