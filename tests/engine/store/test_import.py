"""Data folders: what is taken, what is rejected and why, and what a second import changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, inspect, select

from engine.audience.updates import update_audience
from engine.store.database import Database
from engine.store.fields import DataFields, DataSchema
from engine.store.imports import session
from engine.store.imports.folder import import_folder
from engine.store.imports.result import ImportRefused, ImportResult
from engine.store.tables.people import (
    OLDEST,
    audience,
    audience_member,
    coupon_code,
    event,
    import_run,
    person,
    person_id,
    tag_value,
)
from engine.workspace.audience import AUDIENCE

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TIME = "2026-01-01T00:00:00Z"
TYPES = DataSchema(
    attributes={"age": "number", "born": "time", "likes": "multi", "city": "text"},
    tags={"level": "text", "interests": "multi", "score": "number"},
    events={"order": {"amount": "number", "items": "multi", "note": "text"}},
)


@pytest.fixture
def database(databases: Database) -> Database:
    return databases


def take(
    database: Database, folder: Path, files: Mapping[str, str], schema: DataSchema | None = TYPES
) -> ImportResult:
    for name, content in files.items():
        path = folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    result = import_folder(database, folder / "data", schema, now=NOW)
    for name in files:
        (folder / "data" / name).unlink()
    return result


def rejects(result: ImportResult) -> list[tuple[str, int | None]]:
    return [(reject.file, reject.line) for reject in result.rejects]


def rows(database: Database, query: Any) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def attribute(database: Database, name: str) -> list[tuple[Any, ...]]:
    """External ids with an attribute's value and text, in order of import."""
    with database.read() as connection:
        field = DataFields.load(connection).attribute(name)
    assert field is not None
    return rows(
        database, select(person.c.external_id, field.value(person), field.text(person)).order_by(person.c.id)
    )


def test_people_in_order_with_exact_values_and_texts_as_given(database: Database, tmp_path: Path) -> None:
    content = "person_id,attr:age,attr:likes,attr:born\nb,12.50,c|a,2026-01-01T08:00:00+08:00\na,,,\n"
    result = take(database, tmp_path, {"people.csv": content})
    assert dict(result.counts) == {"people": 2, "people_updated": 0}
    assert attribute(database, "age") == [("b", 12_500_000, "12.50"), ("a", None, None)]
    assert attribute(database, "likes")[0] == ("b", "|a|c|", "a, c")
    assert attribute(database, "born")[0] == ("b", 1_767_225_600_000, "2026-01-01T08:00:00+08:00")
    assert rows(database, select(person.c.id, person.c.external_id).order_by(person.c.id)) == [
        (1, "b"),
        (2, "a"),
    ]


def test_bad_rows_are_rejected_with_their_lines(database: Database, tmp_path: Path) -> None:
    content = (
        "person_id,attr:age,attr:born\n1,x,\n2,1,\n,1,\n3,1\n4,,2026-01-01T00:00:00\n"
        + "5" * 300
        + ",1,\n6,7,\n"
    )
    result = take(database, tmp_path, {"people.csv": content})
    assert rejects(result) == [("people.csv", line) for line in (2, 4, 5, 6, 7)]
    assert str(result.rejects[0]) == "people.csv:2: “x” is no number."
    assert rows(database, select(person.c.external_id).order_by(person.c.id)) == [("2",), ("6",)]


def test_a_second_row_of_a_person_replaces_the_first(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, {"people.csv": "person_id,attr:city\n1,Bonn\n2,Ulm\n1,Köln\n"})
    assert [row[:2] for row in attribute(database, "city")] == [("1", "Köln"), ("2", "Ulm")]
    result = take(database, tmp_path, {"people.csv": "person_id,attr:city\n3,Rom\n2,\n"})
    assert (result.counts["people"], result.counts["people_updated"]) == (1, 1)
    assert [row[:2] for row in attribute(database, "city")] == [("1", "Köln"), ("2", None), ("3", "Rom")]


