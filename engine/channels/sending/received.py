"""What comes back of messages: receipts of providers, and clicks on the links in them.

Each report is one transaction: messages and their counters, doubts that are over, addresses that want no
more, and who is judged by a result. What comes again changes nothing, see `standing`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Connection,
    Dialect,
    Text,
    and_,
    bindparam,
    delete,
    literal_column,
    select,
)

from engine.channels.receipts import Receipt
from engine.channels.sending.links import LINK_KEY, count_clicks
from engine.channels.sending.standing import WAITING, Heard, Standing, first, furthest
from engine.plan.context import WHOLE
from engine.plan.message_counts import COUNTED
from engine.plan.temporary import Emptying, handed
from engine.shapes.time import Duration, from_milliseconds, to_milliseconds
from engine.store import suppressed
from engine.store.dialect import bulk_delete, bulk_insert, bulk_update, upsert_adding
from engine.store.functions import is_in
from engine.store.imports.session import id_list
from engine.store.suppressed import Address
from engine.store.tables.runs import entry, message, message_counter
from engine.store.tables.sending import MESSAGE_KEY, doubt, early_receipt, link_token, reference
from engine.store.times import HOUR
from engine.store.values import MAX_KEY, BadValue, storable
from engine.store.versions import stored_bundle
from engine.workspace.account import AccountFile
from engine.workspace.account_settings import WebhookSettings

EARLY_MS = HOUR
"""How long a receipt waits for the result of its message. Messages of others through the same account have
receipts, too: of these nothing more is ever heard."""

_ID_TYPES = {"alibaba_sms": "mobile", "http_sms": "mobile", "alibaba_mail": "email", "smtp": "email"}
"""Of the addresses that accounts send to and that may want no more."""
_WAYS_OUT = ("unsubscribed", "complained")
_NO_MAILBOX = re.compile(r"5\.1\.\d{1,3}|5\.2\.1|SmtpNxBox|MailboxNotFound|InvalidRcpt")
"""Why an email bounced that says that nobody has the address. A full mailbox is not among it."""


class Known(NamedTuple):
    """A message that somebody reports about, by what it is called. version: None where it is gone."""

    name: str
    campaign: int
    node: int
    person: int
    entry: int
    address: str
    version: int | None
    state: str
    reason: str
    planned_at: int
    sent_at: int | None
    receipt: str | None
    receipt_at: int | None
    cycle: int

    @property
    def key(self) -> tuple[int, int, int, int, str]:
        return self[1:6]

    @property
    def standing(self) -> Standing:
        return Standing(self.state, self.reason, self.receipt, self.receipt_at)


@dataclass(slots=True)
class Taken:
    """What a report came to.

    counted: messages that stand otherwise by it. early: receipts that are kept until there is a result.
    suppressed: addresses that are new on the list. touched: versions and nodes of the messages, which are in
    `handed`.
    """

    counted: int = 0
    early: int = 0
    suppressed: int = 0
    touched: set[tuple[int, int]] = field(default_factory=set)


class Received:
    """Belongs to one engine; called in its turn."""

    def __init__(self, dialect: Dialect, zone: ZoneInfo) -> None:
        """zone: in which the days of a webhook's collection period are counted."""
        self._zone = zone
        self._empty = Emptying(handed, dialect)
        self._collected: dict[tuple[int, str], _Collected] = {}

    def take(
        self, connection: Connection, account: AccountFile, receipts: Iterable[Receipt], now: int
    ) -> Taken:
        """Take in what an account's provider reports. now: in ms."""
        told = [one for one in receipts if storable(one.reference + one.address + one.reason)]
        known = self._named(connection, account.id, [one.reference for one in told if one.reference])
        early: list[tuple[Any, ...]] = []
        changes = _Changes()
        ways_out: dict[Address, None] = {}
        for one in told:
            found = known.get(one.reference)
            at = to_milliseconds(one.at)
            if (address := _way_out(account.kind, one, found)) is not None:
                ways_out[address] = None
            if found is None or found.state in WAITING:
                if one.reference:
                    early.append((account.id, one.reference, one.code, at, one.reason[:MAX_KEY], now))
            elif (rule := self._rule(connection, account, found)) is not None:
                changes.hear(found, rule, Heard(one.code, _within_life(found, at, now), one.reason[:MAX_KEY]))
        self._keep(connection, early, now)
        taken = self._write(connection, changes)
        taken.early = len(early)
        taken.suppressed = suppressed.add(connection, list(ways_out))
        return taken

    def catch_up(
        self, connection: Connection, account: AccountFile, references: Sequence[str], now: int
    ) -> Taken:
        """Take in what was reported of messages before they had the result that they have now."""
        c = early_receipt.c
        if connection.execute(select(c.code).limit(1)).first() is None:
            return Taken()
        mine = and_(c.account == account.id, is_in(c.reference, bindparam("names", type_=Text)))
        names = {"names": id_list(references)}
        rows = connection.execute(select(c.code, c.at, c.reference, c.reason).where(mine), names).all()
        if not rows:
            return Taken()
        connection.execute(delete(early_receipt).where(mine), names)
        told = [Receipt(row.code, from_milliseconds(row.at), row.reference, "", row.reason) for row in rows]
        return self.take(connection, account, told, now)

    def clicked(self, connection: Connection, clicks: Mapping[str, int], now: int) -> Taken:
        """Links in messages were followed, each so often."""
        count_clicks(connection, clicks, now)
        return self._heard_by_link(connection, list(clicks), "clicked", now)

    def unsubscribed(self, connection: Connection, token: str, now: int) -> Taken | None:
        """Somebody wants no more emails. None where the token does not say so."""
        link = link_token.c
        query = select(link.address).where(link.token == token, link.url == "", link.address.is_not(None))
        address = connection.execute(query).scalar()
        if address is None:
            return None
        count_clicks(connection, {token: 1}, now)
        taken = self._heard_by_link(connection, [token], "unsubscribed", now)
        taken.suppressed = suppressed.add(connection, [Address("email", address)])
        return taken

    # ---- inside

    def _heard_by_link(self, connection: Connection, tokens: list[str], code: str, now: int) -> Taken:
        query = _known(link_token, link_token.c.token, LINK_KEY)
        mine = is_in(link_token.c.token, bindparam("names", type_=Text))
        rows = connection.execute(
            query.where(mine, message.c.version.is_not(None)), {"names": id_list(tokens)}
        )
        changes = _Changes()
        for row in rows:
            found = Known(*row)
            changes.hear(found, furthest, Heard(code, _within_life(found, now, now)))
        return self._write(connection, changes)

    def _named(self, connection: Connection, account: str, names: Sequence[str]) -> dict[str, Known]:
        if not names:
            return {}
        r = reference.c
        query = _known(reference, r.reference, [r[name] for name in MESSAGE_KEY])
        mine = query.where(r.account == account, is_in(r.reference, bindparam("names", type_=Text)))
        rows = connection.execute(mine, {"names": id_list(names)})
        return {row[0]: Known(*row) for row in rows}

    def _rule(self, connection: Connection, account: AccountFile, found: Known) -> _Rule | None:
        """What receipts of an account make of a message; None where it is gone."""
        if found.version is None:
            return None
        if account.kind == "umeng":
            return first
        if account.kind != "webhook":
            return furthest
        key = (found.version, account.id)
        if key not in self._collected:
            self._collected[key] = _Collected.of(connection, *key, self._zone)
        return self._collected[key].rule(found)

    def _keep(self, connection: Connection, early: Sequence[tuple[Any, ...]], now: int) -> None:
        if early:
            old = early_receipt.c.received_at < now - EARLY_MS
            connection.execute(delete(early_receipt).where(old))
            columns = ("account", "reference", "code", "at", "reason", "received_at")
            bulk_insert(connection, early_receipt, columns, list(dict.fromkeys(early)), on_conflict="nothing")

    def _write(self, connection: Connection, changes: _Changes) -> Taken:
        """Write how messages stand now; `handed` then holds them."""
        changed = changes.made()
        if not changed:
            return Taken()
        self._empty(connection)
        bulk_insert(connection, handed, MESSAGE_KEY, [found.key for found, _ in changed])
        # Whatever has a receipt was sent, or failed: so says its result. It is known as of when it became
        # doubtful: no later news changes when somebody is judged.
        rows = [(*after, after.state, *found.key) for found, after in changed]
        bulk_update(connection, message, (*Standing._fields, "result"), MESSAGE_KEY, rows)
        over = [found.key for found, _ in changed if found.state == "unknown"]
        bulk_delete(connection, doubt, MESSAGE_KEY, over)
        _count(connection, changed)
        touched = {(found.version, found.node) for found, _ in changed if found.version is not None}
        return Taken(counted=len(changed), touched=touched)


