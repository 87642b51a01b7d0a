"""Tables in any format and encoding, mapped column by column."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine.shapes.addresses import NORMAL, BadAddress
from engine.store.database import Database
from engine.store.fields import DataFields, DataSchema
from engine.store.imports import parquet
from engine.store.imports.formats import TableFormat, detect
from engine.store.imports.guessing import guessed
from engine.store.imports.identities import Rules
from engine.store.imports.result import ImportRefused, ImportResult
from engine.store.imports.runs import known_imports
from engine.store.imports.survey import survey
from engine.store.imports.table import TableOrder, import_table
from engine.store.imports.tidying import addresses, time_text
from engine.store.tables.people import event, person, person_id, tag_value
from engine.store.values import BadValue
from engine.workspace.catalog import Catalog
from engine.workspace.mapping import MAPPING, MappingFile

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def database(databases: Database) -> Database:
    return databases


def mapping(columns: dict[str, str], kind: str = "people", **more: Any) -> MappingFile:
    """Columns by name: what each becomes, and after a blank its type."""
    listed = []
    for name, said in columns.items():
        to, _, type_ = said.partition(" ")
        listed.append({"column": name, "to": to, **({"type": type_} if type_ else {})})
    value = {"id": "i_1", "name": "M", "kind": kind, "columns": tuple(listed), **more}
    return MAPPING.adapter.validate_python(value)


def no_merges(_connection: object, pairs: Sequence[tuple[int, int]], _now: int) -> None:
    raise AssertionError(f"nobody was to be merged: {pairs}")


def take(database: Database, path: Path, how: MappingFile, **more: Any) -> ImportResult:
    order = TableOrder(path, how, SHANGHAI, rejects=lambda _id: path.parent / "rejects.csv")
    known = {key: more.pop(key) for key in ("schema", "rules") if key in more}
    return import_table(database, order._replace(**known), more.pop("merge", no_merges), now=NOW, **more)


def attributes(database: Database, *names: str) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        fields = DataFields.load(connection)
        columns = [fields.attributes[name].text(person) for name in names]
        query = select(person.c.external_id, *columns).order_by(person.c.id)
        return [tuple(row) for row in connection.execute(query)]


CHINESE = (
    "客户编号,手机,姓名,城市,消费\n"
    '1,１３８ 0000 0001,王芳,杭州,"1,280.50"\n'
    "2,+86 138-0000-0002,李娜,上海,88\n"
)
COLUMNS = {
    "客户编号": "person",
    "手机": "id:mobile",
    "姓名": "attr:name",
    "城市": "tag:city",
    "消费": "attr:spent number",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_separators_are_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "people.csv"
    rows = list(csv.reader(CHINESE.splitlines()))
    lines = [delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in rows]
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    found = survey(path)
    assert found.format.delimiter == delimiter
    assert found.header == list(COLUMNS)
    assert [cells for _, cells in found.preview] == rows[1:]
    assert [column.type for column in found.columns] == ["number", "text", "text", "text", "number"]


def test_blanks_part_cells_and_a_date_needs_no_marks(tmp_path: Path) -> None:
    path = tmp_path / "orders.txt"
    path.write_bytes(
        b' customer_id  date   town  spent\r\n 00001 19970101 "New  York"\t 11.77\r\n\r\n'
        b"00002  19970112 Ulm 5 \r\n"
        b"00002 19970113 Bonn 7\r\n00003 19970114 Bonn\r\n"
    )
    found = survey(path)
    assert (found.format.delimiter, found.header) == (" ", ["customer_id", "date", "town", "spent"])
    assert [cells for _, cells in found.preview] == [
        ["00001", "19970101", "New  York", "11.77"],
        ["00002", "19970112", "Ulm", "5"],
        ["00002", "19970113", "Bonn", "7"],
    ]
    assert [str(one) for one in found.rejects] == ["orders.txt:6: The header has 4 columns, this row 3."]
    guess = guessed(found, Catalog(), path)
    assert (guess.kind, [column.to for column in guess.columns]) == (
        "events",
        ["person", "time", "attr:town", "attr:spent"],
    )
    assert time_text("19970101", SHANGHAI) == "1997-01-01T00:00:00+08:00"
    with pytest.raises(BadValue):
        time_text("20260231", SHANGHAI)


def test_a_date_does_not_make_events_of_people(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,date\n1,20260101\n2,20260102\n")
    assert guessed(survey(path), Catalog(), path).kind == "people"


def test_an_encoding_that_only_a_late_line_gives_away(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"id,city\n" + b"1,Ulm\n" * 200_000 + "2,杭州\n".encode("gbk"))
    assert detect(path).encoding == "utf-8"
    found = survey(path)
    assert (found.format.encoding, found.rejected, found.rows) == ("gb18030", 0, 200_001)
    assert "杭州" in found.columns[1].values


def test_types_hold_for_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    body = [f"{n},{n},2026/1/{n % 28 + 1} 9:05,00{n % 9},a|b" for n in range(30_000)]
    body[25_000] = "25000,n/a,2026-01-01,001,"
    path.write_text("\n".join(["id,points,seen,code,likes", *body]), encoding="utf-8")
    points, seen, code, likes = survey(path).columns[1:]
    assert (points.type, points.broken) == ("text", ("number", 25_002, "n/a"))
    assert (seen.type, seen.broken) == ("time", None)
    assert code.type == "text", "a leading zero belongs to a code"
    assert (likes.type, likes.filled) == ("multi", 29_999)


def test_people_with_everything_that_a_column_can_be(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(CHINESE.encode("gbk"))
    result = take(database, path, mapping(COLUMNS))
    assert dict(result.counts) == {"people": 2, "people_updated": 0, "tags": 2}
    assert attributes(database, "name", "spent") == [("1", "王芳", "1280.50"), ("2", "李娜", "88")]
    with database.read() as connection:
        ids = connection.execute(
            select(person_id.c.type, person_id.c.value).order_by(person_id.c.person)
        ).all()
        tags = connection.execute(
            select(tag_value.c.tag, tag_value.c.value).order_by(tag_value.c.person)
        ).all()
        (known,) = known_imports(connection)
    assert ids == [("mobile", "+8613800000001"), ("mobile", "+8613800000002")]
    assert tags == [("city", "杭州"), ("city", "上海")]
    assert (known.source, known.counts["people"], known.undoable) == ("people.csv", 2, True)
    assert result.learned is not None
    catalog = result.learned.taught(Catalog())
    assert (dict(catalog.attributes), list(catalog.id_types)) == (
        {"name": "text", "spent": "number"},
        ["mobile"],
    )
    assert (catalog.tags["city"].type, catalog.tags["city"].values) == ("text", ("上海", "杭州"))


def test_rows_that_are_not_taken_stand_in_a_file(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    text = 'id,mobile,points\n1,13800000001,x\n2,12,1\n,13800000002,1\n3,13800000003,2,9\n4,,=1\n5,,7\n"6,,\n'
    path.write_bytes(text.encode() + b"7,\xff\xfe,1\n8,\0,1\n")
    columns = {"id": "person", "mobile": "id:mobile", "points": "attr:points number"}
    result = take(database, path, mapping(columns, encoding="utf-8"))
    assert [row[0] for row in attributes(database, "points")] == ["5"]
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["Line", "Reason", "id", "mobile", "points"]
    assert [(row[0], row[2]) for row in sorted(rows, key=lambda row: int(row[0]))] == [
        ("2", "1"), ("3", "2"), ("4", ""), ("5", "3"), ("6", "4"), ("8", '"6,,'), ("9", "7,??,1"),
        ("10", "8,�,1"),
    ]  # fmt: skip
    assert result.rejected == len(rows)
    assert [next(row for row in rows if row[0] == "6")[n] for n in (0, 4)] == ["6", "'=1"]


def test_an_empty_cell_changes_nothing_unless_told_so(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    columns = {"id": "person", "mobile": "id:mobile", "city": "attr:city"}
    for text, keep in (("1,13800000001,Ulm", True), ("1,,", True), ("1,,", False)):
        path.write_text(f"id,mobile,city\n{text}\n", encoding="utf-8")
        take(database, path, mapping(columns, keep=keep))
        with database.read() as connection:
            mobiles = list(connection.scalars(select(person_id.c.value)))
        kept = keep
        assert (attributes(database, "city"), mobiles) == (
            [("1", "Ulm" if kept else None)],
            ["+8613800000001"] if kept else [],
        )


def test_a_new_address_takes_the_place_of_the_old_one_unless_there_may_be_several(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    for member, card in (("1", "a"), ("2", "b|c")):
        path.write_text(f"id,member,card\np,{member},{card}\n", encoding="utf-8")
        rules = Rules(several=frozenset(["card"]))
        take(database, path, mapping({"id": "person", "member": "id:member", "card": "id:card"}), rules=rules)
    with database.read() as connection:
        found = connection.execute(
            select(person_id.c.type, person_id.c.value).order_by("type", "value")
        ).all()
    assert found == [("card", "a"), ("card", "b"), ("card", "c"), ("member", "2")]


def test_events_with_and_without_ids_of_their_own(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        'who,when,amount,kind\n1,2026/12/1 9:00,"1,000.5",order\n1,20261301,1,order\n', encoding="utf-8"
    )
    columns = {"who": "person", "when": "time", "amount": "attr:amount number", "kind": "event"}
    for repeated in (0, 1):
        result = take(database, path, mapping(columns, "events"))
        assert (result.counts["events"], result.counts["events_repeated"]) == (1 - repeated, repeated)
        assert [(reject.line, str(reject.message)) for reject in result.rejects] == [
            (3, "“20261301” is no date or time, such as 2026-12-01 09:00.")
        ]
    with database.read() as connection:
        (row,) = connection.execute(select(event.c.code, event.c.time, event.c.attributes)).all()
    assert tuple(row) == ("order", 1_796_086_800_000, '{"amount": 1000.5}')
    assert result.learned is not None
    assert result.learned.events == {"order": {"amount": "number"}}


def test_excel_as_it_is_saved(database: Database, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["id", "born", "points", None],
        ["a", datetime(1990, 5, 4), 12.0],  # noqa: DTZ001 - Excel knows no zones
        [],
        [7, None, 1.5, None],
        ["b", None, 1, "too much"],
    ):
        sheet.append(row)
    path = tmp_path / "people.xlsx"
    book.save(path)
    assert detect(path) == TableFormat("excel")
    assert [column.type for column in survey(path).columns] == ["text", "time", "number"]
    result = take(
        database, path, mapping({"id": "person", "born": "attr:born time", "points": "attr:points number"})
    )
    assert attributes(database, "born", "points") == [
        ("a", "1990-05-04T00:00:00+09:00", "12"),
        ("7", None, "1.5"),
    ]
    assert [reject.line for reject in result.rejects] == [5]


def test_parquet_without_its_library_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "people.data"
    path.write_bytes(b"PAR1 and no more")

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(parquet, "import_module", missing)
    with pytest.raises(ImportRefused, match=r"install pyarrow \(pip install pyarrow\)"):
        survey(path)


class Columns:
    """As much of pyarrow as is asked of it: two batches of two columns."""

    class ParquetFile:
        def __init__(self, path: Path) -> None:
            self.schema_arrow = type("Schema", (), {"names": ["id", "likes"]})
            self.metadata = type("Metadata", (), {"num_rows": 3})

        def iter_batches(self, batch_size: int) -> Any:
            batches: list[list[list[object]]] = [[["a", 2], [["x", "y"], None]], [[3.0], [[]]]]
            for values in batches:
                columns = [type("Column", (), {"to_pylist": lambda _self, v=value: v})() for value in values]
                yield type("Batch", (), {"columns": columns, "num_rows": len(values[0])})

        def close(self) -> None:
            pass


def test_parquet_by_batches(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "people.parquet"
    path.write_bytes(b"PAR1")
    monkeypatch.setattr(parquet, "import_module", lambda _name: Columns)
    result = take(database, path, mapping({"id": "person", "likes": "attr:likes multi"}))
    assert result.counts["people"] == 3
    assert attributes(database, "likes") == [("a", "x, y"), ("2", None), ("3", None)]


def test_who_cancels_finds_nothing_half_imported(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,city,level\n" + "".join(f"{n},Ulm,gold\n" for n in range(25_000)), encoding="utf-8")
    seen: list[int] = []

    def cancel(done: int, total: int) -> None:
        assert 0 < done <= total
        seen.append(done)
        if len(seen) == 2:
            raise InterruptedError

    how = mapping({"id": "person", "city": "attr:city", "level": "tag:level"})
    with pytest.raises(InterruptedError):
        take(database, path, how, progress=cancel)
    with database.read() as connection:
        for table in (person, tag_value, person_id):
            assert connection.execute(select(table).limit(1)).first() is None
        assert [one.state for one in known_imports(connection)] == ["abandoned"]


@pytest.mark.parametrize(
    ("content", "columns", "reason"),
    [
        ("", {"id": "person"}, "empty"),
        ("\n", {"id": "person"}, "no header"),
        ("a,a\n1,2\n", {"a": "person"}, "stands twice"),
        ("a,b\n1,2\n", {"id": "person"}, "no column “id”. Its columns are: a, b."),
        ("id\n1\n", {"id": "id:mobile"}, "No column tells who the person is"),
        ("id,age\n1,2\n", {"id": "person", "age": "attr:age time"}, "stored as number"),
    ],
)
def test_what_is_refused_as_a_whole_leaves_no_trace(
    database: Database, tmp_path: Path, content: str, columns: dict[str, str], reason: str
) -> None:
    with database.write() as connection:
        DataFields.load(connection).declare(connection, DataSchema(attributes={"age": "number"}))
    path = tmp_path / "people.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ImportRefused, match=reason):
        take(database, path, mapping(columns))
    with database.read() as connection:
        assert known_imports(connection) == []


MOBILES = st.from_regex(r"(\+861[3-9][0-9]{9}|\+?86?1[3-9][0-9]{9})?", fullmatch=True)
EMAILS = st.from_regex(r"([A-Za-z0-9.+_-]{1,6}@[a-z0-9.-]{1,6}\.(com|cn|local))?", fullmatch=True)


@settings(max_examples=200)
@given(st.lists(MOBILES, max_size=3) | st.lists(EMAILS, max_size=3))
def test_a_column_that_is_in_order_already_is_what_each_of_its_cells_would_be(cells: list[str]) -> None:
    """The short way, for a whole column, says the same as the long one."""
    for id_type, normal in NORMAL.items():
        tidy = addresses(id_type)
        assert tidy is not None
        try:
            wanted = [normal(cell) if cell else "" for cell in cells]
        except BadAddress:
            with pytest.raises(BadValue):
                tidy(cells)
        else:
            assert list(tidy(cells)) == wanted
