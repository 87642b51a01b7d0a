"""From a bundle to a runnable plan, and the same of versions that the database keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, FromClause, Table, bindparam, select

from engine.audience.conditions import RowConditions
from engine.components.base import RefKind
from engine.components.behaviour import EnterAudiences, EnterOnEvent
from engine.plan.contact import ContactRules, Cuts
from engine.plan.context import CONTACTS, Context, TagTarget
from engine.plan.control import draws_of
from engine.plan.graph import flow_of
from engine.plan.influence import asks_fatigue
from engine.plan.plan import Plan, compile_plan
from engine.shapes.time import Duration
from engine.store.distribution import is_distributed
from engine.store.fields import DataFields
from engine.store.list_clock import clock_of
from engine.store.tables.runs import campaign_node
from engine.store.versions import stored_bundle
from engine.workspace.account_settings import WebhookSettings
from engine.workspace.bundle import Bundle

_NODES = select(campaign_node.c.id, campaign_node.c.node).where(
    campaign_node.c.campaign == bindparam("campaign")
)


@dataclass(frozen=True, slots=True)
class VersionKeys:
    """The database's numbers for a campaign, its version and its nodes; `cuts`: see `Context`."""

    campaign: int
    version: int
    nodes: Mapping[str, int]
    cuts: Cuts = Cuts.NONE


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """What plans are compiled with besides their bundles.

    zone, contact: the workspace's. live, scripted, tags, contacts: see `Context`; a simulation has its own.
    mails: what goes through real accounts waits for a sending loop. chances: judgments of events that a
    rehearsal leaves to chance → how many of 10,000 do what they ask. participants, sharded: see `Context`.
    """

    zone: ZoneInfo
    contact: ContactRules = field(default_factory=ContactRules)
    live: bool = True
    scripted: bool = False
    tags: TagTarget = field(default_factory=TagTarget)
    contacts: FromClause = CONTACTS
    mails: bool = False
    chances: Mapping[str, int] = field(default_factory=dict)
    participants: Table | None = None
    sharded: bool = False


def plan_of(
    bundle: Bundle,
    keys: VersionKeys,
    connection: Connection,
    settings: PlanSettings,
    fields: DataFields | None = None,
) -> Plan:
    """Compile a bundle for the database of `connection`. Raises `NotRunnable`, `RuleError`.

    fields: what the data has, where somebody has read it already.
    """
    mailed = real_accounts(bundle) if keys.cuts & Cuts.MAILED else ()
    flow = flow_of(bundle.campaign, keys.nodes, mailed, settings.chances)
    fields = fields or DataFields.load(connection)
    clock = clock_of(settings.zone, connection)
    trigger = flow.trigger.behaviour
    context = Context(
        dialect=connection.dialect,
        clock=clock,
        conditions=RowConditions(fields, clock),
        fields=fields,
        campaign=keys.campaign,
        campaign_id=bundle.campaign.attributes.id,
        version=keys.version,
        live=settings.live,
        scripted=settings.scripted,
        tags=settings.tags,
        tag_types=_tag_types(bundle, fields),
        trigger_event=trigger.event if isinstance(trigger, EnterOnEvent) else None,
        contact=settings.contact,
        contacts=settings.contacts,
        collect=_collecting(bundle),
        languages={id: file.languages.attribute for id, file in bundle.messages.items() if file.languages},
        recurring=flow.recurs or (isinstance(trigger, EnterAudiences) and Cuts.FOLLOWS in keys.cuts),
        cuts=keys.cuts,
        participants=settings.participants,
        control=draws_of(bundle.campaign.attributes, settings.contact.control),
        goal=bundle.campaign.attributes.goal,
        window=bundle.campaign.attributes.send_window,
        sharded=settings.sharded,
        distributed=is_distributed(connection),
    )
    return compile_plan(flow, context)


def cuts_for(bundle: Bundle, nodes: Mapping[str, int], contact: ContactRules, *, mails: bool) -> Cuts:
    """Where places of a version that is published now begin besides those where they must. mails: there is a
    sending loop."""
    cuts = Cuts.CROSSINGS
    if contact.limits or asks_fatigue(flow_of(bundle.campaign, nodes)):
        cuts |= Cuts.CONTACTS
    if mails and real_accounts(bundle):
        cuts |= Cuts.MAILED
    return cuts


def real_accounts(bundle: Bundle) -> frozenset[str]:
    """The accounts of a bundle through which something leaves the computer, by id."""
    return frozenset(id for id, account in bundle.accounts.items() if account.kind != "simulated")


def _collecting(bundle: Bundle) -> dict[str, Duration]:
    """How long the receipts of webhooks count."""
    return {
        id: account.settings.receipts.collect
        for id, account in bundle.accounts.items()
        if isinstance(account.settings, WebhookSettings) and account.settings.receipts is not None
    }


def _tag_types(bundle: Bundle, fields: DataFields) -> dict[str, str]:
    """The types of tags: what the data has, else what the catalogue says."""
    types: dict[str, Any] = {}
    for tag in bundle.catalog.tags:
        detail = bundle.detail(RefKind.TAG, tag) or {}
        types[tag] = detail.get("type", "text")
    return {**types, **fields.tags}


class StoredVersions:
    """Compiles many versions in one transaction: what they have in common is read once."""

    def __init__(self, connection: Connection, settings: PlanSettings) -> None:
        self._connection = connection
        self._settings = settings
        self._fields = cache(lambda: DataFields.load(connection))
        self._nodes = cache(self._read_nodes)

    def compile(self, campaign: int, version: int, cuts: Cuts) -> tuple[Bundle, Plan]:
        """A version by its key. Raises `NotRunnable`, `RuleError`."""
        bundle = stored_bundle(self._connection, version)
        keys = VersionKeys(campaign, version, self._nodes(campaign), cuts)
        return bundle, plan_of(bundle, keys, self._connection, self._settings, self._fields())

    def _read_nodes(self, campaign: int) -> dict[str, int]:
        return dict(self._connection.execute(_NODES, {"campaign": campaign}).all())
