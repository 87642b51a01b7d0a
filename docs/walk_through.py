"""Walk through the designer as a person would: `.venv/bin/python -m docs.walk_through [--language zh]`.

Starts the designer for the first time on a display of its own, and does everything with its mouse and keys,
from the start page to a published campaign and back to the list. Each step is checked; most leave a picture.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import threading
import traceback
from collections.abc import Container, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import dev
from docs.walk import screen

PAGES = Path(__file__).parent
OUT = PAGES / "pictures" / "walk"
LANGUAGES = ("en", "zh")
THEMES = {"en": "light", "zh": "dark"}
"""Each language in a theme, so that both are walked through in both."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Walk, and say where it did not go on; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
    parser.add_argument("--out", type=Path, help="where all pictures go; otherwise the manual's are renewed")
    chosen = parser.parse_args(arguments)
    wanted = shown() if chosen.out is None else None
    out: Path = (chosen.out or OUT).absolute()
    out.mkdir(parents=True, exist_ok=True)
    try:
        screen.ensure()
    except dev.SetupError as error:
        print(error, file=sys.stderr)
        return 2
    with TemporaryDirectory(prefix="walk-") as home, screen.display():
        os.chdir(home)  # the window shows the workspace's folder: let it be a short one
        os.environ["CAMPAIGN_CANVAS_HOME"] = "."
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        os.environ["LC_ALL"] = "C.UTF-8"
        screen.be_in_the_sample_shop()
        return walk(chosen.language, out, wanted)


def shown() -> set[str]:
    """The names of the pictures that the manual shows."""
    pages = (page.read_text("utf-8") for page in PAGES.rglob("walk-through.md"))
    return {name for page in pages for name in re.findall(r"pictures/walk/([\w-]+\.png)", page)}


def walk(language: str, out: Path, wanted: Container[str] | None = None) -> int:
    """Start the designer, and let the person walk through it until it is closed; the exit status."""
    from app import main as designer
    from docs.walk import steps
    from docs.walk.eyes import Eyes
    from docs.walk.person import Person

    eyes = Eyes()
    person = Person(eyes, out, f"{language}-{THEMES[language]}", wanted)
    failures: list[BaseException] = []

    def go() -> None:
        try:
            steps.walk(person, language, THEMES[language])
        except BaseException as error:  # noqa: BLE001 - it is told, and the window closed
            failures.append(error)
            person.give_up()

    walker = threading.Thread(target=go, daemon=True)
    walker.start()
    designer.main()
    walker.join(5)
    for failure in failures:
        traceback.print_exception(failure)
        print(f"The walk ended early: {failure}", file=sys.stderr)
    return 1 if failures or walker.is_alive() else 0


if __name__ == "__main__":
    raise SystemExit(main())
