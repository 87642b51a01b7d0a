"""What a client asks of audiences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import JsonValue

from engine.client.calls import Calls, json_bytes, part
from engine.server.wire.audiences import (
    AudienceState,
    AudienceStates,
    Estimate,
    Figures,
    OverlapAnswer,
    SampleAnswer,
    SizeAt,
    SizeHistory,
    UploadAnswer,
)


class AudienceCalls(Calls):
    """Every method raises `EngineUnreachable` and `EngineRefused`."""

    def audiences(self) -> list[AudienceState]:
        """What the engine holds of every audience that it knows."""
        return self._call(AudienceStates, "GET", "/audiences").audiences

    def size_history(self, id: str) -> list[SizeAt]:
        """The sizes that an audience has had, the earliest first."""
        return self._call(SizeHistory, "GET", f"/audiences/{part(id)}/sizes").sizes

    def update_audience(self, id: str) -> int:
        """Store who is in an audience now, by its file; its size."""
        return self._call(Estimate, "POST", f"/audiences/{part(id)}/update", long=True).size

    def forget_audience(self, id: str) -> None:
        """Delete the members of an audience that the workspace has no more."""
        self._send("POST", f"/audiences/{part(id)}/forget")

    def refresh_audiences(self) -> None:
        """Tell the engine that audiences of the workspace have changed: it keeps them up to date."""
        self._send("POST", "/audiences/refresh")

    def upload_list(
        self, id: str, file: Path, *, add: bool = False, unknown: Path | None = None
    ) -> UploadAnswer:
        """Make a list's people of a CSV file on the engine's own computer; ids that nobody has go into the
        file `unknown`."""
        order = {"file": str(file.absolute()), "add": add}
        if unknown is not None:
            order["unknown"] = str(unknown.absolute())
        path = f"/audiences/{part(id)}/upload"
        return self._call(UploadAnswer, "POST", path, body=json_bytes(order), long=True)

    def send_list(self, id: str, id_type: str, ids: Sequence[str], *, add: bool = False) -> UploadAnswer:
        """Make a list's people of ids, on whatever computer the engine is; at most `MAX_LISTED` at a time."""
        body = json_bytes({"id_type": id_type, "ids": list(ids), "add": add})
        return self._call(UploadAnswer, "POST", f"/audiences/{part(id)}/list", body=body, long=True)

    def estimate(
        self,
        audience: dict[str, JsonValue],
        at: str | None = None,
        *,
        catalog: dict[str, JsonValue] | None = None,
        ticket: str | None = None,
    ) -> int:
        """How many people an audience (its file's content) holds, now or as of an ISO 8601 time.

        catalog: what its cards name, by default the workspace's. ticket: see `EstimateOrder`.
        """
        body = json_bytes({"audience": audience, "at": at, "catalog": catalog, "ticket": ticket})
        return self._call(Estimate, "POST", "/estimate", body=body, long=True).size

    def sample(self, audience: dict[str, JsonValue], *, ticket: str | None = None) -> SampleAnswer:
        """A hundred people of an audience, chosen by chance and always the same."""
        body = json_bytes({"audience": audience, "ticket": ticket})
        return self._call(SampleAnswer, "POST", "/sample", body=body, long=True)

    def overlap(
        self, first: dict[str, JsonValue], second: dict[str, JsonValue], *, ticket: str | None = None
    ) -> OverlapAnswer:
        """How many people are in both of two audiences."""
        body = json_bytes({"first": first, "second": second, "ticket": ticket})
        return self._call(OverlapAnswer, "POST", "/overlap", body=body, long=True)

    def figures(self, order: dict[str, JsonValue]) -> dict[str, int]:
        """How many people are of each RFM type or in each AIPL stage; `order`: see `FiguresOrder`."""
        return self._call(Figures, "POST", "/figures", body=json_bytes(order), long=True).people

    def cancel(self, ticket: str) -> None:
        """Nobody wants to know any more what was asked with this ticket."""
        self._send("DELETE", f"/questions/{part(ticket)}")
