"""What a rule is compiled against."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import FromClause

from engine.audience.moments import Clock, FixedMoment
from engine.store.fields import DataFields
from engine.store.tables.people import event, person, tag_value
from engine.workspace.catalog import Catalog


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What a rule is compiled against.

    fields: what the data has. moment: the *now*. clock: wall-clock arithmetic on columns, for relative times
    within an event's conditions. including_now: whether events at this very instant have arrived; at the
    start of a simulation they have not, later they have. catalog: where statistics tables, RFM models and
    AIPL stages are defined. people, tags, events: the tables to read, or what stands in their place.
    """

    fields: DataFields
    moment: FixedMoment
    clock: Clock
    including_now: bool = False
    catalog: Catalog = field(default_factory=Catalog)
    people: FromClause = person
    tags: FromClause = tag_value
    events: FromClause = event
