"""Sending over HTTP: how it goes with accounts, doubtful messages, and how they are settled."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from engine.server.asked_sending import AskedSending
from engine.server.bodies import body, read_as, takes
from engine.server.declared import routes_of
from engine.server.identity.callers import note, present_caller
from engine.server.service import Service
from engine.server.wire.sending import DoubtfulPage, SendingAnswer, Settled, SettleOrder

MOST_SHOWN = 1_000

Id = Annotated[str | None, Query(min_length=1, max_length=200)]
Place = Annotated[str, Query(max_length=1_300)]
Limit = Annotated[int, Query(ge=1, le=MOST_SHOWN)]
ORDERS = (SettleOrder,)


def router(service: Service) -> APIRouter:
    """The operations on what is sent."""
    routes = routes_of("", "sending")
    asked = AskedSending(service.engine)

    @routes.get("/sending")
    def sending() -> SendingAnswer:
        """How it goes with accounts, and how many messages are in doubt, by campaign and account."""
        return asked.sending()

    @routes.get("/doubtful")
    def doubtful(
        campaign: Id = None, account: Id = None, after: Place = "", limit: Limit = 50
    ) -> DoubtfulPage:
        """Messages of which nobody knows whether they were sent; `after`: what the page before said."""
        return asked.doubtful(campaign, account, after, limit)

    @routes.post("/doubtful/settle", openapi_extra=takes("SettleOrder"))
    def settle(order: Annotated[SettleOrder, Depends(body(read_as(SettleOrder)))]) -> Settled:
        """Settle doubtful messages. What somebody else has settled meanwhile stays as it is."""
        if service.team is not None:  # who decides is who calls, whatever is said
            order = order.model_copy(update={"who": present_caller().name})
        settled = asked.settle_doubtful(order)
        note(target=order.campaign or "", how=order.how, messages=settled)
        return Settled(messages=settled)

    return routes