_Rule = Callable[[Standing, Heard], Standing]


@dataclass(slots=True)
class _Changes:
    """Messages that somebody reports about, and how each stands after it."""

    _after: dict[tuple[int, int, int, int, str], tuple[Known, Standing]] = field(default_factory=dict)

    def hear(self, found: Known, rule: _Rule, heard: Heard) -> None:
        known, before = self._after.get(found.key, (found, found.standing))
        self._after[found.key] = (known, rule(before, heard))

    def made(self) -> list[tuple[Known, Standing]]:
        return [(found, after) for found, after in self._after.values() if after != found.standing]


@dataclass(frozen=True, slots=True)
class _Collected:
    """What counts of a webhook's receipts: its codes, so long after the handing over, the end included."""

    codes: frozenset[str]
    length: Duration | None
    zone: ZoneInfo

    @classmethod
    def of(cls, connection: Connection, version: int, account: str, zone: ZoneInfo) -> _Collected:
        """As the version pinned it."""
        settings = stored_bundle(connection, version).accounts[account].settings
        receipts = settings.receipts if isinstance(settings, WebhookSettings) else None
        if receipts is None:
            return cls(frozenset(), None, zone)
        return cls(frozenset(receipts.codes), receipts.collect, zone)

    def rule(self, found: Known) -> _Rule | None:
        if self.length is None or found.sent_at is None:
            return None
        last = to_milliseconds(self.length.plus(from_milliseconds(found.sent_at), self.zone))

        def collected(before: Standing, heard: Heard) -> Standing:
            return first(before, heard) if heard.code in self.codes and heard.at <= last else before

        return collected


