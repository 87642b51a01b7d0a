"""Who calls, known from the guard to the last function that asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.i18n import N_, Message
from engine.server.identity.roles import Role
from engine.server.problems import CallRefused

if TYPE_CHECKING:
    from engine.server.identity.recording import Recorder

CALL = "canvas.call"
"""Where a request's scope holds its call, for those who stand before the guard."""
OWNER = "engine"
"""What the holder of the engine's own token is called."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who has shown who it is.

    name: of the user; `OWNER` for who holds the engine's own token. credential: the id of what was shown; ""
    for that token. session: a person signed in with a password; since: when (ms). here: it is a program on
    the engine's own computer.
    """

    name: str
    role: Role
    credential: str = ""
    session: bool = False
    since: int = 0
    here: bool = False


@dataclass(slots=True)
class Call:
    """A call that is being answered.

    caller: None where nobody had to show who it is. address: where it comes from. recorder: writes down what
    the call changes; None where nobody asks for that. noted: what it is to say of the change; `target`: what
    was changed, `who`: the user, where a caller becomes one only now.
    """

    caller: Caller | None
    address: str
    recorder: Recorder | None = None
    noted: dict[str, Any] = field(default_factory=dict)


_present: ContextVar[Call | None] = ContextVar("call", default=None)


@contextmanager
def calling(call: Call) -> Iterator[None]:
    """Inside the block this call is answered; threads that it starts know it, too."""
    token = _present.set(call)
    try:
        yield
    finally:
        _present.reset(token)


def present_call() -> Call:
    """The call that is being answered."""
    call = _present.get()
    if call is None:
        raise LookupError("no call is being answered")
    return call


def present_caller() -> Caller:
    """Who calls. Raises `CallRefused` where nobody has shown who it is."""
    caller = present_call().caller
    if caller is None:
        raise CallRefused(401, "unauthorized", Message(N_("Sign in first.")))
    return caller


def note(**said: Any) -> None:
    """Let the audit log say this of the change; values are plain JSON, and never people's data."""
    present_call().noted.update(said)
