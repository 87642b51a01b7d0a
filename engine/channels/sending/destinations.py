"""The rates that a sender keeps to: its account's, that of the host that all its requests go to, and those of
the domains that its emails go to.

Whoever sends to one host or, through one account, to one domain keeps to its rate together. Emails that a
domain cannot take within some seconds stand in nobody's way: the outbox gets them back, each with the moment
when its turn comes, one after the other.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Collection, Iterable, Sequence

from engine.channels.adapter import Traits
from engine.channels.sending.letters import Letter, Queue
from engine.channels.sending.pacing import WINDOW_S, Monotonic, RateLimit, Sleep, Slot

AHEAD_S = 5.0
"""Emails that a domain takes within so many seconds stay claimed: well within the lease."""
_IDLE = 10_000
"""Domains that are remembered at least, though nothing goes to them."""


class Limits:
    """All rates of a process, by whom they hold for."""

    def __init__(self, now: Monotonic, sleep: Sleep = asyncio.sleep) -> None:
        self._now, self._sleep = now, sleep
        self._rates: dict[tuple[str, str], RateLimit] = {}
        self._hosts: dict[str, dict[str, int]] = {}
        self._domains: dict[str, Domains] = {}
        self._newest: dict[str, int] = {}

    def of(self, account: str, traits: Traits) -> Pace:
        """What one who sends through an account keeps to."""
        rates, domains = [self._rate("account", account)], None
        if (to := traits.destinations) is not None and to.host:
            rates.append(self._rate("host", to.host))
        elif to is not None:
            domains = self._domains.setdefault(account, Domains(to.per_second, self._now))
        return Pace(rates, domains)

    def pinned(self, account: str, traits: Traits, version: int) -> None:
        """A version has pinned an account so. What the newest one says holds for all that goes through it."""
        if version < self._newest.get(account, version):
            return
        self._newest[account] = version
        self._rate("account", account).per_second = traits.per_second
        for host, rates in self._hosts.items():  # it may have had another host, or a rate there
            if rates.pop(account, None) is not None and rates:
                self._rate("host", host).per_second = min(rates.values())
        if (to := traits.destinations) is not None and to.host:
            rates = self._hosts.setdefault(to.host, {})
            rates[account] = to.per_second
            self._rate("host", to.host).per_second = min(rates.values())
        elif to is not None:
            self._domains.setdefault(account, Domains(to.per_second, self._now)).per_second = to.per_second

    def _rate(self, kind: str, of: str) -> RateLimit:
        return self._rates.setdefault((kind, of), RateLimit(None, self._now, self._sleep))


class Pace:
    """What one sender keeps to. rates: those that each delivery counts for; domains: None where it does not
    matter to whom an email goes."""

    def __init__(self, rates: Sequence[RateLimit], domains: Domains | None) -> None:
        self._rates = rates
        self.domains = domains

    @property
    def per_second(self) -> int | None:
        """The most deliveries in any second, whoever they are for; None: no limit."""
        return min((rate.per_second for rate in self._rates if rate.per_second is not None), default=None)

    async def take(self, size: int) -> list[Slot]:
        """Wait until there is room for so many deliveries, of which there may be no more than the limit."""
        return [await rate.take(size) for rate in self._rates]

    def used(self, slots: Sequence[Slot], letters: Collection[Letter], sent: Collection[Letter]) -> None:
        """Of the letters that there was room for, these leave now, and no others. letters: those that were
        picked for it."""
        for rate, slot in zip(self._rates, slots, strict=True):
            rate.used(slot, len(sent))
        if self.domains is not None:
            self.domains.left(letters, sent)


class Domains:
    """At most so many emails to one domain in any second."""

    def __init__(self, per_second: int, now: Monotonic) -> None:
        self.per_second = per_second
        self._now = now
        self._picked: Counter[str] = Counter()
        self._left: dict[str, deque[tuple[float, int]]] = {}
        self._free_at: dict[str, float] = {}
        """When a domain has taken all that is claimed for it."""
        self._turn: dict[tuple[str, Queue], float] = {}
        """The turn of the last one of a line that the outbox got back: lines have turns of their own."""

    def soon(self, letters: Iterable[Letter]) -> tuple[list[Letter], dict[Letter, float]]:
        """Of letters that are being claimed, those that can leave within some seconds; the others, each with
        the seconds until its turn."""
        now, each = self._now(), 1 / self.per_second
        self._forget(now)
        kept: list[Letter] = []
        later: dict[Letter, float] = {}
        for letter in letters:
            domain = _domain(letter)
            at = max(now, self._free_at.get(domain, now))
            if at <= now + AHEAD_S:
                kept.append(letter)
                self._free_at[domain] = at + each
            else:
                line = domain, letter.queue
                self._turn[line] = turn = max(self._turn.get(line, now), at) + each
                later[letter] = turn - now - AHEAD_S / 2  # claimed in time for it
        return kept, later

    def given_back(self, letters: Iterable[Letter]) -> None:
        """Of letters that were to leave soon, the outbox got these back."""
        for domain, n in Counter(map(_domain, letters)).items():
            if domain in self._free_at:
                self._free_at[domain] -= n / self.per_second

    def pick(self, letters: Iterable[Letter], most: int) -> list[Letter]:
        """The first ones that their domains have room for at once; room is kept for them until `left`."""
        room: dict[str, int] = {}
        found: list[Letter] = []
        for letter in letters:
            domain = _domain(letter)
            if domain not in room:
                room[domain] = self._room(domain)
            if room[domain] > 0:
                room[domain] -= 1
                found.append(letter)
                if len(found) == most:
                    break
        self._picked.update(map(_domain, found))
        return found

    def left(self, letters: Iterable[Letter], sent: Iterable[Letter]) -> None:
        """Of letters that were picked, these leave now, and no others."""
        self._picked.subtract(map(_domain, letters))
        self._picked = +self._picked
        now = self._now()
        for domain, n in Counter(map(_domain, sent)).items():
            self._left.setdefault(domain, deque()).append((now, n))

    def wait(self, letters: Iterable[Letter]) -> float:
        """Seconds until there may be room for one of letters that there is none for now."""
        now = self._now()
        firsts = (self._left.get(domain) for domain in set(map(_domain, letters)))
        return min((max(first[0][0] + WINDOW_S - now, 0.001) for first in firsts if first), default=0.01)

    def _room(self, domain: str) -> int:
        taken = self._picked[domain]
        if (left := self._left.get(domain)) is not None:
            since = self._now() - WINDOW_S
            while left and left[0][0] <= since:
                left.popleft()
            taken += sum(n for _, n in left)
            if not left:
                del self._left[domain]
        return self.per_second - taken

    def _forget(self, now: float) -> None:
        """Let go of domains that nothing has gone to lately."""
        if len(self._free_at) > _IDLE:
            self._free_at = {domain: at for domain, at in self._free_at.items() if at > now}
            self._turn = {line: at for line, at in self._turn.items() if at > now}
            self._left = {domain: left for domain, left in self._left.items() if left[-1][0] > now - WINDOW_S}


def _domain(letter: Letter) -> str:
    """As it is stored: in lower case, see `engine.shapes.addresses`."""
    return letter.address.rpartition("@")[2]
