"""Two rehearsals, A and B, side by side: counts for the canvas, and tables of totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.panels.figures import Table
from app.previews.sms import money
from app.rehearsing.figures import Rehearsed
from app.rehearsing.step_words import port_name
from canvas_widgets.items.stage import Counts
from engine.campaign.differences import Change
from engine.campaign.document import CampaignDocument
from engine.campaign.overlay import overlaid
from engine.components import delivery
from engine.components.count_words import difference_text
from engine.i18n import tr

Reasons = Mapping[str, Mapping[str, int]]


class Compared:
    """Positions are steps from the beginning of both on, so that other spans lie beside each other, too.

    Attributes: overlay (both states of the campaign in one document), end (the last position).
    """

    def __init__(self, a: Rehearsed, before: CampaignDocument, b: Rehearsed, after: CampaignDocument) -> None:
        self._a, self._b = a, b
        self.overlay = overlaid(before, after)._replace(notes={})  # what notes say changes nobody's way
        shown = {link: id for id, link in self.overlay.document.links.items()}
        self.links_of_a = {id: shown[link] for id, link in before.links.items() if link in shown}
        self._step = min(a.step, b.step)
        self.end = max(1, -(-max(one.outcome.last - one.outcome.first for one in (a, b)) // self._step))

    @property
    def activity(self) -> list[tuple[int, int]]:
        """Positions at which people of B moved, and how many; see `Rehearsed`."""
        found: dict[int, int] = {}
        for position, n in self._b.activity:
            at = -(-(self._b.moment(position) - self._b.outcome.first) // self._step)
            found[at] = found.get(at, 0) + n
        return sorted(found.items())

    def offset(self, position: int) -> int:
        """How long after the beginning a position is, in ms."""
        return position * self._step

    def moment(self, position: int) -> int | None:
        """When that is (ms); None where the two began at different times."""
        first, other = self._a.outcome.first, self._b.outcome.first
        return None if first != other else min(first + self.offset(position), self._last)

    @property
    def _last(self) -> int:
        return max(self._a.outcome.last, self._b.outcome.last)

    def _at(self, one: Rehearsed, position: int) -> int:
        """The rehearsal's own position."""
        if position >= self.end:
            return one.end
        if not position:
            return 0
        return one.position(one.outcome.first + self.offset(position) - 1)

    def counts(self, position: int) -> Counts:
        """For the canvas: each number of A and of B, None where that does not have the card or line."""
        a = self._a.counts(self._at(self._a, position))
        b = self._b.counts(self._at(self._b, position))
        before = {self.links_of_a[id]: n for id, n in a["links"].items() if id in self.links_of_a}
        in_a, document = set(self.links_of_a.values()), self.overlay.document
        removed = {id for id, change in self.overlay.links.items() if change is Change.REMOVED}
        return {
            "compared": True,
            "nodes": {
                id: (_arrived(a["nodes"].get(id)), _arrived(b["nodes"].get(id))) for id in document.nodes
            },
            "links": {
                id: (
                    before.get(id, 0) if id in in_a else None,
                    None if id in removed else b["links"].get(id, 0),
                )
                for id in document.links
            },
        }

    def tables(self, position: int, node: str | None) -> list[Table]:
        """Totals of the whole campaign, or of one component, side by side."""
        at = (self._at(self._a, position), self._at(self._b, position))
        a, b = self._a.counts(at[0]), self._b.counts(at[1])
        found: list[Table] = []
        if node is None:
            people = [
                (tr("Entered"), a["entries"], b["entries"]),
                (tr("Inside"), a["inside"], b["inside"]),
                (tr("Done"), a["finished"], b["finished"]),
            ]
            reached = self._a.reached(at[0]), self._b.reached(at[1])
            if reached != (None, None):
                people.append((tr("Reached the goal"), reached[0] or 0, reached[1] or 0))
            found.append(_table(tr("Whole campaign"), people))
        else:
            name = self.overlay.document.node(node).shown_name
            found.append(_table(name, _of_node(a["nodes"].get(node, {}), b["nodes"].get(node, {}))))
            branches = self._branches(node, a["links"], b["links"])
            if len(branches) > 1:
                found.append(_table(tr("Branches"), branches))
        said = list(_messages(_reasons(a, node), _reasons(b, node)))
        if said:
            found.append(_table(tr("Messages"), said))
        costs = list(self._costs(at, node))
        if costs:
            found.append(Table(tr("Cost"), _head(), tuple(costs)))
        return found

    def _branches(self, node: str, a: Mapping[str, int], b: Mapping[str, int]) -> list[tuple[str, int, int]]:
        """People who took each way out of a component."""
        document = self.overlay.document
        before = {self.links_of_a[id]: n for id, n in a.items() if id in self.links_of_a}
        sums: dict[str, tuple[int, int]] = {}
        for id in document.out_links(node):
            name = port_name(document, node, document.links[id].port)
            mine, other = sums.get(name, (0, 0))
            sums[name] = (mine + before.get(id, 0), other + b.get(id, 0))
        return [(name, mine, other) for name, (mine, other) in sums.items()]

    def _costs(self, at: tuple[int, int], node: str | None) -> Iterator[tuple[str, ...]]:
        sums: list[dict[str, Decimal]] = []
        for one, position in zip((self._a, self._b), at, strict=True):
            cost: dict[str, Decimal] = {}
            for id, said in one.outcome.costs.items():
                if node in (None, id):
                    cost[said.currency] = cost.get(said.currency, Decimal(0)) + one.cost(id, position)
            sums.append(cost)
        for currency in sorted({*sums[0], *sums[1]}):
            a, b = (cost.get(currency, Decimal(0)) for cost in sums)
            difference = difference_text(float(a), float(b), money(abs(b - a), currency))
            yield currency, money(a, currency), money(b, currency), difference


