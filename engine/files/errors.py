"""What is wrong with a file, where, and what to do about it."""

from __future__ import annotations

from pathlib import Path

from engine.i18n import Message


class FileError(Exception):
    """A file that cannot be read or saved; nothing was changed.

    `line` counts from 1 and is None where the file as a whole is meant; `field` is a dotted path such as
    `nodes.n_a1.config.mode`, "" where none is known.
    """

    def __init__(self, path: Path, line: int | None, field: str, message: Message) -> None:
        super().__init__(path, line, field, message)
        self.path = path
        self.line = line
        self.field = field
        self.message = message

    def __str__(self) -> str:
        place = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"
