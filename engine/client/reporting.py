"""What a client asks of the reports of campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from engine.client.calls import Calls, part, query
from engine.server.wire.reporting import BehindPage, Comparison, Report, WhyAnswer


class ReportCalls(Calls):
    """Every method raises `EngineUnreachable` and `EngineRefused`."""

    def report(
        self, campaign: str, *, step: str = "hour", cycle: int | None = None, path: Sequence[str] = ()
    ) -> Report:
        """What a campaign has come to. path: of the funnel; empty: where most people went."""
        asked = [("step", step), *(("path", node) for node in path)]
        if cycle is not None:
            asked.append(("cycle", str(cycle)))
        return self._call(Report, "GET", f"/campaigns/{part(campaign)}/report?{urlencode(asked)}", long=True)

    def people_behind(
        self,
        campaign: str,
        what: str,
        place: str = "",
        *,
        state: str | None = None,
        reason: str | None = None,
        receipt: str | None = None,
        port: str | None = None,
        cycle: int | None = None,
        after: str = "",
    ) -> BehindPage:
        """A page of the people behind a number, `after` being that of the page before."""
        asked = query(
            what=what, place=place, state=state, reason=reason, receipt=receipt, port=port, cycle=cycle,
            after=after,
        )  # fmt: skip
        return self._call(BehindPage, "GET", f"/campaigns/{part(campaign)}/report/people{asked}", long=True)

    def why(self, campaign: str, person: str, node: str | None = None) -> WhyAnswer:
        """Why a person did or did not get what a campaign gives, or one component of it."""
        return self._call(
            WhyAnswer, "GET", f"/campaigns/{part(campaign)}/why{query(person=person, node=node)}"
        )

    def comparison(self, campaigns: Sequence[str]) -> Comparison:
        """Campaigns side by side."""
        asked = urlencode([("campaign", id) for id in campaigns])
        return self._call(Comparison, "GET", f"/comparison?{asked}", long=True)
