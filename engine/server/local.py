"""What only a program on the engine's own computer may ask for: files and folders there."""

from __future__ import annotations

from engine.i18n import N_, Message
from engine.server.identity.callers import present_caller
from engine.server.problems import CallRefused


def refuse_strangers() -> None:
    """Raises `CallRefused` where the caller is on another computer."""
    if not present_caller().here:
        message = Message(N_("Only a program on the engine's own computer can name a file or folder there."))
        raise CallRefused(403, "not_local", message)
