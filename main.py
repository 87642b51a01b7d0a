#!/usr/bin/env python3
"""Campaign Canvas: without arguments the designer, otherwise the command line."""

from __future__ import annotations

import sys


def main(arguments: list[str]) -> int:
    """Do what the arguments say; the exit status."""
    if not arguments:
        from app.main import main as designer

        return designer()
    from engine.cli import main as command_line

    return command_line(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
