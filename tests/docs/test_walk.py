"""Somebody walks through the whole program with mouse and keys, on a display of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import dev
from docs.walk import screen, steps
from docs.walk_through import LANGUAGES, THEMES, shown

ROOT = Path(__file__).parents[2]


@pytest.mark.full
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_can_walk_through(language: str, tmp_path: Path) -> None:
    try:
        screen.ensure()
    except dev.SetupError as error:
        pytest.skip(str(error))
    command = [sys.executable, "-m", "docs.walk_through", "--language", language, "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    wanted = {name for name in shown() if f"-{language}-" in name}
    assert wanted <= {path.name for path in tmp_path.iterdir()}


def test_each_language_is_walked_through_in_a_theme() -> None:
    assert set(steps.WORDS) == set(THEMES) == set(LANGUAGES)
    assert all(words.keys() == steps.WORDS["en"].keys() for words in steps.WORDS.values())
