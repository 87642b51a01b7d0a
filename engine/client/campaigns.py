"""What a client asks of campaigns."""

from __future__ import annotations

from collections.abc import Mapping

from engine.client.calls import Calls, part, query
from engine.server.wire.campaigns import (
    BundleCheck,
    Campaign,
    CampaignList,
    Changes,
    Counts,
    PublishAnswer,
    Version,
    VersionList,
)

ANY_VERSION = "*"
"""Publish over whatever is there."""


class CampaignCalls(Calls):
    """Every method raises `EngineUnreachable` and `EngineRefused`."""

    def publish(self, bundle: bytes, base: str | None = None) -> PublishAnswer:
        """Publish a bundle, as `engine.workspace.bundle` writes it.

        base: the version that it follows, as `etag` names it, or `ANY_VERSION`; a shared server asks for it.
        `EngineRefused.problem.conflict` says where another one has come in between.
        """
        return self._call(PublishAnswer, "POST", "/campaigns", body=bundle, headers=_if_match(base))

    def check_bundle(self, bundle: bytes) -> BundleCheck:
        """What would come of publishing a bundle; nothing is changed."""
        return self._call(BundleCheck, "POST", "/campaigns/check", body=bundle)

    def campaigns(self) -> list[Campaign]:
        """Every published campaign, in order of publishing."""
        found: list[Campaign] = []
        after: str | None = None
        while True:
            page = self._call(CampaignList, "GET", f"/campaigns{query(after=after)}")
            found += page.campaigns
            if (after := page.after) is None:
                return found

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

    def counts(self, id: str, version: int | None = None, cycle: int | None = None) -> Counts:
        """Live counts of a campaign, or of one of its versions; over all cycles or in one."""
        one = "" if version is None else f"/versions/{version}"
        return self._call(Counts, "GET", f"/campaigns/{part(id)}{one}/counts{query(cycle=cycle)}")

    def versions(self, id: str) -> list[Version]:
        """A campaign's versions, in order of publishing."""
        found: list[Version] = []
        after: int | None = None
        while True:
            page = self._call(VersionList, "GET", f"/campaigns/{part(id)}/versions{query(after=after)}")
            found += page.versions
            if (after := page.after) is None:
                return found

    def changes(self, id: str, version: int, since: int | None = None) -> Changes:
        """How a version differs from another one, or from the one before."""
        path = f"/campaigns/{part(id)}/versions/{version}/changes{query(since=since)}"
        return self._call(Changes, "GET", path)

    def roll_back(self, id: str, version: int, base: str | None = None) -> PublishAnswer:
        """Publish an earlier version anew, as a new one; base: as for `publish`."""
        path = f"/campaigns/{part(id)}/versions/{version}/publish"
        return self._call(PublishAnswer, "POST", path, headers=_if_match(base))

    def bundle(self, id: str, version: int) -> bytes:
        """What a version was published as, as `engine.workspace.bundle` reads it."""
        return self._send("GET", f"/campaigns/{part(id)}/versions/{version}")


def _if_match(base: str | None) -> Mapping[str, str]:
    return {} if base is None else {"If-Match": base}
