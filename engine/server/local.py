"""What only a program on the engine's own computer may ask for: files and folders there."""

from __future__ import annotations

import ipaddress

from fastapi import Request

from engine.i18n import N_, Message
from engine.server.problems import CallRefused


def refuse_strangers(request: Request) -> None:
    """Raises `CallRefused` where the caller is on another computer."""
    if not _is_here(request):
        message = Message(N_("Only a program on the engine's own computer can name a file or folder there."))
        raise CallRefused(403, "not_local", message)


def _is_here(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
