"""What the sending loop knows of a provider: what it can do, what it is given, and what it answers.

A module in `engine/channels/providers` adapts one kind of account. It never decides whether to send again:
it says what has happened, and the loop (`engine.channels.sending`) obeys the rules (engine, section 5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from engine.channels.contents import Content


@dataclass(frozen=True, slots=True)
class Traits:
    """What a provider can do.

    batch: the most deliveries of one `send`. concurrency: the most sends at a time. per_second: deliveries
    in any second; None: no limit. key_lifetime: for how many seconds the provider sends only once what comes
    with one key; None: it does not heed keys. receipts: it tells later what became of a message.
    """

    batch: int = 1
    concurrency: int = 8
    per_second: int | None = None
    key_lifetime: int | None = None
    receipts: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to one address.

    key: the same with every attempt, and no other message's; 64 hexadecimal digits. person: external id.
    address: of type `id_type`. reference: names the message to the provider and in its receipts. test: sent
    by somebody who tries the message out; a webhook is told so.
    """

    key: str
    reference: str
    person: str
    id_type: str
    address: str = field(repr=False)
    content: Content = field(repr=False)
    test: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken it. id: what it calls the message in receipts, if anything."""

    id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider will never send it. reason: its code, shown and counted; no secret, no address."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """It has not been sent for certain, and may be tried again.

    after: seconds that the provider asks to wait, None where it says nothing. whole_account: it refuses
    everything for now (a limit, a fault of its own), not just this one.
    """

    reason: str
    after: float | None = None
    whole_account: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether it was sent: the connection was lost, or the answer made no sense."""

    reason: str


Outcome = Accepted | Refused | Later | Unknown


class Adapter(Protocol):
    """One account, ready to send. Its methods run in the loop's thread and never block it."""

    @property
    def traits(self) -> Traits: ...

    async def send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        """Hand deliveries to the provider; an outcome for each, in their order.

        Raises `NotReached` where nothing has left the machine: all of them are tried again later. Whatever
        else it raises leaves them unknown.
        """

    async def close(self) -> None:
        """Let go of connections."""


Secrets = Mapping[str, str]
"""An account's secrets by name, see `engine.workspace.secrets.secret_fields`."""
