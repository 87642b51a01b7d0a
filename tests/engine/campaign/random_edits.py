"""Any edit that the editor offers, drawn at random; and what every sequence of them keeps whole."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from engine.campaign import edits
from engine.campaign.clip import Clip, NotCopied, copy_behind, copy_nodes, parse
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Direction, Edit, Pasting, Refused, Side
from engine.campaign.graph import Scopes, cyclic_nodes, reachable, targets_by_test
from engine.campaign.model import START_ID, NoteColour, Point
from engine.campaign.notes import Box, Group
from engine.components.registry import component

COLOURS: tuple[NoteColour, ...] = ("grey", "blue", "green", "yellow", "red", "purple")


class RandomEdits:
    """Draws edits for one document after the other. Attribute `drawn`: how many there were of each sort.

    What it copies it may paste later, also into another document.
    """

    def __init__(self, choose: random.Random) -> None:
        self._choose = choose
        self._clips: list[Clip] = []
        self.drawn: dict[str, int] = {}

    def draw(self, document: CampaignDocument) -> Edit | None:
        """An edit, or None where the one drawn is refused or would change nothing."""
        name = self._choose.choice(_WEIGHTED)
        try:
            edit = _SORTS[name](self, document)
        except (Refused, NotCopied):
            return None
        if edit is None or not edit.ops:
            return None
        self.drawn[name] = self.drawn.get(name, 0) + 1
        return edit

    def _node(self, document: CampaignDocument) -> str:
        return self._choose.choice([START_ID, *sorted(document.nodes)])

    def _several(self, document: CampaignDocument) -> list[str]:
        nodes = sorted(document.nodes)
        return self._choose.sample(nodes, min(len(nodes), self._choose.randrange(1, 5)))

    def _link(self, document: CampaignDocument) -> str:
        return self._choose.choice(sorted(document.links))

    def _note(self, document: CampaignDocument) -> str | None:
        return self._choose.choice([None, *sorted(document.notes)])

    def _place(self) -> Point:
        return Point(self._choose.randrange(-500, 2000), self._choose.randrange(-500, 500))

    def add(self, document: CampaignDocument) -> Edit | None:
        link = self._link(document)
        kinds = edits.admissible(document, link)
        going_on = [kind for kind in kinds if kind != "end"]
        return edits.insert(document, link, self._choose.choice(going_on or kinds)) if kinds else None

    def end(self, document: CampaignDocument) -> Edit:
        return edits.end_open_links(document)

    def delete(self, document: CampaignDocument) -> Edit:
        return edits.delete_behind(document, self._node(document))

    def delete_several(self, document: CampaignDocument) -> Edit:
        return edits.delete_several(document, self._several(document))

    def take_out(self, document: CampaignDocument) -> Edit:
        return edits.take_out(document, self._node(document))

    def cut(self, document: CampaignDocument) -> Edit:
        return edits.cut(document, self._link(document))

    def join(self, document: CampaignDocument) -> Edit:
        ends = [id for id, link in sorted(document.links.items()) if link.target is None]
        return edits.join(document, self._choose.choice(ends or [self._link(document)]), self._node(document))

    def grow(self, document: CampaignDocument) -> Edit | None:
        node = self._node(document)
        ports = [port.name for port in document.ports(node)]
        to = self._choose.choice([None, self._node(document)])
        return edits.grow(document, node, self._choose.choice(ports), to) if ports else None

    def paste(self, document: CampaignDocument) -> Edit | None:
        if self._choose.random() < 0.5 or not self._clips:
            node = self._node(document)
            several = self._choose.random() < 0.5
            self._clips.append(
                copy_nodes(document, self._several(document)) if several else copy_behind(document, node)
            )
        clip = parse(self._choose.choice(self._clips).data())
        places = Pasting(document, clip).places()
        return edits.paste(document, self._choose.choice(places) if places else self._link(document), clip)

    def configure(self, document: CampaignDocument) -> Edit | None:
        if not document.nodes:
            return None
        node = self._choose.choice(sorted(document.nodes))
        raw = dict(document.node(node).config)
        if isinstance(groups := raw.get("groups"), list):
            kept = [group for group in groups if self._choose.random() < 0.7] or groups[:1]
            raw["groups"] = [*kept, {**groups[0], "id": f"g_{self._choose.randrange(10**6)}"}]  # type: ignore[dict-item]
        if "other" in raw:
            raw["other"] = not raw["other"]
        name = f"Named {self._choose.randrange(10**9)}"
        return edits.configure(document, node, name=name, memo="", config=raw)

    def move(self, document: CampaignDocument) -> Edit:
        return edits.move(document, {node: self._place() for node in self._several(document)})

    def arrange(self, document: CampaignDocument) -> Edit:
        several = self._several(document)
        if self._choose.random() < 0.5:
            return edits.align(document, several, self._choose.choice(list(Side)))
        return edits.distribute(document, several, self._choose.choice(list(Direction)))

    def tidy(self, document: CampaignDocument) -> Edit:
        return edits.tidy(document, self._choose.choice([(), self._several(document)]))

    def attributes(self, document: CampaignDocument) -> Edit:
        changed = document.attributes.model_copy(update={"group": f"G{self._choose.randrange(99)}"})
        return edits.set_attributes(document, changed)

    def note(self, document: CampaignDocument) -> Edit:
        note = self._note(document)
        if note is None:
            frame = self._choose.random() < 0.5
            held = Group(frozenset(self._several(document)), frozenset())
            add = edits.add_frame(document, held, self._place(), "Frame") if frame else None
            return add or edits.add_note(document, self._place())
        match self._choose.randrange(5):
            case 0:
                return edits.write_note(document, note, f"Words {self._choose.randrange(99)}")
            case 1:
                return edits.colour_notes(document, [note], self._choose.choice(COLOURS))
            case 2:
                at = self._place()
                return edits.resize_note(document, note, Box(at.x, at.y, 320, 160))
            case 3:
                alone = self._choose.random() < 0.5
                group = Group(frozenset(), frozenset({note}))
                return edits.move_group(document, group, self._place(), alone=alone)
            case _:
                return edits.delete_notes(document, [note])


_Draw = Callable[[RandomEdits, CampaignDocument], Edit | None]
_SORTS: Mapping[str, _Draw] = {
    "add": RandomEdits.add,
    "arrange": RandomEdits.arrange,
    "attributes": RandomEdits.attributes,
    "configure": RandomEdits.configure,
    "cut": RandomEdits.cut,
    "delete": RandomEdits.delete,
    "delete several": RandomEdits.delete_several,
    "end": RandomEdits.end,
    "grow": RandomEdits.grow,
    "join": RandomEdits.join,
    "move": RandomEdits.move,
    "note": RandomEdits.note,
    "paste": RandomEdits.paste,
    "take out": RandomEdits.take_out,
    "tidy": RandomEdits.tidy,
}
SORTS = frozenset(_SORTS)
# What adds comes more often than what deletes, so that flows grow; so does what is mostly refused.
_WEIGHTED = [*sorted(_SORTS), *["add"] * 12, *["join", "grow", "paste"] * 3, "configure", "note"]


def random_edit(document: CampaignDocument, choose: random.Random) -> Edit | None:
    """One edit, or None where the one drawn is refused."""
    return RandomEdits(choose).draw(document)


def assert_whole(document: CampaignDocument) -> None:
    """What every edit keeps: ports with lines, no circle, placement, whole AB Tests, short free names.

    And what the document itself keeps beside its tables.
    """
    scopes = Scopes(document)
    seen = set()
    for node_id, node in document.all_nodes():
        linked = {document.links[id].port for id in document.out_links(node_id)}
        assert linked == {port.name for port in node.ports}
    for link in document.links.values():
        assert link.source == START_ID or link.source in document.nodes
        if link.target is not None:
            declared = component(document.node(link.target).kind)
            assert declared.placement.follows(component(document.node(link.source).kind))
            assert not scopes.crosses(link.source, link.target)
            assert (link.source, link.port, link.target) not in seen
            seen.add((link.source, link.port, link.target))
    assert not cyclic_nodes(document)
    assert reachable(document, [START_ID]) == {START_ID, *document.nodes}
    assert set(document.layout) == set(document.nodes)
    tests = {id for id, node in document.nodes.items() if node.kind == "ab_test"}
    targets = {id for id, node in document.nodes.items() if node.kind == "ab_target"}
    assert targets_by_test(document).keys() == tests
    assert set(targets_by_test(document).values()) == targets
    names = [node.name for node in document.nodes.values()]
    assert len(set(names)) == len(names)
    assert max(map(len, names), default=0) <= 50
    assert all(map(document.is_named, names))
    assert not document.is_named("Nothing")
    for id, place in document.layout.items():
        assert (id, place) in document.places.near(place)
    standing = {
        id
        for x in {place.x for place in document.layout.values()}
        for id, _ in document.places.above_and_below(x)
    }
    assert standing == set(document.layout)


def state(document: CampaignDocument) -> object:
    """Everything that a document holds, to compare."""
    tables = (document.nodes, document.links, document.notes, document.layout)
    return [dict(table) for table in tables], document.attributes
