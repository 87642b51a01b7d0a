"""What rows of one person, or of different people, can change for each other (engine, section 2).

Where nothing can, all rows due up to the horizon run place by place. Where a person's rows can, they run in
order of time. Where people compete, their rows run in order of time at the nodes that take part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations

from engine.components.behaviour import (
    At,
    Behaviour,
    Branch,
    DrawCoupon,
    EnterOnEvent,
    JudgeAt,
    JudgeGoal,
    PersonTest,
    ReachableTest,
    Send,
    SetTags,
    Split,
)
from engine.plan.contact import ContactRules, Cuts
from engine.plan.graph import Flow, FlowNode
from engine.shapes.conditions import leaves
from engine.store.times import DAY, HOUR, MINUTE

TAG = "tag:"
_EXACT = {"minute": MINUTE, "hour": HOUR}
_DAYS = {"day": 1, "week": 7, "month": 28}
_LOST = 26 * HOUR
"""What a change of the clocks, or of the side of the date line, takes from calendar days at most."""


class Order(IntEnum):
    """Whose rows run strictly in order of time, whatever their places."""

    NOBODY = 0
    KIN = 1
    EVERYBODY = 2


@dataclass(frozen=True, slots=True)
class Contest:
    """What people compete for.

    name: the same for all its nodes, and in other campaigns. nodes: where people take part. target: the node
    whose rows must have run up to a moment before anybody takes part at it. lookahead: ms after taking part
    before which nobody can have changed anything for others; 0 where that is not known.
    """

    name: str
    nodes: frozenset[str]
    target: str | None = None
    lookahead: int = 0

    @property
    def feeds_back(self) -> bool:
        """Whether taking part leads to where it counts again."""
        return len(self.nodes) > 1 or self.target is not None


@dataclass(frozen=True, slots=True)
class Influence:
    """What the waves of a plan must respect.

    cuts: nodes that begin a place of their own. in_order: one person's rows run strictly in order of time.
    contests: node id → what people compete for there. reads, writes: tags, for campaigns that influence each
    other. contacts: whether fatigue control looks at the campaign. marketing: whether it sends what fatigue
    control, quiet times and the check for duplicate addresses apply to. withdraws: whether people who leave
    may take back messages that wait.
    """

    cuts: frozenset[str]
    in_order: bool
    contests: dict[str, Contest]
    reads: frozenset[str]
    writes: frozenset[str]
    contacts: bool
    marketing: bool
    withdraws: bool = False

    def order(self, rules: ContactRules) -> Order:
        """Whose rows run in order of time under the workspace's rules."""
        if self.in_order or self.withdraws or (rules.limits and self.contacts):
            return Order.EVERYBODY
        return Order.KIN if self.marketing and rules.duplicates else Order.NOBODY

    def divisible(self, rules: ContactRules, *, some_share_addresses: bool) -> bool:
        """Whether nobody makes a difference to anybody else, so that some may run apart from others."""
        return not self.contests and (self.order(rules) is Order.NOBODY or not some_share_addresses)


def influence_of(flow: Flow, wanted: Cuts) -> Influence:
    """Analyse a campaign's graph. `wanted`: where places are to begin besides those where they must."""
    trigger = flow.trigger.behaviour
    on_event = trigger if isinstance(trigger, EnterOnEvent) else None
    several = flow.several_entries
    nodes = flow.nodes.values()
    cuts = {node.id for node in nodes if isinstance(node.behaviour, DrawCoupon)}
    cuts |= set(_readers_behind_writers(flow))
    touched = {node.id for node in nodes if _is_marketing(node.behaviour) or _asks_fatigue(node.behaviour)}
    if Cuts.CONTACTS in wanted:
        cuts |= touched
    if Cuts.CROSSINGS in wanted:
        cuts |= {node.id for node in nodes if _is_marketing(node.behaviour) and len(flow.into[node.id]) > 1}
    in_order = on_event is not None and (on_event.re_entry == "after_exit" or on_event.times > 1)
    if conflicts := _tag_conflicts(flow, several):
        cuts |= conflicts
        in_order = True
    return Influence(
        cuts=frozenset(cuts),
        in_order=in_order,
        contests=_contests(flow),
        reads=frozenset(tag for node in nodes for tag in reads(node.behaviour)),
        writes=frozenset(tag for node in nodes for tag in writes(node.behaviour)),
        contacts=bool(touched),
        marketing=any(_is_marketing(node.behaviour) for node in nodes),
        withdraws=bool(flow.exits) and any(_is_marketing(node.behaviour) or node.mailed for node in nodes),
    )


