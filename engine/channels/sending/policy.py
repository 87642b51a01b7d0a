"""What follows from a provider's answer (engine, section 5)."""

from __future__ import annotations

from engine.channels.adapter import Accepted, Later, Outcome, Refused, Unknown
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

    def settled(self, letter: Letter, outcome: Outcome, forgotten_at: int | None, now: int) -> Settled:
        """What a letter comes to whose attempt has ended so, which it does not count yet.

        forgotten_at: when its key is forgotten that the provider may have got with this attempt; None: it
        heeds none.
        """
        if isinstance(outcome, Accepted):
            id = outcome.id
            return Settled(letter, SENT, reference=id if id and storable(id) else "")
        letter = letter.tried(now)
        match outcome:
            case Refused(reason):
                return Settled(letter, failed(_shown(reason)))
            case Later(reason, after):
                if letter.again_by is not None:  # this attempt sent nothing, but one before may have
                    return self._repeated(letter, reason, letter.again_by, now, after)
                if self._is_late(letter, now):
                    return Settled(letter, failed(_shown(reason)))
                return self._again(letter, after, now)
            case Unknown(reason):
                return self.doubtful(letter, reason, forgotten_at, now)

    def doubtful(self, letter: Letter, reason: str, forgotten_at: int | None, now: int) -> Settled:
        """What a letter comes to of which nobody knows whether it was sent."""
        if letter.priority == NOTIFICATION and self._resend_notifications and not self._is_late(letter, now):
            return self._again(letter._replace(again_by=None), None, now)
        moments = [one for one in (letter.again_by, forgotten_at) if one is not None]
        return self._repeated(letter, reason, None if forgotten_at is None else min(moments), now)

    def _repeated(
        self, letter: Letter, reason: str, by: int | None, now: int, after: float | None = None
    ) -> Settled:
        """It goes out again under its key where that is before a moment; else nobody knows."""
        if by is not None and not self._is_late(letter, now):
            again = self._again(letter._replace(again_by=by), after, now)
            if again.ready_at < by:
                return again
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
