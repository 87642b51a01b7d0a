"""Taking an import back: one that broke off, was cancelled or failed, and a complete one that is not wanted.

It goes in chunks, so that the engine's own writes need not wait; from the first one on nobody of it counts in
audiences. What others did with it meanwhile stays, and is counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, exists, func, literal, select, union, update

from engine.i18n import N_, Message, MessageError
from engine.store.coupon_pool import BY_HAND, PLACES
from engine.store.dialect import bulk_delete, bulk_insert, bulk_update
from engine.store.fields import DataFields
from engine.store.functions import is_one_of
from engine.store.imports.before import ID_COLUMNS, TAG_COLUMNS, attributes_of, ids_of, packed, tags_of
from engine.store.lists import count_members
from engine.store.tables.people import (
    LIVE_IMPORT,
    audience,
    audience_member,
    coupon_code,
    event,
    import_before,
    import_run,
    person,
    person_id,
    suppression,
    tag_value,
)
from engine.store.tables.runs import arrival, campaign, coupon_issue, entry, message, pending_match
from engine.store.versions import NO_CAMPAIGN

Write = Callable[[], AbstractContextManager[Connection]]
"""Opens a writing transaction."""

CHUNK = 5_000
"""People of one transaction."""
UNFINISHED: Final = ("running", "undoing")


class UndoRefused(MessageError):  # noqa: N818 - names the condition
    """The import stays as it is; `message` says why."""


def discard_unfinished(connection: Connection) -> None:
    """Take back, in one transaction, the imports that were cut off: everything that they made or changed.

    A person with an event from elsewhere stays as one whom an event created.
    """
    unfinished = list(connection.scalars(select(import_run.c.id).where(import_run.c.state.in_(UNFINISHED))))
    for id in reversed(unfinished):
        _take_back(lambda: _same(connection), id, "abandoned")


def take_back(write: Write, import_id: int, then: Callable[[int], None] = lambda _done: None) -> None:
    """Take back an import that did not come to its end. then: told how many people are done."""
    _take_back(write, import_id, "abandoned", then)


def undo(write: Write, import_id: int, then: Callable[[int], None] = lambda _done: None) -> Counter[str]:
    """Take back a complete import, the latest of those that changed the same people. Raises `UndoRefused`.

    People who are or were in a campaign stay, with what the import brought of them; so do events that let
    somebody in, and values that were changed since. Returns what was taken back and what stays: `people`,
    `people_kept`, `values`, `values_kept`, `events`, `events_kept`, `coupons`, `coupons_kept`, `suppressed`
    (addresses that are no longer).
    """
    with write() as connection:
        _check(connection, import_id)
        connection.execute(_run(import_id).values(state="undoing"))
    return _take_back(write, import_id, "undone", then)


def _check(connection: Connection, import_id: int) -> None:
    run = connection.execute(select(import_run).where(import_run.c.id == import_id)).first()
    if run is None or import_id == LIVE_IMPORT:
        raise UndoRefused(Message(N_("There is no such import.")))
    if run.state != "complete":
        raise UndoRefused(Message(N_("This import has been undone already, or never came to its end.")))
    if not run.undo:
        text = N_(
            "What there was before this import is not known any more: only the last imports can be undone."
        )
        raise UndoRefused(Message(text))
    later = _later(connection, import_id)
    if later is not None:
        text = N_("A later import changed the same people: undo “{source}” first.")
        raise UndoRefused(Message(text, source=later))


def _later(connection: Connection, import_id: int) -> str | None:
    """The last import that changed what this one brought."""
    mine, other = import_before.alias("mine"), import_before.alias("other")
    same = and_(other.c.person == mine.c.person, other.c.kind == mine.c.kind, other.c.name == mine.c.name)
    touched = select(other.c.import_id).join(mine, same).where(mine.c.import_id == import_id)
    created = (
        select(other.c.import_id)
        .join(person, person.c.id == other.c.person)
        .where(person.c.import_id == import_id)
    )
    later = [query.where(other.c.import_id > import_id).distinct() for query in (touched, created)]
    query = (
        select(import_run.c.source)
        .where(import_run.c.id.in_(union(*later)), import_run.c.state == "complete")
        .order_by(import_run.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()


def _take_back(
    write: Write, import_id: int, state: str, then: Callable[[int], None] = lambda _done: None
) -> Counter[str]:
    counts: Counter[str] = Counter()
    with write() as connection:
        connection.execute(_run(import_id).values(state="undoing"))
        counts["people_kept"] = _keep_used(connection, import_id)
        counts["events_kept"] = _keep_events(connection, import_id)
        _take_back_coupons(connection, import_id, counts)
    done = 0
    for chunk in _chunks(write, import_before.c.person, import_before.c.import_id == import_id):
        with write() as connection:
            _restore(connection, import_id, chunk, counts)
        then(done := done + CHUNK)
    for chunk in _chunks(write, event.c.person, event.c.import_id == import_id):
        with write() as connection:
            counts["events"] += _forget_events(connection, import_id, chunk)
        then(done := done + CHUNK)
    for chunk in _chunks(write, person.c.id, person.c.import_id == import_id):
        with write() as connection:
            counts["people"] += _forget_people(connection, import_id, chunk)
        then(done := done + CHUNK)
    with write() as connection:
        if counts["people"]:
            count_members(connection)
        connection.execute(delete(import_before).where(import_before.c.import_id == import_id))
        connection.execute(_run(import_id).values(state=state, undo=0))
    return +counts


def _run(import_id: int) -> Any:
    return update(import_run).where(import_run.c.id == import_id)


@contextmanager
def _same(connection: Connection) -> Iterator[Connection]:
    yield connection


def _chunks(write: Write, column: Any, mine: Any) -> Iterator[tuple[int, int]]:
    """Ranges of people (after, up to) that hold what is to go, found anew each time."""
    after = -1
    while True:
        with write() as connection:
            people = select(column).where(mine, column > after).distinct().order_by(column)
            upto = connection.execute(people.offset(CHUNK - 1).limit(1)).scalar()
            if upto is None:
                upto = connection.execute(select(func.max(column)).where(mine, column > after)).scalar()
        if upto is None:
            return
        yield after, upto
        after = upto


# ---- what stays


def _keep_used(connection: Connection, import_id: int) -> int:
    """Let people whom others know by now count as those whom an event created; how many are in campaigns."""
    numbers = list(connection.scalars(select(campaign.c.number)))
    entered = union(
        select(entry.c.person).where(entry.c.campaign.in_(numbers)),
        select(arrival.c.person),
        select(coupon_issue.c.person),
        select(message.c.person).where(message.c.campaign == NO_CAMPAIGN),
        select(person.c.merged_into).where(person.c.merged_into.is_not(None)),
    ).subquery()
    created = person.c.import_id == import_id
    keep = update(person).values(import_id=LIVE_IMPORT)
    kept = connection.execute(keep.where(created, person.c.id.in_(select(entered.c.person)))).rowcount
    seen = exists().where(event.c.person == person.c.id, event.c.import_id != import_id)
    connection.execute(keep.where(created, seen))
    return kept


def _keep_events(connection: Connection, import_id: int) -> int:
    """Let events that let somebody in, or will, count as received; how many they are."""
    numbers = list(connection.scalars(select(campaign.c.number)))
    let_in = exists().where(
        entry.c.campaign.in_(numbers), entry.c.person == event.c.person, entry.c.event == event.c.source_id
    )
    lets_in = exists().where(arrival.c.person == event.c.person, arrival.c.event == event.c.source_id)
    keep = update(event).where(event.c.import_id == import_id).values(import_id=LIVE_IMPORT)
    # One after the other: Citus brings nothing together under an OR.
    return sum(connection.execute(keep.where(which)).rowcount for which in (let_in, lets_in))


def _take_back_coupons(connection: Connection, import_id: int, counts: Counter[str]) -> None:
    """Codes that were not issued; an import's codes are known by their places."""
    c = coupon_code.c
    first = import_id << PLACES
    mine = and_(c.position >= first, c.position < first + BY_HAND)
    issued = exists().where(coupon_issue.c.coupon == c.coupon, coupon_issue.c.position == c.position)
    counts["coupons"] = connection.execute(
        delete(coupon_code).where(mine, c.person.is_(None), ~issued)
    ).rowcount
    counts["coupons_kept"] = connection.execute(select(func.count()).where(mine)).scalar_one()


