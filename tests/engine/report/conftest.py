"""An empty database for tests that fill its tables themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.database import Database
from tests.engine.run.drafting import empty_database


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Database]:
    """A database of the test's own, migrated, empty and open."""
    path = tmp_path / "engine.db"
    path.write_bytes(empty_database())
    with Database.open(path) as database:
        yield database
