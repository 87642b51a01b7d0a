"""What an import did, and what it did not take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.i18n import Message, MessageError
from engine.store.imports.learned import Learned

MAX_LISTED = 10_000
"""Rejects that are listed; all are counted."""


class Reject(NamedTuple):
    """A row that was not taken. `line` counts from 1, the header included; None: the file as a whole."""

    file: str
    line: int | None
    message: Message

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"


class ImportRefused(MessageError):  # noqa: N818 - names the condition
    """Nothing of the folder was taken; `message` says why."""


@dataclass(slots=True)
class ImportResult:
    """Counts and rejects of one import.

    Attributes:
        import_id: its number in `import_run`.
        counts: rows taken, by `people` (new), `people_updated`, `people_repeated` (rows of people who stand
            in the file more than once), `people_by_event`, `people_merged`, `tags`, `events`,
            `events_repeated`, `ids`, `coupons`, `audience_members`, `suppressed`.
        rejected: how many rows were not taken.
        rejects: the first `MAX_LISTED` of them.
        notes: what was assumed, such as the type of an undeclared attribute.
        learned: what the catalogue should know from now on; of a folder nothing.
        keep: is given every reject, also those that are not listed; line, message and row.
    """

    import_id: int
    counts: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    learned: Learned | None = None
    keep: Callable[[int | None, Message, Sequence[str]], None] | None = None

    def reject(self, file: str, line: int | None, message: Message, row: Sequence[str] = ()) -> None:
        self.rejected += 1
        if self.keep is not None:
            self.keep(line, message, row)
        if len(self.rejects) < MAX_LISTED:
            self.rejects.append(Reject(file, line, message))
