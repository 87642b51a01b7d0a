"""Plain files: strict reading with line and field, canonical writing, atomic saving. No domain knowledge."""

from __future__ import annotations

from engine.files.errors import FileError
from engine.files.formats import FileFormat, FileModel
from engine.files.reading import MAX_BYTES, MAX_DEPTH, Source, read_bytes, read_json
from engine.files.saving import remove, save_bytes
from engine.files.writing import Inline, Lines, canonical, canonical_in_steps

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "FileError",
    "FileFormat",
    "FileModel",
    "Inline",
    "Lines",
    "Source",
    "canonical",
    "canonical_in_steps",
    "read_bytes",
    "read_json",
    "remove",
    "save_bytes",
]
