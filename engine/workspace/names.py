"""File names for new objects."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

_MAX_BYTES = 80
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)


def slug(name: str) -> str:
    """A file name for a name: letters and digits of any script, everything else as single hyphens."""
    plain = unicodedata.normalize("NFC", name).casefold()
    words = "".join(char if char.isalnum() or char == "_" else " " for char in plain).split()
    text = "-".join(words).encode("utf-8")[:_MAX_BYTES].decode("utf-8", "ignore").strip("-")
    return f"{text}-file" if text in _RESERVED else text or "unnamed"


def unique(base: str, taken: Collection[str]) -> str:
    """The base, or the first of `base-2`, `base-3`, … that is not taken."""
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"
