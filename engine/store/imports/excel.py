"""Rows of an Excel workbook (.xlsx), read one by one. openpyxl is loaded when it is first used."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from engine.i18n import N_, Message
from engine.store.imports.reading import OnReject, Row, pass_over
from engine.store.imports.result import ImportRefused
from engine.store.values import storable
from engine.workspace.mapping import MAX_COLUMNS

MAX_UNPACKED = 4 * 2**30
"""Bytes of all parts together: a workbook of a million full rows has some hundred million."""
MAX_TEXTS = 256 * 2**20
"""Bytes of the table of texts, the one part that is held in memory as a whole."""
MAX_ROWS = 1_048_576
"""What Excel itself can hold. A file may claim row two billion, and be read for hours to get there."""
_MAX_RATIO = 400
_MAX_PARTS = 5_000
_WIDEST = MAX_COLUMNS + 1
_TEXTS = "xl/sharedStrings.xml"


class ExcelFile:
    """One sheet of a workbook. Values become text: times as ISO 8601, without an offset as Excel has none."""

    def __init__(self, path: Path, on_reject: OnReject, sheet: str = "", *, headed: bool = True) -> None:
        self._reject = on_reject
        self._path = path
        self._book: Any = None
        self._line = 0
        _refuse_bombs(path)
        openpyxl = _openpyxl()
        self._file = path.open("rb")  # ours, for the library leaves its own open where it fails
        try:
            self._book = openpyxl.load_workbook(self._file, read_only=True, data_only=True, keep_links=False)
            names = self._book.sheetnames
            self.sheets: list[str] = list(names)
            if sheet and sheet not in names:
                text = N_("{file} has no sheet “{sheet}”, but: {sheets}.")
                raise ImportRefused(Message(text, file=path.name, sheet=sheet, sheets=", ".join(names[:20])))
            page = self._book[sheet] if sheet else self._book.worksheets[0]
            page.reset_dimensions()  # what a file says of its own size may be wrong
            self.total = max(1, path.stat().st_size)
            self._rows: Iterator[tuple[Any, ...]] = page.iter_rows(values_only=True)
            first = self._next() or []
        except ImportRefused:
            self.close()
            raise
        except Exception as error:
            self.close()
            raise self._broken(error) from error
        self._first: list[str] | None = None if headed else first
        self.header = _trimmed(first) if headed else [str(n) for n in range(1, len(first) + 1)]

    @property
    def done(self) -> int:
        """How far it has been read is not known of a packed file: a guess that never reaches the end."""
        rows = self._line
        return int(self.total * rows / (rows + 50_000))

    def rows(self) -> Iterator[Row]:
        """The rows as wide as the header, without empty ones. Raises `ImportRefused` where it breaks off."""
        width = len(self.header)
        if self._first is not None:
            yield 1, self._first
        while True:
            try:
                cells = self._next()
            except ImportRefused:
                raise
            except Exception as error:
                raise self._broken(error) from error
            if cells is None:
                return
            if any(cells[width:]):
                text = N_("The header has {wanted} columns, this row {found}.")
                self._reject(self._line, Message(text, wanted=width, found=len(_trimmed(cells))), cells)
                continue
            cells = cells[:width] + [""] * (width - len(cells))
            if not any(cells):
                continue
            if not all(map(storable, cells)):
                self._reject(
                    self._line, Message(N_("The row holds a character that cannot be stored.")), cells
                )
                continue
            yield self._line, cells

    def close(self) -> None:
        if self._book is not None:
            self._book.close()
        self._file.close()

    def _next(self) -> list[str] | None:
        row = next(self._rows, None)
        if row is None:
            return None
        self._line += 1
        if self._line > MAX_ROWS:
            text = N_("{file} has more than {max:,} rows, more than Excel can hold. Save it as CSV.")
            raise ImportRefused(Message(text, file=self._path.name, max=MAX_ROWS))
        cells = [_text(value) for value in row[:_WIDEST]]
        beyond = row[_WIDEST:]  # one stray cell at the far right makes every row ten thousands of cells wide
        return cells if beyond.count(None) == len(beyond) else [*cells, "…"]

    def _broken(self, error: Exception) -> ImportRefused:
        """Whatever a broken file makes the library stumble over, and behind which row."""
        told = isinstance(error, zipfile.BadZipFile | ParseError)
        reason = str(error) if told else type(error).__name__
        if not self._line:
            return _unreadable(self._path, reason)
        text = N_("{file} cannot be read beyond row {line:,} ({reason}). Save it anew, or as CSV.")
        return ImportRefused(Message(text, file=self._path.name, line=self._line, reason=reason))


def sheets_of(path: Path) -> list[str]:
    """The names of a workbook's sheets. Raises `ImportRefused`."""
    file = ExcelFile(path, pass_over)
    file.close()
    return file.sheets


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError as error:
        text = N_("To read Excel files, install openpyxl (pip install openpyxl), or save the file as CSV.")
        raise ImportRefused(Message(text)) from error
    return openpyxl


def _refuse_bombs(path: Path) -> None:
    """A small file that unpacks to an enormous one fills the memory. Raises `ImportRefused`."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise _unreadable(path, str(error)) from error
    size, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    texts = max((part.file_size for part in parts if part.filename.lower() == _TEXTS.lower()), default=0)
    too_much = size > MAX_UNPACKED or texts > MAX_TEXTS or len(parts) > _MAX_PARTS
    if too_much or (size > MAX_TEXTS and size > _MAX_RATIO * max(1, packed)):
        text = N_("{file} unpacks to {size:,} MiB, more than a workbook may. Save it as CSV.")
        raise ImportRefused(Message(text, file=path.name, size=size // 2**20))


def _unreadable(path: Path, reason: str) -> ImportRefused:
    text = N_("{file} is no whole Excel workbook ({reason}). Save it anew, or as CSV.")
    return ImportRefused(Message(text, file=path.name, reason=reason))


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return [cell.strip() for cell in cells[:width]]
