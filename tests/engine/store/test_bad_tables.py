"""Files that are broken, enormous or wrong: a clear message with the line, and nothing half-imported."""

from __future__ import annotations

import os
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine.store.database import Database
from engine.store.imports import excel
from engine.store.imports.formats import TableFormat, detect
from engine.store.imports.guessing import guessed
from engine.store.imports.reading import MAX_LINE
from engine.store.imports.result import ImportRefused
from engine.store.imports.runs import known_imports
from engine.store.imports.survey import survey
from engine.store.tables.people import person
from engine.workspace.catalog import Catalog
from engine.workspace.mapping import problem_of
from tests.databases import empty_database
from tests.engine.store.test_table import attributes, mapping, take

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture
def database(tmp_path: Path) -> Any:
    path = tmp_path / "engine.db"
    path.write_bytes(empty_database())
    with Database.open(path) as found:
        yield found


def nobody(database: Database) -> bool:
    with database.read() as connection:
        return connection.execute(select(person.c.id)).first() is None


def workbook(path: Path, rows: int) -> Path:
    book = openpyxl.Workbook()
    for number in range(rows):
        book.active.append([f"p{number}", f"a text of its own {number}"] if number else ["id", "note"])
    book.save(path)
    return path


def repacked(path: Path, part: str, content: bytes) -> Path:
    """The workbook with another part in it."""
    with zipfile.ZipFile(path) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, kept in {**found, part: content}.items():
            archive.writestr(name, kept)
    return path