def _known(source: Any, name: Any, key: Sequence[Any]) -> Any:
    """A query for messages that a table of names tells of."""
    m, e = message.c, entry.c
    mine = and_(*(m[column] == value for column, value in zip(MESSAGE_KEY, key, strict=True)))
    of_entry = and_(e.campaign == m.campaign, e.person == m.person, e.entry == m.entry)
    shown = (
        m.version, m.state, m.reason, m.planned_at, m.sent_at, m.receipt, m.receipt_at, e.cycle,
    )  # fmt: skip
    joined = source.outerjoin(message, mine).outerjoin(entry, of_entry)
    return select(name, *key, *shown).select_from(joined)


def _within_life(found: Known, at: int, now: int) -> int:
    """A moment that is not before the message was sent, and has come: providers' clocks are not ours."""
    return min(max(at, found.sent_at or at), now)


def _way_out(kind: str, told: Receipt, found: Known | None) -> Address | None:
    """The address that wants no more, or that nobody has."""
    id_type = _ID_TYPES.get(kind)
    ends = told.code in _WAYS_OUT or (told.code == "bounced" and _NO_MAILBOX.fullmatch(told.reason))
    value = told.address if found is None else found.address
    if id_type is None or not ends or not value:
        return None
    try:
        return suppressed.checked(id_type, value)
    except BadValue:
        return None


def _count(connection: Connection, changed: Iterable[tuple[Known, Standing]]) -> None:
    """Let the counters go along."""
    counts: Counter[tuple[Any, ...]] = Counter()
    for found, after in changed:
        for said, n in ((found.standing, -1), (after, 1)):
            shown = (said.state, said.reason, said.receipt or "")
            key = (found.version, found.cycle, found.node, *shown, WHOLE, found.planned_at // HOUR)
            counts[key] += n
    columns = [message_counter.c[name] for name in COUNTED]
    row = select(*(bindparam(f"c_{one.name}", type_=one.type).label(one.name) for one in columns))
    raised = upsert_adding(
        connection.dialect, message_counter, COUNTED, row.where(literal_column("1 = 1")), "n"
    )
    rows = [(*key, n) for key, n in sorted(counts.items()) if n]
    if rows:
        connection.execute(raised, [dict(zip([f"c_{n}" for n in COUNTED], one, strict=True)) for one in rows])
