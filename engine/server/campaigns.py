"""Campaigns over HTTP: publish, look at, stop, restart, delete."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Header, Query, Response

from engine.i18n import N_, Message
from engine.run.answers import CampaignStatus, UnknownCampaign, UnknownVersion
from engine.run.engine import Engine
from engine.server import publishing
from engine.server.answering import campaign_answer, counts_answer, version_answer
from engine.server.bodies import NAME, json_bytes, takes
from engine.server.comparing import node_changes, object_changes
from engine.server.declared import routes_of
from engine.server.identity.callers import note
from engine.server.problems import CallRefused
from engine.server.service import Service
from engine.server.wire.campaigns import (
    BundleCheck,
    Campaign,
    CampaignList,
    Changes,
    Counts,
    PublishAnswer,
    VersionList,
    etag,
)
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle

_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{1,15}", re.ASCII)
MOST_SHOWN = 1_000
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}", re.ASCII)


def campaign_id(id: str) -> str:
    """An id that a campaign can have. Raises `UnknownCampaign` for any other text."""
    if not _ID.fullmatch(id):
        raise UnknownCampaign(id)
    return id


def version_number(version: str) -> int:
    """A number that a version can have. Raises `UnknownVersion` for any other text."""
    if not _NUMBER.fullmatch(version):
        raise UnknownVersion(version)
    return int(version)


Id = Annotated[str, Depends(campaign_id)]
Number = Annotated[int, Depends(version_number)]
Cycle = Annotated[int | None, Query(ge=1, lt=2**31)]
Limit = Annotated[int, Query(ge=1, le=MOST_SHOWN)]
After = Annotated[str, Query(max_length=100)]
IfMatch = Annotated[str | None, Header(max_length=1_000)]
A = TypeVar("A", Campaign, PublishAnswer)


def router(service: Service) -> APIRouter:
    """The operations on campaigns."""
    routes = routes_of("/campaigns", "campaigns")
    _published(routes, service)
    _looked_at(routes, service.engine)
    _versions(routes, service)
    _running(routes, service.engine)
    return routes


def _published(routes: APIRouter, service: Service) -> None:
    """Publishing, and publishing an earlier version anew."""

    @routes.post("", openapi_extra=takes("BundleFile"))
    def publish(
        response: Response, data: Annotated[bytes, Depends(json_bytes)], if_match: IfMatch = None
    ) -> PublishAnswer:
        """Publish a bundle: a new campaign, or a new version. The same content again changes nothing.

        Where several people publish, a new version names the one that it follows, as `ETag` said it: 428
        without it, 412 where it is another one by now; both say which.
        """
        return tagged(publishing.publish(service, bundles.read(data, NAME), if_match), response)

    @routes.post("/check", openapi_extra=takes("BundleFile"))
    def check(data: Annotated[bytes, Depends(json_bytes)]) -> BundleCheck:
        """What would come of publishing a bundle; nothing is changed."""
        return publishing.check(service, bundles.read(data, NAME))

    @routes.post("/{id}/versions/{version}/publish")
    def roll_back(response: Response, id: Id, version: Number, if_match: IfMatch = None) -> PublishAnswer:
        """Publish an earlier version anew, as a new one."""
        note(follows=version)
        return tagged(publishing.publish(service, stored(service, id, version), if_match), response)


def _looked_at(routes: APIRouter, engine: Engine) -> None:
    """Campaigns as they are."""

    @routes.get("")
    def list_all(after: After = "", limit: Limit = MOST_SHOWN) -> CampaignList:
        """Published campaigns, in order of publishing; `after`: what the page before said."""
        found = sorted(engine.campaigns(), key=_place)
        first = bisect_right(found, _cursor(after), key=_place) if after else 0
        shown = found[first : first + limit]
        more = len(found) > first + limit
        return CampaignList(
            campaigns=[campaign_answer(status) for status in shown],
            after="{}-{}".format(*_place(shown[-1])) if more else None,
        )

    @routes.get("/{id}")
    def one(response: Response, id: Id) -> Campaign:
        """One campaign. Its `ETag` stands for the version that is published."""
        return tagged(campaign_answer(engine.campaign(id)), response)

    @routes.get("/{id}/counts")
    def counts(id: Id, cycle: Cycle = None) -> Counts:
        """Live counts of one campaign over all its versions, and all its cycles or in one."""
        return counts_answer(engine.counts(id, cycle=cycle))


def _versions(routes: APIRouter, service: Service) -> None:
    """The versions of campaigns, and what is between them."""
    engine = service.engine

    @routes.get("/{id}/versions")
    def versions(
        id: Id, after: Annotated[int, Query(ge=0, le=2**31)] = 0, limit: Limit = MOST_SHOWN
    ) -> VersionList:
        """The versions of one campaign, and how many people are in each."""
        found = [status for status in engine.versions(id) if status.version > after]
        return VersionList(
            versions=[version_answer(status) for status in found[:limit]],
            after=found[limit - 1].version if len(found) > limit else None,
        )

    @routes.get("/{id}/versions/{version}")
    def bundle(id: Id, version: Number) -> Response:
        """What a version was published as: a bundle."""
        return Response(engine.bundle(id, version), media_type="application/json")

    @routes.get("/{id}/versions/{version}/counts")
    def version_counts(id: Id, version: Number, cycle: Cycle = None) -> Counts:
        """Live counts of one version of a campaign, over all cycles or in one."""
        return counts_answer(engine.counts(id, version, cycle))

    @routes.get("/{id}/versions/{version}/changes")
    def changes(
        id: Id, version: Number, since: Annotated[int | None, Query(ge=1, le=2**31)] = None
    ) -> Changes:
        """How a version differs from another one, or from the one before."""
        since = max(1, version - 1) if since is None else since
        before, after = stored(service, id, since), stored(service, id, version)
        return Changes(
            since=since,
            version=version,
            nodes=node_changes(before, after),
            objects=object_changes(before, after),
        )


def _running(routes: APIRouter, engine: Engine) -> None:
    """What lets a campaign go on or not."""

    @routes.post("/{id}/stop")
    def stop(id: Id) -> Campaign:
        """Entering and sending cease; people keep their place. Of a finished one, what waits is held back."""
        engine.stop(id)
        return campaign_answer(engine.campaign(id))

    @routes.post("/{id}/restart")
    def restart(id: Id) -> Campaign:
        """Take a stopped campaign up again."""
        engine.restart(id)
        return campaign_answer(engine.campaign(id))

    @routes.delete("/{id}", status_code=204)
    def delete(id: Id) -> None:
        """Remove a campaign that is not in progress, with all that it left."""
        engine.delete(id)


def tagged(answer: A, response: Response) -> A:
    """The answer, with the header that stands for its version."""
    response.headers["ETag"] = etag(answer.version, answer.hash)
    return answer


def _place(status: CampaignStatus) -> tuple[int, str]:
    """Where a campaign stands in the order of publishing."""
    return status.published_at, status.campaign


def _cursor(after: str) -> tuple[int, str]:
    """The place that a page named. Raises `CallRefused` for another text."""
    moment, dash, id = after.partition("-")
    if not dash or not _MOMENT.fullmatch(moment):
        raise CallRefused(422, "invalid_request", Message(N_("This is not where a page begins.")))
    return int(moment), id


def stored(service: Service, id: str, version: int) -> Bundle:
    """What a version was published as. Raises `UnknownCampaign`, `UnknownVersion`."""
    # Nobody can have edited it: its hash is that of the program's version that published it.
    return bundles.read(service.engine.bundle(id, version).encode(), NAME, own=True)
