"""Which keys each action has: the table's, where the user chose no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtGui import QKeySequence

from app.actions.spec import ActionSpec

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText


def assigned(specs: Iterable[ActionSpec], chosen: Mapping[str, str]) -> dict[str, str]:
    """Action id → keys (portable; "" for none). `chosen` is what the user set, "" where they want none.

    Keys are unique: what the user chose takes them from whatever had them, and of two choices the later one
    counts. Unknown ids and keys that are none are passed over.
    """
    result = {spec.id: spec.shortcut for spec in specs}
    for action_id, keys in chosen.items():
        wanted = portable(keys)
        if action_id not in result or (keys and not wanted):
            continue
        for other, taken in result.items():
            if wanted and taken == wanted:
                result[other] = ""
        result[action_id] = wanted
    return result


def portable(keys: str) -> str:
    """Keys as the table writes them, "" where the text names no keys."""
    return QKeySequence(keys, _PORTABLE).toString(_PORTABLE)


def native(keys: str) -> str:
    """Keys in the words of the user's system."""
    return QKeySequence(keys, _PORTABLE).toString(_NATIVE)
