"""What the check of an account found."""

from __future__ import annotations

from typing import NamedTuple

from engine.channels.network import Forbidden
from engine.i18n import N_, Message


class Verdict(NamedTuple):
    """Whether the account can be used, and why or why not, in a sentence without secrets."""

    ok: bool
    message: Message


class NotReached(Exception):  # noqa: N818 - an answer that is shown
    """The provider cannot be reached, or answers nothing usable; `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


def refused_by_system(place: str, error: OSError) -> Message:
    """Why a connection was not made, in words. What the system says of the error holds no secret."""
    import socket
    import ssl

    if isinstance(error, Forbidden):
        text = N_("{place} lies inside a network. An administrator can allow it: Settings, Sending.")
        return Message(text, place=place)
    if isinstance(error, socket.gaierror):
        return Message(N_("There is no server called {place}. Check the name."), place=place)
    if isinstance(error, TimeoutError):
        return Message(N_("{place} did not answer in time. Check address, port and firewall."), place=place)
    if isinstance(error, ConnectionRefusedError):
        return Message(N_("{place} refuses connections. Check address and port."), place=place)
    if isinstance(error, ssl.SSLCertVerificationError):
        return Message(
            N_("The certificate of {place} is not valid: {reason}."), place=place, reason=error.verify_message
        )
    if isinstance(error, ssl.SSLError):
        return Message(N_("{place} does not speak TLS on this port. Check port and encryption."), place=place)
    return Message(
        N_("{place} cannot be reached: {reason}."), place=place, reason=error.strerror or type(error).__name__
    )
