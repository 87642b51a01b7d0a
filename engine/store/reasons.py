"""Why something failed: kept as JSON in the database, put into words when it is shown."""

from __future__ import annotations

import json

from engine.i18n import Message


def dump(message: Message) -> str:
    """The message as the database keeps it."""
    return json.dumps(message, default=_plain, ensure_ascii=False)


def load(text: str) -> Message:
    """A message that `dump` wrote; any other text, as earlier versions kept it, is told as it is."""
    try:
        found = json.loads(text)
    except ValueError:
        return Message.verbatim(text)
    message = _message(found)
    return message if isinstance(message, Message) else Message.verbatim(text)


def _plain(value: object) -> object:
    if isinstance(value, Message):
        return {"text": value.text, "params": value.params}
    return str(value)


def _message(value: object) -> object:
    if (
        isinstance(value, dict)
        and isinstance(value.get("text"), str)
        and isinstance(value.get("params"), dict)
    ):
        return Message(value["text"], **{name: _message(one) for name, one in value["params"].items()})
    return value