# ---- what goes


def _forget_events(connection: Connection, import_id: int, chunk: tuple[int, int]) -> int:
    mine = and_(event.c.import_id == import_id, event.c.person > chunk[0], event.c.person <= chunk[1])
    was_mine = (
        select(literal(1))
        .where(mine, event.c.person == pending_match.c.person, event.c.source_id == pending_match.c.event)
        .exists()
    )
    connection.execute(delete(pending_match).where(was_mine))
    return connection.execute(delete(event).where(mine)).rowcount


def _forget_people(connection: Connection, import_id: int, chunk: tuple[int, int]) -> int:
    mine = and_(person.c.import_id == import_id, person.c.id > chunk[0], person.c.id <= chunk[1])
    gone = select(person.c.id).where(mine)
    for table in (person_id, event, pending_match):
        connection.execute(delete(table).where(table.c.person.in_(gone)))
    fields = DataFields.load(connection)
    for tag in fields.tags:
        connection.execute(delete(tag_value).where(tag_value.c.tag == tag, tag_value.c.person.in_(gone)))
    for number in connection.scalars(select(audience.c.list).where(audience.c.list.is_not(None))).all():
        members = audience_member.c.list == number
        connection.execute(delete(audience_member).where(members, audience_member.c.person.in_(gone)))
    return connection.execute(delete(person).where(mine)).rowcount


