"""Tables in files that come from anybody: which format one has, and its rows as text whatever that is.

CSV in any encoding and with any separator; Excel and Parquet where the libraries for them are installed.
"""

from __future__ import annotations

import codecs
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from engine.i18n import N_, Message
from engine.store.imports.reading import BLANKS, CsvFile, OnReject, Row
from engine.store.imports.result import ImportRefused
from engine.workspace.mapping import MAX_COLUMNS

FormatKind = Literal["csv", "excel", "parquet"]
ENCODINGS = ("utf-8", "gb18030", "utf-16", "big5", "windows-1252", "shift_jis", "euc_kr")
"""Those offered; any that Python knows may be named."""
DELIMITERS = (",", ";", "\t", "|")
"""Those that are found out, besides `BLANKS`."""

_SAMPLE = 1 << 20
_QUOTED = re.compile(r'"[^"]*"?')
_ZIP, _OLD_EXCEL, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"


class TableFormat(NamedTuple):
    """How a file is to be read.

    Attributes: encoding and delimiter of CSV; headed, whether the first row names the columns; sheet of a
    workbook, empty for its first.
    """

    kind: FormatKind = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    headed: bool = True
    sheet: str = ""


class TableFile(Protocol):
    """An open table: the names of its columns, its rows, how far it has been read."""

    header: list[str]
    total: int
    """What `done` is at the end."""

    @property
    def done(self) -> int: ...
    def rows(self) -> Iterator[Row]: ...
    def close(self) -> None: ...


def open_table(path: Path, format: TableFormat, on_reject: OnReject) -> TableFile:
    """Open a file. Raises `ImportRefused` where it cannot be read as that, or has no columns."""
    try:
        table = _open(path, format, on_reject)
    except OSError as error:
        text = N_("{file} cannot be read: {reason}.")
        raise ImportRefused(Message(text, file=path.name, reason=error.strerror or str(error))) from error
    table.header = [name or unnamed(number) for number, name in enumerate(table.header, 1)]
    if problem := _problem(table.header):
        table.close()
        raise ImportRefused(problem)
    return table


def unnamed(number: int) -> str:
    """What a column without a name is called: spreadsheets leave some behind the last one, or before all."""
    return f"#{number}"


def _open(path: Path, format: TableFormat, on_reject: OnReject) -> TableFile:
    match format.kind:
        case "excel":
            from engine.store.imports.excel import ExcelFile

            return ExcelFile(path, on_reject, format.sheet, headed=format.headed)
        case "parquet":
            from engine.store.imports.parquet import ParquetTable

            return ParquetTable(path)
        case _:
            encoding = usable_encoding(format.encoding)
            table = CsvFile(path, on_reject, encoding, format.delimiter, headed=format.headed)
            if format.headed and table.header_line > 1:  # or a row of values would name the columns
                table.close()
                text = N_(
                    "{file}:1: The names of the columns are no {encoding} text. Choose another encoding."
                )
                raise ImportRefused(Message(text, file=path.name, encoding=format.encoding))
            return table


def usable_encoding(name: str) -> str:
    """The name as Python opens a file by it, a byte order mark skipped. Raises `ImportRefused`."""
    try:
        known = codecs.lookup(name)
    except LookupError as error:
        text = N_("There is no encoding “{name}”. Known are, for example: {known}.")
        raise ImportRefused(Message(text, name=name, known=", ".join(ENCODINGS))) from error
    if not getattr(known, "_is_text_encoding", True):
        raise ImportRefused(Message(N_("“{name}” is no encoding of texts."), name=name))
    return "utf-8-sig" if known.name == "utf-8" else known.name


