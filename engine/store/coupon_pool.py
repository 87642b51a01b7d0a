"""The codes of coupons: added to their pools, counted, looked up with whom they were issued to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Text, and_, bindparam, func, or_, select

from engine.store.dialect import bulk_insert
from engine.store.functions import is_in, is_one_of
from engine.store.imports.session import id_list
from engine.store.people import everybody, is_named, key_of
from engine.store.tables.people import coupon_code, person
from engine.store.tables.runs import campaign, campaign_node, coupon_issue

State = Literal["all", "free", "issued"]
PLACES = 40
"""The codes of an import have 2 to this power places, behind those of all earlier ones."""
BY_HAND = 1 << (PLACES - 1)
"""From so many places of the last import on stand the codes that were added by hand after it."""

_KNOWN = select(coupon_code.c.code).where(
    coupon_code.c.coupon == bindparam("coupon", required=True),
    is_in(coupon_code.c.code, bindparam("codes", type_=Text, required=True)),
)


class Pool(NamedTuple):
    """How many codes a coupon has, and how many of them were issued."""

    codes: int
    issued: int


class Code(NamedTuple):
    """A code; `person` (external id), `campaign` (id), `campaign_name`, `node` and `issued_at` (ms) once it
    was issued."""

    code: str
    person: str | None
    campaign: str | None
    campaign_name: str | None
    node: str | None
    issued_at: int | None


def add(connection: Connection, coupon: str, codes: Sequence[str]) -> list[int]:
    """Add codes behind those of the pool; the places in `codes` of those that it had already, or twice."""
    known = set(connection.scalars(_KNOWN, {"coupon": coupon, "codes": id_list(codes)}))
    repeated: list[int] = []
    fresh: list[str] = []
    for place, code in enumerate(codes):
        if code in known:
            repeated.append(place)
        else:
            known.add(code)
            fresh.append(code)
    first = _next_position(connection, coupon)
    rows = [(coupon, code, first + number) for number, code in enumerate(fresh)]
    bulk_insert(connection, coupon_code, ("coupon", "code", "position"), rows)
    return repeated


def _next_position(connection: Connection, coupon: str) -> int:
    """Behind all codes of the pool, and not among the places of an import: it would be undone with that."""
    # Free codes are asked for: of each code of the index the person, whom nobody writes there, comes first.
    last = select(func.max(coupon_code.c.position)).where(coupon_code.c.coupon == coupon)
    found = int(connection.execute(last.where(coupon_code.c.person.is_(None))).scalar() or 0)
    return max(found + 1, (found >> PLACES << PLACES) + BY_HAND)


def pools(connection: Connection) -> dict[str, Pool]:
    """The pool of every coupon that has one."""
    c, i = coupon_code.c.coupon, coupon_issue.c.coupon
    issued: dict[str, int] = dict(connection.execute(select(i, func.count()).group_by(i)).all())
    rows = connection.execute(select(c, func.count()).group_by(c)).all()
    return {coupon: Pool(codes, issued.get(coupon, 0)) for coupon, codes in rows}


def codes(
    connection: Connection,
    coupon: str,
    search: str = "",
    state: State = "all",
    after: str = "",
    limit: int = 100,
) -> list[Code]:
    """Codes behind `after`, in their own order, that hold `search` or belong to the person of that id."""
    c, i, node = coupon_code.c, coupon_issue.c, campaign_node.c
    query = (
        select(c.code, i.person, campaign.c.id, campaign.c.name, node.id, i.at)
        .select_from(coupon_code)
        .outerjoin(coupon_issue, and_(i.coupon == c.coupon, i.position == c.position))
        .outerjoin(campaign, campaign.c.number == i.campaign)
        .outerjoin(campaign_node, and_(node.campaign == i.campaign, node.node == i.node))
        .where(c.coupon == coupon, c.code > after)
    )
    if state != "all":
        query = query.where(i.person.is_(None) if state == "free" else i.person.is_not(None))
    if search:
        key = key_of(connection, search)
        theirs = i.person.in_([] if key is None else everybody(connection, key))
        query = query.where(or_(c.code.icontains(search, autoescape=True), theirs))
    found = connection.execute(query.order_by(c.code).limit(limit)).all()
    # Asked for apart: people may lie on other machines than the codes.
    names = _names(connection, {row.person for row in found if row.person is not None})
    return [Code(code, names.get(who), *further) for code, who, *further in found]


def _names(connection: Connection, people: Collection[int]) -> dict[int, str]:
    """The external ids of people who have not been erased."""
    query = select(person.c.id, person.c.external_id).where(is_one_of(person.c.id, people), is_named())
    return dict(connection.execute(query).all())
