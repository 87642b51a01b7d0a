"""Why a rule cannot be run."""

from __future__ import annotations

from engine.i18n import Message


class RuleError(Exception):
    """A condition or a rule cannot be run on this data; `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
