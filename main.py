#!/usr/bin/env python3
"""Campaign Canvas: without arguments, or with one file to open, the designer; otherwise the command line."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

OPENED = (".campaign.json", ".template.json", ".bundle", "workspace.json")
"""Ends of the names that the designer opens: what a desktop passes when such a file is double-clicked."""

DRAWING = {"picture": "app.exporting.command", "diff": "app.comparing.command"}
"""Commands that can draw a canvas, which the engine's command line knows nothing of, and what does them."""


def main(arguments: list[str]) -> int:
    """Do what the arguments say; the exit status."""
    file = Path(arguments[0]) if len(arguments) == 1 and arguments[0].endswith(OPENED) else None
    if not arguments or file is not None:
        from app.main import main as designer

        return designer(file)
    if arguments[0] in DRAWING:
        return int(import_module(DRAWING[arguments[0]]).main(arguments[1:]))
    from engine.cli import main as command_line

    return command_line(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
