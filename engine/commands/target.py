"""Where a command works: a workspace with its bundled engine's database, or a database by its URL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engine import i18n
from engine.commands.errors import CommandError, terminal_language
from engine.i18n import N_, Message
from engine.workspace.engine_folder import user_data_folder
from engine.workspace.workspace import SETTINGS_NAME, Workspace

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from engine.run.engine import Engine
    from engine.store.database import Database


@dataclass(frozen=True)
class Target:
    """Exactly one of `workspace` and `db`."""

    workspace: Workspace | None
    db: str | None

    @contextmanager
    def engine(self) -> Iterator[tuple[Engine, Database]]:
        """The engine on this data, which nobody else runs meanwhile.

        Raises `Refused`, `StoreError`, `CommandError`.
        """
        from engine.run.engine import Engine
        from engine.run.epoch import Epoch
        from engine.run.settings import EngineSettings
        from engine.server.process import opened

        if self.workspace is not None:
            with opened(self.workspace) as pair:
                yield pair
            return
        with self._opened() as database:
            epoch = Epoch(database, user_data_folder())
            engine = Engine(database, EngineSettings(ZoneInfo("UTC")), epoch=epoch)
            try:
                yield engine, database
            finally:
                engine.close()

    def migrated(self) -> URL:
        """The database's URL; it is made and brought up to date first. Raises as `engine` does."""
        with self._opened() as database:
            return database.url

    def _opened(self) -> Database:
        """The database. Raises `StoreError`, `CommandError`."""
        from sqlalchemy.exc import ArgumentError

        from engine.store.database import Database

        if self.workspace is not None:
            return Database.open(self.workspace.database_file)
        assert self.db is not None
        try:
            return Database.open(self.db)
        except (ArgumentError, ImportError) as error:  # no URL, another kind of database, no driver here
            message = N_("“{url}” is no database that can be used here, such as sqlite:///engine.db.")
            raise CommandError(Message(message, url=without_secrets(self.db))) from error


def target(workspace: Path | None, db: str | None) -> Target:
    """The target of the two options. Raises `CommandError`, `FileError`."""
    if (workspace is None) == (db is None):
        raise CommandError(Message(N_("Say where the data is: either --workspace FOLDER or --db URL.")))
    if workspace is not None:
        return Target(open_workspace(workspace), None)
    return Target(None, db)


def without_secrets(url: str) -> str:
    """A URL that may be none, as people may read it: without user, password and options."""
    return re.sub(r"//.*@", "//…@", url.partition("?")[0])


def open_workspace(folder: Path) -> Workspace:
    """The workspace; its language is spoken where the terminal asks for none. Raises `FileError`."""
    workspace = Workspace.open(folder)
    if terminal_language() is None:
        i18n.set_language(workspace.settings.language)
    return workspace


def workspace_of(file: Path) -> Path | None:
    """The workspace that the file lies in, or None."""
    folders = file.resolve().parents
    return next((folder for folder in folders if (folder / SETTINGS_NAME).is_file()), None)
