"""Why a campaign ended abnormally: found out when it fails."""

from __future__ import annotations

from engine.audience.errors import RuleError
from engine.files import FileError
from engine.i18n import N_, Message
from engine.plan.graph import NotRunnable


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
