"""Erasing a person: what tells who it was is forgotten; the rows that counters count stay, without a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, literal, null, select, true, update

from engine.plan.context import WHOLE
from engine.plan.message_counts import COUNTED
from engine.plan.places import LEFT
from engine.run.ended_places import end_places
from engine.store.dialect import bulk_insert, upsert_adding
from engine.store.fields import DataFields
from engine.store.functions import is_one_of
from engine.store.lists import count_members
from engine.store.people import everybody
from engine.store.tables.people import (
    GONE_IMPORT,
    audience_member,
    event,
    import_before,
    person,
    person_id,
    suppression,
    tag_value,
)
from engine.store.tables.runs import (
    HELD,
    arrival,
    coupon_issue,
    entry,
    gathered,
    message,
    message_counter,
    pending_match,
)
from engine.store.tables.sending import doubt, link_token, outbox, reference
from engine.store.times import HOUR
from engine.store.versions import NO_CAMPAIGN


def erase(connection: Connection, who: int, now: int, *, suppress: bool) -> Counter[str]:
    """Forget a person, and those who were merged into it. Addresses that are suppressed stay so.

    suppress: let all its addresses be suppressed from now on. now: in ms. Returns how many `ids`, `tags`,
    `events`, `messages`, `places` in campaigns and newly `suppressed` addresses there were.
    """
    keys = everybody(connection, who)
    counts: Counter[str] = Counter()
    if suppress:
        counts["suppressed"] = _suppress(connection, keys)
    counts["places"] = end_places(connection, keys, LEFT, now)
    counts["messages"] = _forget_messages(connection, keys)
    for table in (outbox, doubt, reference, link_token):
        connection.execute(delete(table).where(is_one_of(table.c.person, keys)))
    for name, table in (("ids", person_id), ("events", event)):
        counts[name] = connection.execute(delete(table).where(is_one_of(table.c.person, keys))).rowcount
    fields = DataFields.load(connection)
    for tag in fields.tags:
        gone = delete(tag_value).where(tag_value.c.tag == tag, is_one_of(tag_value.c.person, keys))
        counts["tags"] += connection.execute(gone).rowcount
    for table in (pending_match, arrival, import_before, audience_member, gathered):
        connection.execute(delete(table).where(is_one_of(table.c.person, keys)))
    _forget_names(connection, fields, keys)
    count_members(connection)
    return counts


def _suppress(connection: Connection, people: Sequence[int]) -> int:
    c = person_id.c
    query = select(c.type, c.value).where(is_one_of(c.person, people)).distinct()
    known = sorted((type_, value) for type_, value in connection.execute(query))
    return bulk_insert(connection, suppression, ("type", "value"), known, on_conflict="nothing")


def _forget_messages(connection: Connection, people: Sequence[int]) -> int:
    """Let messages name no address and hold no value; those that have not gone out yet never will, and of
    those that are on their way nobody will know."""
    m = message.c
    # What fatigue control alone goes on counting is of no use to anybody any more.
    connection.execute(delete(message).where(m.campaign == NO_CAMPAIGN, is_one_of(m.person, people)))
    key = (m.campaign, m.node, m.person, m.entry, m.address)
    query = select(*key, m.version, m.state, m.planned_at).where(is_one_of(m.person, people)).order_by(*key)
    rows = connection.execute(query).all()
    for number, row in enumerate(rows):
        mine = and_(*(column == value for column, value in zip(key, row[:5], strict=True)))
        code = exists().where(
            coupon_issue.c.campaign == m.campaign,
            coupon_issue.c.node == m.node,
            coupon_issue.c.person == m.person,
            coupon_issue.c.entry == m.entry,
        )
        connection.execute(update(message).where(mine, ~code).values(variables=null()))
        anonymous: dict[str, str | None] = {"address": f"erased:{number}" if row.address else ""}
        if row.state in HELD:
            _count_as(connection, row, "skipped", "suppressed")
            anonymous |= {"state": "skipped", "reason": "suppressed", "due_at": None, "contact_at": None}
        elif row.state == "sending":  # the answer will find nobody
            _count_as(connection, row, "unknown", "")
            anonymous |= {"state": "unknown", "result": "unknown"}
        connection.execute(update(message).where(mine).values(**anonymous))
    return len(rows)


def _count_as(connection: Connection, row: Any, after: str, why: str) -> None:
    e = entry.c
    one = and_(e.campaign == row.campaign, e.person == row.person, e.entry == row.entry)
    cycle = connection.execute(select(e.cycle).where(one)).scalar_one()
    for state, reason, n in ((row.state, "", -1), (after, why, 1)):
        values = (row.version, cycle, row.node, state, reason, "", WHOLE, row.planned_at // HOUR, n)
        counted = select(*map(literal, values)).where(true())
        connection.execute(upsert_adding(connection.dialect, message_counter, COUNTED, counted, "n"))


def _forget_names(connection: Connection, fields: DataFields, people: Sequence[int]) -> None:
    """The row stays, for its visits and messages; nothing in it tells who it was, and it counts nowhere."""
    slots = [slot for field in fields.attributes.values() for slot in field.slots]
    for one in people:
        connection.execute(
            update(person)
            .where(person.c.id == one)
            .values(external_id=f"erased:{one}", time_zone=None, merged_into=None, import_id=GONE_IMPORT)
        )
    if slots:
        quote = connection.dialect.identifier_preparer.quote
        emptied = ", ".join(f"{quote(slot)} = NULL" for slot in slots)
        numbers = ", ".join(str(int(one)) for one in people)
        connection.exec_driver_sql(f"UPDATE person SET {emptied} WHERE id IN ({numbers})")
