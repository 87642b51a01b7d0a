"""The document that follows from what is taken of which side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from enum import StrEnum

from engine.campaign.campaign_file import add_open_ends
from engine.campaign.document import CampaignDocument
from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH
from engine.campaign.merging.conflicts import Side
from engine.campaign.merging.groups import Group, Sides
from engine.campaign.merging.values import merged_attributes, merged_configs, merged_value
from engine.campaign.model import START_ID, Attributes, Link, Node, Note, Point
from engine.campaign.occupied import Occupied
from engine.campaign.places import Places
from engine.shapes.text import NAME_LENGTH

Choices = Mapping[str, Side]


class State(StrEnum):
    """What becomes of a group."""

    OURS = "ours"
    THEIRS = "theirs"
    MERGED = "merged"

    @staticmethod
    def sides() -> tuple[State, State]:
        """One side or the other."""
        return State.OURS, State.THEIRS


Taken = Mapping[int, State]
"""By the group's index."""


def chosen(choices: Choices, key: str) -> Side:
    """The side that is taken of a conflict."""
    return choices.get(key, Side.OURS)


class Composer:
    """Makes the merged campaign, as often as it is asked; what nothing is to be decided about, once."""

    def __init__(self, sides: Sides, groups: Sequence[Group], open_fields: Container[str]) -> None:
        """open_fields: the components of which fields are contested."""
        self._sides, self._groups = sides, groups
        self._open_nodes = {id for group in groups for id in group.nodes}
        links = {id for group in groups for id in group.links}
        self._nodes: dict[str, Node] = {}
        for id in sides.base.nodes.keys() - self._open_nodes:
            node = None if id in open_fields else _node(sides, id, State.MERGED, {})
            if node is None:
                self._open_nodes.add(id)
            else:
                self._nodes[id] = node
        self._links = {id: link for id, link in sides.base.links.items() if id not in links}

    def document(self, taken: Taken, choices: Choices) -> CampaignDocument:
        """The merged campaign. It may have flaws: that is for whoever decides what is taken to see."""
        sides = self._sides
        node_states = {id: taken[index] for index, group in enumerate(self._groups) for id in group.nodes}
        link_states = {id: taken[index] for index, group in enumerate(self._groups) for id in group.links}
        nodes = dict(self._nodes)
        for id in self._open_nodes:
            node = _node(sides, id, node_states.get(id, State.MERGED), choices)
            if node is not None:
                nodes[id] = node
        nodes = dict(sorted(nodes.items()))
        links = _once(sides, self._links | _links(sides, link_states))
        if all(link.source == START_ID or link.source in nodes for link in links.values()):
            add_open_ends(nodes, links)  # where both sides together left a branch without a line
        layout = _layout(sides, nodes, chosen(choices, "layout"))
        return CampaignDocument(
            _attributes(sides, choices),
            _told_apart(sides, nodes),
            dict(sorted(links.items())),
            _notes(sides, choices),
            _spread(sides, layout),
        )


def _node(sides: Sides, id: str, state: State, choices: Choices) -> Node | None:
    base, ours, theirs = (document.nodes.get(id) for document in sides)
    if base is None or ours is None or theirs is None:
        return merged_value(base, ours, theirs)[1] if state is State.MERGED else _of(state, ours, theirs)
    if ours == theirs or (state is not State.THEIRS and theirs == base):
        return ours
    if state is not State.OURS and ours == base:
        return theirs
    name, memo = (_field(base, ours, theirs, id, field, choices) for field in ("name", "memo"))
    if state is not State.MERGED:
        whole = _of(state, ours, theirs)
        assert whole is not None
        return _renamed(whole, name, memo)
    fields = merged_configs(base, ours, theirs)
    side = chosen(choices, f"config:{id}")
    config = fields.chosen(side)
    kind = merged_value(base.kind, ours.kind, theirs.kind)[1] or ours.kind
    confirmed = merged_value(base.confirmed, ours.confirmed, theirs.confirmed)[1]
    if fields.contested and not fields.certain:
        confirmed = (ours if side is Side.OURS else theirs).confirmed
    return Node(kind=kind, name=name, memo=memo, config=config, confirmed=bool(confirmed))


def _of(state: State, ours: Node | None, theirs: Node | None) -> Node | None:
    return ours if state is State.OURS else theirs


def _field(base: Node, ours: Node, theirs: Node, id: str, field: str, choices: Choices) -> str:
    values = [getattr(node, field) for node in (base, ours, theirs)]
    certain, value = merged_value(*values)
    if certain:
        return str(value)
    return str(values[1] if chosen(choices, f"{field}:{id}") is Side.OURS else values[2])


def _renamed(node: Node, name: str, memo: str) -> Node:
    if (node.name, node.memo) == (name, memo):
        return node
    return node.model_copy(update={"name": name, "memo": memo})


