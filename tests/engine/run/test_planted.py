"""The random cases of CI find mistakes: each one that is planted shows in one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import empty_database
from tests.engine.random_cases.making import CASES, make
from tests.engine.run.differential import TABLES, WAVES, differences
from tests.engine.run.planted import SEEDS, Plant


@pytest.mark.parametrize(("plant", "seed"), SEEDS.items(), ids=[plant.__name__ for plant in SEEDS])
def test_a_planted_mistake_is_found(
    plant: Plant, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert seed < CASES
    plant(monkeypatch)
    database = tmp_path / "engine.db"
    database.write_bytes(empty_database())
    found = differences(make(seed), tmp_path, database, WAVES[seed % len(WAVES)])
    assert found
    # By what it does to people, or by a key of the database: a plant that no longer fits would fail, too.
    assert {line.partition(":")[0] for line in found} <= set(TABLES) or "IntegrityError" in found[0], found
