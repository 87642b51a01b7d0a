"""Texts in lines of a width."""

from __future__ import annotations

from collections.abc import Iterator

from engine.server.web.font import ELLIPSIS, Face

_LONGEST = 4000  # characters of a paragraph that are laid out: more never fit


def wrapped(text: str, face: Face, width: float, most: int) -> list[str]:
    """A text in lines of a width, at most so many; where there are more, the last one ends in …."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        for line in _wrapped_paragraph(paragraph[:_LONGEST], face, width):
            if len(lines) == most:
                lines[-1] = face.fitting(lines[-1], width - face.width(ELLIPSIS)).rstrip(ELLIPSIS) + ELLIPSIS
                return lines
            lines.append(line)
    return lines


def _wrapped_paragraph(text: str, face: Face, width: float) -> Iterator[str]:
    """Broken at a space where there is one, and between Chinese signs."""
    start = space = 0
    taken = 0.0
    for end, letter in enumerate(text):
        taken += face.width(letter)
        if letter == " ":
            space = end
        elif taken > width and end > start:
            cut = space if space > start else end
            yield text[start:cut].rstrip()
            start = cut + 1 if cut == space else cut
            taken = face.width(text[start : end + 1])
    yield text[start:]
