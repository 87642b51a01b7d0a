"""The designer's look as style sheets and symbols: colours from `resources/look.json`, icons beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from engine.server.web.html import Html, tag

RESOURCES = Path(__file__).parents[3] / "resources"

_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_BOUNDS = re.compile(r'<path stroke="none"[^>]*/>')
_MEDIA: Mapping[str, str] = {
    "dark": "screen and (prefers-color-scheme: dark)",
    "contrast": "(prefers-contrast: more)",
}
"""When a theme other than the light one is taken, which paper has; the last one that holds wins."""


@cache
def values() -> Mapping[str, Any]:
    """What `look.json` holds."""
    found: Mapping[str, Any] = json.loads((RESOURCES / "look.json").read_text("utf-8"))
    return found


def style_sheet() -> str:
    """The colours of each theme as variables, by what the reader's system asks for."""
    parts = [_theme("light")]
    parts += [f"@media {media}{{{_theme(theme)}}}" for theme, media in _MEDIA.items()]
    return "\n".join(parts)


def _theme(theme: str) -> str:
    look = values()
    lines = [f"--{name.replace('_', '-')}:{colour}" for name, colour in look["colours"][theme].items()]
    lines += [f"--tint-{name}:{share}" for name, share in look["tints"][theme].items()]
    lines += [f"--stroke-{name}:{width}px" for name, width in look["strokes"][theme].items()]
    lines += list(_notes(look["notes"][theme]))
    scheme = "light" if theme == "light" else "dark"
    return f":root{{color-scheme:{scheme};{';'.join(lines)}}}"


def _notes(colours: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for name, (paper, ink) in colours.items():
        yield f"--note-{name}:{paper}"
        yield f"--note-{name}-ink:{ink}"


@cache
def _drawn(name: str) -> Html:
    """What an icon's file draws, without its frame. Raises `FileNotFoundError`."""
    text = (RESOURCES / "icons" / f"{name}.svg").read_text("utf-8")
    body = _BODY.search(text)
    return Html(_BOUNDS.sub("", body[1] if body else "").strip())


def icon(name: str) -> Html:
    """An icon in the colour of the text around it; it says nothing to who does not see it."""
    return tag("svg", _drawn(name), class_="icon", viewBox="0 0 24 24", aria_hidden="true")


def symbol(name: str) -> Html:
    """An icon to be used several times in one picture, as `#icon-NAME`."""
    return tag("symbol", _drawn(name), id=f"icon-{name}", viewBox="0 0 24 24")
