"""Bring a database's schema up to date, from empty or from any released version."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"


class NewerDatabase(Exception):  # noqa: N818 - names the condition
    """The database has a schema revision that this version does not know."""

    def __init__(self, revision: str) -> None:
        super().__init__(revision)
        self.revision = revision


@cache
def revisions() -> tuple[str, ...]:
    """All known revisions, oldest first: the four digits in front of each migration's file name."""
    return tuple(sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")))


def current(connection: Connection) -> str | None:
    """The schema revision of the database, or None where it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if revision is None else str(revision)


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the missing migrations up to a revision, in a transaction of the caller. Raises `NewerDatabase`."""
    revision = current(connection)
    if revision == revisions()[-1]:
        return
    if revision is not None and revision not in revisions():
        raise NewerDatabase(revision)
    # Alembic takes a while to import, and a database is nearly always up to date.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
