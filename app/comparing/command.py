"""`main.py diff A B`: in words without Qt, and as a picture of the canvas without a window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from engine import i18n
from engine.commands import errors
from engine.commands.differing import BAD, DIFFERENT, SAME, Side, as_json, compared, in_words, side
from engine.files import save_bytes
from engine.i18n import tr
from engine.steps import finished

NAME = "diff"
_WORDS = {"text": in_words, "json": as_json}
_PICTURES = ("svg", "png")


def main(arguments: Sequence[str]) -> int:
    """Compare; 0 the same, 1 different, 2 called wrongly or not readable."""
    i18n.set_language(errors.terminal_language() or "en")
    chosen = _parser().parse_args(arguments)
    try:
        before, after = (side(path, chosen.workspace) for path in (chosen.before, chosen.after))
        found = compared(before, after)
        format = chosen.format or _format_of(chosen.out)
        if format in _WORDS:
            content = _WORDS[format](found).encode()
        else:
            content = _picture(before, after, format, chosen.theme)
        _put(content, chosen.out)
    except Exception as error:
        if (words := errors.words(error)) is None:
            raise
        print(words, file=sys.stderr)
        return BAD
    return DIFFERENT if found else SAME


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"main.py {NAME}",
        description=tr("Say how two campaigns differ, by component: 0 the same, 1 different."),
    )
    for name, metavar in (("before", "A"), ("after", "B")):
        parser.add_argument(name, type=Path, metavar=metavar, help=tr("A campaign file or a bundle."))
    parser.add_argument(
        "--format", choices=(*_WORDS, *_PICTURES), help=tr("If not that of the ending of --out.")
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help=tr("Instead of the standard output."))
    parser.add_argument(
        "--workspace", type=Path, metavar="FOLDER", help=tr("If not the one that the file lies in.")
    )
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    return parser


def _format_of(out: Path | None) -> str:
    """The format that the name of the file asks for."""
    ending = "" if out is None else out.suffix.lower().removeprefix(".")
    return ending if ending in (*_WORDS, *_PICTURES) else "text"


def _put(content: bytes, out: Path | None) -> None:
    if out is not None:
        save_bytes(out, content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def _picture(before: Side, after: Side, format: str, theme: str) -> bytes:
    """Raises `TooLarge`."""
    from app.exporting.headless import application
    from app.exporting.options import Format, Options, making
    from canvas_widgets.comparison import ComparisonPicture
    from canvas_widgets.look import Look, Theme
    from engine.campaign.overlay import overlaid

    with application():
        look = Look(Theme(theme), motion=False)
        picture = ComparisonPicture(overlaid(before.document, after.document), after.lookup, look)
        try:
            return finished(making(picture, Options(format=Format(format))))()
        finally:
            picture.close()
