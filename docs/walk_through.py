"""Walk through the designer as a person would: `.venv/bin/python -m docs.walk_through [--language zh]`.

Starts the designer for the first time on a display of its own, and does everything with its mouse and keys,
from the start page to a published campaign and back to the list. Each step is checked; most leave a picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docs.walk.frame import Album, Walk, main

if TYPE_CHECKING:
    from docs.walk.person import Person


def steps(person: Person, language: str, theme: str) -> None:
    """Take every step. Raises `Failed` at the first that does not come to what it should."""
    from docs.walk.steps import walk

    walk(person, language, theme)


WALK = Walk(__doc__, Album("walk-through.md", "walk"), steps)

if __name__ == "__main__":
    raise SystemExit(main(WALK))
