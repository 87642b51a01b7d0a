"""Somebody walks through the whole program with mouse and keys, on a display of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import dev
from docs import show, team_shop, two_designers, walk_through
from docs.walk import screen, steps
from docs.walk import show as show_steps
from docs.walk import two_designers as their_steps
from docs.walk.frame import LANGUAGES, THEMES, Album

ROOT = Path(__file__).parents[2]
ALBUMS = {
    "docs.walk_through": walk_through.WALK.album,
    "docs.show": show.WALK.album,
    "docs.two_designers": two_designers.ALBUM,
}


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("module", ALBUMS)
def test_a_person_can_walk_through(module: str, language: str, tmp_path: Path) -> None:
    try:
        screen.ensure()
    except dev.SetupError as error:
        pytest.skip(str(error))
    command = [sys.executable, "-m", module, "--language", language, "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    wanted = {name for name in ALBUMS[module].shown() if f"-{language}-" in name}
    assert wanted <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("album", ALBUMS.values(), ids=ALBUMS)
def test_the_manual_shows_pictures_that_are_there(album: Album) -> None:
    for language in LANGUAGES:
        shown = {name for name in album.shown() if f"-{language}-{THEMES[language]}." in name}
        assert shown
        assert shown <= {path.name for path in album.pictures.iterdir()}


def test_each_language_is_walked_through_in_a_theme() -> None:
    every = (steps.WORDS, show_steps.WORDS, their_steps.WORDS, team_shop.WORDS)
    for words in every:
        assert set(words) == set(THEMES) == set(LANGUAGES)
        assert all(one.keys() == words["en"].keys() for one in words.values())
