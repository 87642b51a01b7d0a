"""What messages to one address have to do with each other, where rows of people lie on several machines.

Those who share an address may lie on any of them, and no statement of a wave brings two machines together.
So the few rows that matter are read, compared here, and what is to be stopped is put into `stopping`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, func, null, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from engine.components.behaviour import Send
from engine.plan.contact import Limit
from engine.plan.context import Context
from engine.plan.counting import cycle_of
from engine.plan.prepared import Filling, Prepared, given
from engine.plan.temporary import Emptying, outgoing, stopping
from engine.store.schema import TextType
from engine.store.tables.people import person_id

_KEY = ("person", "entry", "address")


def is_stopping() -> ColumnElement[bool]:
    """Whether an outgoing message is to be stopped."""
    o = outgoing.c
    return tuple_(o.person, o.entry, o.address).in_(select(*(stopping.c[name] for name in _KEY)))


class _Stopping:
    """Fills `stopping`. open_: which of the outgoing messages are looked at."""

    def __init__(self, context: Context, open_: Sequence[ColumnElement[bool]]) -> None:
        self._context = context
        self._open = open_
        self._empty = Emptying(stopping, context.dialect)
        self._fill = Filling(stopping, _KEY, context.dialect)

    def _outgoing(self, order: Sequence[Any], *further: ColumnElement[Any]) -> Prepared:
        """The messages that are looked at, in an order, with their moments and further columns."""
        o = outgoing.c
        query = select(o.person, o.entry, o.address, o.now, *further).where(*self._open)
        return Prepared(query.order_by(*order), self._context.dialect)


class Duplicates(_Stopping):
    """Stops what goes to an address at which another person has got this node's message of the cycle, or
    comes first in this wave.

    sent: the table `message`; handed: which of its rows have been got, or will be.
    """

    def __init__(
        self,
        context: Context,
        open_: Sequence[ColumnElement[bool]],
        id_type: str,
        sent: FromClause,
        handed: Sequence[ColumnElement[bool]],
    ) -> None:
        super().__init__(context, open_)
        o, ids = outgoing.c, person_id.alias()
        mine: ColumnElement[Any] = null()
        theirs: ColumnElement[Any] = null()
        if context.recurring:
            mine = cycle_of(context, o.person, o.entry)
            theirs = cycle_of(context, sent.c.person, sent.c.entry)
        self._due = self._outgoing([o.now, o.person, o.entry], mine.label("cycle"))
        at = and_(sent.c.person == ids.c.person, sent.c.address == ids.c.value)
        got = select(ids.c.value, ids.c.person, theirs.label("cycle")).where(
            at, *handed, ids.c.type == id_type, _is_given(ids.c.value)
        )
        self._got = Prepared(got.distinct(), context.dialect)

    def __call__(self, connection: Any) -> None:
        self._empty(connection)
        due = list(self._due(connection))
        got: defaultdict[str, set[tuple[int, int | None]]] = defaultdict(set)
        for address, who, cycle in self._got(connection, _addresses(due)):
            got[address].add((who, cycle))
        first: dict[str, int] = {}
        stopped = []
        for who, entry, address, _, cycle in due:
            elsewhere = any(other != who and when == cycle for other, when in got[address])
            if elsewhere or first.setdefault(address, who) != who:
                stopped.append((who, entry, address))
        self._fill(connection, stopped)


class AddressLimits(_Stopping):
    """Stops what is beyond a limit of how many messages go to one address.

    order: in which messages use up what a limit leaves; uses: 1 or 0, what each uses up. out: which contacts
    have gone out, or wait for their turn; failed: which have failed once their result is known.
    """

    def __init__(
        self,
        context: Context,
        open_: Sequence[ColumnElement[bool]],
        limits: Sequence[Limit],
        send: Send,
        order: Sequence[Any],
        uses: ColumnElement[int],
        contacts: FromClause,
        mine: ColumnElement[bool],
        out: ColumnElement[bool],
    ) -> None:
        super().__init__(context, open_)
        self._limits = limits
        ids, c = person_id.alias(), contacts.c
        self._due = self._outgoing([outgoing.c.now, *order, outgoing.c.person], uses.label("uses"))
        known = select(ids.c.value, c.contact_at, mine.label("mine"), c.result, c.result_at).where(
            c.person == ids.c.person, c.address == ids.c.value, c.contact_at > given("since"), out,
            ids.c.type == send.id_type, _is_given(ids.c.value),
        )  # fmt: skip
        self._known = Prepared(known, context.dialect)

    def __call__(self, connection: Any) -> None:
        self._empty(connection)
        due = list(self._due(connection))
        since = min((row[3] for row in due), default=0) - max(limit.per for limit in self._limits)
        known: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for address, *contact in self._known(connection, {**_addresses(due), "since": since}):
            known[address].append(tuple(contact))
        used: Counter[str] = Counter()
        stopped = []
        for who, entry, address, now, uses in due:
            room = min(limit.max - _had(limit, known[address], now) for limit in self._limits)
            if used[address] >= room:
                stopped.append((who, entry, address))
            used[address] += uses
        self._fill(connection, stopped)


def _had(limit: Limit, contacts: Sequence[tuple[Any, ...]], now: int) -> int:
    """How many of the contacts count for a limit at a moment."""
    return sum(
        now - limit.per < at <= now
        and (mine or limit.channel is None)
        and (result != "failed" or known_at > now)
        for at, mine, result, known_at in contacts
    )


def _is_given(address: ColumnElement[str]) -> ColumnElement[bool]:
    return address == func.any(bindparam("addresses", type_=ARRAY(TextType), required=True))


def _addresses(rows: Sequence[Sequence[Any]]) -> dict[str, list[str]]:
    return {"addresses": sorted({row[2] for row in rows})}