def test_a_person_in_two_chunks_is_one(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "CHUNK", 2)
    content = "person_id,attr:city\n1,a\n2,b\n3,c\n1,d\n4,e\n"
    result = take(database, tmp_path, {"people.csv": content})
    assert (result.counts["people"], result.counts["people_updated"]) == (4, 1)
    assert [row[:2] for row in attribute(database, "city")] == [
        ("1", "d"),
        ("2", "b"),
        ("3", "c"),
        ("4", "e"),
    ]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("attr:city", "lacks the column person_id"),
        ("person_id,attr:city,attr:city", "twice"),
        ("", "no header"),
    ],
)
def test_a_header_that_cannot_be_used(database: Database, tmp_path: Path, header: str, words: str) -> None:
    result = take(database, tmp_path, {"people.csv": f"{header}\n1,2,3\n"})
    assert rejects(result) == [("people.csv", 1)]
    assert words in str(result.rejects[0])
    assert rows(database, select(person)) == []


def test_a_column_that_is_not_known_is_left_out_and_said(database: Database, tmp_path: Path) -> None:
    result = take(database, tmp_path, {"people.csv": "person_id,name\n1,Ann\n"})
    assert "name is not known" in str(result.rejects[0])
    assert rows(database, select(person.c.external_id)) == [("1",)]


def test_undeclared_types_are_text_and_that_is_said(database: Database, tmp_path: Path) -> None:
    files = {
        "people.csv": "person_id,attr:plan\n1,a\n",
        "tags.csv": "person_id,tag,value\n1,vip,yes\n",
        "events.csv": f'event_id,person_id,event,time,attributes\n1,1,visit,{TIME},"{{""page"": 7}}"\n',
    }
    result = take(database, tmp_path, files, None)
    assert len(result.notes) == 4
    with database.read() as connection:
        fields = DataFields.load(connection)
    page = fields.event_attribute("visit", "page")
    assert (fields.attributes["plan"].type, fields.tag("vip"), page and page.type) == ("text", "text", "text")


def test_the_folder_s_schema_stands_over_the_catalogue(database: Database, tmp_path: Path) -> None:
    schema = '{"attributes": {"city": "multi"}}'
    take(database, tmp_path, {"schema.json": schema, "people.csv": "person_id,attr:city\n1,b|a\n"})
    assert attribute(database, "city") == [("1", "|a|b|", "a, b")]


@pytest.mark.parametrize(
    "schema", ["{", '{"attributes": {"a": "date"}}', '{"people": {}}', "[]", '{"tags": {"a": 1}}']
)
def test_a_bad_schema_refuses_the_folder(database: Database, tmp_path: Path, schema: str) -> None:
    with pytest.raises(ImportRefused, match=r"schema\.json"):
        take(database, tmp_path, {"schema.json": schema, "people.csv": "person_id\n1\n"})
    assert rows(database, select(person)) == []


def test_a_type_cannot_change_under_the_values(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, {"people.csv": "person_id,attr:age\n1,5\n"})
    with pytest.raises(ImportRefused, match="stored as number"):
        take(
            database,
            tmp_path,
            {"people.csv": "person_id,attr:age\n1,x\n"},
            DataSchema(attributes={"age": "text"}),
        )
    assert attribute(database, "age") == [("1", 5_000_000, "5")]


def test_an_empty_folder_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no data"):
        import_folder(database, tmp_path / "nowhere", now=NOW)


def test_tags(database: Database, tmp_path: Path) -> None:
    content = (
        "person_id,tag,value\n1,level,A\n1,interests,b|a\n1,interests,c\n1,level,B\n9,level,A\n1,score,x\n"
        "1,score,1.5\n1,level,\n1,interests,|\n"
    )
    result = take(database, tmp_path, {"people.csv": "person_id\n1\n", "tags.csv": content})
    assert rejects(result) == [("tags.csv", line) for line in (6, 7, 9, 10)]
    assert "no person “9”" in str(result.rejects[0])
    expected: list[tuple[Any, ...]] = [
        ("interests", "a", None),
        ("interests", "b", None),
        ("interests", "c", None),
    ]
    expected += [("level", "B", None), ("score", "1.5", 1_500_000)]
    query = select(tag_value.c.tag, tag_value.c.value, tag_value.c.number)
    assert rows(database, query.order_by(tag_value.c.tag, tag_value.c.value)) == expected