def _arrived(counts: Mapping[str, int] | None) -> int | None:
    return None if counts is None else counts["arrived"]


def _of_node(a: Mapping[str, int], b: Mapping[str, int]) -> list[tuple[str, int, int]]:
    words: list[tuple[str, str]] = [
        ("arrived", tr("Arrived")),
        ("passed", tr("Went on")),
        ("waiting", tr("Waiting")),
        ("left", tr("Left")),
        ("merged", tr("Merged")),
    ]
    both = [(word, a.get(what, 0), b.get(what, 0)) for what, word in words]
    return [one for number, one in enumerate(both) if not number or one[1] or one[2]]


def _reasons(counts: Mapping[str, Any], node: str | None) -> Reasons:
    """Messages by state and reason, of one component or of all."""
    found: dict[str, dict[str, int]] = {}
    for id, states in counts["reasons"].items():
        if node in (None, id):
            for state, by in states.items():
                mine = found.setdefault(state, {})
                for reason, n in by.items():
                    mine[reason] = mine.get(reason, 0) + n
    return found


def _messages(a: Reasons, b: Reasons) -> Iterator[tuple[str, int, int]]:
    """By state; below a state its reasons."""
    for state in delivery.STATES:
        mine, other = a.get(state, {}), b.get(state, {})
        if not mine and not other:
            continue
        yield tr(delivery.STATES[state]), sum(mine.values()), sum(other.values())
        reasons = sorted({*mine, *other} - {""}, key=lambda one: (-other.get(one, 0), one))
        for reason in reasons:
            yield delivery.state_and_reason(state, reason), mine.get(reason, 0), other.get(reason, 0)


def _table(title: str, rows: Sequence[tuple[str, int, int]]) -> Table:
    return Table(
        title,
        _head(),
        tuple((word, f"{a:,}", f"{b:,}", difference_text(a, b)) for word, a, b in rows),
    )


def _head() -> tuple[str, ...]:
    return ("", "A", "B", tr("Difference"))
