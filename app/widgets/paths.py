"""Paths as people read them, and those of files that they save."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QStandardPaths

_NO_FILE_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_LONGEST_NAME = 80


def from_home(folder: Path) -> str:
    """A folder's path; one in the user's home begins with `~`."""
    home = Path.home()
    return f"~/{folder.relative_to(home).as_posix()}" if folder.is_relative_to(home) else str(folder)


def file_name(title: str, ending: str) -> str:
    """A name for a file after what it holds, without what systems do not allow in one."""
    stem = " ".join(_NO_FILE_NAME.sub(" ", title).split()).strip(" .")[:_LONGEST_NAME].strip(" .")
    return f"{stem or 'campaign'}.{ending}"


def documents_folder() -> Path:
    """Where people keep what they save; their home where they have no such folder."""
    found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(found) if found and Path(found).is_dir() else Path.home()