def test_events_count_once_and_make_people(database: Database, tmp_path: Path) -> None:
    head = "event_id,person_id,event,time,attributes\n"
    order = f'{TIME},"{{""amount"": 12.50, ""items"": [""b"", ""a""], ""note"": 1.0}}"\n'
    content = f"{head}e1,1,order,{order}e1,1,order,{order}e2,7,login,{TIME},\n"
    result = take(database, tmp_path, {"people.csv": "person_id\n1\n", "events.csv": content})
    assert (result.counts["events"], result.counts["events_repeated"], result.counts["people_by_event"]) == (
        2,
        1,
        1,
    )
    again = take(database, tmp_path, {"events.csv": content})
    assert (again.counts["events"], again.counts["events_repeated"], again.rejected) == (0, 3, 0)
    with database.read() as connection:
        fields = DataFields.load(connection).event_attributes("order")
    columns = [fields[name].value(event) for name in ("amount", "items", "note")]
    texts = [fields[name].text(event) for name in ("amount", "items", "note")]
    query = select(*columns, *texts).where(event.c.code == "order")
    assert rows(database, query) == [(12_500_000, "|a|b|", "1.0", "12.50", "a, b", "1.0")]
    assert rows(database, select(person.c.id, person.c.external_id).order_by(person.c.id)) == [
        (1, "1"),
        (2, "7"),
    ]


@pytest.mark.parametrize(
    "row",
    [
        "e,1,order,2026-01-01T00:00:00,",
        f",1,order,{TIME},",
        f"e,,order,{TIME},",
        f"e,1,,{TIME},",
        f"e,1,order,{TIME},[]",
        f"e,1,order,{TIME},{{",
        f'e,1,order,{TIME},"{{""amount"": ""x""}}"',
        f'e,1,order,{TIME},"{{""amount"": NaN}}"',
        f'e,1,order,{TIME},"{{""amount"": 1e40}}"',
        f'e,1,order,{TIME},"{{""amount"": true}}"',
        f'e,1,order,{TIME},"{{""amount"": 1, ""amount"": 2}}"',
        f'e,1,order,{TIME},"{{""note"": ""\\u0000""}}"',
        f'e,1,order,{TIME},"{{""note"": ""\\ud800""}}"',
        f'e,1,order,{TIME},"{{""items"": [""a|b""]}}"',
        f"e,1,order,{TIME},{'[' * 100_000}",
    ],
)
def test_bad_events(database: Database, tmp_path: Path, row: str) -> None:
    content = f"event_id,person_id,event,time,attributes\n{row}\ng,1,order,{TIME},\n"
    result = take(database, tmp_path, {"events.csv": content})
    assert rejects(result) == [("events.csv", 2)]
    assert rows(database, select(event.c.source_id)) == [("g",)]


def test_the_newest_address(database: Database, tmp_path: Path) -> None:
    ids = (
        "person_id,type,value,time,follower\n1,mobile,b,2026-01-02T00:00:00Z,\n1,mobile,c,2026-01-02T00:00:00Z,\n"
        "1,mobile,d,2026-01-01T00:00:00Z,\n1,openid:x,o,2026-01-01T00:00:00Z,0\n9,mobile,z,,\n1,openid:x,p,,2\n"
        "1,mobile,b,2025-01-01T00:00:00Z,\n"
    )
    result = take(database, tmp_path, {"people.csv": "person_id,id:mobile\n1,a\n", "ids.csv": ids})
    assert rejects(result) == [("ids.csv", 6), ("ids.csv", 7)]
    order = (person_id.c.type, person_id.c.time.desc(), person_id.c.seq.desc())
    found = rows(database, select(person_id.c.value, person_id.c.follower).order_by(*order))
    assert found == [("c", None), ("b", None), ("d", None), ("a", None), ("o", 0)]


def test_a_new_address_of_people_csv_replaces_its_old_one_only(database: Database, tmp_path: Path) -> None:
    ids = f"person_id,type,value,time\n1,mobile,x,{TIME}\n"
    take(database, tmp_path, {"people.csv": "person_id,id:mobile,id:email\n1,a,m\n", "ids.csv": ids})
    take(database, tmp_path, {"people.csv": "person_id,id:mobile\n1,b\n"})
    query = select(person_id.c.value, person_id.c.time == OLDEST).order_by(person_id.c.value)
    assert rows(database, query) == [("b", True), ("m", True), ("x", False)]


