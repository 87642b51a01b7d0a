"""What an attempt to send letters is made of, before any of them leaves."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from engine.channels.adapter import Delivery
from engine.channels.sending.claims import Order
from engine.channels.sending.ledger import Claim, Settled
from engine.channels.sending.letters import Key, Letter
from engine.channels.sending.links import Link


class Spoken(NamedTuple):
    """What the provider is given for each letter, by its key, and the links in it. unspeakable: keys of
    letters that say nothing."""

    deliveries: dict[Key, Delivery]
    links: dict[Key, tuple[Link, ...]]
    unspeakable: set[Key]


class Ended(NamedTuple):
    """What became of the letters of an attempt. claim: theirs; None for those of several attempts."""

    settled: list[Settled]
    claim: Claim | None = None

    @classmethod
    def together(cls, several: Iterable[Ended]) -> Ended:
        """Several of them as one."""
        match list(several):
            case [only]:
                return only
            case ended:
                return cls(list(chain.from_iterable(one.settled for one in ended)))


class Beginning(NamedTuple):
    """What a transaction says of an attempt. ended: what became of letters before. resting: those for whom
    a quiet time has begun. id_types: of the addresses, by version and node. order: what it claims."""

    ended: Ended
    letters: list[Letter]
    resting: list[Letter]
    id_types: dict[tuple[int, int], str]
    links: dict[Key, tuple[Link, ...]]
    claim: Claim
    now: int
    order: Order | None
