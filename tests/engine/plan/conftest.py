"""A database of a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from engine.store.database import Database
from tests.engine.plan.sending import temporary


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """The writing connection in a transaction, with the temporary tables of waves."""
    with Database.open(tmp_path / "engine.db") as database, database.write() as connection:
        temporary(connection)
        yield connection
