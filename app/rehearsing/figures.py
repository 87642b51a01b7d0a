"""A rehearsal's counts as they stood at a moment, in the shape of live counts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from typing import Any

from app.previews.sms import money
from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID
from engine.commands.rehearsal_lines import Outcome, Pace

_OUTCOMES = ("passed", "left", "merged", "exited", "held_back")


class _Sums:
    """A series as its running total."""

    __slots__ = ("_at", "_totals")

    def __init__(self, series: Sequence[tuple[int, int]]) -> None:
        self._at = [step for step, _ in series]
        self._totals = list(accumulate(n for _, n in series))

    def until(self, step: int) -> int:
        """The sum of what happened before a step."""
        found = bisect_left(self._at, step)
        return self._totals[found - 1] if found else 0


@dataclass(frozen=True)
class Totals:
    """The figures of the whole campaign at a moment. reached: the campaign's goal, None without one. cost: by
    currency; exact: measured, not estimated."""

    entries: int
    inside: int
    finished: int
    sent: int
    undelivered: int
    reached: int | None
    cost: Mapping[str, Decimal]
    exact: bool


class Rehearsed:
    """What a rehearsal came to. Its positions are steps from the first on; at the last one, `end`, everything
    has happened.

    Attributes: outcome; step (of its time, in ms); untested (lines that nobody took, cards that nobody came
    to), gaps (the lines among these that leave a card which people came to).
    """

    def __init__(self, outcome: Outcome, document: CampaignDocument) -> None:
        self.outcome = outcome
        timeline = outcome.timeline
        self.step = timeline.step
        self._begin = outcome.first // timeline.step * timeline.step
        self.end = max(1, -(-(outcome.last - self._begin) // timeline.step))
        self._moments = timeline.moments
        self._nodes = {
            node: {what: _Sums(series) for what, series in by.items()} for node, by in timeline.nodes.items()
        }
        self._links = {link: _Sums(series) for link, series in timeline.links.items()}
        self._messages = {
            node: {
                state: {reason: _Sums(series) for reason, series in by_reason.items()}
                for state, by_reason in states.items()
            }
            for node, states in timeline.messages.items()
        }
        self._entries, self._finished = _Sums(timeline.entries), _Sums(timeline.finished)
        self._converted = _Sums(timeline.converted)
        links = [id for id, link in document.links.items() if link.target is not None]
        self.untested = frozenset(
            [id for id in links if id not in self._links and document.links[id].source != START_ID]
            + [id for id in document.nodes if id not in self._nodes]
        )
        self.gaps = [
            id for id in links if id in self.untested and document.links[id].source not in self.untested
        ]

    def moment(self, position: int) -> int:
        """When a position is, in ms."""
        return min(max(self._begin + position * self.step, self.outcome.first), self.outcome.last)

    def position(self, moment: int) -> int:
        """The first position at which what happened at a moment (ms) has happened."""
        return min(max((moment - self._begin) // self.step + 1, 0), self.end)

    @cached_property
    def activity(self) -> list[tuple[int, int]]:
        """Positions at which people moved, and how many arrivals there were in the step before each."""
        sums: dict[int, int] = {}
        for by in self.outcome.timeline.nodes.values():
            for step, n in by.get("arrived", ()):
                sums[step] = sums.get(step, 0) + n
        return [(self.position(self._moments[step]), n) for step, n in sorted(sums.items())]

    def _step_at(self, position: int) -> int:
        """The number of the first step that a position has not reached."""
        if position >= self.end:
            return len(self._moments)
        return bisect_right(self._moments, self._begin + position * self.step - 1)

    def counts(self, position: int) -> dict[str, Any]:
        """As live counts; goals, receipts and cycles are those of the end, and there only."""
        step = self._step_at(position)
        nodes = {node: self._node(node, step) for node in self.outcome.counts["nodes"]}
        entries, finished = self._entries.until(step), self._finished.until(step)
        found: dict[str, Any] = {
            "nodes": nodes,
            "links": {link: sums.until(step) for link, sums in self._links.items()},
            "entries": entries,
            "inside": entries - finished,
            "finished": finished,
            "reasons": {node: self._reasons(node, step) for node in self._messages},
        }
        if position >= self.end:
            ended = self.outcome.counts
            found |= {key: ended[key] for key in ("receipts", "goals", "cycles", "skipped") if key in ended}
        return found

    def _node(self, node: str, step: int) -> dict[str, int]:
        by = self._nodes.get(node, {})
        arrived = by["arrived"].until(step) if "arrived" in by else 0
        gone = {what: by[what].until(step) if what in by else 0 for what in _OUTCOMES}
        return {"arrived": arrived, **gone, "waiting": arrived - sum(gone.values()), "failed": 0}

    def _reasons(self, node: str, step: int) -> dict[str, dict[str, int]]:
        found = {
            state: {reason: n for reason, sums in by.items() if (n := sums.until(step))}
            for state, by in self._messages[node].items()
        }
        return {state: by for state, by in found.items() if by}

    def totals(self, position: int) -> Totals:
        """The figures of the whole campaign."""
        step = self._step_at(position)
        states: dict[str, int] = {}
        for node in self._messages:
            for state, by in self._reasons(node, step).items():
                states[state] = states.get(state, 0) + sum(by.values())
        cost: dict[str, Decimal] = {}
        for node, one in self.outcome.costs.items():
            cost[one.currency] = cost.get(one.currency, Decimal(0)) + self.cost(node, position)
        entries, finished = self._entries.until(step), self._finished.until(step)
        return Totals(
            entries,
            entries - finished,
            finished,
            sum(states.get(state, 0) for state in ("sent", "sending", "unknown")),
            sum(states.get(state, 0) for state in ("failed", "skipped")),
            self.reached(position),
            cost,
            position >= self.end and all(one.exact for one in self.outcome.costs.values()),
        )

    def reached(self, position: int) -> int | None:
        """How many have reached the campaign's goal; None without one. At the end those count, too, who reach
        it later, as far as the data goes: so will the report when the windows of all have closed."""
        return self._converted.until(self._step_at(position)) if self.outcome.goal else None

    def cost(self, node: str, position: int) -> Decimal:
        """What a component's messages have cost; before the end, as much of the whole as were sent."""
        whole = Decimal(self.outcome.costs[node].amount)
        if position >= self.end:
            return whole
        sent, all_ = self._sent(node, self._step_at(position)), self._sent(node, len(self._moments))
        return round(whole * sent / all_, 2) if all_ else Decimal(0)

    def _sent(self, node: str, step: int) -> int:
        reasons = self._reasons(node, step) if node in self._messages else {}
        return sum(sum(reasons.get(state, {}).values()) for state in ("sent", "sending", "unknown", "failed"))

    def cost_text(self, node: str, position: int) -> str:
        """What a component's messages have cost, in words; "" where no price is known."""
        one = self.outcome.costs.get(node)
        if one is None:
            return ""
        said = money(self.cost(node, position), one.currency)
        return said if one.exact else f"≈ {said}"

    def pace(self, node: str) -> Pace | None:
        """The most messages of a component in one minute."""
        return self.outcome.paces.get(node)

    def too_fast(self, node: str) -> bool:
        """Whether more messages are due in a minute than the account takes."""
        pace = self.pace(node)
        return pace is not None and pace.limit is not None and pace.most > pace.limit
