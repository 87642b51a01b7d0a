"""Where benchmarks run: a SQLite file, and a PostgreSQL server of their own that is as careful."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.store.database import server_engine, url_of
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


def settle(target: Target) -> None:
    """Let a server do now what it puts off after many rows have been written: it would vacuum and write
    pages for a minute, beside small things that are measured as of a database that has long been there."""
    url = url_of(target)
    if url.get_backend_name() == "sqlite":
        return
    engine = server_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)")
        connection.exec_driver_sql("CHECKPOINT")
    engine.dispose()
