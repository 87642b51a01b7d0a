"""Somebody walks through the whole program with mouse and keys, on a display of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import dev
from docs import show, walk_through
from docs.walk import screen, steps
from docs.walk import show as show_steps
from docs.walk.frame import LANGUAGES, THEMES, Walk

ROOT = Path(__file__).parents[2]
WALKS = {"docs.walk_through": walk_through.WALK, "docs.show": show.WALK}


@pytest.mark.full
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("module", WALKS)
def test_a_person_can_walk_through(module: str, language: str, tmp_path: Path) -> None:
    try:
        screen.ensure()
    except dev.SetupError as error:
        pytest.skip(str(error))
    command = [sys.executable, "-m", module, "--language", language, "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    wanted = {name for name in WALKS[module].shown() if f"-{language}-" in name}
    assert wanted <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
def test_the_manual_shows_pictures_that_are_there(walk: Walk) -> None:
    for language in LANGUAGES:
        shown = {name for name in walk.shown() if f"-{language}-{THEMES[language]}." in name}
        assert shown
        assert shown <= {path.name for path in walk.pictures.iterdir()}


def test_each_language_is_walked_through_in_a_theme() -> None:
    assert set(steps.WORDS) == set(show_steps.WORDS) == set(THEMES) == set(LANGUAGES)
    for words in (steps.WORDS, show_steps.WORDS):
        assert all(one.keys() == words["en"].keys() for one in words.values())
