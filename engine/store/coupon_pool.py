"""The codes of coupons: added to their pools, counted, looked up with whom they were issued to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Text, bindparam, func, or_, select

from engine.store.dialect import bulk_insert
from engine.store.functions import is_in
from engine.store.imports.session import id_list
from engine.store.tables.people import coupon_code, person
from engine.store.tables.runs import campaign

State = Literal["all", "free", "issued"]

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
    first = _last_position(connection, coupon) + 1
    rows = [(coupon, code, first + number) for number, code in enumerate(fresh)]
    bulk_insert(connection, coupon_code, ("coupon", "code", "position"), rows)
    return repeated


def _last_position(connection: Connection, coupon: str) -> int:
    """Codes are issued in order of position, so the last one is free, as long as one is."""
    last = select(func.max(coupon_code.c.position)).where(coupon_code.c.coupon == coupon)
    found = connection.execute(last.where(coupon_code.c.person.is_(None))).scalar()
    if found is None:
        found = connection.execute(last).scalar()
    return int(found or 0)


def pools(connection: Connection) -> dict[str, Pool]:
    """The pool of every coupon that has one."""
    c = coupon_code.c
    rows = connection.execute(select(c.coupon, func.count(), func.count(c.person)).group_by(c.coupon))
    return {coupon: Pool(codes, issued) for coupon, codes, issued in rows}


def codes(
    connection: Connection,
    coupon: str,
    search: str = "",
    state: State = "all",
    after: str = "",
    limit: int = 100,
) -> list[Code]:
    """Codes behind `after`, in their own order, that hold `search` or belong to the person of that id."""
    c = coupon_code.c
    query = (
        select(c.code, person.c.external_id, c.campaign, campaign.c.name, c.node, c.issued_at)
        .outerjoin(person, person.c.id == c.person)
        .outerjoin(campaign, campaign.c.id == c.campaign)
        .where(c.coupon == coupon, c.code > after)
    )
    if state != "all":
        query = query.where(c.person.is_(None) if state == "free" else c.person.is_not(None))
    if search:
        query = query.where(or_(c.code.icontains(search, autoescape=True), person.c.external_id == search))
    return [Code(*row) for row in connection.execute(query.order_by(c.code).limit(limit))]
