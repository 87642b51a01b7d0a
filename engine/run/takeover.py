"""Campaigns in progress, taken over into a rehearsal's overlay, where they go on from where they are.

What is read again by those who go on is copied, and only that: whoever is inside with all that belongs to
them; of those who are through, the entries where they may come again, the messages that fatigue control or
the check for duplicates still looks at, the codes that count against a limit per person, and the goals by
which a test may still be decided. Visits, receipts and tag writes of people who are through stay below: they
are history. A copy rather than a view, for the engine changes these rows, and because the database below may
be at work meanwhile: the rehearsal goes on from one moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Table,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    tuple_,
    union,
    update,
)

from engine.components.behaviour import EnterAudiences, EnterOnEvent
from engine.files import FileError
from engine.plan.contact import LONGEST_WINDOW
from engine.plan.context import WHOLE
from engine.plan.graph import Flow, NotRunnable, flow_of
from engine.plan.message_counts import COUNTED
from engine.run.cycles import Cycles
from engine.run.overlay import below, inside
from engine.run.overlay_data import copy_list
from engine.store.dialect import bulk_insert, upsert_adding
from engine.store.distribution import is_distributed
from engine.store.lists import new_list
from engine.store.tables.people import audience, person_id
from engine.store.tables.runs import (
    ACTIVE,
    COMPLETED,
    HELD,
    agenda,
    arrival,
    campaign,
    campaign_goal,
    campaign_node,
    campaign_version,
    claim,
    conversion_counter,
    counter,
    coupon_issue,
    cycle,
    entry,
    finished,
    goal,
    goal_counter,
    marketing_node,
    message,
    message_counter,
    path,
    pending_match,
    skipped_cycle,
    test_state,
    token,
    token_watched,
    visit,
)
from engine.store.times import HOUR
from engine.store.versions import stored_bundle
from engine.workspace.bundle import Bundle

_COPIED_BY_CAMPAIGN = (
    campaign_node, campaign_version, cycle, skipped_cycle, pending_match, test_state, goal,
)  # fmt: skip
_COPIED_BY_VERSION = (
    path, marketing_node, counter, finished, message_counter, goal_counter, campaign_goal,
    conversion_counter, arrival, token, token_watched,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Taken:
    """One campaign that goes on."""

    number: int
    bundle: Bundle
    flow: Flow

    @property
    def lets_in_again(self) -> bool:
        """Whether it matters to somebody's entering that the person was in it before."""
        return self.flow.recurs or isinstance(self.flow.trigger.behaviour, EnterOnEvent)

    def awaits_audiences(self, connection: Connection) -> bool:
        """Whether people are still to enter from its audiences."""
        if not isinstance(self.flow.trigger.behaviour, EnterAudiences):
            return False
        cycles = Cycles.load(connection, self.number)
        return self.flow.recurs or not cycles.number or cycles.open


def in_progress(connection: Connection, but: str) -> list[int]:
    """Numbers of the campaigns of the database below that go on, all `but` the one of that id: active ones,
    and those that are finished while messages of theirs are still held back."""
    base, versions, due = below(campaign), below(campaign_version), below(agenda)
    held = select(versions.c.campaign).join(due, due.c.version == versions.c.key)
    finished_ones = and_(base.c.state == COMPLETED, base.c.number.in_(held))
    query = select(base.c.number).where(base.c.id != but, or_(base.c.state == ACTIVE, finished_ones))
    return list(connection.scalars(query.order_by(base.c.number)))


def take_over(connection: Connection, numbers: list[int], since: int) -> None:
    """Copy campaigns of the database below, by their numbers, into the overlay of the connection.

    since: when the rehearsal begins (ms); fatigue control looks back from there.
    """
    _copy(connection, campaign, lambda base: base.c.number.in_(numbers))
    for table in _COPIED_BY_CAMPAIGN:
        _copy(connection, table, lambda base: base.c.campaign.in_(numbers))
    versions = select(campaign_version.c.key).scalar_subquery()
    for table in _COPIED_BY_VERSION:
        _copy(connection, table, lambda base: base.c.version.in_(versions))
    _copy_agenda(connection, versions)
    distributed = is_distributed(connection)
    if not distributed:
        inside.create(connection)
    _note_inside(connection)
    taken = list(_read(connection))
    _copy_people(connection, numbers, [one.number for one in taken if one.lets_in_again])
    _copy_messages(connection, numbers, since)
    _hand_over_queued(connection, since)
    _copy_codes(connection, numbers)
    for one in taken:
        if one.awaits_audiences(connection):
            _copy_audiences(connection, one.bundle)
    if not distributed:
        inside.drop(connection)


def _copy(connection: Connection, table: Table, which: Callable[[Table], ColumnElement[bool]]) -> None:
    base = below(table)
    query = select(*base.c).where(which(base))
    connection.execute(insert(table).from_select([column.name for column in table.c], query))


def _copy_agenda(connection: Connection, versions: ScalarSelect[int]) -> None:
    """Whole versions: a rehearsal has no workers, whom shards may be left to below."""
    due = below(agenda)
    query = select(due.c.version, due.c.place, func.min(due.c.due)).where(due.c.version.in_(versions))
    rows = query.group_by(due.c.version, due.c.place)
    connection.execute(insert(agenda).from_select(["version", "place", "due"], rows))


