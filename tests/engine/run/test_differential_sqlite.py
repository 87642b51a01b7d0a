"""Random campaigns on SQLite do to everybody what the interpreter does, one person at a time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.databases import fresh
from tests.engine.random_cases.making import CASES
from tests.engine.run.differential import compare

FULL = 50_000


@pytest.mark.parametrize("seed", range(CASES))
def test_waves_equal_the_interpreter(seed: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    compare(seed, tmp_path, lambda folder: fresh(request, "sqlite", folder))


@pytest.mark.full
@pytest.mark.timeout(12 * 3600)
def test_waves_equal_the_interpreter_many_times(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    for seed in range(CASES, FULL):
        compare(seed, tmp_path / str(seed), lambda folder: fresh(request, "sqlite", folder))
        shutil.rmtree(tmp_path / str(seed))