# ---- what comes back


def _restore(connection: Connection, import_id: int, chunk: tuple[int, int], counts: Counter[str]) -> None:
    c = import_before.c
    noted = select(c.kind, c.name, c.person, c.before, c.after).where(
        c.import_id == import_id, c.person > chunk[0], c.person <= chunk[1]
    )
    places: dict[str, dict[str, list[tuple[int, str, str]]]] = {}
    for kind, name, who, before, after in connection.execute(noted):
        places.setdefault(kind, {}).setdefault(name, []).append((who, before, after))
    for rows in places.get("attributes", {}).values():
        _restore_attributes(connection, rows, counts)
    for type_, rows in places.get("ids", {}).items():
        columns = ("person", "type", *(column.name for column in ID_COLUMNS))
        found = ids_of(connection, (row[0] for row in rows), [type_])
        back = _unchanged(rows, {who: values for (who, _), values in found.items()}, counts)
        mine = delete(person_id).where(is_one_of(person_id.c.person, back), person_id.c.type == type_)
        connection.execute(mine)
        old = [(who, type_, *values) for who, before in back.items() for values in before]
        bulk_insert(connection, person_id, columns, old)
    for tag, rows in places.get("tag", {}).items():
        columns = ("tag", "person", *(column.name for column in TAG_COLUMNS))
        found = tags_of(connection, (row[0] for row in rows), tag)
        back = _unchanged(rows, {who: values for (who, _), values in found.items()}, counts)
        bulk_delete(connection, tag_value, ("tag", "person"), [(tag, who) for who in back])
        old = [(tag, who, *values) for who, before in back.items() for values in before]
        bulk_insert(connection, tag_value, columns, old)

    for name in places.get("suppressed", {}):
        type_, value = json.loads(name)
        address = and_(suppression.c.type == type_, suppression.c.value == value)
        counts["suppressed"] += connection.execute(delete(suppression).where(address)).rowcount


def _unchanged(
    rows: list[tuple[int, str, str]], now: dict[int, list[list[Any]]], counts: Counter[str]
) -> dict[int, list[list[Any]]]:
    """Who still has what the import left, and what was there before."""
    back = {who: json.loads(before) for who, before, after in rows if packed(now.get(who, [])) == after}
    counts["values"] += len(back)
    counts["values_kept"] += len(rows) - len(back)
    return back


def _restore_attributes(
    connection: Connection, rows: list[tuple[int, str, str]], counts: Counter[str]
) -> None:
    slots = sorted({slot for _, before, _ in rows for slot in json.loads(before)})
    now = attributes_of(connection, (row[0] for row in rows), slots)
    back = []
    for who, before_text, after_text in rows:
        before, after = json.loads(before_text), json.loads(after_text)
        present = dict(zip(slots, now.get(who, (None,) * len(slots)), strict=True))
        values, kept = [], 0
        for slot in slots:
            mine = slot in before and present[slot] == after[slot]
            kept += slot in before and not mine
            values.append(before[slot] if mine else present[slot])
        back.append((*values, who))
        counts["values_kept" if kept else "values"] += 1
    bulk_update(connection, person, slots, "id", back)
