"""Text that may be stored: no NUL (PostgreSQL refuses it) and no lone surrogate (UTF-8 cannot hold it)."""

from __future__ import annotations

import secrets
from collections.abc import Container
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from engine.i18n import N_, Message


def storable(text: str) -> str:
    """The text, if it may be stored; a validator's error otherwise."""
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        message = Message(N_("Remove the invisible character that cannot be stored."))
        raise PydanticCustomError("unstorable", "text cannot be stored", {"message": message})
    return text


Text = Annotated[str, AfterValidator(storable)]
"""Any text; at most what the file's size allows."""

NAME_LENGTH = 50
Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_LENGTH), AfterValidator(storable)]
"""A name that people give and read: 1-50 characters."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$")]
"""A short, stable id of a file object (`c_7hq2m9`, `n_a1`, `g_1`); safe as a file name."""

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l, o, 0, 1: ids are read aloud and retyped
_BITS = 5  # of a character
_LAST = len(_ALPHABET) - 1


def new_id(prefix: str, taken: Container[str] = ()) -> str:
    """A short random id that is not taken: the prefix, `_` and six characters, such as `n_7hq2m9`."""
    while True:
        drawn = secrets.randbits(6 * _BITS)  # at once: a paste of a thousand asks for thousands
        id = f"{prefix}_" + "".join(_ALPHABET[drawn >> at & _LAST] for at in range(0, 6 * _BITS, _BITS))
        if id not in taken:
            return id