def test_a_workbook_that_unpacks_to_more_than_memory_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "MAX_TEXTS", 8 * 2**20)
    bomb = b"<sst>" + b" " * (9 * 2**20) + b"</sst>"
    path = repacked(workbook(tmp_path / "bomb.xlsx", 3), "xl/sharedStrings.xml", bomb)
    assert path.stat().st_size < 100_000
    tracemalloc.start()
    with pytest.raises(ImportRefused, match="unpacks to 9 MiB"):
        survey(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 2**20


def test_entities_that_grow_are_not_followed(tmp_path: Path) -> None:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row>'
    sheet = f"<worksheet><sheetData>{cell}</sheetData></worksheet>"
    laughs = f'<?xml version="1.0"?><!DOCTYPE worksheet [{entities}]>{sheet}'
    path = repacked(workbook(tmp_path / "laughs.xlsx", 3), "xl/worksheets/sheet1.xml", laughs.encode())
    with pytest.raises(ImportRefused, match="no whole Excel workbook"):
        survey(path)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_a_part_that_is_cut_off_takes_back_what_came_before(
    database: Database, tmp_path: Path, part: str
) -> None:
    path = workbook(tmp_path / "people.xlsx", 12_000)
    with zipfile.ZipFile(path) as archive:
        content = archive.read(part)
    repacked(path, part, content[: len(content) * 9 // 10])
    with pytest.raises(
        ImportRefused, match=r"people\.xlsx (is no whole Excel workbook|cannot be read beyond row 10,8)"
    ):
        take(database, path, mapping({"id": "person", "note": "attr:note"}))
    assert nobody(database)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_workbook_is_refused_or_read_never_more(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "people.xlsx"
    if not path.exists():
        workbook(path, 20)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        survey(damaged, TableFormat("excel"))
    except ImportRefused as error:
        assert "damaged.xlsx" in str(error.message)  # noqa: PT017 - it may also be read


def test_a_workbook_of_the_old_kind_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "people.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    with pytest.raises(ImportRefused, match=r"Save it as \.xlsx or as CSV"):
        survey(path)


def test_a_column_that_changes_its_type_far_down_is_said_with_its_line(
    database: Database, tmp_path: Path
) -> None:
    """Line 900,000 of a million, at a tenth of the size."""
    path = tmp_path / "people.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("id,points\n")
        file.writelines(f"{n},{n if n != 90_000 else 'many'}\n" for n in range(2, 100_000))
    points = survey(path).columns[1]
    assert (points.type, points.broken) == ("text", ("number", 90_000, "many"))
    result = take(database, path, mapping({"id": "person", "points": "attr:points number"}))
    assert [(one.line, str(one.message)) for one in result.rejects] == [(90_000, "“many” is no number.")]
    assert result.counts["people"] == 99_997


def test_gigabytes_are_streamed(tmp_path: Path) -> None:
    """No more than a line and a chunk of rows is in memory, whatever the size: 2 GiB take 32 times as long as
    this, whose last line has no end and takes no room on the disk."""
    path = tmp_path / "people.csv"
    path.write_bytes(b"id,name\n" + b"1,Ann\n" * 20_000)
    with path.open("r+b") as file:
        file.truncate(64 * 2**20)
    tracemalloc.start()
    found = survey(path, TableFormat())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.rows, found.rejected) == (20_000, 1)
    assert str(found.rejects[0].message) == f"The line is longer than {MAX_LINE} characters."
    assert found.rejects[0].line == 20_002
    assert peak < 24 * 2**20


def test_the_same_person_twice_is_counted_and_the_last_row_stays(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    rows = [f"{n % 10_500},c{n}" for n in range(11_000)]
    path.write_text("\n".join(["id,city", *rows, "5,a", "5,b"]), encoding="utf-8")
    result = take(database, path, mapping({"id": "person", "city": "attr:city"}))
    assert dict(result.counts) == {"people": 10_500, "people_updated": 0, "people_repeated": 502}
    found = dict(attributes(database, "city"))
    assert (found["5"], found["499"], found["500"]) == ("b", "c10999", "c500")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    try:
        found = survey(path, detect(path))
    except ImportRefused:
        return
    assert all(len(cells) == len(found.header) for _, cells in found.preview)


def test_quotes_and_nul_and_wrong_widths_cost_their_own_lines(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b'id,city\n1,"Ulm\n2,Bonn\n3,K\0ln\n4,a,b\n5,"two\nlines"\n6,x"y\n')
    result = take(database, path, mapping({"id": "person", "city": "attr:city"}))
    assert attributes(database, "city") == [("2", "Bonn"), ("5", "two\nlines"), ("6", 'x"y')]
    assert {one.line for one in result.rejects} == {2, 4, 5}
    with database.read() as connection:
        (run,) = known_imports(connection)
    assert run.counts["rejected"] == 3


@pytest.mark.parametrize("bad", [b"3,\0", "3,上海".encode("gbk")])
def test_a_line_that_is_no_text_does_not_turn_the_others_into_other_characters(
    tmp_path: Path, bad: bytes
) -> None:
    """Every other line, in UTF-8, is text in GB18030 as well: 鍖椾含 in place of 北京."""
    path = tmp_path / "people.csv"
    path.write_bytes("id,city\n1,北京\n2,北京\n".encode() + bad + "\n4,北京\n".encode())
    found = survey(path)
    assert (found.format.encoding, found.columns[1].values) == ("utf-8", ("北京",))
    assert [one.line for one in found.rejects] == [4]


def test_texts_of_europe_are_not_taken_for_chinese(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    lines = [f"{n},Müller aus Köln und García aus Málaga" for n in range(40)]
    path.write_bytes("\n".join(["id,name", *lines]).encode("windows-1252"))
    assert survey(path).columns[1].values == ("Müller aus Köln und García aus Málaga",)


def test_a_first_line_that_cannot_be_read_does_not_make_the_second_one_the_header(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("编号,城市\n1,Ulm\n2,Bonn\n".encode("gbk"))
    with pytest.raises(ImportRefused, match=r"people\.csv:1: The names of the columns are no utf-8 text"):
        survey(path, TableFormat("csv", "utf-8"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "idna"])
def test_an_encoding_that_cannot_even_be_begun_is_refused_in_words(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("id,城市\n1,杭州\n2,上海\n".encode())
    with pytest.raises(ImportRefused, match=r"people\.csv.*Choose another encoding"):
        survey(path, TableFormat("csv", encoding))


def test_columns_without_a_name_can_be_mapped_and_are_left_out_at_first(tmp_path: Path) -> None:
    """What spreadsheets leave behind the last column, and other programs before all."""
    path = tmp_path / "people.csv"
    path.write_text(f",id,{'n' * 120},{'n' * 119}m,,\n1,2,3,4,5,6\n")
    found = survey(path)
    assert [found.header[place] for place in (0, 4, 5)] == ["#1", "#5", "#6"]
    mapping_ = guessed(found, Catalog(), path)
    targets = [column.to for column in mapping_.columns]
    assert targets == ["ignore", "person", f"attr:{'n' * 100}", f"attr:{'n' * 98} 2", "ignore", "ignore"]
    assert problem_of(mapping_) is None


def test_a_row_that_no_sheet_has_ends_the_reading(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", 3)
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2000000000"><c r="A2000000000"><v>1</v></c></row>'
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{name}"><sheetData>{rows}</sheetData></worksheet>'
    repacked(path, "xl/worksheets/sheet1.xml", sheet.encode())
    with pytest.raises(ImportRefused, match="more than Excel can hold"):
        survey(path)


def test_a_file_that_is_written_while_it_is_read_leaves_nothing(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id\n" + "\n".join(f"p{n}" for n in range(25_000)))

    def cut_short(done: int, _total: int) -> None:
        if done:
            os.truncate(path, done)

    with pytest.raises(ImportRefused, match=r"people\.csv was changed while it was read"):
        take(database, path, mapping({"id": "person"}), progress=cut_short)
    assert nobody(database)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_never_ends_is_not_begun(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "people.csv")
    with pytest.raises(ImportRefused, match="not a regular file"):
        survey(tmp_path / "people.csv")


def test_a_full_disk_takes_nothing_and_promises_nothing(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id\n" + "\n".join(f"p{n}" for n in range(25_000)), encoding="utf-8")

    def limited(done: int, _total: int) -> None:
        if done:
            with database.write() as connection:
                connection.exec_driver_sql("PRAGMA max_page_count = 1")  # no more than there are now

    with pytest.raises(ImportRefused, match="is full: nothing was imported"):
        take(database, path, mapping({"id": "person"}), progress=limited)
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert take(database, path, mapping({"id": "person"})).counts["people"] == 25_000


def test_a_tag_that_is_too_long_for_an_index_is_named(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"id,level,likes\n1,{'x' * 201},a\n2,VIP,a|{'y' * 201}\n", encoding="utf-8")
    how = mapping({"id": "person", "level": "tag:level text", "likes": "tag:likes multi"})
    result = take(database, path, how)
    said = [str(one.message).partition(":")[0] for one in result.rejects]
    assert said == ["level is longer than 200 characters", "likes is longer than 200 characters"]
    assert result.counts["tags"] == 2
