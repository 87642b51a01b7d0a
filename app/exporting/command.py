"""`main.py picture FILE OUT`: a campaign's canvas as a picture, without a window.

A command of the designer, not of the engine's command line, which knows nothing of the canvas.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from engine import i18n
from engine.campaign import campaign_file
from engine.commands import errors
from engine.commands.target import open_workspace, workspace_of
from engine.files import save_bytes
from engine.i18n import N_, Message, tr
from engine.steps import finished

NAME = "picture"


def main(arguments: Sequence[str]) -> int:
    """Make the picture; 0 done, 1 refused. Called wrongly, it exits with 2."""
    i18n.set_language(errors.terminal_language() or "en")
    chosen = _parser().parse_args(arguments)
    try:
        _write(chosen)
    except Exception as error:
        if (words := errors.words(error)) is None:
            raise
        print(words, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"main.py {NAME}", description=tr("Draw a campaign's canvas into a PNG, SVG or PDF file.")
    )
    parser.add_argument("campaign", type=Path, metavar="FILE", help=tr("The campaign file."))
    parser.add_argument("out", type=Path, metavar="OUT", help=tr("The picture; its ending is its format."))
    parser.add_argument(
        "--workspace", type=Path, metavar="FOLDER", help=tr("If not the one that the file lies in.")
    )
    parser.add_argument("--scale", type=int, choices=(1, 2, 3, 4), default=2, help=tr("Of a PNG image."))
    parser.add_argument("--page", choices=("flow", "a4", "a3"), default="flow", help=tr("Of a PDF document."))
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    return parser


def _write(chosen: argparse.Namespace) -> None:
    """Raises `FileError`, `CommandError`, `TooLarge`."""
    from app.exporting.headless import application
    from app.exporting.options import PICTURES, Format, Options, making
    from canvas_widgets.export import Page
    from canvas_widgets.look import Look, Theme
    from canvas_widgets.picture import Picture

    endings = [format.value for format in PICTURES]
    if (ending := chosen.out.suffix.lower().removeprefix(".")) not in endings:
        raise errors.CommandError(
            Message("The picture's name must end in one of: {endings}.", endings=", ".join(endings))
        )
    folder = chosen.workspace or workspace_of(chosen.campaign)
    if folder is None:
        text = N_("{file} lies in no workspace. Say which one it belongs to: --workspace FOLDER.")
        raise errors.CommandError(Message(text, file=chosen.campaign))
    workspace = open_workspace(folder)
    document = campaign_file.load(chosen.campaign)
    with application():
        picture = Picture(document, workspace, Look(Theme(chosen.theme), motion=False))
        try:
            options = Options(format=Format(ending), scale=chosen.scale, page=Page(chosen.page))
            content = finished(making(picture, options))
            save_bytes(chosen.out, content())
        finally:
            picture.close()
