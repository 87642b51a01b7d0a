"""Paths as people read them."""

from __future__ import annotations

from pathlib import Path


def from_home(folder: Path) -> str:
    """A folder's path; one in the user's home begins with `~`."""
    home = Path.home()
    return f"~/{folder.relative_to(home).as_posix()}" if folder.is_relative_to(home) else str(folder)
