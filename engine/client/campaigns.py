"""What a client asks of campaigns."""

from __future__ import annotations

from engine.client.calls import Calls, part
from engine.server.wire.campaigns import Campaign, CampaignList, Counts, PublishAnswer, Version, VersionList


class CampaignCalls(Calls):
    """Every method raises `EngineUnreachable` and `EngineRefused`."""

    def publish(self, bundle: bytes) -> PublishAnswer:
        """Publish a bundle, as `engine.workspace.bundle` writes it."""
        return self._call(PublishAnswer, "POST", "/campaigns", body=bundle)

    def campaigns(self) -> list[Campaign]:
        """Every published campaign, in order of publishing."""
        return self._call(CampaignList, "GET", "/campaigns").campaigns

    def campaign(self, id: str) -> Campaign:
        return self._call(Campaign, "GET", f"/campaigns/{part(id)}")

    def stop(self, id: str) -> Campaign:
        """Entering and sending cease; people keep their place."""
        return self._call(Campaign, "POST", f"/campaigns/{part(id)}/stop")

    def restart(self, id: str) -> Campaign:
        return self._call(Campaign, "POST", f"/campaigns/{part(id)}/restart")

    def delete(self, id: str) -> None:
        """Remove a campaign that is not in progress, with all that it left."""
        self._send("DELETE", f"/campaigns/{part(id)}")

    def counts(self, id: str, version: int | None = None) -> Counts:
        """Live counts of a campaign, or of one of its versions."""
        one = "" if version is None else f"/versions/{version}"
        return self._call(Counts, "GET", f"/campaigns/{part(id)}{one}/counts")

    def versions(self, id: str) -> list[Version]:
        """A campaign's versions, in order of publishing."""
        return self._call(VersionList, "GET", f"/campaigns/{part(id)}/versions").versions

    def bundle(self, id: str, version: int) -> bytes:
        """What a version was published as, as `engine.workspace.bundle` reads it."""
        return self._send("GET", f"/campaigns/{part(id)}/versions/{version}")
