"""What the statements of a plan are built with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    FromClause,
    Select,
    Table,
    cast,
    literal,
    null,
    select,
)

from engine.campaign.measuring import CampaignGoal
from engine.campaign.send_window import SendWindow
from engine.plan.contact import ContactRules, Cuts
from engine.plan.control import Draw
from engine.plan.prepared import given
from engine.shapes.conditions import Condition
from engine.shapes.time import Duration
from engine.store.fields import DataFields
from engine.store.tables.people import tag_value
from engine.store.tables.runs import marketing_node, message
from engine.store.times import Ms, WallClock

NO_NUMBER: ColumnElement[Any] = cast(null(), BigInteger())
"""A null that is known to be a number: within a subquery PostgreSQL takes any other for a text."""


WHOLE = 0
"""The shard of whoever runs all people of a version."""
SHARDS = 8
"""Into how many shards the people of a version are divided, by their ids; they are numbered from 1 on."""


def shard_of(person: ColumnElement[int]) -> ColumnElement[int]:
    """The shard of a person."""
    return person % SHARDS + 1


def contacts_of(messages: Table, nodes: Table) -> Select[*tuple[Any, ...]]:
    """The messages of a table that fatigue control counts, each with what it counts under."""
    m, n = messages.c, nodes.c
    return (
        select(
            m.person, m.address, m.version, m.node, m.contact_at, m.due_at, m.state, m.result, m.result_at,
            n.channel, n.signature,
        )
        .join(nodes, (n.version == m.version) & (n.node == m.node))
        .where(m.contact_at.is_not(None))
    )  # fmt: skip


CONTACTS: FromClause = contacts_of(message, marketing_node).subquery("contact")


class Conditions(Protocol):
    """Condition trees as SQL, with each row's own *now*."""

    def of_person(self, tree: Condition, person: Ms, now: Ms) -> ColumnElement[bool]:
        """Over the tags and attributes of a person."""

    def of_event(self, tree: Condition, code: str, event: FromClause) -> ColumnElement[bool]:
        """Over the attributes of an event; relative times are relative to the event's time."""


@dataclass(frozen=True, slots=True)
class TagTarget:
    """Where tag writes go: the people's own table, or a simulation's overlay.

    written: gets the new values. replaced: where values written before the overlay's are marked as gone (a
    table with `tag` and `person`), or None where they are deleted.
    """

    written: Table = tag_value
    replaced: Table | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that the statements of one campaign version depend on.

    campaign, version: keys in the database. campaign_id: for random choices. live: events count only if they
    were received by the judging moment (a simulation takes them as received at their own time). scripted:
    results come from `result_script`; otherwise a simulated channel succeeds at once. contacts: the
    messages that fatigue control counts, with `person, address, node, version, contact_at, due_at, state,
    result, result_at` and the node's `channel` and `signature`. collect: account → how long its receipts
    count. languages: message template that speaks several → the attribute that says which of them is a
    person's. recurring: there are several cycles, and the rows of a wave say theirs. cuts: where else
    places begin. participants: in a rehearsal the only people who enter (a column `person`), or None.
    sharded: the plan runs the people of one shard, which is given at each call.
    control: who is held back. goal: what is counted of everybody, also of those. window: when marketing
    messages go out. distributed: rows of people lie on several machines (`engine.store.distribution`).
    """

    dialect: Dialect
    clock: WallClock
    conditions: Conditions
    fields: DataFields
    campaign: int
    campaign_id: str
    version: int
    live: bool = True
    scripted: bool = False
    tags: TagTarget = field(default_factory=TagTarget)
    tag_types: Mapping[str, str] = field(default_factory=dict)
    trigger_event: str | None = None
    contact: ContactRules = field(default_factory=ContactRules)
    contacts: FromClause = field(default_factory=lambda: CONTACTS)
    collect: Mapping[str, Duration] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    recurring: bool = False
    cuts: Cuts = Cuts.NONE
    participants: Table | None = None
    control: tuple[Draw, ...] = ()
    goal: CampaignGoal | None = None
    window: SendWindow | None = None
    sharded: bool = False
    distributed: bool = False

    @property
    def shard(self) -> ColumnElement[int]:
        """Whose people run. Counters count them there, so that nobody waits for another shard's row."""
        return given("shard") if self.sharded else literal(WHOLE)

    def runs(self, person: ColumnElement[int]) -> Iterator[ColumnElement[bool]]:
        """Whether a person is one of them."""
        if self.sharded:
            yield shard_of(person) == self.shard

    def may_postpone(self, channel: str) -> bool:
        """Whether a marketing message of the channel may have to wait."""
        return self.window is not None or self.contact.may_postpone(channel)