def _note_inside(connection: Connection) -> None:
    places = [
        select(campaign_version.c.campaign, held.c.person, held.c.entry).join(
            held, held.c.version == campaign_version.c.key
        )
        for held in (token, token_watched)
    ]
    columns = [column.name for column in inside.c]
    connection.execute(insert(inside).from_select(columns, union(*places)))


def _read(connection: Connection) -> Iterator[_Taken]:
    """The campaigns' present versions; one that cannot be read is left to the scheduler, which ends it."""
    query = select(campaign.c.number, campaign.c.version).order_by(campaign.c.number)
    for number, key in connection.execute(query).all():
        with suppress(FileError, NotRunnable):
            bundle = stored_bundle(connection, key)
            nodes = {id: node for node, id in enumerate(bundle.campaign.nodes)}
            yield _Taken(number, bundle, flow_of(bundle.campaign, nodes))


def _is_inside(base: Table) -> ColumnElement[bool]:
    key = tuple_(base.c.campaign, base.c.person, base.c.entry)
    return key.in_(select(inside.c.campaign, inside.c.person, inside.c.entry))


def _copy_people(connection: Connection, numbers: list[int], lets_in_again: list[int]) -> None:
    """Copy entries, joins that were claimed, and the visits that say which group of a test somebody took."""
    _copy(connection, entry, lambda base: or_(base.c.campaign.in_(lets_in_again), _is_inside(base)))
    _copy(connection, claim, lambda base: and_(base.c.campaign.in_(numbers), _is_inside(base)))
    base = below(visit)
    query = (
        select(*base.c)
        .join(campaign_version, campaign_version.c.key == base.c.version)
        .join(
            inside,
            and_(
                inside.c.campaign == campaign_version.c.campaign,
                inside.c.person == base.c.person,
                inside.c.entry == base.c.entry,
            ),
        )
    )
    connection.execute(insert(visit).from_select([column.name for column in visit.c], query))


def _copy_messages(connection: Connection, numbers: list[int], since: int) -> None:
    """Copy what is still to go out, what a judgment may ask for, and what the rules for contacts look at."""
    several = select(person_id.c.value).group_by(person_id.c.type, person_id.c.value).having(func.count() > 1)

    def which(base: Table) -> ColumnElement[bool]:
        wanted = or_(
            base.c.state.in_((*HELD, "sending")),
            base.c.contact_at > since - LONGEST_WINDOW,
            base.c.address.in_(several),
            _is_inside(base),
        )
        return and_(base.c.campaign.in_(numbers), wanted)

    _copy(connection, message, which)


def _hand_over_queued(connection: Connection, since: int) -> None:
    """Let what waits for a real provider, or for its answer, be sent when the rehearsal begins, in which
    nothing leaves the computer."""
    m, entries = message.c, below(entry)
    queued = and_(m.state.in_((*HELD, "sending")), m.due_at.is_(None), m.result_at.is_(None))
    mine = and_(entries.c.campaign == m.campaign, entries.c.person == m.person, entries.c.entry == m.entry)
    hour = (m.planned_at // HOUR).label("hour")
    key = (m.version, entries.c.cycle, m.node, m.state, hour)
    found = select(*key, func.count()).select_from(message.join(entries, mine)).where(queued)
    for version, cycle_, node, state, hour_, n in connection.execute(found.group_by(*key)).all():
        for counted, change in ((state, -n), ("sent", n)):
            row = (version, cycle_, node, counted, "", "", WHOLE, hour_, change)
            one = select(*map(literal, row)).where(true())
            connection.execute(upsert_adding(connection.dialect, message_counter, COUNTED, one, "n"))
    sent_at = func.coalesce(m.sent_at, since)
    known = {"state": "sent", "sent_at": sent_at, "result": "sent", "result_at": since}
    connection.execute(update(message).where(queued).values(known))


def _copy_codes(connection: Connection, numbers: list[int]) -> None:
    """Copy the codes that the campaigns have issued, also in place of the marks that the overlay has made."""
    base = below(coupon_issue)
    mine = base.c.campaign.in_(numbers)
    marks = select(base.c.coupon, base.c.position).where(mine)
    marked = tuple_(coupon_issue.c.coupon, coupon_issue.c.position).in_(marks)
    connection.execute(delete(coupon_issue).where(marked))
    _copy(connection, coupon_issue, lambda base: base.c.campaign.in_(numbers))


def _copy_audiences(connection: Connection, bundle: Bundle) -> None:
    """Copy who is in the audiences of a campaign that are there below and have not been copied yet."""
    base = below(audience)
    known = set(connection.scalars(select(audience.c.id)))
    wanted = bundle.audiences.keys() - known
    for row in connection.execute(select(base).where(base.c.id.in_(wanted)).order_by(base.c.id)).all():
        key = None
        if row.list is not None:
            key = new_list(connection)
            copy_list(connection, row.id, key)
        values = (row.id, key, row.size, row.state, row.updated_at)
        bulk_insert(connection, audience, ("id", "list", "size", "state", "updated_at"), [values])
