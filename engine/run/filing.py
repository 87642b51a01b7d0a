"""Giving the workspace the audiences that campaigns write, until it has a file of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.i18n import N_, Message
from engine.run.generated import Generated, note_file, without_file
from engine.store.database import Database

AGAIN_AFTER = 60_000
"""ms until an audience is given again whose file could not be written."""

FileAudiences = Callable[[Iterable[Generated]], Iterable[str]]
"""Gets audiences that campaigns have written; yields the ids of those of which somebody has a file now."""


class Filing:
    """Attributes: due (when audiences are to be given again, in ms; None: the workspace has them all), notice
    (which of them, or None)."""

    def __init__(self, database: Database, take: FileAudiences | None) -> None:
        """take: None where audiences stay in the database only."""
        self.due: int | None = None
        self.notice: Message | None = None
        self._database = database
        self._take = take

    def is_due(self, now: int) -> bool:
        return self.due is not None and self.due <= now

    def give(self, now: int) -> None:
        """Give the workspace every audience of which it has had no file yet."""
        if self._take is None:
            return
        self.due = now  # until it has been done: the database may refuse
        with self._database.read() as connection:
            waiting = without_file(connection)
        names = {one.id: one.name for one in waiting}
        for id in self._take(waiting) if waiting else ():
            with self._database.write() as connection:
                note_file(connection, id, now)
            del names[id]
        self.due = self.notice = None
        if names:
            self.due = now + AGAIN_AFTER
            text = N_(
                "No file could be written for the audience “{name}”. The engine's log says why; it tries "
                "again."
            )
            self.notice = Message(text, name=min(names.values()))
