"""A provider that lives in memory: it does what it is told, and remembers what it was given."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from engine.channels.adapter import Accepted, Adapter, Delivery, Outcome, Sent, Traits
from engine.channels.receipts import Receipt
from engine.workspace.account import SIMULATED_ID, AccountFile, HttpSmsAccount

Answer = Callable[[Delivery], Outcome]
REAL = HttpSmsAccount.model_validate(
    {
        "id": SIMULATED_ID,
        "name": "Platform",
        "kind": "http_sms",
        "settings": {"url": "https://sms.example", "signatures": ["Shop"]},
    }
)


class Provider:
    """The far side. answer: what it says to each delivery. batches: what it was given. tell, asked: what it
    says when it is asked for receipts, and about what. heeds_keys: it sends what comes with one key only
    once."""

    def __init__(self, traits: Traits | None = None) -> None:
        self.traits = traits or Traits(batch=1, concurrency=4)
        self.answer: Answer = lambda _delivery: Accepted()
        self.before: Callable[[Sequence[Delivery]], None] = lambda _batch: None
        self.batches: list[list[Delivery]] = []
        self.closed = 0
        self.tell: Callable[[Sent, datetime], Receipt | None] = lambda _sent, _now: None
        self.asked: list[Sent] = []

    @property
    def given(self) -> list[Delivery]:
        return [delivery for batch in self.batches for delivery in batch]

    @property
    def by_key(self) -> Counter[str]:
        """How often it was given each message."""
        return Counter(one.key for one in self.given)

    @property
    def sent(self) -> Counter[str]:
        """How often it sent to each address."""
        if self.traits.key_lifetime is None:
            return Counter(one.address for one in self.given)
        return Counter({one.key: one.address for one in self.given}.values())

    def open(self, _account: AccountFile) -> Adapter:
        return _Door(self)


class _Door:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.traits = provider.traits

    async def send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        self._provider.before(batch)
        await asyncio.sleep(0)
        self._provider.batches.append(list(batch))
        return [self._provider.answer(delivery) for delivery in batch]

    async def ask(self, sent: Sequence[Sent], now: datetime) -> Sequence[Receipt | None]:
        self._provider.asked += sent
        return [self._provider.tell(one, now) for one in sent]

    async def close(self) -> None:
        self._provider.closed += 1
