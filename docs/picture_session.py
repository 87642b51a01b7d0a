"""What scripts that take the manual's pictures begin with: their options, and a home in each language."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtWidgets import QApplication

from app.main import application
from app.preferences import Theme
from docs.take_pictures import LANGUAGES, PICTURES
from docs.walk import screen

Take = Callable[[QApplication, Path, str, Theme, Path], None]
"""Takes all pictures in one language: application, a home that is not there yet, language, theme, folder."""


def run(about: str | None, take: Take, arguments: Sequence[str] | None) -> int:
    """Take all pictures in every language; the exit status."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--out", type=Path, default=PICTURES)
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    chosen = parser.parse_args(arguments)
    out: Path = chosen.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    app = application(["pictures"])
    with TemporaryDirectory() as temporary:
        for language in LANGUAGES:
            take(app, Path(temporary) / language, language, chosen.theme, out)
    return 0


def move_in(home: Path) -> None:
    """Make a home for the program's own files, and work in it."""
    home.mkdir()
    os.chdir(home)  # the window shows the folder's path: let it be a short one
    os.environ["CAMPAIGN_CANVAS_HOME"] = "."
    screen.be_in_the_sample_shop()
