"""What follows from a provider's answer (engine, section 5)."""

from __future__ import annotations

from engine.channels.adapter import Accepted, Later, Outcome, Refused, Traits, Unknown
from engine.channels.sending.fates import PLANNED, SENT, UNKNOWN, failed
from engine.channels.sending.ledger import Settled
from engine.channels.sending.letters import Letter
from engine.channels.sending.pacing import Backoff
from engine.store.tables.sending import NOTIFICATION
from engine.store.values import MAX_KEY, storable


class Policy:
    """Decides what becomes of letters. resend_notifications: a notification of which nobody knows whether it
    was sent goes out again, rather than wait for a person to decide."""

    def __init__(self, backoff: Backoff, *, resend_notifications: bool = False) -> None:
        self._backoff = backoff
        self._resend_notifications = resend_notifications

    def settled(self, letter: Letter, outcome: Outcome, traits: Traits, now: int) -> Settled:
        """What a letter comes to whose attempt has ended so."""
        match outcome:
            case Accepted(id):
                return Settled(letter, SENT, reference=id if storable(id) else "")
            case Refused(reason):
                return Settled(letter, failed(_shown(reason)))
            case Later(reason, after):
                if self._is_late(letter, now):
                    return Settled(letter, failed(_shown(reason)))
                return self._again(letter, after, now)
            case Unknown(reason):
                return self.doubtful(letter, reason, traits.key_lifetime, now)

    def doubtful(self, letter: Letter, reason: str, key_lifetime: int | None, now: int) -> Settled:
        """What a letter comes to of which nobody knows whether it was sent."""
        heeded = key_lifetime is not None and now < (letter.first_attempt or now) + key_lifetime * 1000
        notification = letter.queue.priority == NOTIFICATION and self._resend_notifications
        if (heeded or notification) and not self._is_late(letter, now):
            return self._again(letter, None, now)
        return Settled(letter, UNKNOWN, why=_shown(reason))

    def _again(self, letter: Letter, after: float | None, now: int) -> Settled:
        return Settled(letter, PLANNED, ready_at=now + self._backoff.after(letter.attempts, after))

    def _is_late(self, letter: Letter, now: int) -> bool:
        """Whether it has been tried for long enough."""
        return now >= (letter.first_attempt or now) + Backoff.GIVE_UP_MS


def _shown(reason: str) -> str:
    """A provider's reason, as far as every database can hold it."""
    return reason[:MAX_KEY] if storable(reason) else "unreadable"


def counts_as_failure(outcome: Outcome) -> bool:
    """Whether it says that nothing goes through the account at present."""
    return isinstance(outcome, Unknown) or (isinstance(outcome, Later) and outcome.whole_account)
