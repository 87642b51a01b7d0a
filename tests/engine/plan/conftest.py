"""A database to write in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from engine.store.database import Database
from tests.engine.plan.sending import temporary


@pytest.fixture
def connection(databases: Database) -> Iterator[Connection]:
    """The writing connection in a transaction, with the temporary tables of waves; once a database."""
    with databases.write() as connection:
        temporary(connection)
        yield connection
