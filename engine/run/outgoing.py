"""What an engine sends, for whoever asks: how it goes with accounts, and messages that are in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, func, literal, select

from engine.channels.sending.doubts import DID, Decision, Doubts, Settlement
from engine.channels.sending.loop import AccountState, Sending
from engine.i18n import Message
from engine.report import doubtful
from engine.report.doubtful import Doubtful, DoubtfulGroup, Which
from engine.run.answers import AccountSending, CampaignStatus
from engine.run.mailing import EngineDesk
from engine.store import audit
from engine.store.audit import Noted
from engine.store.database import Database
from engine.store.tables.runs import campaign, campaign_version
from engine.store.tables.sending import outbox

MOST_COUNTED = 100_000
"""Messages that wait for one account: further ones are not counted, for somebody looks each second."""
MOST_DECISIONS = 20


class Outgoing:
    """Belongs to one engine, whose parts it uses. Any thread may call."""

    def __init__(self, database: Database, desk: EngineDesk, sending: Sending | None) -> None:
        """sending: None where nothing can be sent through real accounts."""
        self._database = database
        self._sending = sending
        self._doubts = Doubts(desk, database.writer.dialect)

    def accounts(self) -> list[AccountSending]:
        """Those that anything was sent through, waits for, or is in doubt, in order of their ids."""
        states = self._states()
        with self._database.read() as connection:
            waiting = _waiting(connection)
            doubts = doubtful.by_account(connection)
        return [
            _account(id, states.get(id, []), waiting[id], doubts[id])
            for id in sorted({*states, *waiting, *doubts})
        ]

    def marked(self, found: Sequence[CampaignStatus]) -> list[CampaignStatus]:
        """Campaigns, with what keeps their messages from going out, and what is in doubt."""
        problems = [one for states in self._states().values() for one in states if one.problem is not None]
        with self._database.read() as connection:
            doubts = doubtful.by_campaign(connection)
            reasons: dict[str, Message | str | None] = {}
            for state in problems:
                c, v = campaign.c, campaign_version.c
                query = select(c.id).join(campaign_version, v.campaign == c.number)
                for id in connection.scalars(query.where(v.key.in_(state.waiting))):
                    reasons.setdefault(id, state.problem)
        return [
            replace(one, doubtful=doubts.get(one.campaign, 0), cannot_send=reasons.get(one.campaign))
            for one in found
        ]

    def groups(self) -> list[DoubtfulGroup]:
        """Doubtful messages by campaign and account."""
        with self._database.read() as connection:
            return doubtful.groups(connection)

    def page(self, which: Which, after: str, limit: int) -> tuple[list[Doubtful], str]:
        """Doubtful messages, the latest first, and where the page ends; "": there are no more."""
        with self._database.read() as connection:
            found = doubtful.page(connection, which, after, limit + 1)
        shown = found[:limit]
        return shown, doubtful.place_of(shown[-1]) if len(found) > limit else ""

    def settle(self, how: Settlement, which: Which, who: str) -> int:
        """Settle doubtful messages; how many there were."""
        changed = self._doubts.settle(Decision(how, which, who))
        if self._sending is not None:
            self._sending.wake()
        return changed

    def decisions(self) -> list[Noted]:
        """How doubtful messages were settled last."""
        with self._database.read() as connection:
            return audit.last(connection, DID, MOST_DECISIONS)

    def _states(self) -> Mapping[str, list[AccountState]]:
        """By account: several where versions have pinned other settings of it."""
        found: dict[str, list[AccountState]] = {}
        for state in [] if self._sending is None else self._sending.states():
            found.setdefault(state.account, []).append(state)
        return found


def _account(id: str, states: Sequence[AccountState], waiting: int, doubts: int) -> AccountSending:
    troubled = next((one for one in states if one.problem is not None and one.waiting), None)
    return AccountSending(
        account=id,
        waiting=waiting,
        in_flight=sum(one.in_flight for one in states),
        active=any(one.waiting for one in states),
        problem=None if troubled is None else troubled.problem,
        again_in=None if troubled is None else troubled.again_in,
        per_second=next((one.per_second for one in states if one.per_second is not None), None),
        doubtful=doubts,
    )


def _waiting(connection: Connection) -> Counter[str]:
    """How many messages wait, by account; each is looked for behind the last, for there are few."""
    found: Counter[str] = Counter()
    last = ""
    while (
        id := connection.execute(select(func.min(outbox.c.account)).where(outbox.c.account > last)).scalar()
    ) is not None:
        some = select(literal(1)).where(outbox.c.account == id).limit(MOST_COUNTED).subquery()
        found[id] = connection.execute(select(func.count()).select_from(some)).scalar_one()
        last = id
    return found
