"""CSV that may come from anybody."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.i18n import Message
from engine.store.imports.reading import MAX_LINE, CsvFile


def read(
    folder: Path, content: bytes
) -> tuple[list[str], list[tuple[int, list[str]]], list[tuple[int | None, str]]]:
    path = folder / "file.csv"
    path.write_bytes(content)
    rejects: list[tuple[int | None, str]] = []

    def on_reject(line: int | None, message: Message, row: Sequence[str] = ()) -> None:
        rejects.append((line, str(message)))

    file = CsvFile(path, on_reject)
    rows = list(file.rows())
    file.close()
    return file.header, rows, rejects


def test_a_byte_order_mark_and_line_ends_of_windows(tmp_path: Path) -> None:
    header, rows, rejects = read(tmp_path, "\ufeffa,b\r\n1,\r\n\r\nx,é\r\n".encode())
    assert (header, rows, rejects) == (["a", "b"], [(2, ["1", ""]), (4, ["x", "é"])], [])


def test_quotes_over_lines(tmp_path: Path) -> None:
    _, rows, rejects = read(tmp_path, b'a,b\n"1\n,""2""\n3",x\n4,5')
    assert (rows, rejects) == ([(2, ['1\n,"2"\n3', "x"]), (5, ["4", "5"])], [])


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b'"1,2', "never closed"),
        (b'"1"x,2', "not balanced"),
        (b"1,2,3", "this row 3"),
        (b"1", "this row 1"),
        (b"\xff,2", "not UTF-8"),
        (b"a\0,2", "cannot be stored"),
        (b"\xed\xa0\x80,2", "not UTF-8"),
        (b"1," + b"x" * (MAX_LINE + 10), "longer"),
    ],
)
def test_a_bad_row_costs_itself_only(tmp_path: Path, bad: bytes, words: str) -> None:
    _, rows, rejects = read(tmp_path, b"a,b\n1,2\n" + bad + b"\n3,4\n5,6\n")
    assert rows == [(2, ["1", "2"]), (4, ["3", "4"]), (5, ["5", "6"])]
    assert [line for line, _ in rejects] == [3]
    assert words in rejects[0][1]


def test_an_empty_file_has_no_header(tmp_path: Path) -> None:
    assert read(tmp_path, b"") == ([], [], [])


_CELLS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8
) | st.sampled_from(('"', ",", "\n", "\r\n", "\u2028", '""', ""))


@given(st.lists(st.tuples(_CELLS, _CELLS), max_size=20))
def test_what_the_standard_library_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str]]
) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(("a", "b"))
    writer.writerows(table)
    folder = tmp_path_factory.getbasetemp()
    _, rows, rejects = read(folder, buffer.getvalue().encode())
    assert (rejects, [tuple(row) for _, row in rows]) == ([], table)
