"""Show the whole way on real purchases: `.venv/bin/python -m docs.show [--language zh]`.

Starts the designer on a display of its own, and does everything with its mouse and keys: an empty workspace,
the CDNOW purchases imported, an RFM model, an audience, a message, a campaign that runs, one person's page.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docs.walk.frame import Album, Walk, main

if TYPE_CHECKING:
    from docs.walk.person import Person


def prepare(home: Path) -> None:
    """Lay the purchases into the home, as they are published, and beside them addresses that are made up."""
    from engine.workspace import cdnow

    made = cdnow.write_tables(home, cdnow.SOURCE)
    if made.invented:
        print("The CDNOW purchases are not beside this checkout: invented ones stand for them.")


def steps(person: Person, language: str, theme: str) -> None:
    """Take every step. Raises `Failed` at the first that does not come to what it should."""
    from docs.walk.show import Show
    from docs.walk.steps import start

    start(person, language, theme)
    Show(person, language).go()


WALK = Walk(__doc__, Album("from-purchases.md", "show"), steps, prepare)

if __name__ == "__main__":
    raise SystemExit(main(WALK))
