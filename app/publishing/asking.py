"""What the engine knows that concerns a publication; asked in a background thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from app.publishing.changes import changes
from app.publishing.known import Known, Published
from engine.campaign.document import CampaignDocument
from engine.campaign.graph import trigger_of
from engine.i18n import ntr
from engine.workspace import bundle as bundles
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from engine.client import EngineClient


def known(client: EngineClient, workspace: Workspace, document: CampaignDocument) -> Known:
    """Ask the engine's client. Raises what the client and reading a bundle raise."""
    sizes = client.sizes()
    return Known(
        answered=True,
        published=_published(client, workspace, document),
        sizes={id: one.size for id, one in sizes.audiences.items()},
        codes={id: codes_text(one.left, more=one.more) for id, one in sizes.coupons.items()},
    )


def estimates(client: EngineClient, rules: Mapping[str, Any]) -> dict[str, int]:
    """How many people each of these audiences, files' contents by id, holds now."""
    return {id: client.estimate(content) for id, content in rules.items()}


def codes_text(left: int, *, more: bool) -> str:
    """How many codes of a coupon are left, in words."""
    if more:
        return ntr("more than {n:,} code left", "more than {n:,} codes left", left)
    return ntr("{n:,} code left", "{n:,} codes left", left)


def _published(client: EngineClient, workspace: Workspace, document: CampaignDocument) -> Published | None:
    id = document.attributes.id
    campaign = next((one for one in client.campaigns() if one.id == id), None)
    if campaign is None:
        return None
    before = bundles.read(client.bundle(id, campaign.version), own=True)
    moments = [one.moment for one in client.counts(id).cycles if one.moment is not None]
    return Published(
        version=campaign.version,
        status=campaign.status,
        since=campaign.published_at,
        entered=max(moments, default=None),
        runs=len(moments),
        inside=campaign.inside,
        rescheduled=_schedule(before.campaign) != _schedule(document),
        changes=changes(before, bundles.make(workspace, document)),
    )


def _schedule(document: CampaignDocument) -> tuple[Any, str | None]:
    """When a recurring trigger runs; of any other nothing."""
    trigger = trigger_of(document)
    config = (None if trigger is None else document.nodes[trigger].config) or {}
    return config.get("every") if config.get("mode") == "recurring" else None, document.attributes.start
