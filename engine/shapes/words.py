"""Small phrases that many sentences share."""

from __future__ import annotations

from collections.abc import Iterable

from engine.i18n import N_, Message


def joined(parts: Iterable[Message | str]) -> Message:
    """The parts as a list in words: "a, b, c"."""
    items = [Message.verbatim(part) if isinstance(part, str) else part for part in parts]
    if not items:
        return Message.verbatim("")
    text = items[0]
    for item in items[1:]:
        text = Message(N_("{first}, {second}"), first=text, second=item)
    return text


def dotted(first: Message | str, second: Message | str) -> Message:
    """Two facts on one line: "Ten off · 30 days"."""
    return Message(N_("{first} · {second}"), first=first, second=second)
