"""From a bundle to a runnable plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.audience.conditions import RowConditions
from engine.components.base import RefKind
from engine.components.behaviour import EnterOnEvent
from engine.plan.context import Context, TagTarget
from engine.plan.graph import flow_of
from engine.plan.plan import Plan, compile_plan
from engine.store.fields import DataFields
from engine.store.times import WallClock
from engine.workspace.bundle import Bundle


@dataclass(frozen=True, slots=True)
class VersionKeys:
    """The database's numbers for a campaign, its version and its nodes."""

    campaign: int
    version: int
    nodes: Mapping[str, int]


def plan_of(
    bundle: Bundle,
    keys: VersionKeys,
    connection: Connection,
    zone: ZoneInfo,
    *,
    live: bool = True,
    scripted: bool = False,
    tags: TagTarget | None = None,
) -> Plan:
    """Compile a bundle for the database of `connection`. Raises `NotRunnable`, `RuleError`."""
    flow = flow_of(bundle.campaign, keys.nodes)
    fields = DataFields.load(connection)
    clock = WallClock(zone)
    trigger = flow.trigger.behaviour
    context = Context(
        dialect=connection.dialect,
        clock=clock,
        conditions=RowConditions(fields, clock),
        fields=fields,
        campaign=keys.campaign,
        campaign_id=bundle.campaign.attributes.id,
        version=keys.version,
        live=live,
        scripted=scripted,
        tags=tags or TagTarget(),
        tag_types=_tag_types(bundle, fields),
        trigger_event=trigger.event if isinstance(trigger, EnterOnEvent) else None,
    )
    return compile_plan(flow, context)


def _tag_types(bundle: Bundle, fields: DataFields) -> dict[str, str]:
    """The types of tags: what the data has, else what the catalogue says."""
    types: dict[str, Any] = {}
    for tag in bundle.catalog.tags:
        detail = bundle.detail(RefKind.TAG, tag) or {}
        types[tag] = detail.get("type", "text")
    return {**types, **fields.tags}
