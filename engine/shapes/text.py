"""Text that may be stored: no NUL (PostgreSQL refuses it) and no lone surrogate (UTF-8 cannot hold it)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Container
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from engine.i18n import N_, Message

_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")
_BREAKS = re.compile(r"\r\n|[\t\n\v\f\r\x85\u2028\u2029]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tabs and line breaks, and half of a character: what nobody means to enter."""


def refusal(text: str) -> Message | None:
    """Why a text cannot be stored; None where it can."""
    if _UNSTORABLE.search(text) is None:
        return None
    return Message(N_("Remove the invisible character that cannot be stored."))


def storable(text: str) -> str:
    """The text, if it may be stored; a validator's error otherwise."""
    if (message := refusal(text)) is not None:
        raise PydanticCustomError("unstorable", "text cannot be stored", {"message": message})
    return text


def entered(text: str) -> str:
    """A text as it was typed or pasted, without control characters; it may have several lines."""
    return _INVISIBLE.sub("", text)


def one_line(text: str) -> str:
    """A text in one line, as names are shown and entered: a space for each tab and line break."""
    return entered(_BREAKS.sub(" ", text))


Text = Annotated[str, AfterValidator(storable)]
"""Any text; at most what the file's size allows."""

NAME_LENGTH = 50
Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_LENGTH), AfterValidator(storable)]
"""A name that people give and read: 1-50 characters."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$")]
"""A short, stable id of a file object (`c_7hq2m9`, `n_a1`, `g_1`); safe as a file name."""

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l, o, 0, 1: ids are read aloud and retyped
_PAIRS = [one + other for one in _ALPHABET for other in _ALPHABET]
_BITS = 10  # of a pair
_LAST = len(_PAIRS) - 1


def new_id(prefix: str, taken: Container[str] = ()) -> str:
    """A short random id that is not taken: the prefix, `_` and six characters, such as `n_7hq2m9`."""
    while True:
        drawn = secrets.randbits(3 * _BITS)  # at once: a paste of a thousand asks for thousands
        first, second = _PAIRS[drawn & _LAST], _PAIRS[drawn >> _BITS & _LAST]
        id = f"{prefix}_{first}{second}{_PAIRS[drawn >> 2 * _BITS]}"
        if id not in taken:
            return id
