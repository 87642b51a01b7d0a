"""The Big List of Naughty Strings, and some of our own kind: texts that every text field has to take."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

_OWN = (
    "${name} $${x} ${} ${a b} $ { } ${${name}}",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16") * 40,
    "e\u0301 e\u0301 \u00e9",
    "\u202eright to left\u202c \u200f\u061c",
    "a\u200bb\u00adc\ufeffd",
    "【】（），。！？：；“”‘’……——",
    "𠮷野家 𝒜𝓁𝒾𝒸𝑒",
    "{name} {0} %s %(x)s {{x}}",
    "x" * 5_000,
)


@cache
def naughty_strings() -> tuple[str, ...]:
    """All of them."""
    listed = json.loads((Path(__file__).parent / "naughty" / "blns.json").read_text(encoding="utf-8"))
    return (*listed, *_OWN)
