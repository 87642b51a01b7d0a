"""Why a campaign ended abnormally: found out when it fails, kept as JSON, put into words when it is shown."""

from __future__ import annotations

import json

from sqlalchemy.exc import OperationalError

from engine.audience.errors import RuleError
from engine.files import FileError
from engine.i18n import N_, Message
from engine.plan.graph import NotRunnable
from engine.store.trouble import trouble_of


def reason_of(error: Exception) -> Message:
    """What is told of an exception that ended a campaign: a known one's own message."""
    match error:
        case RuleError() | FileError():
            return error.message
        case NotRunnable() if error.messages:
            return error.messages[0]
        case _:
            text = N_("An unexpected error in the engine, whose log says more: {reason}")
            return Message(text, reason=f"{type(error).__name__}: {error}")


def is_known(error: Exception) -> bool:
    """Whether it says what is to be done, and is no defect of the engine."""
    return isinstance(error, RuleError | FileError | NotRunnable)


def is_of_database(error: Exception) -> bool:
    """Whether it is the database's trouble, and nobody's failure."""
    return isinstance(error, OperationalError) or trouble_of(error) is not None


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
