"""Lists that are kept by hand over the wire: suppressed addresses, coupon codes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from engine.server.wire.base import Answer, RowProblem, Wire
from engine.shapes.text import Text

MAX_ADDRESSES = 10_000
"""Addresses of one call."""
MAX_CODES = 20_000
"""Coupon codes of one call."""
IdValue = Annotated[Text, StringConstraints(max_length=1_000)]


class SuppressedAddress(Wire):
    """An address that gets no marketing messages: the type of the ID, and its value."""

    type: IdValue
    value: IdValue


class Suppressions(Wire):
    """Addresses to add to the list, or to take off it."""

    addresses: Annotated[list[SuppressedAddress], Field(max_length=MAX_ADDRESSES)]


class SuppressedAnswer(Answer):
    """How many addresses were added or removed, and what was not taken."""

    changed: int
    rejected: list[RowProblem] = Field(default_factory=list)


class Suppressed(Answer):
    """An entry of the list."""

    type: str
    value: str


class SuppressedPage(Answer):
    """Some of the list, in order of type and value. `total` counts all that match."""

    total: int
    addresses: list[Suppressed]


CodeState = Literal["all", "free", "issued"]


class CouponCodes(Wire):
    """Codes for a coupon's pool, in the order in which they are to be issued."""

    codes: Annotated[list[IdValue], Field(max_length=MAX_CODES)]


class CodesAnswer(Answer):
    """How many codes were added. `repeated`: the places of those that the pool has already."""

    added: int
    repeated: list[int] = Field(default_factory=list)
    rejected: list[RowProblem] = Field(default_factory=list)


class CouponPool(Answer):
    """A coupon's codes, and how many of them were issued."""

    coupon: str
    codes: int
    issued: int


class CouponPools(Answer):
    """Every coupon that has codes."""

    coupons: list[CouponPool]


class CouponCode(Answer):
    """A code, and to whom it was issued, by which campaign and component, and when."""

    code: str
    person: str | None = None
    campaign: str | None = None
    campaign_name: str | None = None
    node: str | None = None
    issued_at: str | None = None


class CouponCodePage(Answer):
    """Some of a coupon's codes, in their own order."""

    codes: list[CouponCode]