def _is_marketing(behaviour: Behaviour) -> bool:
    return isinstance(behaviour, Send) and behaviour.marketing


def _asks_fatigue(behaviour: Behaviour) -> bool:
    return isinstance(behaviour, Branch) and any(
        isinstance(test, ReachableTest) for _, test in behaviour.groups
    )


def asks_fatigue(flow: Flow) -> bool:
    """Whether somebody is judged by fatigue control."""
    return any(_asks_fatigue(node.behaviour) for node in flow.nodes.values())


def reads(behaviour: Behaviour) -> set[str]:
    """The tags whose values make a difference to what the node does."""
    if isinstance(behaviour, Branch):
        trees = [test.condition for _, test in behaviour.groups if isinstance(test, PersonTest)]
        fields = (leaf.field for tree in trees for _, leaf in leaves(tree))
        return {field.removeprefix(TAG) for field in fields if field.startswith(TAG)}
    if isinstance(behaviour, Send):
        return {
            binding.key for binding in behaviour.variables.values() if binding.source == "tag" and binding.key
        }
    if isinstance(behaviour, SetTags) and behaviour.keep:
        return set(behaviour.values)
    return set()


def writes(behaviour: Behaviour) -> set[str]:
    """The tags that the node sets."""
    return set(behaviour.values) if isinstance(behaviour, SetTags) else set()


def _contests(flow: Flow) -> dict[str, Contest]:
    found: dict[str, Contest] = {}
    pools: dict[str, set[str]] = {}
    targets = {
        node.behaviour.test: node for node in flow.nodes.values() if isinstance(node.behaviour, JudgeGoal)
    }
    for node in flow.nodes.values():
        if isinstance(node.behaviour, DrawCoupon):
            pools.setdefault(node.behaviour.coupon, set()).add(node.id)
        elif isinstance(node.behaviour, Split) and node.behaviour.end is not None:
            target = targets.get(node.id) if node.behaviour.end.then is None else None
            judging = target.behaviour if target is not None else None
            found[node.id] = Contest(
                f"test:{node.id}",
                frozenset([node.id]),
                None if target is None else target.id,
                _shortest(judging.until) if isinstance(judging, JudgeGoal) else 0,
            )
    for coupon, nodes in pools.items():
        contest = Contest(f"coupon:{coupon}", frozenset(nodes))
        found.update(dict.fromkeys(nodes, contest))
    return found


def _shortest(until: JudgeAt) -> int:
    """The least that it can last, in ms."""
    if isinstance(until, At):
        return 0
    amount, unit = until.duration.amount, until.duration.unit
    return amount * _EXACT[unit] if unit in _EXACT else max(0, amount * _DAYS[unit] * DAY - _LOST)


def _readers_behind_writers(flow: Flow) -> Iterable[str]:
    writers = [node for node in flow.nodes.values() if writes(node.behaviour)]
    for reader in flow.nodes.values():
        if isinstance(reader.behaviour, Branch):
            wanted = reads(reader.behaviour)
            if any(writes(w.behaviour) & wanted and flow.leads_to(w.id, reader.id) for w in writers):
                yield reader.id


def _tag_conflicts(flow: Flow, several_entries: bool) -> set[str]:
    """Nodes of which one writes a tag that another uses, where one person may run the two side by side."""
    if not (several_entries or flow.fans_out):
        return set()
    users: dict[str, list[FlowNode]] = {}
    for node in flow.nodes.values():
        for tag in reads(node.behaviour) | writes(node.behaviour):
            users.setdefault(tag, []).append(node)
    found: set[str] = set()
    for tag, nodes in users.items():
        writers = {node.id for node in nodes if tag in writes(node.behaviour)}
        if several_entries:  # every node that one entry runs may run for another one
            if writers and (len(nodes) > 1 or tag in reads(nodes[0].behaviour)):
                found |= {node.id for node in nodes}
            continue
        for one, other in combinations(nodes, 2):
            if (one.id in writers or other.id in writers) and flow.concurrent(one.id, other.id):
                found |= {one.id, other.id}
    return found
