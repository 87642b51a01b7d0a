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


Key = tuple[int, int, int, int, str]
"""What names a message in the database."""


class Letter(NamedTuple):
    """A message that is claimed; first its key in the outbox and in the table of messages.

    ready_at: as the outbox has it. who: the person's external id. variables: JSON list of the bound values,
    or None. attempts, first_attempt: those so far, and when (ms) the first of them began. again_by: of one
    that may have been sent before: when (ms) its provider forgets its key.
    """

    account: str
    priority: int
    version: int
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
    again_by: int | None = None

    @property
    def queue(self) -> Queue:
        """The line that it stands in."""
        return Queue(*self[:3])

    @property
    def key(self) -> Key:
        """The message's key in the database."""
        return self[4:9]

    def tried(self, now: int) -> Letter:
        """With one more attempt, by now (ms)."""
        first = now if self.first_attempt is None else self.first_attempt
        return Letter._make((*self[:-3], self.attempts + 1, first, self.again_by))


def idempotency_key(campaign_id: str, node_id: str, letter: Letter) -> str:
    """What names the message to a provider with every attempt: the same after a restart, and in whatever
    version of the campaign."""
    parts = (letter.who, campaign_id, str(letter.entry), node_id, letter.address)
    return blake2b("\0".join(parts).encode(), digest_size=KEY_BYTES).hexdigest()
