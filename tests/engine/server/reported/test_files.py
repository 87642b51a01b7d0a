"""Tables as files: names of people do nothing in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from engine.server.reported.files import csv_table, workbook
from engine.server.reported.sheets import Sheet, Value
from tests.naughty_strings import naughty_strings

EVIL = ["=1+1", "＝1+1", "＋1", "@SUM(A1)", "#REF!", "\u202egnp.exe", "a\x01b", "two\nlines", "普通"]


def cells(data: bytes) -> list[object]:
    """What a workbook's only sheet holds in its second column."""
    (page,) = load_workbook(io.BytesIO(data)).worksheets
    return [row[1].value for row in page.iter_rows(min_row=2)]


@pytest.mark.parametrize("text", EVIL)
def test_a_text_is_a_text(text: str) -> None:
    table = Sheet("People", [["n", "name", "share"], [7, text, 0.5]])
    (page,) = load_workbook(io.BytesIO(workbook([table]))).worksheets
    n, name, share = next(page.iter_rows(min_row=2))
    assert (n.value, name.data_type, share.value) == (7, "s", 0.5)
    assert name.value == text.replace("\x01", "")
    row = list(csv.reader(io.StringIO(csv_table([table]).decode("utf-8-sig"), newline="")))[2]
    assert row[1].lstrip("'") == text
    assert row[1][0] not in "=+-@＝＋－＠"


def test_every_text_can_be_written() -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in naughty_strings()]
    rows: list[list[Value]] = [["n", "text"]]
    rows += [[n, text] for n, text in enumerate(texts)]
    tables = [Sheet("All", rows)]
    assert len(cells(workbook(tables))) == len(texts)
    written = csv.reader(io.StringIO(csv_table(tables).decode("utf-8-sig"), newline=""))
    assert sum(1 for _ in written) == len(texts) + 3


def test_tables_without_rows_are_left_out_of_csv() -> None:
    data = csv_table([Sheet("Empty", [["a"]]), Sheet("Full", [["a"], [1]])]).decode("utf-8-sig")
    assert data == "Full\r\na\r\n1\r\n\r\n"
