"""Messages of which nobody knows whether they were sent: how many, and what is known of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, true, tuple_

from engine.i18n import N_, Message, MessageError
from engine.report.texts import Planned
from engine.report.touches import Touches
from engine.store.tables.people import person
from engine.store.tables.runs import campaign, campaign_node, message
from engine.store.tables.sending import MARKETING, MESSAGE_KEY, doubt

UNKNOWN = "unknown"


class BadKeyError(MessageError):
    """A text that names no message."""

    def __init__(self) -> None:
        super().__init__(Message(N_("This is no key of a message.")))


@dataclass(frozen=True, slots=True)
class Which:
    """Which doubtful messages are meant; what is None does not matter.

    campaign: its id. messages: the keys of single ones, see `Doubtful.key`. until: those that were on their
    way by then (ms).
    """

    campaign: str | None = None
    account: str | None = None
    messages: Sequence[str] | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class DoubtfulGroup:
    """Those of one campaign (its id and name) and account. first, last: when nobody knew any more (ms)."""

    campaign: str
    name: str
    account: str
    messages: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Doubtful:
    """What is known of one.

    key: names it. campaign, name: the campaign's id and name; node, title, channel: the component's id, name
    and kind. attempted_at: when nobody knew any more (ms); reason: why.
    """

    key: str
    campaign: str
    name: str
    node: str
    title: str
    channel: str
    account: str
    person: str
    address: str
    marketing: bool
    planned_at: int
    attempted_at: int
    reason: str
    text: str


def matches(which: Which) -> ColumnElement[bool]:
    """The condition on rows of `doubt`. Raises `BadKeyError`."""
    d = doubt.c
    found: list[ColumnElement[bool]] = [true()]
    if which.campaign is not None:
        mine = select(campaign.c.number).where(campaign.c.id == which.campaign)
        found.append(d.campaign == mine.scalar_subquery())
    if which.account is not None:
        found.append(d.account == which.account)
    if which.messages is not None:
        key = tuple_(*(d[name] for name in MESSAGE_KEY))
        found.append(key.in_([_columns_of(one) for one in which.messages]))
    if which.until is not None:
        found.append(d.attempted_at <= which.until)
    return and_(*found)


def doubtful_query(*columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """These columns of doubtful messages, of `doubt` and `message`: of those that are still unknown."""
    same = and_(*(doubt.c[name] == message.c[name] for name in MESSAGE_KEY))
    return select(*columns).select_from(doubt.join(message, same)).where(message.c.state == UNKNOWN)


def groups(connection: Connection) -> list[DoubtfulGroup]:
    """All of them by campaign, in order of publishing, and account."""
    d, c = doubt.c, campaign.c
    span = func.count().label("n"), func.min(d.attempted_at).label("a"), func.max(d.attempted_at).label("b")
    g = select(d.campaign, d.account, *span).group_by(d.campaign, d.account).subquery().c
    query = select(c.id, c.name, g.account, g.n, g.a, g.b).where(c.number == g.campaign)
    return [DoubtfulGroup(*row) for row in connection.execute(query.order_by(c.number, g.account))]


def by_account(connection: Connection) -> Counter[str]:
    """How many there are, by account."""
    query = select(doubt.c.account, func.count().label("n")).group_by(doubt.c.account)
    return Counter({row.account: row.n for row in connection.execute(query)})


def by_campaign(connection: Connection) -> dict[str, int]:
    """How many there are, by campaign id."""
    numbers = select(doubt.c.campaign, func.count().label("n")).group_by(doubt.c.campaign).subquery()
    query = select(campaign.c.id, numbers.c.n).join(numbers, numbers.c.campaign == campaign.c.number)
    return {row.id: row.n for row in connection.execute(query)}


def page(connection: Connection, which: Which, after: str = "", limit: int = 50) -> list[Doubtful]:
    """The latest first. after: where the page before has ended, see `place_of`. Raises `BadKeyError`."""
    d, m, n = doubt.c, message.c, campaign_node.c
    order = [d.attempted_at, *(d[name] for name in MESSAGE_KEY)]
    query = doubtful_query(
        *order, d.account, d.priority, d.version, d.reason, m.variables, m.planned_at, campaign.c.id,
        campaign.c.name, n.id.label("node_id"), person.c.external_id,
    )  # fmt: skip
    query = (
        query.join(campaign, campaign.c.number == d.campaign)
        .join(campaign_node, and_(n.campaign == d.campaign, n.node == d.node))
        .join(person, person.c.id == d.person)
        .where(matches(which))
    )
    if after:
        moment, _, key = after.partition(":")
        if not _is_number(moment):
            raise BadKeyError
        query = query.where(tuple_(*order) < tuple_(int(moment), *_columns_of(key)))
    query = query.order_by(*(column.desc() for column in order)).limit(limit)
    touches = Touches(connection)
    found = []
    for row in connection.execute(query).all():
        title, channel, text = touches.of(row.version, row.node_id)
        planned = Planned(row.variables, row.external_id, row.entry, row.address)
        key = _key(row.campaign, row.node, row.person, row.entry, row.address)
        found.append(
            Doubtful(
                key, row.id, row.name, row.node_id, title, channel, row.account, row.external_id, row.address,
                row.priority == MARKETING, row.planned_at, row.attempted_at, row.reason, text(planned),
            )
        )  # fmt: skip
    return found


def place_of(one: Doubtful) -> str:
    """Where a page ends whose last one it is."""
    return f"{one.attempted_at}:{one.key}"


def _key(*columns: object) -> str:
    return ".".join(str(column) for column in columns)


def _columns_of(key: str) -> tuple[int, int, int, int, str]:
    """The key's columns, in the order of the table. Raises `BadKeyError`."""
    *numbers, address = key.split(".", len(MESSAGE_KEY) - 1)
    if len(numbers) != len(MESSAGE_KEY) - 1 or not all(map(_is_number, numbers)) or "\0" in address:
        raise BadKeyError
    a, b, c, d = map(int, numbers)
    return a, b, c, d, address


def _is_number(text: str) -> bool:
    """Whether it is one that any column can hold."""
    return text.isascii() and text.isdecimal() and len(text) < 19
