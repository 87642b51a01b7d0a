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
from engine.commands.told import CommandError, terminal_language
from engine.i18n import N_, Message
from engine.workspace.engine_folder import user_data_folder
from engine.workspace.workspace import SETTINGS_NAME, Workspace

if TYPE_CHECKING:
    from engine.run.engine import Engine
    from engine.store.database import Database


@dataclass(frozen=True)
class Target:
    """Exactly one of `workspace` and `db`."""

    workspace: Workspace | None
    db: str | None

    @contextmanager
    def engine(self) -> Iterator[tuple[Engine, Database]]:
        """The engine on this data, which nobody else runs meanwhile. Raises `Refused`, `StoreError`."""
        from engine.run.engine import Engine, EngineSettings
        from engine.run.epoch import Epoch
        from engine.server.process import opened

        if self.workspace is not None:
            with opened(self.workspace) as pair:
                yield pair
            return
        assert self.db is not None
        with _opened(self.db) as database:
            epoch = Epoch(database, user_data_folder())
            engine = Engine(database, EngineSettings(ZoneInfo("UTC")), epoch=epoch)
            try:
                yield engine, database
            finally:
                engine.close()


def target(workspace: Path | None, db: str | None) -> Target:
    """The target of the two options. Raises `CommandError`, `FileError`."""
    if (workspace is None) == (db is None):
        raise CommandError(Message(N_("Say where the data is: either --workspace FOLDER or --db URL.")))
    if workspace is not None:
        return Target(open_workspace(workspace), None)
    return Target(None, db)


def _opened(url: str) -> Database:
    """The database of a URL. Raises `StoreError`, `CommandError`."""
    from sqlalchemy.exc import ArgumentError

    from engine.store.database import Database

    try:
        return Database.open(url)
    except (
        ArgumentError,
        ImportError,
    ) as error:  # no URL, an unknown kind of database, a driver that is missing
        message = N_("“{url}” is no database that can be used here, such as sqlite:///engine.db.")
        raise CommandError(Message(message, url=_without_password(url))) from error


def _without_password(url: str) -> str:
    return re.sub(r"//[^@/]*@", "//…@", url)


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
