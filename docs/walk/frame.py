"""What every walk is made of: a display of its own, the designer started for the first time, and a person."""

from __future__ import annotations

import argparse
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import dev
from docs.walk import screen

if TYPE_CHECKING:
    from docs.walk.person import Person

PAGES = Path(__file__).parents[1]
LANGUAGES = ("en", "zh")
THEMES = {"en": "light", "zh": "dark"}
"""Each language in a theme, so that both are walked through in both."""


class Walk(NamedTuple):
    """Attributes: about, for `--help`; name, of the manual's page and of the folder with its pictures; steps,
    which the person takes in a language and theme; prepare, which lays files into the person's home."""

    about: str
    page: str
    folder: str
    steps: Callable[[Person, str, str], None]
    prepare: Callable[[Path], None] = lambda _home: None

    @property
    def pictures(self) -> Path:
        return PAGES / "pictures" / self.folder

    def shown(self) -> set[str]:
        """The names of the pictures that the manual shows."""
        pages = (page.read_text("utf-8") for page in PAGES.rglob(self.page))
        return {name for page in pages for name in re.findall(rf"pictures/{self.folder}/([\w-]+\.png)", page)}


def main(walk: Walk, arguments: Sequence[str] | None = None) -> int:
    """Walk, and say where it did not go on; the exit status."""
    parser = argparse.ArgumentParser(description=walk.about)
    parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
    parser.add_argument("--out", type=Path, help="where all pictures go; otherwise the manual's are renewed")
    chosen = parser.parse_args(arguments)
    wanted = walk.shown() if chosen.out is None else None
    out: Path = (chosen.out or walk.pictures).absolute()
    out.mkdir(parents=True, exist_ok=True)
    try:
        screen.ensure()
    except dev.SetupError as error:
        print(error, file=sys.stderr)
        return 2
    with TemporaryDirectory(prefix="walk-") as home, screen.display():
        os.chdir(home)  # the window shows the workspace's folder: let it be a short one
        os.environ["HOME"] = home
        os.environ["CAMPAIGN_CANVAS_HOME"] = "."
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        os.environ["LC_ALL"] = "C.UTF-8"
        screen.be_in_the_sample_shop()
        walk.prepare(Path(home))
        return _walk(walk, chosen.language, out, wanted)


def _walk(walk: Walk, language: str, out: Path, wanted: Container[str] | None) -> int:
    """Start the designer, and let the person walk through it until it is closed; the exit status."""
    from app import main as designer
    from docs.walk.looking import Eyes
    from docs.walk.person import Person

    eyes = Eyes()
    theme = THEMES[language]
    person = Person(eyes, out, f"{language}-{theme}", wanted)
    failures: list[BaseException] = []

    def go() -> None:
        try:
            walk.steps(person, language, theme)
        except BaseException as error:  # noqa: BLE001 - it is told, and the window closed
            failures.append(error)
            person.give_up()

    walker = threading.Thread(target=go, daemon=True)
    walker.start()
    designer.main()
    eyes.closed.set()
    walker.join(5)
    for failure in failures:
        traceback.print_exception(failure)
        print(f"The walk ended early: {failure}", file=sys.stderr)
    print(person.effort)
    return 1 if failures or walker.is_alive() else 0
