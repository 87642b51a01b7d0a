"""Campaigns over HTTP: publish, look at, stop, restart, delete."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.run.answers import UnknownCampaign, UnknownVersion
from engine.server.answering import campaign_answer, counts_answer, publish_answer, version_answer
from engine.server.bodies import NAME, json_bytes, takes
from engine.server.service import Service
from engine.server.wire.campaigns import Campaign, CampaignList, Counts, PublishAnswer, VersionList
from engine.workspace import bundle as bundles

_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
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


def router(service: Service) -> APIRouter:
    """The operations on campaigns."""
    routes = APIRouter(prefix="/campaigns", tags=["campaigns"])
    engine = service.engine

    def publish_now(data: bytes) -> PublishAnswer:
        return publish_answer(engine, service.database, bundles.read(data, NAME))

    @routes.post("", openapi_extra=takes("BundleFile"))
    async def publish(request: Request) -> PublishAnswer:
        """Publish a bundle: a new campaign, or a new version. The same content again changes nothing."""
        return await run_in_threadpool(publish_now, await json_bytes(request))

    @routes.get("")
    def list_all() -> CampaignList:
        """Every published campaign, in order of publishing."""
        return CampaignList(campaigns=[campaign_answer(status) for status in engine.campaigns()])

    @routes.get("/{id}")
    def one(id: Id) -> Campaign:
        """One campaign."""
        return campaign_answer(engine.campaign(id))

    @routes.get("/{id}/counts")
    def counts(id: Id) -> Counts:
        """Live counts of one campaign over all its versions and cycles."""
        return counts_answer(engine.counts(id))

    @routes.get("/{id}/versions")
    def versions(id: Id) -> VersionList:
        """The versions of one campaign, and how many people are in each."""
        return VersionList(versions=[version_answer(status) for status in engine.versions(id)])

    @routes.get("/{id}/versions/{version}")
    def bundle(id: Id, version: Number) -> Response:
        """What a version was published as: a bundle."""
        return Response(engine.bundle(id, version), media_type="application/json")

    @routes.get("/{id}/versions/{version}/counts")
    def version_counts(id: Id, version: Number) -> Counts:
        """Live counts of one version of a campaign."""
        return counts_answer(engine.counts(id, version))

    @routes.post("/{id}/stop")
    def stop(id: Id) -> Campaign:
        """Entering and sending cease; people keep their place."""
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

    return routes
