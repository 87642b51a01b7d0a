"""What can become of an outgoing message where the channel answers at once, as rows of the table `message`.

Each outcome has columns of its own, mostly constant: written outcome by outcome, no row is asked again and
again what it has come to, and the rows written are what is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal

from engine.plan.graph import FlowNode
from engine.plan.steps import Count
from engine.plan.temporary import outgoing
from engine.store.tables.runs import message_counter


@dataclass(frozen=True, slots=True)
class Outcome:
    """A state and reason, and which messages come to it.

    further: other columns. needs: as of a step.
    """

    state: str
    reason: str
    test: ColumnElement[bool]
    further: Mapping[str, ColumnElement[Any]]
    needs: Select[Any] | None = None

    @property
    def columns(self) -> Mapping[str, ColumnElement[Any]]:
        o = outgoing.c
        return {
            "person": o.person,
            "entry": o.entry,
            "planned_at": o.now,
            "variables": o.variables,
            "state": literal(self.state),
            "reason": literal(self.reason),
            **self.further,
        }

    def count(self, node: FlowNode) -> Count:
        """The counter of the node's messages that have come to this."""
        key = {"node": node.number, "state": self.state, "reason": self.reason, "receipt": ""}
        return Count(message_counter, key)


def handed_over(*, marketing: bool = False) -> Outcome:
    """What nothing stops: fatigue control counts it if it is for marketing."""
    o = outgoing.c
    further = {"address": o.address, "sent_at": o.now, "result": literal("sent"), "result_at": o.now}
    if marketing:
        further["contact_at"] = o.now
    return Outcome("sent", "", and_(o.fate == "", o.address.is_not(None)), further)


def queued(*, marketing: bool = False) -> Outcome:
    """What nothing stops, on its way to a real provider: it has no result yet."""
    o = outgoing.c
    further: dict[str, ColumnElement[Any]] = {"address": o.address}
    if marketing:
        further["contact_at"] = o.now
    return Outcome("planned", "", and_(o.fate == "", o.address.is_not(None)), further)


def without_address() -> Outcome:
    o = outgoing.c
    further = {"address": literal(""), "result": literal("failed"), "result_at": o.now}
    return Outcome("failed", "no_id", o.address.is_(None), further)


def stopped(fate: str, reason: str, *, needs: Select[Any] | None = None) -> Outcome:
    """What has failed at once, for a Result Judgment, and is not counted as a contact."""
    o = outgoing.c
    further = {"address": o.address, "result": literal("failed"), "result_at": o.now}
    return Outcome(fate, reason, o.reason == reason, further, needs)


def held() -> Outcome:
    """What a quiet time postpones: it has no result yet."""
    o = outgoing.c
    return Outcome(
        "planned", "", o.fate == "planned", {"address": o.address, "contact_at": o.due, "due_at": o.due}
    )
