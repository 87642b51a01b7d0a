"""Random campaigns do to everybody what the interpreter does, one person at a time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.databases import fresh
from tests.engine.random_cases.making import CASES
from tests.engine.run.differential import compare

FULL = 50_000
PART = 300
"""Cases of one long test, of which several run side by side."""


@pytest.mark.parametrize("seed", range(CASES))
def test_waves_equal_the_interpreter(
    seed: int, dialect: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    compare(seed, tmp_path, lambda folder: fresh(request, dialect, folder))


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(CASES, FULL, PART))
def test_waves_equal_the_interpreter_many_times(
    first: int, dialect: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    for seed in range(first, first + PART):
        compare(seed, tmp_path / str(seed), lambda folder: fresh(request, dialect, folder))
        shutil.rmtree(tmp_path / str(seed))
