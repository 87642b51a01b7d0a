"""Suppressed addresses and coupon codes in a database, answered as they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.server.answering import moment_text
from engine.server.wire.base import RowProblem
from engine.server.wire.lists import (
    CodesAnswer,
    CodeState,
    CouponCode,
    CouponCodePage,
    CouponPool,
    Suppressed,
    SuppressedAnswer,
    SuppressedPage,
)
from engine.store import coupon_pool, suppressed
from engine.store.database import Database
from engine.store.imports.session import key
from engine.store.suppressed import Address
from engine.store.values import BadValue


class StoredLists:
    """The lists of one database; what `engine.hand_lists.Lists` asks for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def suppressed(
        self, search: str = "", type: str = "", after: tuple[str, str] = ("", ""), limit: int = 100
    ) -> SuppressedPage:
        """Addresses behind the one of type and value `after`."""
        with self._database.read() as connection:
            found = suppressed.page(connection, search, type, Address(*after) if after[0] else None, limit)
        entries = [Suppressed(type=one.type, value=one.value) for one in found.entries]
        return SuppressedPage(total=found.total, addresses=entries)

    def suppress(self, addresses: Iterable[tuple[str, str]]) -> SuppressedAnswer:
        """Suppress addresses; one that is suppressed already stays so."""
        good, rejected = _addresses(addresses)
        with self._database.write() as connection:
            return SuppressedAnswer(changed=suppressed.add(connection, good), rejected=rejected)

    def release_addresses(self, addresses: Iterable[tuple[str, str]]) -> SuppressedAnswer:
        """Let addresses have messages again."""
        good, rejected = _addresses(addresses)
        with self._database.write() as connection:
            return SuppressedAnswer(changed=suppressed.remove(connection, good), rejected=rejected)

    def coupons(self) -> list[CouponPool]:
        """Every coupon that has codes."""
        with self._database.read() as connection:
            found = coupon_pool.pools(connection)
        return [CouponPool(coupon=id, codes=pool.codes, issued=pool.issued) for id, pool in found.items()]

    def add_codes(self, coupon: str, codes: Sequence[str]) -> CodesAnswer:
        """Add codes to a coupon's pool; those that it has already are left out, and told."""
        good: list[str] = []
        places: list[int] = []
        rejected: list[RowProblem] = []
        for index, code in enumerate(codes):
            try:
                good.append(key(code.strip(), "code"))
                places.append(index)
            except BadValue as error:
                rejected.append(RowProblem(index=index, text=str(error.message)))
        with self._database.write() as connection:
            repeated = coupon_pool.add(connection, coupon, good)
        added = len(good) - len(repeated)
        return CodesAnswer(added=added, repeated=[places[place] for place in repeated], rejected=rejected)

    def coupon_codes(
        self, coupon: str, search: str = "", state: CodeState = "all", after: str = "", limit: int = 100
    ) -> CouponCodePage:
        """A coupon's codes behind `after`; `search` takes a part of a code, or a person's id."""
        with self._database.read() as connection:
            found = coupon_pool.codes(connection, coupon, search, state, after, limit)
        return CouponCodePage(codes=[_code(one) for one in found])


def _code(code: coupon_pool.Code) -> CouponCode:
    return CouponCode(
        code=code.code,
        person=code.person,
        campaign=code.campaign,
        campaign_name=code.campaign_name,
        node=code.node,
        issued_at=moment_text(code.issued_at),
    )


def _addresses(addresses: Iterable[tuple[str, str]]) -> tuple[list[Address], list[RowProblem]]:
    good: list[Address] = []
    rejected: list[RowProblem] = []
    for index, (type, value) in enumerate(addresses):
        try:
            good.append(suppressed.checked(type, value))
        except BadValue as error:
            rejected.append(RowProblem(index=index, text=str(error.message)))
    return list(dict.fromkeys(good)), rejected
