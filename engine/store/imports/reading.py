"""Rows of a CSV file that may come from anybody: UTF-8, an optional byte order mark, RFC 4180 quoting.

A row that cannot be read is handed to a callback with its line and reason; reading goes on with the next one.
An opening quote that is never closed costs its own line, not the rest of the file.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import TextIO

from engine.i18n import N_, Message
from engine.store.values import storable

OnReject = Callable[[int | None, Message], None]
Row = tuple[int, list[str]]
"""The number of a row's first line, and its cells."""

MAX_LINE = 1024 * 1024
csv.field_size_limit(MAX_LINE)  # a long cell is refused for its length, not for its quotes
_MAX_LINES_OF_A_ROW = 1000


class CsvFile:
    """An open CSV file: its header, then its rows as wide as the header."""

    def __init__(self, path: Path, on_reject: OnReject) -> None:
        self._reject = on_reject
        self._file: TextIO = path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
        self._pushed_back: deque[tuple[int, str]] = deque()
        self._line = 0
        first = next(self._records(), None)
        self.header: list[str] = first[1] if first else []

    def rows(self) -> Iterator[Row]:
        """The rows that are well-formed, with as many cells as the header."""
        width = len(self.header)
        for line, cells in self._records():
            if len(cells) == width:
                yield line, cells
            elif cells != [""]:
                text = N_("The header has {wanted} columns, this row {found}.")
                self._reject(line, Message(text, found=len(cells), wanted=width))

    def close(self) -> None:
        self._file.close()

    def _records(self) -> Iterator[Row]:
        while (numbered := self._next_line()) is not None:
            number, line = numbered
            if not storable(line):
                text = N_("The line is not UTF-8 text, or holds a character that cannot be stored.")
                self._reject(number, Message(text))
            elif '"' not in line:
                yield number, line.rstrip("\r\n").split(",")
            elif (cells := self._quoted(number, line)) is not None:
                yield number, cells

    def _next_line(self) -> tuple[int, str] | None:
        if self._pushed_back:
            return self._pushed_back.popleft()
        while line := self._file.readline(MAX_LINE):
            self._line += 1
            if len(line) < MAX_LINE or line.endswith("\n"):
                return self._line, line
            number = self._line
            while (rest := self._file.readline(MAX_LINE)) and not rest.endswith("\n"):
                pass
            self._reject(number, Message(N_("The line is longer than {max} characters."), max=MAX_LINE))
        return None

    def _quoted(self, number: int, line: str) -> list[str] | None:
        """The cells of a row with quotes, which may run over several lines; None where it was rejected."""
        further: list[tuple[int, str]] = []
        text = line
        while True:
            try:
                return next(csv.reader(StringIO(text, newline=""), strict=True))
            except csv.Error as error:
                if "unexpected end of data" not in str(error):
                    self._pushed_back.extendleft(reversed(further))
                    self._reject(number, Message(N_("The quotes of this row are not balanced.")))
                    return None
            if (added := self._until_quote(further, len(text))) is None:
                self._pushed_back.extendleft(reversed(further))
                self._reject(number, Message(N_("A quote is opened here and never closed.")))
                return None
            text += added

    def _until_quote(self, further: list[tuple[int, str]], length: int) -> str | None:
        """Take lines up to the next one with a quote; None where there is none within a row's limits."""
        added = ""
        while len(further) < _MAX_LINES_OF_A_ROW and length + len(added) < MAX_LINE:
            if (numbered := self._next_line()) is None:
                return None
            further.append(numbered)
            if not storable(numbered[1]):
                return None
            added += numbered[1]
            if '"' in numbered[1]:
                return added
        return None
