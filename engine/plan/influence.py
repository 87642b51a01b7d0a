"""What rows of one person, or of different people, can change for each other (engine, section 2).

Where nothing can, all rows due up to the horizon run place by place. Where a person's rows can, they run in
order of time. Where people compete for a pool of codes, its waves end where somebody earlier may still come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from engine.components.behaviour import Behaviour, Branch, DrawCoupon, EnterOnEvent, Send, SetTags
from engine.plan.graph import Flow, FlowNode
from engine.shapes.conditions import leaves

TAG = "tag:"


@dataclass(frozen=True, slots=True)
class Influence:
    """What the waves of a plan must respect.

    cuts: nodes that begin a place of their own. in_order: one person's rows run strictly in order of time.
    pools: coupon → its nodes.
    reads, writes: tags, for campaigns that influence each other.
    """

    cuts: frozenset[str]
    in_order: bool
    pools: dict[str, frozenset[str]]
    reads: frozenset[str]
    writes: frozenset[str]


def influence_of(flow: Flow) -> Influence:
    """Analyse a campaign's graph."""
    several = isinstance(flow.trigger.behaviour, EnterOnEvent) and flow.trigger.behaviour.re_entry != "once"
    cuts = {node.id for node in flow.nodes.values() if isinstance(node.behaviour, DrawCoupon)}
    cuts |= set(_readers_behind_writers(flow))
    in_order = (
        isinstance(flow.trigger.behaviour, EnterOnEvent) and flow.trigger.behaviour.re_entry == "after_exit"
    )
    if conflicts := _tag_conflicts(flow, several):
        cuts |= conflicts
        in_order = True
    pools: dict[str, set[str]] = {}
    for node in flow.nodes.values():
        if isinstance(node.behaviour, DrawCoupon):
            pools.setdefault(node.behaviour.coupon, set()).add(node.id)
    return Influence(
        cuts=frozenset(cuts),
        in_order=in_order,
        pools={coupon: frozenset(nodes) for coupon, nodes in pools.items()},
        reads=frozenset(tag for node in flow.nodes.values() for tag in reads(node.behaviour)),
        writes=frozenset(tag for node in flow.nodes.values() for tag in writes(node.behaviour)),
    )


def reads(behaviour: Behaviour) -> set[str]:
    """The tags whose values make a difference to what the node does."""
    if isinstance(behaviour, Branch):
        fields = (leaf.field for _, condition in behaviour.groups for _, leaf in leaves(condition))
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
