"""Why a rule cannot be run."""

from __future__ import annotations

from engine.i18n import MessageError


class RuleError(MessageError):
    """A condition or a rule cannot be run on this data; `message` says why."""
