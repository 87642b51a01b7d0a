"""Values as the data files give them → what the database stores.

Every value has its text as given and, for numbers and times, an exact integer to compare by.
"""

from __future__ import annotations

import re
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b

from engine.i18n import N_, Message
from engine.shapes.time import to_milliseconds
from engine.store.schema import NUMBER_DECIMALS, NUMBER_SCALE

MAX_TEXT = 10_000
MAX_KEY = 200
"""Characters of an id, a name, a code or a tag value: what stands in an index."""

SEPARATOR = "|"
"""Between the values of a multi-value cell."""

HASH_MODULUS = 2**31 - 1
_NUMBER_LIMIT = 10**12 * NUMBER_SCALE
_ZEROS = ["0" * (NUMBER_DECIMALS - n) for n in range(NUMBER_DECIMALS + 1)]
_ANY_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?", re.ASCII)
ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)", re.ASCII)


class BadValue(ValueError):  # noqa: N818 - names the condition
    """A value that cannot be stored; `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def person_hash(external_id: str) -> int:
    """The person's fixed random number for grouping, 0 to 2^31 - 2."""
    return int.from_bytes(blake2b(external_id.encode()).digest()[:8], "big") % HASH_MODULUS


def scaled(text: str) -> int:
    """A decimal number as the database's integer, more decimals rounded half to even. Raises `BadValue`."""
    whole, _, decimals = text.partition(".")
    digits = whole + decimals
    if digits.isdecimal() and digits.isascii() and 0 < len(whole) <= 12 and len(decimals) <= NUMBER_DECIMALS:
        return int(digits + _ZEROS[len(decimals)])  # nearly all numbers; several times as fast
    if not _ANY_NUMBER.fullmatch(text):
        raise BadValue(Message(N_("“{value}” is no number."), value=shown(text)))
    value = round(Fraction(text) * NUMBER_SCALE)
    if abs(value) >= _NUMBER_LIMIT:
        reason = N_("The number {value} has more than 12 digits before the point.")
        raise BadValue(Message(reason, value=shown(text)))
    return value


@lru_cache(maxsize=4096)
def milliseconds(text: str) -> int:
    """An ISO 8601 time with an offset as milliseconds since 1970 UTC. Raises `BadValue`."""
    try:
        if ISO_TIME.fullmatch(text):
            return to_milliseconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    raise BadValue(
        Message(
            N_("“{value}” is no time with an offset, such as 2026-12-01T09:00:00+08:00."), value=shown(text)
        )
    )


def multi(text: str) -> tuple[str, ...]:
    """The values of a multi-value cell, each once, sorted by code point; empty ones do not count."""
    return tuple(sorted({part for part in text.split(SEPARATOR) if part}))


def packed(values: tuple[str, ...]) -> str:
    """A set of values as one text in which `|value|` can be looked for; their separator cannot be in them."""
    return SEPARATOR + SEPARATOR.join(values) + SEPARATOR


def joined(values: tuple[str, ...]) -> str:
    """A multi-value field as it stands in a text."""
    return ", ".join(values)


def shown(text: str) -> str:
    """A value for a message: cut where it is long."""
    return text if len(text) <= 60 else text[:57] + "…"


def storable(text: str) -> bool:
    """Whether every database can hold the text: no NUL, no half of a surrogate pair."""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
