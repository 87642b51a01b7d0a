"""The rows that an import did not take, as a CSV file: line, reason, and the row as it stands there."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from engine.files.cells import harmless
from engine.i18n import Message, tr

MAX_ROWS = 1_000_000


class RejectFile:
    """Made with its first row, so that there is none where all was taken. Spreadsheets can read it."""

    def __init__(self, path: Path | None, header: Sequence[str]) -> None:
        self._path = path
        self._header = header
        self._file: IO[str] | None = None
        self._rows = 0

    def write(self, line: int | None, message: Message, row: Sequence[str]) -> None:
        """Add a row. What could not be read of it is shown as question marks."""
        if self._path is None or self._rows >= MAX_ROWS:
            return
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("w", encoding="utf-8-sig", errors="replace", newline="")
            csv.writer(self._file).writerow([tr("Line"), tr("Reason"), *self._header])
        self._rows += 1
        cells = [str(line or ""), str(message), *row]
        csv.writer(self._file).writerow([harmless(cell) for cell in cells])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
