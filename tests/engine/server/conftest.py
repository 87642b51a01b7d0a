"""The API of an engine in memory, with nothing published and nothing posted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.database import Database
from tests.engine.server.serving import Served, serve


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with Database.open(tmp_path_factory.mktemp("served") / "engine.db") as opened:
        yield opened


@pytest.fixture
def api(database: Database, tmp_path: Path) -> Iterator[Served]:
    """The API with nothing published and nothing posted."""
    with serve(database, tmp_path) as served:
        yield served
