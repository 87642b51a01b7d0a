"""Proposals over HTTP: made, looked at, approved, declined."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from engine.server.answering import moment_text
from engine.server.bodies import NAME, body, json_bytes, read_as, takes
from engine.server.declared import routes_of
from engine.server.identity import proposals
from engine.server.identity.callers import note, present_caller
from engine.server.identity.proposals import Proposal
from engine.server.service import Service
from engine.server.wire.proposals import DecisionOrder, Proposals, ProposalState
from engine.shapes.time import utc_text
from engine.workspace import bundle as bundles

ORDERS = (DecisionOrder,)
MOST_SHOWN = 1_000

Number = Annotated[int, Path(ge=1, le=2**31)]
Decision = Annotated[DecisionOrder, Depends(body(read_as(DecisionOrder)))]


def router(service: Service) -> APIRouter:
    """The operations on proposals."""
    routes = routes_of("/proposals", "proposals")
    _proposed(routes, service)
    _decided(routes, service)
    return routes


def _proposed(routes: APIRouter, service: Service) -> None:
    """Proposing, and looking at what was proposed."""

    @routes.get("")
    def listed(
        undecided: bool = False,
        before: Annotated[int | None, Query(ge=1, le=2**31)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_SHOWN)] = 100,
    ) -> Proposals:
        """What was proposed, the latest first. undecided: only what nobody has approved or declined yet."""
        with service.database.read() as connection:
            found = proposals.listed(connection, before, limit + 1, undecided=undecided)
        shown = found[:limit]
        return Proposals(
            proposals=[_state(one) for one in shown],
            before=shown[-1].number if len(found) > limit else None,
        )

    @routes.post("", status_code=201, openapi_extra=takes("BundleFile"))
    def propose(data: Annotated[bytes, Depends(json_bytes)]) -> ProposalState:
        """Propose a bundle to be published. Nothing of it runs."""
        bundle, by = bundles.read(data, NAME), present_caller().name
        with service.database.write() as connection:
            made = proposals.propose(connection, bundle, by, service.clock.now())
        note(target=made.campaign, proposal=made.number, hash=made.hash)
        return _state(made)

    @routes.get("/{number}")
    def one(number: Number) -> ProposalState:
        """One proposal."""
        with service.database.read() as connection:
            return _state(proposals.one(connection, number))

    @routes.get("/{number}/bundle")
    def bundle(number: Number) -> Response:
        """What is proposed: a bundle."""
        with service.database.read() as connection:
            text = proposals.text_of(connection, number)
        return Response(text, media_type="application/json")


def _decided(routes: APIRouter, service: Service) -> None:
    """Approving and declining."""

    @routes.post("/{number}/approve", openapi_extra=takes("DecisionOrder"))
    def approve(number: Number, order: Decision) -> ProposalState:
        """Approve a proposal of somebody else: exactly this may then be published, once."""
        return decided(number, order, approved=True)

    @routes.post("/{number}/decline", openapi_extra=takes("DecisionOrder"))
    def decline(number: Number, order: Decision) -> ProposalState:
        """Decline a proposal."""
        return decided(number, order, approved=False)

    def decided(number: int, order: DecisionOrder, *, approved: bool) -> ProposalState:
        by, now = present_caller().name, service.clock.now()
        with service.database.write() as connection:
            found = proposals.decide(connection, number, by, now, approved=approved, reason=order.reason)
        note(target=found.campaign, proposal=number, hash=found.hash)
        return _state(found)


def _state(one: Proposal) -> ProposalState:
    return ProposalState(
        number=one.number,
        campaign=one.campaign,
        name=one.name,
        hash=one.hash,
        proposed_by=one.proposed_by,
        proposed_at=utc_text(one.proposed_at),
        approved=one.approved,
        decided_by=one.decided_by,
        decided_at=moment_text(one.decided_at),
        reason=one.reason,
        published_at=moment_text(one.published_at),
    )
