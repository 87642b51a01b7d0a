"""The secrets that stand for users: made here, shown once, kept as a hash only."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a secret is for: a program's calls, a person's visit, choosing a password, or looking at one
    campaign."""

    TOKEN = "token"  # noqa: S105 - a kind, not a secret
    SESSION = "session"
    INVITATION = "invitation"
    SHARE = "share"


_LETTERS = {Kind.TOKEN: "t", Kind.SESSION: "s", Kind.INVITATION: "i", Kind.SHARE: "v"}
_FORM = re.compile(r"cc([tsiv])_([a-z0-9]{12})_([A-Za-z0-9_-]{43})", re.ASCII)


class Secret(NamedTuple):
    """A secret, taken apart. id: may be shown and listed; value: nobody keeps it."""

    kind: Kind
    id: str
    value: str

    @property
    def text(self) -> str:
        """What its owner is given. It begins with what programs that look for lost secrets can know it by."""
        return f"cc{_LETTERS[self.kind]}_{self.id}_{self.value}"

    @property
    def hash(self) -> str:
        """What is kept. 256 random bits need no slow hash."""
        return hashlib.sha256(self.value.encode()).hexdigest()

    def is_of(self, hash: str) -> bool:
        """Whether this is its hash."""
        return hmac.compare_digest(self.hash, hash)


def new(kind: Kind) -> Secret:
    """A secret that nobody has had."""
    return Secret(kind, secrets.token_hex(6), secrets.token_urlsafe(32))


def read(text: str) -> Secret | None:
    """A secret as somebody shows it, or None where it has not the form of one."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    letter, id, value = match.groups()
    return Secret(next(kind for kind, one in _LETTERS.items() if one == letter), id, value)
