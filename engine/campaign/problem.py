"""A finding about a campaign: what is wrong, where, and in which words it is told."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from engine.i18n import Message


class Severity(StrEnum):
    """Errors keep a campaign from being published; warnings do not."""

    ERROR = "error"
    WARNING = "warning"


class Problem(NamedTuple):
    """One finding. `code` is stable; `node` and `link` say where; `field` is a dotted path in the config."""

    code: str
    severity: Severity
    message: Message
    node: str | None = None
    link: str | None = None
    field: str = ""

    @property
    def sentence(self) -> Message:
        """The message without the component's name in front, for a place that shows the name already."""
        reason = self.message.params.get("reason")
        return reason if isinstance(reason, Message) else self.message
