"""Conservation of messages and coupon codes: each has one state, and no code has two owners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection, and_, case, exists, func, literal, select

from engine.i18n import N_, Message
from engine.report.books import Books, Violation
from engine.report.rows import entry_of, shown_reason, shown_receipt
from engine.store.functions import json_list
from engine.store.tables.operations import deleted_message
from engine.store.tables.people import coupon_code
from engine.store.tables.runs import HELD, coupon_issue, entry, message, message_counter
from engine.store.tables.sending import MESSAGE_KEY, outbox

_Key = tuple[int, int, str, str, str]
"""Cycle, node number, state, reason, receipt."""


def check_messages(books: Books) -> Iterator[Violation]:
    """Whatever does not add up in the messages of a campaign."""
    yield from _states(books)
    yield from _visits(books)
    yield from _postponed(books)
    yield from _codes(books)


def _states(books: Books) -> Iterator[Violation]:
    counted, rows, gone = _counted(books), _rows(books), _deleted(books)
    missing: Counter[tuple[int, str]] = Counter()
    for key in sorted(counted.keys() | rows.keys()):
        _, node, state, reason, receipt = key
        n = counted.get(key, 0) - rows.get(key, 0)
        missing[node, state] += n
        if n < 0 or (n and not gone[node, state]):
            text = Message(
                N_("{counted} messages are counted as {state}, there are {rows}."),
                counted=counted.get(key, 0),
                rows=rows.get(key, 0),
                state=" ".join(word for word in (state, reason, receipt) if word),
            )
            yield books.wrong(text, node)
    for (node, state), n in sorted(gone.items()):
        if missing[node, state] != n:
            text = Message(
                N_("{n} messages counted as {state} are gone, but {deleted} were deleted."),
                n=missing[node, state],
                state=state,
                deleted=n,
            )
            yield books.wrong(text, node)


def _deleted(books: Books) -> Counter[tuple[int, str]]:
    """(Node number, state) → messages that retention deleted."""
    gone = deleted_message.c
    query = select(gone.node, gone.state, gone.n).where(gone.campaign == books.campaign)
    return Counter({(node, state): n for node, state, n in books.connection.execute(query)})


def _counted(books: Books) -> dict[_Key, int]:
    c = message_counter.c
    key = (c.cycle, c.node, c.state, c.reason, c.receipt)
    query = select(*key, func.sum(c.n)).where(c.version.in_(books.versions)).group_by(*key)
    return {(a, b, d, e, f): int(n) for a, b, d, e, f, n in books.connection.execute(query) if n}


def _rows(books: Books) -> dict[_Key, int]:
    shown = (
        select(
            entry.c.cycle,
            message.c.node,
            message.c.state,
            shown_reason().label("reason"),
            shown_receipt(books.now).label("receipt"),
        )
        .join_from(message, entry, entry_of(message, books.campaign))
        .where(message.c.campaign == books.campaign)
        .subquery("shown")
    )
    key = (shown.c.cycle, shown.c.node, shown.c.state, shown.c.reason, shown.c.receipt)
    query = select(*key, func.count()).group_by(*key)
    return {(a, b, d, e, f): n for a, b, d, e, f, n in books.connection.execute(query)}


def _visits(books: Books) -> Iterator[Violation]:
    """Who passed a touch has at least one message of it, whatever became of it."""
    c = message_counter.c
    query = select(c.version, c.node, func.sum(c.n)).where(c.version.in_(books.versions))
    passed = books.passed()
    for version, node, n in books.connection.execute(query.group_by(c.version, c.node)):
        if n < passed[version, node]:
            text = Message(
                N_("{passed} people passed, but there are only {n} messages."),
                passed=passed[version, node],
                n=int(n),
            )
            yield books.wrong(text, node)


def _postponed(books: Books) -> Iterator[Violation]:
    """What has not gone out waits for a quiet time to end or the send window to open, or in the outbox of the
    sending loop."""
    m = message.c
    queued = exists(
        select(literal(1)).where(*(outbox.c[name] == m[name] for name in MESSAGE_KEY)).correlate(message)
    )
    query = (
        select(m.node, func.count())
        .where(m.campaign == books.campaign, m.state.in_((*HELD, "sending")))
        .where(m.due_at.is_(None), m.result_at.is_(None), ~queued)
        .group_by(m.node)
    )
    for node, n in books.connection.execute(query):
        yield books.wrong(Message(N_("{n} messages that are to go out wait nowhere."), n=n), node)


def _codes(books: Books) -> Iterator[Violation]:
    """Messages of coupons say the code that was issued for them."""
    m, issue, code = message.c, coupon_issue.c, coupon_code.c
    for_message = and_(
        issue.campaign == m.campaign, issue.node == m.node, issue.person == m.person, issue.entry == m.entry
    )
    pooled = and_(code.coupon == issue.coupon, code.position == issue.position, code.person.is_(None))
    issued = (
        select(m.version, m.node, func.count(case((m.variables == json_list(code.code), 1))))
        .select_from(coupon_issue.join(message, for_message).outerjoin(coupon_code, pooled))
        .where(issue.campaign == books.campaign)
        .group_by(m.version, m.node)
    )
    said = (
        select(m.version, m.node, func.count())
        .where(m.campaign == books.campaign, m.variables.is_not(None))
        .group_by(m.version, m.node)
    )
    right = {(version, node): n for version, node, n in books.connection.execute(issued)}
    for version, node, n in books.connection.execute(said):
        if n != right.get((version, node), n):  # of touches that issue no codes nothing is known
            wrong = n - right[version, node]
            yield books.wrong(Message(N_("{n} messages say a code that is not theirs."), n=wrong), node)


def check_codes(connection: Connection) -> Iterator[Violation]:
    """Codes issued that are not exactly one free code of their pool."""
    code, issue = coupon_code.c, coupon_issue.c
    pooled = and_(code.coupon == issue.coupon, code.position == issue.position, code.person.is_(None))
    doubtful = (
        select(issue.coupon, issue.position)
        .select_from(coupon_issue.outerjoin(coupon_code, pooled))
        .group_by(issue.coupon, issue.position)
        .having(func.count(code.code) != 1)
        .subquery()
    )
    if n := connection.execute(select(func.count()).select_from(doubtful)).scalar_one():
        yield Violation("coupon_issue", Message(N_("{n} issued codes are not one free code each."), n=n))
