"""Small phrases that many sentences share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.i18n import N_, Message


def joined(parts: Iterable[Message | str]) -> Message:
    """The parts as a list in words: "a, b, c"."""
    items = [Message.verbatim(part) if isinstance(part, str) else part for part in parts]
    if not items:
        return Message.verbatim("")
    return folded(N_("{first}, {second}"), items)


def folded(text: str, items: Sequence[Message]) -> Message:
    """At least one item, put together two by two by a text with `{first}` and `{second}`.

    As a balanced tree: one after the other, a few hundred would be nested deeper than Python calls.
    """
    if len(items) == 1:
        return items[0]
    half = len(items) // 2
    return Message(text, first=folded(text, items[:half]), second=folded(text, items[half:]))


def dotted(first: Message | str, second: Message | str) -> Message:
    """Two facts on one line: "Ten off · 30 days"."""
    return Message(N_("{first} · {second}"), first=first, second=second)
