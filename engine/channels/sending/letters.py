"""Messages on their way, as the sending loop holds them in memory."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

KEY_BYTES = 32
REFERENCE_LENGTH = 24


class Queue(NamedTuple):
    """One line at a provider: what one version of a campaign has for an account, at one priority."""

    account: str
    priority: int
    version: int


class Letter(NamedTuple):
    """A message that is claimed.

    ready_at: as the outbox has it. who: the person's external id. variables: JSON list of the bound values,
    or None. attempts, first_attempt: those so far, and when (ms) the first of them began.
    """

    queue: Queue
    ready_at: int
    campaign: int
    node: int
    person: int
    entry: int
    address: str
    who: str
    variables: str | None
    planned_at: int
    queued_at: int
    cycle: int
    attempts: int
    first_attempt: int | None

    @property
    def key(self) -> tuple[int, int, int, int, str]:
        """The message's key in the database."""
        return self.campaign, self.node, self.person, self.entry, self.address

    def begun(self, now: int) -> Letter:
        """With one more attempt, which begins now (ms)."""
        first = now if self.first_attempt is None else self.first_attempt
        return self._replace(attempts=self.attempts + 1, first_attempt=first)


def idempotency_key(campaign_id: str, node_id: str, letter: Letter) -> str:
    """What names the message to a provider with every attempt: the same after a restart, and in whatever
    version of the campaign."""
    parts = (letter.who, campaign_id, str(letter.entry), node_id, letter.address)
    return blake2b("\0".join(parts).encode(), digest_size=KEY_BYTES).hexdigest()
