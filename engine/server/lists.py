"""Lists over HTTP that people keep by hand: suppressed addresses, and the codes of coupons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from engine.server.bodies import body, read_as, takes
from engine.server.campaigns import Id
from engine.server.declared import routes_of
from engine.server.identity.callers import note
from engine.server.service import Service
from engine.server.stored_lists import StoredLists
from engine.server.wire.lists import (
    CodesAnswer,
    CodeState,
    CouponCodePage,
    CouponCodes,
    CouponPools,
    SuppressedAnswer,
    SuppressedPage,
    Suppressions,
)

MOST_SHOWN = 10_000

Limit = Annotated[int, Query(ge=1, le=MOST_SHOWN)]
Search = Annotated[str, Query(max_length=1_000)]
Addresses = Annotated[Suppressions, Depends(body(read_as(Suppressions)))]


def router(service: Service) -> APIRouter:
    """The operations on suppressed addresses and coupon codes."""
    routes = routes_of()
    lists = StoredLists(service.database)

    @routes.get("/suppressed", tags=["suppression"])
    def listed(
        search: Search = "",
        type: Search = "",
        after_type: Search = "",
        after: Search = "",
        limit: Limit = 100,
    ) -> SuppressedPage:
        """Suppressed addresses; `after_type` and `after`: the last one of the page before."""
        return lists.suppressed(search, type, (after_type, after), limit)

    @routes.post("/suppressed", tags=["suppression"], openapi_extra=takes("Suppressions"))
    def suppress(asked: Addresses) -> SuppressedAnswer:
        """Suppress addresses; one that is suppressed already stays so."""
        note(addresses=len(asked.addresses))
        return lists.suppress(_pairs(asked))

    @routes.post("/suppressed/remove", tags=["suppression"], openapi_extra=takes("Suppressions"))
    def release(asked: Addresses) -> SuppressedAnswer:
        """Let addresses have messages again."""
        note(addresses=len(asked.addresses))
        return lists.release_addresses(_pairs(asked))

    @routes.get("/coupons", tags=["coupons"])
    def pools() -> CouponPools:
        """Every coupon that has codes: how many, and how many were issued."""
        return CouponPools(coupons=lists.coupons())

    @routes.post("/coupons/{id}/codes", tags=["coupons"], openapi_extra=takes("CouponCodes"))
    def add_codes(id: Id, asked: Annotated[CouponCodes, Depends(body(read_as(CouponCodes)))]) -> CodesAnswer:
        """Add codes to a coupon's pool; those that it has already are left out, and told."""
        note(codes=len(asked.codes))
        return lists.add_codes(id, asked.codes)

    @routes.get("/coupons/{id}/codes", tags=["coupons"])
    def codes_of(
        id: Id,
        search: Search = "",
        state: CodeState = "all",
        after: Search = "",
        limit: Limit = 100,
    ) -> CouponCodePage:
        """A coupon's codes; `search` takes a part of a code, or a person's id."""
        return lists.coupon_codes(id, search, state, after, limit)

    return routes


def _pairs(asked: Suppressions) -> Iterator[tuple[str, str]]:
    return ((one.type, one.value) for one in asked.addresses)
