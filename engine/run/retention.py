"""Deleting what is older than it is to be kept: visits, messages, events, and what sent messages leave for
receipts and links (`sent_traces`), in chunks between waves.

Nothing is deleted that a campaign may still need, and counters stay: `deleted_visit` and `deleted_message`
say how many rows they count that are gone. `docs/workspace.md` tells users the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Delete,
    Insert,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    delete,
    func,
    insert,
    literal,
    select,
    true,
)

from engine.components.behaviour import Send
from engine.plan.contact import LONGEST_WINDOW
from engine.report.needs import EventNeeds, event_needs
from engine.report.published import PublishedVersion, PublishedVersions
from engine.run import sent_traces
from engine.shapes.time import Duration, from_milliseconds, to_milliseconds
from engine.store.database import Database
from engine.store.dialect import upsert_adding
from engine.store.distribution import is_distributed, make_working
from engine.store.tables.operations import deleted_message, deleted_visit
from engine.store.tables.people import event
from engine.store.tables.runs import (
    SETTLED,
    campaign_node,
    campaign_version,
    entry,
    message,
    path,
    token,
    token_watched,
    visit,
)
from engine.store.times import DAY
from engine.store.versions import NO_CAMPAIGN
from engine.workspace.settings import Retention

CHUNK = 2_000
"""Rows of one transaction: some 20 ms, which is how long an event may have to wait for it."""
_PROBES = 50_000
"""Look-ups of one transaction."""
PAUSE = DAY
"""ms from the end of one round to the next."""

_TEMPORARY = MetaData()
inside = Table(
    "retention_inside",
    _TEMPORARY,
    Column("version", BigInteger, primary_key=True),
    Column("person", BigInteger, primary_key=True),
    Column("entry", Integer, primary_key=True),
    prefixes=["TEMPORARY"],
)
"""Entries that were not finished when the round began."""
ended = Table(
    "retention_ended",
    _TEMPORARY,
    Column("person", BigInteger, primary_key=True),
    Column("entry", Integer, primary_key=True),
    prefixes=["TEMPORARY"],
)
"""Entries of the present chunk whose visits go."""


class Cleaner:
    """Deletes by one database's retention: a round a day, `step` by `step`, while nothing else is due.

    That nothing is due is part of the rule: whoever then waits for a judgment arrived less than its length
    ago.
    """

    def __init__(self, database: Database, zone: ZoneInfo, retention: Retention) -> None:
        self._database = database
        self._zone = zone
        self._retention = retention
        self._published = PublishedVersions()
        self._next = 0
        self._round: Iterator[None] | None = None

    def step(self, now: int) -> bool:
        """Delete one chunk. False where there is nothing to do now."""
        if self.due() is None or (self._round is None and now < self._next):
            return False
        if self._round is None:
            self._round = self._chunks(now)
        try:
            next(self._round)
        except StopIteration:
            self._round, self._next = None, now + PAUSE
            return False
        except BaseException:
            self._round = None
            raise
        return True

    def due(self) -> int | None:
        """When the next round begins (ms), or None where everything is kept."""
        kept = self._retention
        return None if kept == Retention() else self._next

    def oldest_event(self, now: int) -> int | None:
        """The time (ms) from which on events are kept; an older one would be deleted, and count anew."""
        return self._cutoff(self._retention.events, now)

    def _cutoff(self, kept: Duration | None, now: int) -> int | None:
        return None if kept is None else to_milliseconds(kept.before(from_milliseconds(now), self._zone))

    def _chunks(self, now: int) -> Iterator[None]:
        with self._database.write() as connection:
            _make_tables(connection)
            connection.execute(entries_inside())
        yield
        if (cutoff := self._cutoff(self._retention.visits, now)) is not None:
            yield from self._visits(cutoff, now)
        if (cutoff := self._cutoff(self._retention.messages, now)) is not None:
            yield from self._messages(min(cutoff, now - LONGEST_WINDOW))
            yield from self._kept_contacts(now - LONGEST_WINDOW)
        if (cutoff := self._cutoff(self._retention.events, now)) is not None:
            yield from self._events(cutoff, now)
        yield from self._traces(now)

    def _traces(self, now: int) -> Iterator[None]:
        """What is kept of sent messages for receipts and links. What a receipt calls a message is of no use
        without the message."""
        with self._database.write() as connection:
            sent_traces.forget_early_receipts(connection, now)
        kept = (self._retention.receipts, self._retention.messages)
        named = [cutoff for one in kept if (cutoff := self._cutoff(one, now)) is not None]
        if named:
            yield from sent_traces.old_references(self._database, inside, max(named), CHUNK)
        if (cutoff := self._cutoff(self._retention.links, now)) is not None:
            yield from sent_traces.old_links(self._database, min(cutoff, now - LONGEST_WINDOW), CHUNK)

    # ---- visits

    def _visits(self, cutoff: int, now: int) -> Iterator[None]:
        with self._database.read() as connection:
            versions = connection.execute(select(campaign_version.c.key, campaign_version.c.campaign)).all()
        for key, campaign in versions:
            with self._database.read() as connection:
                paths = connection.execute(
                    select(path.c.path, path.c.place).where(path.c.version == key)
                ).all()
            numbers = [row.path for row in paths]
            size = max(1, min(CHUNK, _PROBES // max(1, len(numbers))))
            for first in (row.path for row in paths if row.place == 0):
                after: int | None = -1
                while after is not None:
                    with self._database.write() as connection:
                        upto = _bound(connection, visits_after(key, first, after, size))
                        found = entries_ended(key, campaign, first, numbers, after, upto, cutoff, now)
                        connection.execute(delete(ended))
                        if connection.execute(found).rowcount:
                            self._delete_visits(connection, key, numbers, after, upto)
                    yield
                    after = upto

    def _delete_visits(
        self, connection: Connection, key: int, numbers: list[int], after: int, upto: int | None
    ) -> None:
        for number in numbers:
            gone = connection.execute(visits_of_ended(key, number, after, upto)).rowcount
            if gone:
                counted = select(literal(key), literal(number), literal(gone))
                columns = ["version", "path", "n"]
                connection.execute(
                    upsert_adding(connection.dialect, deleted_visit, columns, counted.where(true()), "n")
                )

    # ---- messages

    def _messages(self, cutoff: int) -> Iterator[None]:
        with self._database.read() as connection:
            nodes = connection.execute(select(campaign_node)).all()
        for row in nodes:
            after: int | None = -1
            while after is not None:
                with self._database.write() as connection:
                    if (row.campaign, row.id) in self._compared(connection):
                        break
                    upto = _bound(connection, messages_after(row.campaign, row.node, after))
                    self._delete_messages(
                        connection, messages_to_delete(row.campaign, row.node, after, upto, cutoff)
                    )
                yield
                after = upto

    def _delete_messages(self, connection: Connection, which: ColumnElement[bool]) -> None:
        key = (message.c.campaign, message.c.node, message.c.state)
        counted = select(*key, func.count()).where(which).group_by(*key)
        columns = ["campaign", "node", "state", "n"]
        connection.execute(upsert_adding(connection.dialect, deleted_message, columns, counted, "n"))
        connection.execute(delete(message).where(which))

    def _kept_contacts(self, cutoff: int) -> Iterator[None]:
        """What fatigue control has gone on counting (`engine.run.kept_contacts`), and does no more."""
        m = message.c
        with self._database.read() as connection:
            nodes = list(connection.scalars(select(m.node).where(m.campaign == NO_CAMPAIGN).distinct()))
        for node in nodes:
            after: int | None = -1
            while after is not None:
                with self._database.write() as connection:
                    upto = _bound(connection, messages_after(NO_CAMPAIGN, node, after))
                    old = (_messages_between(NO_CAMPAIGN, node, after, upto), m.contact_at < cutoff)
                    connection.execute(delete(message).where(*old))
                yield
                after = upto

    def _compared(self, connection: Connection) -> set[tuple[int, str]]:
        """Nodes whose earlier addresses are looked at: marketing messages go to an address once a cycle."""
        return {
            (version.number, id)
            for version in self._live(connection)
            for id, behaviour in version.behaviours.items()
            if isinstance(behaviour, Send) and behaviour.marketing
        }

    def _live(self, connection: Connection) -> list[PublishedVersion]:
        """Versions whose people go on; asked for every chunk, for a campaign may have been published."""
        return [version for version in self._published.read(connection) if version.live]

    # ---- events

    def _events(self, cutoff: int, now: int) -> Iterator[None]:
        after: int | None = None
        while True:
            with self._database.write() as connection:
                needs = event_needs(self._live(connection), now, self._zone)
                if after is None:
                    after = connection.execute(select(func.min(event.c.time))).scalar()
                    if after is None:
                        return
                    after -= 1
                upto = _bound(connection, events_after(after, cutoff))
                connection.execute(events_to_delete(after, upto, cutoff, needs))
            yield
            if upto is None:
                return
            after = upto


def _make_tables(connection: Connection) -> None:
    """Make the temporary tables anew; where rows of people lie on several machines, they are emptied."""
    if not is_distributed(connection):
        _TEMPORARY.drop_all(connection)
        _TEMPORARY.create_all(connection)
    elif connection.exec_driver_sql(f"SELECT to_regclass('{inside.name}')").scalar() is None:
        make_working(connection, [inside, ended], [])
    else:
        for table in (inside, ended):
            connection.execute(delete(table))


# ---- the statements: each ranges over one column behind equal ones, so that none reads again what was read


def entries_inside() -> Insert:
    rows = [select(table.c.version, table.c.person, table.c.entry) for table in (token, token_watched)]
    return insert(inside).from_select(["version", "person", "entry"], rows[0].union(rows[1]))


def visits_after(version: int, number: int, after: int, size: int) -> Select[int]:
    mine = select(visit.c.person).where(visit.c.version == version, visit.c.path == number)
    return mine.where(visit.c.person > after).order_by(visit.c.person).offset(size - 1).limit(1)


def entries_ended(
    version: int,
    campaign: int,
    number: int,
    numbers: list[int],
    after: int,
    upto: int | None,
    cutoff: int,
    now: int,
) -> Insert:
    """Into `ended`: entries that began on a path of the trigger and whose every visit is old.

    One that entered since the round began, by an event that came late, is not in `inside` yet.
    """
    later = visit.alias("later")
    query = (
        select(visit.c.person, visit.c.entry)
        .where(_visits_between(version, number, after, upto), visit.c.at < cutoff)
        .where(
            ~select(literal(1))
            .where(inside.c.version == version, inside.c.person == visit.c.person)
            .where(inside.c.entry == visit.c.entry)
            .exists(),
            ~select(literal(1))
            .where(later.c.version == version, later.c.path.in_(numbers), later.c.person == visit.c.person)
            .where(later.c.entry == visit.c.entry, later.c.at >= cutoff)
            .exists(),
            ~select(literal(1))
            .where(entry.c.campaign == campaign, entry.c.person == visit.c.person)
            .where(entry.c.entry == visit.c.entry)
            .where(event.c.person == entry.c.person, event.c.source_id == entry.c.event)
            .where(event.c.received_at >= now)
            .exists(),
        )
    )
    return insert(ended).from_select(["person", "entry"], query)


def visits_of_ended(version: int, number: int, after: int, upto: int | None) -> Delete:
    mine = select(literal(1)).where(ended.c.person == visit.c.person, ended.c.entry == visit.c.entry)
    return delete(visit).where(_visits_between(version, number, after, upto), mine.exists())


def _visits_between(version: int, number: int, after: int, upto: int | None) -> ColumnElement[bool]:
    which = and_(visit.c.version == version, visit.c.path == number, visit.c.person > after)
    return which if upto is None else and_(which, visit.c.person <= upto)


def messages_after(campaign: int, node: int, after: int) -> Select[int]:
    mine = select(message.c.person).where(message.c.campaign == campaign, message.c.node == node)
    return mine.where(message.c.person > after).order_by(message.c.person).offset(CHUNK - 1).limit(1)


def messages_to_delete(
    campaign: int, node: int, after: int, upto: int | None, cutoff: int
) -> ColumnElement[bool]:
    """Messages whose fate is settled, and long ago, of people who are through."""
    m = message.c
    which = _messages_between(campaign, node, after, upto)
    still = select(literal(1)).where(
        inside.c.version == m.version, inside.c.person == m.person, inside.c.entry == m.entry
    )
    moments = (m.planned_at, m.sent_at, m.result_at, m.contact_at, m.receipt_at)
    old = [func.coalesce(moment, 0) < cutoff for moment in moments]
    return and_(which, m.state.in_(SETTLED), *old, ~still.exists())


def _messages_between(campaign: int, node: int, after: int, upto: int | None) -> ColumnElement[bool]:
    m = message.c
    which = and_(m.campaign == campaign, m.node == node, m.person > after)
    return which if upto is None else and_(which, m.person <= upto)


def events_after(after: int, cutoff: int) -> Select[int]:
    old = select(event.c.time).where(event.c.time > after, event.c.time < cutoff)
    return old.order_by(event.c.time).offset(CHUNK - 1).limit(1)


def events_to_delete(after: int, upto: int | None, cutoff: int, needs: EventNeeds) -> Delete:
    """Events of a span of time that nothing looks back on."""
    last = event.c.time < cutoff if upto is None else event.c.time <= upto
    query = delete(event).where(event.c.time > after, last, event.c.received_at < cutoff)
    for code, since in needs.since.items():
        query = query.where((event.c.code != code) | (event.c.time < since))
    if needs.triggered:
        let_in = (
            select(literal(1))
            .where(entry.c.campaign.in_(needs.triggered), entry.c.person == event.c.person)
            .where(entry.c.event == event.c.source_id)
            .where(inside.c.version == entry.c.version, inside.c.person == entry.c.person)
            .where(inside.c.entry == entry.c.entry)
        )
        query = query.where(~let_in.exists())
    return query


def _bound(connection: Connection, query: Select[int]) -> int | None:
    """The key at the end of the next chunk; None: the chunk reaches to the end."""
    return connection.execute(query).scalar()
