"""What a client asks of proposals, on a shared server."""

from __future__ import annotations

from engine.client.calls import Calls, query
from engine.server.wire.proposals import DecisionOrder, Proposals, ProposalState


class ProposalCalls(Calls):
    """Every method raises `EngineUnreachable` and `EngineRefused`."""

    def propose(self, bundle: bytes) -> ProposalState:
        """Propose a bundle to be published, for somebody else to approve."""
        return self._call(ProposalState, "POST", "/proposals", body=bundle)

    def proposals(self, before: int | None = None, limit: int = 100, *, undecided: bool = False) -> Proposals:
        """A page of proposals, the latest first. undecided: only what nobody has approved or declined yet."""
        asked = query(before=before, limit=limit, undecided="true" if undecided else None)
        return self._call(Proposals, "GET", f"/proposals{asked}")

    def proposal(self, number: int) -> ProposalState:
        return self._call(ProposalState, "GET", f"/proposals/{number}")

    def proposed_bundle(self, number: int) -> bytes:
        """What is proposed, as `engine.workspace.bundle` reads it."""
        return self._send("GET", f"/proposals/{number}/bundle")

    def approve(self, number: int, reason: str | None = None) -> ProposalState:
        """Let exactly this be published, once, by somebody else."""
        return self._decide(number, "approve", reason)

    def decline(self, number: int, reason: str | None = None) -> ProposalState:
        return self._decide(number, "decline", reason)

    def _decide(self, number: int, how: str, reason: str | None) -> ProposalState:
        body = DecisionOrder(reason=reason).model_dump_json().encode()
        return self._call(ProposalState, "POST", f"/proposals/{number}/{how}", body=body)
