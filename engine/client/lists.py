"""What a client asks of lists that are kept by hand: suppressed addresses, coupon codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from engine.client.calls import Calls, json_bytes, part
from engine.server.wire.lists import (
    CodesAnswer,
    CodeState,
    CouponCodePage,
    CouponPool,
    CouponPools,
    SuppressedAnswer,
    SuppressedPage,
)


class ListCalls(Calls):
    """Every method raises `EngineUnreachable` and `EngineRefused`."""

    def suppressed(
        self, search: str = "", type: str = "", after: tuple[str, str] = ("", ""), limit: int = 100
    ) -> SuppressedPage:
        """Addresses that get no marketing messages, behind the one of type and value `after`."""
        asked = {"search": search, "type": type, "after_type": after[0], "after": after[1], "limit": limit}
        return self._call(SuppressedPage, "GET", f"/suppressed?{urlencode(asked)}")

    def suppress(self, addresses: Iterable[tuple[str, str]]) -> SuppressedAnswer:
        """Suppress addresses, each a type and a value; at most `MAX_ADDRESSES`."""
        return self._call(SuppressedAnswer, "POST", "/suppressed", body=_listed(addresses))

    def release_addresses(self, addresses: Iterable[tuple[str, str]]) -> SuppressedAnswer:
        """Let addresses have messages again."""
        return self._call(SuppressedAnswer, "POST", "/suppressed/remove", body=_listed(addresses))

    def coupons(self) -> list[CouponPool]:
        """Every coupon that has codes: how many, and how many were issued."""
        return self._call(CouponPools, "GET", "/coupons", long=True).coupons

    def add_codes(self, coupon: str, codes: Sequence[str]) -> CodesAnswer:
        """Add codes to a coupon's pool; at most `MAX_CODES`."""
        body = json_bytes({"codes": list(codes)})
        return self._call(CodesAnswer, "POST", f"/coupons/{part(coupon)}/codes", body=body, long=True)

    def coupon_codes(
        self, coupon: str, search: str = "", state: CodeState = "all", after: str = "", limit: int = 100
    ) -> CouponCodePage:
        """A coupon's codes behind `after`; `search` takes a part of a code, or a person's id."""
        asked = urlencode({"search": search, "state": state, "after": after, "limit": limit})
        return self._call(CouponCodePage, "GET", f"/coupons/{part(coupon)}/codes?{asked}", long=True)


def _listed(addresses: Iterable[tuple[str, str]]) -> bytes:
    return json_bytes({"addresses": [{"type": type, "value": value} for type, value in addresses]})
