"""What every walk is made of: a display of its own, the designer started for the first time, and a person."""

from __future__ import annotations

import argparse
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
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


class Album(NamedTuple):
    """The pictures that a page of the manual shows. Attributes: page, its name, which is the same in every
    language; folder, in which they are."""

    page: str
    folder: str

    @property
    def pictures(self) -> Path:
        return PAGES / "pictures" / self.folder

    def shown(self) -> set[str]:
        """The names of the pictures that the manual shows."""
        pages = (page.read_text("utf-8") for page in PAGES.rglob(self.page))
        return {name for page in pages for name in re.findall(rf"pictures/{self.folder}/([\w-]+\.png)", page)}


class Walk(NamedTuple):
    """Attributes: about, for `--help`; album; steps, which the person takes in a language and theme; prepare,
    which lays files into the person's home."""

    about: str
    album: Album
    steps: Callable[[Person, str, str], None]
    prepare: Callable[[Path], None] = lambda _home: None


class Chosen(NamedTuple):
    """What the command line said. out: where pictures go; wanted: their names, None for all."""

    language: str
    out: Path
    wanted: set[str] | None


def main(walk: Walk, arguments: Sequence[str] | None = None) -> int:
    """Walk, and say where it did not go on; the exit status."""
    if (chosen := choose(walk.about, walk.album, arguments)) is None:
        return 2
    with TemporaryDirectory(prefix="walk-") as home, seat(Path(home)):
        walk.prepare(Path(home))
        return sit(lambda person: walk.steps(person, chosen.language, THEMES[chosen.language]), *chosen)


def choose(about: str, album: Album, arguments: Sequence[str] | None) -> Chosen | None:
    """Read the command line, and see to displays; None where there can be none, which has been said then."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
    parser.add_argument("--out", type=Path, help="where all pictures go; otherwise the manual's are renewed")
    options = parser.parse_args(arguments)
    try:
        screen.ensure()
    except dev.SetupError as error:
        print(error, file=sys.stderr)
        return None
    out: Path = (options.out or album.pictures).absolute()
    out.mkdir(parents=True, exist_ok=True)
    return Chosen(options.language, out, album.shown() if options.out is None else None)


@contextmanager
def seat(home: Path) -> Iterator[None]:
    """A display, and a home in which the designer has never been."""
    with screen.display():
        os.chdir(home)  # the window shows the workspace's folder: let it be a short one
        os.environ["HOME"] = str(home)
        os.environ["CAMPAIGN_CANVAS_HOME"] = "."
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        os.environ["LC_ALL"] = "C.UTF-8"
        screen.be_in_the_sample_shop()
        yield


def sit(steps: Callable[[Person], None], language: str, out: Path, wanted: Container[str] | None) -> int:
    """Start the designer, and let a person go these steps until it is closed; the exit status.

    out: where pictures go, of `wanted` names only where given.
    """
    from app import main as designer
    from docs.walk.looking import Eyes
    from docs.walk.person import Person

    eyes = Eyes()
    person = Person(eyes, out, f"{language}-{THEMES[language]}", wanted)
    failures: list[BaseException] = []

    def go() -> None:
        try:
            steps(person)
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
