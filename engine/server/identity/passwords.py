"""Passwords: what they must be, and their argon2 hashes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from engine.i18n import N_, Message
from engine.server.problems import CallRefused

SHORTEST, LONGEST = 12, 256
AT_ONCE, WAITING = 2, 6
"""Passwords that are hashed at the same time: each takes 64 MiB and a processor. So many more may wait, so
that those who try out passwords leave the threads to others."""

_LIST = Path(__file__).parents[3] / "resources" / "common_passwords.txt"
_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_room = threading.BoundedSemaphore(AT_ONCE)
_queue = threading.BoundedSemaphore(AT_ONCE + WAITING)


def refuse_weak(password: str, name: str) -> None:
    """Raises `CallRefused` for a password that others would guess. name: of its user."""
    if len(password) < SHORTEST:
        text = N_("Choose a password of at least {n} characters. Several words are easy to remember.")
        raise CallRefused(422, "weak_password", Message(text, n=SHORTEST))
    plain = rest = password.casefold()
    for word in (name.casefold(), *_COMMON):
        rest = rest.replace(word, "")
    if len(set(plain)) < 5 or len(rest) < 6 or _is_row(plain) or plain in _used_most():
        text = N_("This password is one of those that are tried first. Choose another one.")
        raise CallRefused(422, "weak_password", Message(text))


def hashed(password: str) -> str:
    """The hash to keep. It takes a moment, on purpose."""
    with _turn():
        return _hasher.hash(password)


def is_right(password: str, hash: str | None) -> bool:
    """Whether it is the password of this hash. Where there is none it takes as long, and it is not."""
    with _turn():
        try:
            _hasher.verify(_nobodys() if hash is None else hash, password)
        except (VerificationError, InvalidHashError):
            return False
    return hash is not None


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for room to hash a password. Raises `CallRefused` where too many wait already."""
    if not _queue.acquire(blocking=False):
        message = Message(N_("Too many people sign in at this moment. Try again in a few seconds."))
        raise CallRefused(503, "busy", message, 3)
    try:
        with _room:
            yield
    finally:
        _queue.release()


def is_outdated(hash: str) -> bool:
    """Whether it was made with other parameters than are used today."""
    return _hasher.check_needs_rehash(hash)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")


@cache
def _used_most() -> frozenset[str]:
    """Those among the 30,000 passwords used most that are long enough (of the library zxcvbn, MIT)."""
    return frozenset(_LIST.read_text(encoding="utf-8").splitlines())


def _is_row(text: str) -> bool:
    """Whether it goes up or down step by step, or repeats one part."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({1}, {-1}, {0}) or text in (text + text)[1:-1]


_COMMON = (
    "password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "qwerty", "qwertz", "azerty", "asdfgh",
    "zxcvbn", "1q2w3e4r", "1qaz2wsx", "123456", "654321", "111111", "000000", "123123", "abc123", "abcdef",
    "iloveyou", "letmein", "welcome", "monkey", "dragon", "football", "baseball", "sunshine", "princess",
    "superman", "trustno1", "changeme", "secret", "admin", "administrator", "campaign", "canvas", "woaini",
    "5201314", "mima", "engine", "viewer", "editor", "publisher", "approver",
)  # fmt: skip
"""What the passwords that are used most are made of, and names of this program and its roles."""
