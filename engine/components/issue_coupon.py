"""Issue Coupon: a code out of a coupon's pool, booked to the person's member id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from engine.components.base import ComponentConfig, Lookup, Reference, RefKind
from engine.components.behaviour import DrawCoupon
from engine.components.fields import Code, Count
from engine.components.hints import Hint
from engine.components.touch import Touch
from engine.i18n import N_, Message
from engine.shapes.time import DurationWords
from engine.shapes.words import dotted


class IssueCouponConfig(ComponentConfig):
    """Which coupon, and how many a person may get."""

    coupon: Annotated[Code, Hint(N_("Coupon"), "coupon", missing=N_("Choose a coupon"))]
    per_person_limit: Annotated[
        Count | None, Hint(N_("At most per person"), "number", help=N_("Over the whole campaign."))
    ] = None
    send_to_all_ids: bool = False
    """Common to all touches; a coupon goes to the newest member id whatever it says, so no form shows it."""


class IssueCoupon(Touch[IssueCouponConfig]):
    kind = "issue_coupon"
    label = N_("Issue Coupon")
    icon = "ticket"
    Config = IssueCouponConfig
    headline = "coupon"

    def references(self, config: IssueCouponConfig) -> Iterable[Reference]:
        return [Reference("coupon", RefKind.COUPON, config.coupon)]

    def words(self, config: IssueCouponConfig, lookup: Lookup) -> Message:
        name = lookup.name_of(RefKind.COUPON, config.coupon) or config.coupon
        days = (lookup.detail(RefKind.COUPON, config.coupon) or {}).get("valid_days")
        return dotted(name, DurationWords(days, "day")) if isinstance(days, int) else Message.verbatim(name)

    def id_type(self, config: IssueCouponConfig) -> str:
        return "member"

    def behaviour(self, config: IssueCouponConfig) -> DrawCoupon:
        return DrawCoupon(config.coupon, "member", config.per_person_limit)
