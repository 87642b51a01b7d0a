"""Where benchmarks run: a SQLite file, and a PostgreSQL server of their own that is as careful."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import CannotStart, Postgres

Target = Path | str
"""What `Database.open` takes: a SQLite file, or a URL."""

DURABLE = {
    "fsync": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
}
"""What a server keeps that may not lose a message, with room as for any serious database."""

DIALECTS = ("sqlite", "postgresql")


@contextmanager
def server() -> Iterator[Postgres | None]:
    """A durable PostgreSQL server; None, and a line on standard error, where there is none."""
    try:
        found = Postgres(DURABLE)
    except CannotStart as error:
        sys.stderr.write(f"not measured on PostgreSQL: {error}\n")
        yield None
        return
    try:
        yield found
    finally:
        found.stop()


@contextmanager
def new_database(dialect: str, postgres: Postgres | None) -> Iterator[Target]:
    """A database of its own: a file that does not exist yet, or a migrated one of the server."""
    if postgres is not None and dialect == "postgresql":
        with postgres.database() as url:
            yield url
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder) / "engine.db"
