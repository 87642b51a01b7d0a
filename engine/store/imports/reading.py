"""Rows of a CSV file that may come from anybody: UTF-8 unless told otherwise, RFC 4180 quoting.

A row that cannot be read is handed to a callback with its line and reason; reading goes on with the next one.
An opening quote that is never closed costs its own line, not the rest of the file.
"""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Protocol, TextIO

from engine.i18n import N_, Message
from engine.store.imports.result import ImportRefused
from engine.store.values import storable


class OnReject(Protocol):
    """Told the line of a row that is not taken, why, and what stands there as far as it can be read."""

    def __call__(self, line: int | None, message: Message, row: Sequence[str] = ()) -> None: ...


def pass_over(line: int | None, message: Message, row: Sequence[str] = ()) -> None:
    """For who wants to know nothing of rejects."""
    del line, message, row


Row = tuple[int, list[str]]
"""The number of a row's first line, and its cells."""

MAX_LINE = 1024 * 1024
csv.field_size_limit(MAX_LINE)  # a long cell is refused for its length, not for its quotes
BLANKS = " "
"""As a separator: any number of blanks and tabs; those around a row part nothing."""
_MAX_LINES_OF_A_ROW = 1000
_UNREADABLE = "campaign_canvas_unreadable"


def _unreadable(error: UnicodeError) -> tuple[str, int]:
    """Half of a surrogate pair stands for bytes that are no text: nothing else can bring one into a line."""
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff", error.end


codecs.register_error(_UNREADABLE, _unreadable)


def _one_blank(text: str) -> str:
    """A row that blanks part, with blanks for the tabs outside its quotes, and none at its end."""
    parts = text.rstrip().split('"')
    parts[::2] = [part.replace("\t", BLANKS) for part in parts[::2]]
    return '"'.join(parts)


class CsvFile:
    """An open CSV file: its header, then its rows as wide as the header.

    Attributes: header, and the line that it stands on; total, the file's size in bytes.
    """

    def __init__(
        self,
        path: Path,
        on_reject: OnReject,
        encoding: str = "utf-8-sig",
        delimiter: str = ",",
        *,
        headed: bool = True,
    ) -> None:
        """`headed`: the first row holds the names of the columns; else they are numbered."""
        self._reject = on_reject
        self._name = path.name
        self._encoding = encoding
        self._delimiter = delimiter
        self._blanks = delimiter == BLANKS
        self.total = path.stat().st_size
        self._file: TextIO = path.open(encoding=encoding, errors=_UNREADABLE, newline="")
        self._pushed_back: deque[tuple[int, str]] = deque()
        self._line = 0
        self._first: Row | None = None
        first = next(self._records(), None)
        self.header: list[str] = first[1] if first else []
        self.header_line = first[0] if first else self._line + 1
        if first is not None and not headed:
            self._first = first
            self.header = [str(number) for number in range(1, len(first[1]) + 1)]

    @property
    def done(self) -> int:
        """How many of the file's bytes have been read."""
        file: TextIO = self._file
        return file.buffer.tell()

    def rows(self) -> Iterator[Row]:
        """The rows that are well-formed, with as many cells as the header."""
        width = len(self.header)
        if self._first is not None:
            yield self._first
        for line, cells in self._records():
            if len(cells) == width:
                yield line, cells
            elif cells not in ([""], []):
                text = N_("The header has {wanted} columns, this row {found}.")
                self._reject(line, Message(text, found=len(cells), wanted=width), cells)

    def close(self) -> None:
        self._file.close()

    def _records(self) -> Iterator[Row]:
        while (numbered := self._next_line()) is not None:
            number, line = numbered
            if not storable(line):
                self._reject(number, self._unstorable(), (line.rstrip("\r\n"),))
            elif '"' not in line:
                yield number, line.split() if self._blanks else line.rstrip("\r\n").split(self._delimiter)
            elif (cells := self._quoted(number, line)) is not None:
                yield number, cells

    def _unstorable(self) -> Message:
        if self._encoding.startswith("utf-8"):
            return Message(N_("The line is not UTF-8 text, or holds a character that cannot be stored."))
        text = N_("The line is not {encoding} text, or holds a character that cannot be stored.")
        return Message(text, encoding=self._encoding)

    def _next_line(self) -> tuple[int, str] | None:
        if self._pushed_back:
            return self._pushed_back.popleft()
        while line := self._read():
            self._line += 1
            if len(line) < MAX_LINE or line.endswith("\n"):
                return self._line, line
            number = self._line
            while (rest := self._read()) and not rest.endswith("\n"):
                pass
            self._reject(number, Message(N_("The line is longer than {max} characters."), max=MAX_LINE))
        return None

    def _read(self) -> str:
        """The next line, or the next part of one that is too long. Raises `ImportRefused`."""
        try:
            return self._file.readline(MAX_LINE)
        except UnicodeError as error:  # such as UTF-16 that does not say in which order its bytes stand
            self.close()
            text = N_("{file} is no {encoding} text. Choose another encoding.")
            raise ImportRefused(Message(text, file=self._name, encoding=self._encoding)) from error

    def _quoted(self, number: int, line: str) -> list[str] | None:
        """The cells of a row with quotes, which may run over several lines; None where it was rejected."""
        further: list[tuple[int, str]] = []
        text = line.lstrip() if self._blanks else line
        while True:
            try:
                return self._parsed(text)
            except csv.Error as error:
                if "unexpected end of data" not in str(error):
                    self._pushed_back.extendleft(reversed(further))
                    said = Message(N_("The quotes of this row are not balanced."))
                    self._reject(number, said, (line.rstrip("\r\n"),))
                    return None
            if (added := self._until_quote(further, len(text))) is None:
                self._pushed_back.extendleft(reversed(further))
                said = Message(N_("A quote is opened here and never closed."))
                self._reject(number, said, (line.rstrip("\r\n"),))
                return None
            text += added

    def _parsed(self, text: str) -> list[str]:
        """The cells of a whole row. Raises `csv.Error`."""
        if not self._blanks:
            return next(csv.reader(StringIO(text, newline=""), strict=True, delimiter=self._delimiter))
        lines = StringIO(_one_blank(text), newline="")
        return next(csv.reader(lines, strict=True, delimiter=BLANKS, skipinitialspace=True))

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
