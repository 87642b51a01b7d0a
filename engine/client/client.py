"""A client of one engine: all that can be asked of it."""

from __future__ import annotations

from engine.client.audiences import AudienceCalls
from engine.client.campaigns import CampaignCalls
from engine.client.data import DataCalls
from engine.client.imports import ImportCalls
from engine.client.lists import ListCalls
from engine.client.people import PeopleCalls
from engine.client.proposals import ProposalCalls
from engine.client.reporting import ReportCalls
from engine.client.sending import SendingCalls
from engine.client.users import UserCalls
from engine.server.wire.engine import CheckAnswer, EngineState, Health, Hold, Violation


class EngineClient(
    CampaignCalls, ReportCalls, DataCalls, ImportCalls, AudienceCalls, ListCalls, PeopleCalls, SendingCalls,
    ProposalCalls, UserCalls,
):  # fmt: skip
    """One engine. Every method raises `EngineUnreachable` and `EngineRefused`.

    Users and proposals are those of a shared server; somebody's own engine has none.

    A client may be used by one thread at a time; it keeps its connection between calls.
    """

    def health(self) -> Health:
        """Whether an engine is there. Does not show it the token."""
        return self._call(Health, "GET", "/health", anonymous=True)

    def status(self) -> EngineState:
        return self._call(EngineState, "GET", "/status")

    def hold(self) -> Hold:
        """Whether the engine is held because its database was restored or copied, and what it knows."""
        return self._call(Hold, "GET", "/hold", long=True)

    def release(self) -> None:
        """Let an engine that is held go on. What it sends may have been sent before."""
        self._send("POST", "/release")

    def check(self) -> list[Violation]:
        """Let the engine prove its books; [] = all is well."""
        return self._call(CheckAnswer, "POST", "/check", long=True).violations

    def shutdown(self) -> None:
        """Ask the engine to end after its present work. It still answers for a moment."""
        self._send("POST", "/shutdown")
