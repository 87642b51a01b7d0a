"""How many people audiences hold, and how many codes coupons have left: nothing is counted anew."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, func, select

from engine.store.tables.people import audience, coupon_code
from engine.store.tables.runs import coupon_issue

MOST_CODES = 10_000
"""Of a coupon's codes so many are counted; of more it is said that there are more."""

AUDIENCES = select(audience.c.id, audience.c.size, audience.c.updated_at).where(audience.c.list.is_not(None))
NEXT_COUPON = select(func.min(coupon_code.c.coupon)).where(coupon_code.c.coupon > bindparam("last"))
_LAST_ISSUED = (
    select(func.coalesce(func.max(coupon_issue.c.position), -1))
    .where(coupon_issue.c.coupon == bindparam("coupon"))
    .scalar_subquery()
)
# Codes are issued in order: those behind the last one that was issued are left.
_LEFT = (
    select(coupon_code.c.position)
    .where(
        coupon_code.c.coupon == bindparam("coupon"),
        coupon_code.c.person.is_(None),
        coupon_code.c.position > _LAST_ISSUED,
    )
    .limit(MOST_CODES + 1)
    .subquery()
)
CODES_LEFT = select(func.count()).select_from(_LEFT)


@dataclass(frozen=True, slots=True)
class AudienceSize:
    """People of an audience as of its last update (ms), None where its list was imported."""

    size: int
    updated_at: int | None


@dataclass(frozen=True, slots=True)
class CodesLeft:
    """Codes that nobody has yet; `more`: there are more."""

    left: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Sizes:
    """By id; an audience that was never updated is not among them, nor a coupon without any codes."""

    audiences: dict[str, AudienceSize] = field(default_factory=dict)
    coupons: dict[str, CodesLeft] = field(default_factory=dict)


def sizes(connection: Connection) -> Sizes:
    """What the database holds of audiences and coupons."""
    audiences = {row.id: AudienceSize(row.size, row.updated_at) for row in connection.execute(AUDIENCES)}
    coupons: dict[str, CodesLeft] = {}
    last = ""  # from coupon to coupon, past the codes of each
    while (found := connection.execute(NEXT_COUPON, {"last": last}).scalar()) is not None:
        left = int(connection.execute(CODES_LEFT, {"coupon": found}).scalar_one())
        coupons[found] = CodesLeft(min(left, MOST_CODES), left > MOST_CODES)
        last = found
    return Sizes(audiences, coupons)
