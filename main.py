#!/usr/bin/env python3
"""Campaign Canvas: without arguments, or with one file to open, the designer; otherwise the command line."""

from __future__ import annotations

import sys
from pathlib import Path

OPENED = (".campaign.json", ".template.json", ".bundle", "workspace.json")
"""Ends of the names that the designer opens: what a desktop passes when such a file is double-clicked."""


def main(arguments: list[str]) -> int:
    """Do what the arguments say; the exit status."""
    file = Path(arguments[0]) if len(arguments) == 1 and arguments[0].endswith(OPENED) else None
    if not arguments or file is not None:
        from app.main import main as designer

        return designer(file)
    if arguments[0] == "picture":
        from app.exporting.command import main as picture

        return picture(arguments[1:])
    from engine.cli import main as command_line

    return command_line(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