def _links(sides: Sides, states: Mapping[str, State]) -> dict[str, Link]:
    """The lines of groups, by what becomes of each."""
    links: dict[str, Link] = {}
    for id, state in states.items():
        base, ours, theirs = (document.links.get(id) for document in sides)
        match state:
            case State.OURS:
                link = ours
            case State.THEIRS:
                link = theirs
            case _:
                link = merged_value(base, ours, theirs)[1]
        if link is not None:
            links[id] = link
    return links


def _once(sides: Sides, links: dict[str, Link]) -> dict[str, Link]:
    """Without the second one of two lines of the same ends, one from each side."""
    by_ends: dict[Link, list[str]] = defaultdict(list)
    for id in sorted(links, key=lambda id: (id not in sides.base.links, id)):
        first = by_ends[links[id]]
        if not any(_on_one_side(sides, id, other) for other in first) and first:
            del links[id]
        else:
            first.append(id)
    return links


def _on_one_side(sides: Sides, id: str, other: str) -> bool:
    return any(id in document.links and other in document.links for document in (sides.ours, sides.theirs))


def _layout(sides: Sides, nodes: Mapping[str, Node], side: Side) -> dict[str, Point]:
    layout: dict[str, Point] = {}
    for id in sorted({*sides.base.layout, *sides.ours.layout, *sides.theirs.layout}):
        base, ours, theirs = (document.layout.get(id) for document in sides)
        certain, place = merged_value(base, ours, theirs)
        if not certain:  # a place that one side removed went with its card
            first, second = (ours, theirs) if side is Side.OURS else (theirs, ours)
            place = first or second
        if id in nodes and place is None:
            place = ours or theirs
        if place is not None and (id in nodes or id == START_ID):
            layout[id] = place
    return layout


def _spread(sides: Sides, layout: dict[str, Point]) -> dict[str, Point]:
    """Cards of one side that would cover those of the other one stand below them."""
    own = [sides.ours.layout, sides.theirs.layout]
    fresh = sorted(id for id in layout if id not in sides.base.layout)
    for id in fresh:
        others = [other for other in layout if other != id and _covers(layout[id], layout[other])]
        held = (
            all(places.get(other) == layout[other] and places.get(id) == layout[id] for other in others)
            for places in own
        )
        if others and not any(held):
            occupied = Occupied(Places(layout), {id})
            layout[id] = occupied.free_place(layout[id])
    return layout


def _covers(one: Point, other: Point) -> bool:
    return abs(one.x - other.x) < CARD_WIDTH and abs(one.y - other.y) < CARD_HEIGHT


def _told_apart(sides: Sides, nodes: dict[str, Node]) -> dict[str, Node]:
    """Components that got the same name on the two sides are numbered."""
    holders: dict[str, list[str]] = defaultdict(list)
    for id in sorted(nodes, key=lambda id: (not _kept_name(sides, id, nodes[id].name), id)):
        holders[nodes[id].name].append(id)
    taken = set(holders)
    for name, ids in holders.items():
        for id in ids[1:]:
            if not any(_alike_on_one_side(sides, id, other) for other in ids if other != id):
                nodes[id] = _renamed(nodes[id], _free(name, taken), nodes[id].memo)
                taken.add(nodes[id].name)
    return nodes


def _kept_name(sides: Sides, id: str, name: str) -> bool:
    return id in sides.base.nodes and sides.base.nodes[id].name == name


def _alike_on_one_side(sides: Sides, id: str, other: str) -> bool:
    return any(
        id in document.nodes
        and other in document.nodes
        and document.nodes[id].name == document.nodes[other].name
        for document in (sides.ours, sides.theirs)
    )


def _free(name: str, taken: set[str]) -> str:
    stem, _, digits = name.rpartition(" ")
    label, number = (stem, int(digits)) if stem and digits.isascii() and digits.isdigit() else (name, 1)
    while (free := f"{label[: NAME_LENGTH - 1 - len(str(number))]} {number}") in taken:
        number += 1
    return free


def _notes(sides: Sides, choices: Choices) -> dict[str, Note]:
    notes: dict[str, Note] = {}
    for id in sorted({*sides.base.notes, *sides.ours.notes, *sides.theirs.notes}):
        base, ours, theirs = (document.notes.get(id) for document in sides)
        certain, note = merged_value(base, ours, theirs)
        if not certain:
            note = ours if chosen(choices, f"note:{id}") is Side.OURS else theirs
        if note is not None:
            notes[id] = note
    return notes


def _attributes(sides: Sides, choices: Choices) -> Attributes:
    fields = merged_attributes(*(document.attributes for document in sides))
    return Attributes(**fields.chosen(chosen(choices, "attributes")))
