"""Campaigns side by side: what each has come to, in numbers that all of them have."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from engine.report.counts import Counts, counts_of
from engine.report.effect import effect_of


@dataclass(frozen=True, slots=True)
class Sum:
    """What one campaign has come to. messages: of any state; judged, achieved: of the goals of its tests;
    counted, converted: people for whom the campaign's own goal counts, and who reached it."""

    entries: int
    inside: int
    finished: int
    messages: int
    sent: int
    failed: int
    skipped: int
    opened: int
    clicked: int
    judged: int
    achieved: int
    counted: int = 0
    converted: int = 0


def sum_of(connection: Connection, campaign: int) -> Sum:
    """What a campaign has come to, out of its counters."""
    found = summed(counts_of(connection, campaign))
    effect = effect_of(connection, campaign)
    if effect is None:
        return found
    return replace(found, counted=effect.entered.judged, converted=effect.entered.achieved)


def summed(counts: Counts) -> Sum:
    """The sums of a campaign's counts."""

    def of_state(state: str) -> int:
        return sum(states.get(state, 0) for states in counts.messages.values())

    def of_receipt(receipt: str) -> int:
        return sum(receipts.get(receipt, 0) for receipts in counts.receipts.values())

    goals = [goal for groups in counts.goals.values() for goal in groups.values()]
    return Sum(
        entries=counts.entries,
        inside=counts.inside,
        finished=counts.finished,
        messages=sum(sum(states.values()) for states in counts.messages.values()),
        sent=of_state("sent"),
        failed=of_state("failed"),
        skipped=of_state("skipped"),
        opened=of_receipt("opened"),
        clicked=of_receipt("clicked"),
        judged=sum(goal.judged for goal in goals),
        achieved=sum(goal.achieved for goal in goals),
    )
