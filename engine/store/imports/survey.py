"""What a table holds, found out by reading it as a whole: rows, types of the columns, what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from engine.i18n import Message
from engine.shapes.conditions import FieldType
from engine.store.imports.formats import TableFormat, detect, mostly, open_table
from engine.store.imports.reading import MAX_LINE, Row
from engine.store.imports.result import ImportRefused, Reject
from engine.store.imports.tidying import TIME
from engine.store.values import SEPARATOR, shown

PREVIEW = 50
"""Rows that are shown."""
_EXAMPLES = 5
_VALUES = 50
_LISTED = 100
_CHUNK = 10_000
# A leading zero tells a code from a number.
_NUMBER = r"[+-]?(?:0|[1-9]\d{0,11}|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d{1,12})?"
_TYPES: dict[FieldType, str] = {"number": _NUMBER, "time": TIME.replace("(", "(?:").replace("(?:?:", "(?:")}
_ALL = {type_: re.compile(rf"(?:{form}\0)*", re.ASCII) for type_, form in _TYPES.items()}
_ONE = {type_: re.compile(form, re.ASCII) for type_, form in _TYPES.items()}

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much; may raise to put an end to it."""


class Break(NamedTuple):
    """Where a column that held values of one type up to there has another: it is taken as text then."""

    type: FieldType
    line: int
    value: str


@dataclass(slots=True)
class ColumnSurvey:
    """One column.

    Attributes: type: of all its values. dates: whether they can be dates, also where they are numbers, as
    19970101 is. broken: where it stopped being of another type, after many values.
    filled: rows with a value. examples: some different ones. values: all the different ones where there are
    few, else empty.
    """

    name: str
    type: FieldType = "text"
    dates: bool = False
    broken: Break | None = None
    filled: int = 0
    examples: list[str] = field(default_factory=list)
    values: tuple[str, ...] = ()


@dataclass(slots=True)
class Survey:
    """A table as a whole. rejected: rows that cannot be read; rejects: the first of them with their lines."""

    format: TableFormat
    header: list[str]
    columns: list[ColumnSurvey]
    preview: list[Row]
    rows: int = 0
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)


def survey(
    path: Path, format: TableFormat | None = None, progress: Progress = lambda _done, _total: None
) -> Survey:
    """Read a file to its end. format: None to find it out. Raises `ImportRefused`, and what progress raises.

    An encoding that was guessed by the beginning is given up for GB18030 where lines farther on are not text
    in it.
    """
    found = _survey(path, format or detect(path), progress)
    if format is None and found.format.encoding == "utf-8" and found.rejected and not _is_mostly_utf8(path):
        with suppress(ImportRefused):  # its header may be no text in the other
            other = _survey(path, found.format._replace(encoding="gb18030"), progress)
            return min(found, other, key=lambda one: one.rejected)
    return found


def _is_mostly_utf8(path: Path) -> bool:
    """Not by what can be read: a text of UTF-8 is also one of GB18030, of other characters."""
    with path.open("rb") as file:
        return mostly(iter(partial(file.readline, MAX_LINE), b""), "utf-8")


def preview(path: Path, format: TableFormat) -> Survey:
    """The first rows only: what it says of types and numbers holds for them. Raises `ImportRefused`."""
    return _survey(path, format, lambda _done, _total: None, most=PREVIEW)


def _survey(path: Path, format: TableFormat, progress: Progress, most: int | None = None) -> Survey:
    rejects: list[Reject] = []
    rejected = 0

    def reject(line: int | None, message: Message, row: Sequence[str] = ()) -> None:
        del row
        nonlocal rejected
        rejected += 1
        if len(rejects) < _LISTED:
            rejects.append(Reject(path.name, line, message))

    with closing(open_table(path, format, reject)) as table:
        columns = [_Column(name) for name in table.header]
        shown_: list[Row] = []
        total = 0
        rows: Iterator[Row] = table.rows() if most is None else islice(table.rows(), most)
        while chunk := list(islice(rows, _CHUNK)):
            shown_ += chunk[: PREVIEW - len(shown_)]
            lines, cells = zip(*chunk, strict=True)
            for column, values in zip(columns, zip(*cells, strict=True), strict=True):
                column.read(lines, values)
            total += len(chunk)
            progress(min(table.done, table.total), table.total)
        return Survey(
            format, table.header, [column.found() for column in columns], shown_, total, rejected, rejects
        )


class _Column:
    def __init__(self, name: str) -> None:
        self._found = ColumnSurvey(name)
        self._possible: list[FieldType] = ["number", "time"]
        self._numbers = 0
        self._several = 0
        self._seen: set[str] = set()

    def read(self, lines: Sequence[int], cells: Sequence[str]) -> None:
        filled = [cell for cell in cells if cell]
        if not filled:
            return
        if len(self._seen) <= _VALUES:
            self._seen.update(filled if len(filled) < 1000 else set(filled))
        text = "\0".join(filled) + "\0"
        for type_ in tuple(self._possible):
            if not _ALL[type_].fullmatch(text):
                self._give_up(type_, lines, cells)
        if not self._possible and SEPARATOR in text:
            self._several += sum(SEPARATOR in cell for cell in filled)
        self._found.filled += len(filled)

    def _give_up(self, type_: FieldType, lines: Sequence[int], cells: Sequence[str]) -> None:
        self._possible.remove(type_)
        one = _ONE[type_]
        good = 0
        for line, cell in zip(lines, cells, strict=True):
            if cell and not one.fullmatch(cell):
                if self._found.filled + good:
                    self._found.broken = Break(type_, line, shown(cell))
                return
            good += bool(cell)

    def found(self) -> ColumnSurvey:
        found = self._found
        ordered = sorted(self._seen)
        found.examples = [shown(value) for value in ordered[:_EXAMPLES]]
        if len(self._seen) <= _VALUES:
            found.values = tuple(ordered)
        if found.filled and self._possible:
            found.type = self._possible[0]
            found.dates = "time" in self._possible
            found.broken = None
        elif self._several * 20 > found.filled:
            found.type = "multi"
        return found