def test_coupons_keep_their_order_and_lists_replace_each_other(database: Database, tmp_path: Path) -> None:
    files = {
        "people.csv": "person_id\n1\n2\n3\n",
        "coupons.csv": "coupon,code\nc,z\nc,a\nc,z\n",
        "audiences/a_1.csv": "person_id\n1\n2\n9\n2\n",
        "suppressed.csv": "type,value\nmobile,1\n",
    }
    result = take(database, tmp_path, files)
    assert rejects(result) == [("audiences/a_1.csv", 4)]
    take(database, tmp_path, {"coupons.csv": "coupon,code\nc,b\n", "audiences/a_1.csv": "person_id\n3\n"})
    codes = select(coupon_code.c.code).order_by(coupon_code.c.position)
    assert rows(database, codes) == [("z",), ("a",), ("b",)]
    assert rows(database, select(audience_member.c.person)) == [(3,)]
    assert rows(database, select(audience.c.id, audience.c.size, audience.c.state)) == [("a_1", 1, "ready")]


def test_a_list_of_nobody_and_an_audience_updated_meanwhile_stay_apart(
    database: Database, tmp_path: Path
) -> None:
    take(database, tmp_path, {"people.csv": "person_id,attr:age\n1,5\n2,6\n"})
    everybody = {"field": "attr:age", "op": ">", "value": 0}
    rule = AUDIENCE.adapter.validate_python(
        {"id": "a_rule", "name": "Rule", "cards": [{"card": "tags", "condition": everybody}]}
    )
    folder = tmp_path / "data" / "audiences"
    folder.mkdir(parents=True)
    (folder / "a_nobody.csv").write_text("person_id\n", encoding="utf-8")
    (folder / "a_one.csv").write_text("person_id\n1\n", encoding="utf-8")

    def meanwhile(_file: str, _rows: int) -> None:
        update_audience(database, {"a_rule": rule}, "a_rule", NOW, ZoneInfo("UTC"))

    import_folder(database, tmp_path / "data", TYPES, now=NOW, progress=meanwhile)
    members = select(audience.c.id, func.count(audience_member.c.person))
    of_list = members.join(audience_member, audience_member.c.list == audience.c.list, isouter=True)
    found = rows(database, of_list.group_by(audience.c.id).order_by(audience.c.id))
    assert found == [("a_nobody", 0), ("a_one", 1), ("a_rule", 2)]


def test_what_a_killed_import_made_is_taken_back_by_the_next(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(database, tmp_path, {"people.csv": "person_id\nold\n"})
    events = f"event_id,person_id,event,time\n1,old,order,{TIME}\n2,new,order,{TIME}\n"
    files = {"people.csv": "person_id\nnew\nseen\n", "events.csv": events}
    with monkeypatch.context() as patch:
        patch.setattr("engine.store.imports.folder.import_tags", _killed)
        with pytest.raises(KeyboardInterrupt):
            take(database, tmp_path, files)
    with database.write() as connection:  # meanwhile an event came in for one of them
        live = {"person": 3, "source_id": "l", "code": "login", "time": 0, "received_at": 0}
        connection.execute(insert(event), live)
    (tmp_path / "data" / "people.csv").unlink()
    (tmp_path / "data" / "events.csv").unlink()
    take(database, tmp_path, {"people.csv": "person_id\nlater\n"})
    assert rows(database, select(person.c.external_id, person.c.import_id)) == [
        ("old", 1),
        ("seen", 0),
        ("later", 3),
    ]
    assert rows(database, select(event.c.source_id)) == [("l",)]
    states = select(import_run.c.state).order_by(import_run.c.id)
    assert rows(database, states) == [("complete",), ("complete",), ("abandoned",), ("complete",)]


def _killed(_: object) -> None:
    raise KeyboardInterrupt


def test_hostile_names_do_not_reach_sql(database: Database, tmp_path: Path) -> None:
    name = "a\"; DROP TABLE person; --'"
    cell = name.replace('"', '""')
    content = f'person_id,"attr:{cell}","id:{cell}"\n"{cell}",x,y\n'
    take(database, tmp_path, {"people.csv": content})
    assert attribute(database, name) == [(name, "x", "x")]


def test_events_of_many_kinds_share_columns(database: Database, tmp_path: Path) -> None:
    schema = DataSchema(events={f"e{n}": {f"a{n}": "number", f"b{n}": "text"} for n in range(200)})
    take(database, tmp_path, {"people.csv": "person_id\n1\n"}, schema)
    with database.read() as connection:
        columns = [column["name"] for column in inspect(connection).get_columns("event")]
    assert [column for column in columns if column[0] in "nt" and column[1:2].isdigit()] == [
        "n1",
        "n1_text",
        "t1",
    ]
