"""A PostgreSQL server that is started anew when it is killed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import NOT_TESTED
from tests.postgres import CannotStart, Postgres


@pytest.fixture(scope="module")
def mortal() -> Iterator[Postgres]:
    try:
        server = Postgres(comes_back=True)
    except CannotStart as error:
        pytest.skip(f"{NOT_TESTED}{error}")
    yield server
    server.stop()