def detect(path: Path) -> TableFormat:
    """The format by the file's first bytes, not by its name. Raises `ImportRefused`.

    An encoding is a guess until the whole file has been read: a survey says where it was wrong.
    """
    try:
        if not path.is_dir() and not stat.S_ISREG(
            path.stat().st_mode
        ):  # a pipe would block, a device never end
            raise ImportRefused(Message(N_("{file} is not a regular file. Choose another."), file=path.name))
        with path.open("rb") as file:
            start = file.read(_SAMPLE)
    except OSError as error:
        text = N_("{file} cannot be read: {reason}.")
        raise ImportRefused(Message(text, file=path.name, reason=error.strerror or str(error))) from error
    if not start:
        raise ImportRefused(Message(N_("{file} is empty."), file=path.name))
    if start.startswith(_ZIP):
        return TableFormat("excel")
    if start.startswith(_PARQUET):
        return TableFormat("parquet")
    if start.startswith(_OLD_EXCEL):
        text = N_("{file} is an Excel file of the old kind. Save it as .xlsx or as CSV.")
        raise ImportRefused(Message(text, file=path.name))
    encoding = _encoding(start)
    head = start.decode(usable_encoding(encoding), errors="replace")
    return TableFormat("csv", encoding, _delimiter(head))


def format_of_file(
    path: Path,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    *,
    headed: bool = True,
) -> TableFormat:
    """The format of a file, found out where it is not said. Raises `ImportRefused`."""
    found = detect(path)
    return found._replace(
        encoding=encoding or found.encoding,
        delimiter=delimiter or found.delimiter,
        sheet=sheet or "",
        headed=headed,
    )


def _encoding(start: bytes) -> str:
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = start[0:2000:2].count(0), start[1:2000:2].count(0)
    if max(even, odd) > len(start[:2000]) // 4:  # letters of Latin scripts, without a byte order mark
        return "utf-16-le" if odd > even else "utf-16-be"
    lines = start.splitlines()
    if _decodes(start, "utf-8") or mostly(lines, "utf-8"):  # some lines of a file of many hands may differ
        return "utf-8"
    if _looks_chinese(start) and (_decodes(start, "gb18030") or mostly(lines, "gb18030")):
        return "gb18030"
    from charset_normalizer import from_bytes

    best = from_bytes(start[:65536]).best()
    return "windows-1252" if best is None else best.encoding


def _decodes(start: bytes, encoding: str) -> bool:
    """Whether these bytes are text in an encoding; the last character may be cut in half."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        decoder.decode(start, final=len(start) < _SAMPLE)
    except UnicodeDecodeError:
        return False
    return True


def _looks_chinese(start: bytes) -> bool:
    """Whether the bytes beyond ASCII stand in pairs; those of European texts stand alone, before a letter."""
    text = start.decode("gb18030", errors="ignore")
    beyond = sum(char > "\x7f" for char in text)
    return sum(byte > 0x7F for byte in start) > 1.2 * beyond


def mostly(lines: Iterable[bytes], encoding: str) -> bool:
    """Whether most of the lines that are more than ASCII are text in an encoding."""
    text = other = 0
    for line in lines:
        if not line.isascii():
            try:
                line.decode(encoding)
                text += 1
            except UnicodeDecodeError:
                other += 1
    return text > other


def _delimiter(head: str) -> str:
    """The separator that the first lines have most of, as often in each; those in quotes do not count.

    Blanks where there is no other, and they part every line into as many cells.
    """
    lines = [_QUOTED.sub("x", line) for line in head.splitlines()[:20] if line.strip()]
    if not lines:
        return ","

    def weight(delimiter: str) -> tuple[int, int]:
        found = [line.count(delimiter) for line in lines[:-1] or lines]
        same = found.count(found[0]) if found[0] else 0
        return same, found[0]

    best = max(DELIMITERS, key=weight)
    if weight(best)[1]:
        return best
    widths = {len(line.split()) for line in lines[:-1] or lines}
    return BLANKS if len(lines) > 1 and len(widths) == 1 and widths != {1} else ","


def _problem(header: list[str]) -> Message | None:
    if not any(name != unnamed(number) for number, name in enumerate(header, 1)):
        return Message(N_("The file has no header."))
    if len(header) > MAX_COLUMNS:
        text = N_("The file has {n} columns; at most {max} can be taken.")
        return Message(text, n=len(header), max=MAX_COLUMNS)
    seen: set[str] = set()
    for name in header:
        if name in seen:
            return Message(N_("The column “{name}” stands twice in the header."), name=name[:60])
        seen.add(name)
    return None
