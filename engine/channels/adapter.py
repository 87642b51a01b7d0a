"""What the sending loop knows of a provider: what it can do, what it is given, and what it answers.

A module in `engine/channels/providers` adapts one kind of account. It never decides whether to send again:
it says what has happened, and the loop (`engine.channels.sending`) obeys the rules (engine, section 5).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlsplit

from engine.channels.contents import Content
from engine.i18n import Message

if TYPE_CHECKING:
    from engine.channels.receipts.receipt import Receipt


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where an account's deliveries go, where that has a rate besides the account's.

    per_second: deliveries to one destination in any second. host: where all of them go, which other accounts
    may share; empty: emails, each of which goes to the domain of its address.
    """

    per_second: int
    host: str = ""

    @classmethod
    def host_of(cls, url: str, per_second: int | None) -> Destinations | None:
        """Everything goes to the host of an address; None without a rate."""
        return None if per_second is None else cls(per_second, urlsplit(url).hostname or url)

    @classmethod
    def domains(cls, per_second: int | None) -> Destinations | None:
        """Emails; None without a rate."""
        return None if per_second is None else cls(per_second)


@dataclass(frozen=True, slots=True)
class Traits:
    """What a provider can do.

    batch: the most deliveries of one `send`. concurrency: the most sends at a time. per_second: deliveries
    in any second; None: no limit. destinations: where they go, if that has a rate of its own. key_lifetime:
    for how many seconds the provider sends only once what comes with one key; None: it does not heed keys.
    named: it is told what names a delivery. receipts: it tells later what became of a message; asks: it is
    asked for that. in_turn: a batch goes out one after the other. alike: what deliveries have in common that
    share a request; None: all do.
    """

    batch: int = 1
    concurrency: int = 8
    per_second: int | None = None
    destinations: Destinations | None = None
    key_lifetime: int | None = None
    named: bool = True
    receipts: bool = False
    asks: bool = False
    in_turn: bool = False
    alike: Callable[[Delivery], Hashable] | None = None


class Delivery(NamedTuple):
    """One message on its way to one address.

    key: the same with every attempt, and no other message's; 64 hexadecimal digits. person: external id.
    address: of type `id_type`. reference: names the message to the provider and in its receipts. Both are
    empty where it is not told them. test: sent by somebody who tries the message out; a webhook is told so.
    """

    key: str
    reference: str
    person: str
    id_type: str
    address: str
    content: Content
    test: bool = False

    def __repr__(self) -> str:
        """Without what is the person's own."""
        return f"Delivery({self.key!r}, {self.id_type!r}, test={self.test!r})"


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
    everything for now (a limit, a fault of its own), not just this one. why: the reason in a sentence, where
    there is more to say than its code.
    """

    reason: str
    after: float | None = None
    whole_account: bool = False
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether it was sent: the connection was lost, or the answer made no sense."""

    reason: str


Outcome = Accepted | Refused | Later | Unknown


class Sent(NamedTuple):
    """A message that was accepted. reference: the id that it was accepted with. address: in full."""

    reference: str
    address: str
    at: datetime


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


class AskedAdapter(Adapter, Protocol):
    """One that can ask what became of messages; its traits say so."""

    async def ask(self, sent: Sequence[Sent], now: datetime) -> Sequence[Receipt | None]:
        """How messages ended; None where that is not known yet, or nobody could be asked."""


Secrets = Mapping[str, str]
"""An account's secrets by name, see `engine.workspace.secrets.secret_fields`."""
