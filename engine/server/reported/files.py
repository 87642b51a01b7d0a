"""Tables as files: CSV, and a workbook. No cell is a formula, whatever people are called."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence

from engine.files.cells import harmless
from engine.i18n import N_
from engine.server.reported.sheets import Sheet, Value

FORMATS: Mapping[str, str] = {"xlsx": N_("Excel workbook"), "csv": N_("CSV table")}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no part of a workbook may hold, or Excel does not open it."""


def csv_table(tables: Sequence[Sheet]) -> bytes:
    """All tables below each other, each behind its name."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for table in tables:
        if len(table.rows) > 1:
            writer.writerow([table.name])
            writer.writerows([[_safe(value) for value in row] for row in table.rows])
            writer.writerow([])
    return b"\xef\xbb\xbf" + text.getvalue().encode()  # Excel asks for the mark


def workbook(tables: Sequence[Sheet]) -> bytes:
    """A workbook with a sheet for each table."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        page = book.create_sheet(table.name[:31])
        for row in table.rows:
            page.append([_plain(value) for value in row])
        for line in page.iter_rows():
            for cell in line:
                if cell.data_type in ("f", "e"):  # names of people are neither formulas nor errors
                    cell.data_type = "s"
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
        page.column_dimensions["A"].width = 32
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


WRITERS: Mapping[str, Callable[[Sequence[Sheet]], bytes]] = {"xlsx": workbook, "csv": csv_table}
"""By format: what makes a file's content of tables."""


def _plain(value: Value) -> Value:
    return _NOT_XML.sub("", value) if isinstance(value, str) else value


def _safe(value: Value) -> Value:
    return harmless(value) if isinstance(value, str) else value
