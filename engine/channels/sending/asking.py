"""Receipts that are asked for, of providers that tell what became of a message only, or also, when asked.

What is to be asked stands in the table `receipt_query` from when a message was sent until its provider says
how it ended, or nobody asks any more. It names messages as receipts do: nobody asks about one that was erased
or deleted meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, delete, func, select, tuple_

from engine.channels.adapter import Sent
from engine.channels.receipts import Receipt
from engine.channels.sending.desk import Desk, Sheet
from engine.i18n import MessageError
from engine.shapes.time import from_milliseconds
from engine.store.dialect import bulk_insert
from engine.store.tables.sending import receipt_query, reference
from engine.store.times import HOUR, MINUTE

if TYPE_CHECKING:
    from engine.channels.sending.sender import Sender

WAITS = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR, 24 * HOUR, 48 * HOUR)
"""How long after sending, and after each answer that says nothing yet, the next question is put (ms)."""
AT_ONCE = 50
"""The most questions of one round."""

Find = Callable[[Connection, str, int, int], "tuple[Sender, Sheet]"]
"""Who sends through an account as a version pinned it, of a campaign by its number. Raises `MessageError`."""


class Question(NamedTuple):
    """One that is due. asked: how often before. campaign: None where the message is gone."""

    due_at: int
    account: str
    reference: str
    version: int
    asked: int
    campaign: int | None
    address: str
    sent_at: int


class Asking:
    """Belongs to one sending loop."""

    def __init__(self, desk: Desk, find: Find) -> None:
        self._desk = desk
        self._find = find

    def next_due(self, connection: Connection) -> int | None:
        """When the next question is due (ms)."""
        moment: int | None = connection.execute(select(func.min(receipt_query.c.due_at))).scalar()
        return moment

    async def round(self) -> bool:
        """Put the questions that are due, a few at a time. Whether there were any."""
        now = self._desk.now()
        with self._desk.read() as connection:
            due = _due(connection, now)
            lines: dict[tuple[str, int], list[Question]] = {}
            for one in due:
                lines.setdefault((one.account, one.version), []).append(one)
        for questions in lines.values():
            await self._ask([one for one in questions if one.campaign is not None], now)
            self._drop([one for one in questions if one.campaign is None])
        return bool(due)

    async def _ask(self, questions: Sequence[Question], now: int) -> None:
        """Questions about one account, as one version pinned it."""
        if not questions:
            return
        first = questions[0]
        assert first.campaign is not None
        answers: Sequence[Receipt | None] = [None] * len(questions)
        sheet: Sheet | None = None
        try:
            with self._desk.read() as connection:
                sender, sheet = self._find(connection, first.account, first.version, first.campaign)
        except MessageError:
            pass  # asked again later: its secret may be there then
        else:
            moment = from_milliseconds(now)
            sent = [Sent(one.reference, one.address, from_milliseconds(one.sent_at)) for one in questions]
            answers = await sender.ask(sent, moment)
        told = [answer for answer in answers if answer is not None]
        unknown = [one for one, answer in zip(questions, answers, strict=True) if answer is None]
        with self._desk.write() as connection:
            if told and sheet is not None:
                self._desk.reported(connection, sheet.account(first.account), told)
            _forget(connection, questions)
            later = [(one, one.asked + 1) for one in unknown if one.asked + 1 < len(WAITS)]
            _note(connection, ((one.account, one.reference, one.version, n) for one, n in later), now)

    def _drop(self, questions: Sequence[Question]) -> None:
        if questions:
            with self._desk.write() as connection:
                _forget(connection, questions)


def note_questions(connection: Connection, sent: Iterable[tuple[str, str, int]], now: int) -> None:
    """Ask what becomes of messages that were sent now: by account, what receipts call them, and version."""
    _note(connection, ((account, name, version, 0) for account, name, version in sent), now)


def _note(connection: Connection, asked: Iterable[tuple[str, str, int, int]], now: int) -> None:
    columns = ("due_at", "account", "reference", "version", "asked")
    rows = [(now + WAITS[n], account, name, version, n) for account, name, version, n in asked]
    bulk_insert(connection, receipt_query, columns, rows, on_conflict="nothing")


def _due(connection: Connection, now: int) -> list[Question]:
    q, r = receipt_query.c, reference.c
    named = (q.account == r.account) & (q.reference == r.reference)
    columns = (q.due_at, q.account, q.reference, q.version, q.asked, r.campaign, r.address, r.sent_at)
    query = select(*columns).select_from(receipt_query.outerjoin(reference, named)).where(q.due_at <= now)
    query = query.order_by(q.due_at, q.account, q.reference).limit(AT_ONCE)
    return [Question(*row) for row in connection.execute(query)]


def _forget(connection: Connection, questions: Iterable[Question]) -> None:
    key = tuple_(*receipt_query.primary_key)
    gone = [tuple(one[:3]) for one in questions]
    connection.execute(delete(receipt_query).where(key.in_(gone)))
