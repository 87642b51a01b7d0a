"""What an edit is, and the draft that edits are written on."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.campaign.document import CampaignDocument
from engine.campaign.giving_way import giving_way
from engine.campaign.model import Link, Node, Note, Point
from engine.campaign.notes import within_reach
from engine.campaign.ops import Op, Table, Value
from engine.i18n import Message, MessageError
from engine.shapes.text import NAME_LENGTH, new_id

_NUMBERED = re.compile(r"(.*\S) ([0-9]{1,6})")


class Edit(NamedTuple):
    """One undo step: its ops, its name for "Undo …", the node to select afterwards.

    `also`: what else it does, which its name does not say, to be told when it is done. `gesture`: edits of
    one that follow each other are one step together, under the name of the last.
    """

    ops: tuple[Op, ...]
    label: Message
    focus: str | None = None
    also: Message | None = None
    gesture: str | None = None


class Refused(MessageError):  # noqa: N818 - a refusal is an answer, not an error of the program
    """The edit is not admissible here; `message` says why."""


class Draft:
    """Changes laid over a document: read through it, write to it, and take the ops at the end."""

    def __init__(self, document: CampaignDocument) -> None:
        self.document = document
        self._changes: dict[tuple[Table, str], Value | None] = {}
        self._names: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._promised: set[str] = set()

    def free_name(self, label: str, first: int = 1) -> str:
        """The label and the first running number, from `first` on, that no component of the campaign has."""
        number = max(first, self._numbers.get(label, 1))
        while self._is_taken(name := f"{label[: NAME_LENGTH - 1 - len(str(number))]} {number}"):
            number += 1
        self._numbers[label] = number
        return name

    def copied_name(self, name: str) -> str:
        """The name itself where it is free, else the same with the next free number."""
        if not self._is_taken(name):
            return name
        numbered = _NUMBERED.fullmatch(name)
        return self.free_name(numbered[1], int(numbered[2]) + 1) if numbered else self.free_name(name, 2)

    def result(self) -> CampaignDocument:
        """The document as it will be: a copy with the changes made."""
        held = self.document
        after = CampaignDocument(held.attributes, held.nodes, held.links, held.notes, held.layout)
        after.apply(self._ops())
        return after

    def _link(self, link_id: str) -> Link | None:
        key = (Table.LINKS, link_id)
        link = self._changes[key] if key in self._changes else self.document.links.get(link_id)
        return link if isinstance(link, Link) else None

    def _is_taken(self, name: str) -> bool:
        return name in self._names or self.document.is_named(name)

    def new_node_id(self) -> str:
        """An id for a node that is put later, so that others may name it before."""
        node_id = self._fresh("n", Table.NODES)
        self._promised.add(node_id)
        return node_id

    def put_node(self, node: Node, node_id: str | None = None) -> str:
        """Add a node under a new id, or replace the one that has the id."""
        node_id = node_id or self.new_node_id()
        self._changes[Table.NODES, node_id] = node
        self._names.add(node.name)
        return node_id

    def put_link(self, link: Link, link_id: str | None = None) -> str:
        """Add a link under a new id, or replace the one that has the id."""
        link_id = link_id or self._fresh("l", Table.LINKS)
        self._changes[Table.LINKS, link_id] = link
        return link_id

    def put_note(self, note: Note, note_id: str | None = None) -> str:
        """Add a note or a frame under a new id, or replace the one that has the id."""
        note_id = note_id or self._fresh("note", Table.NOTES)
        self._changes[Table.NOTES, note_id] = note
        return note_id

    def retarget(self, link_id: str, target: str | None) -> None:
        """Let a link lead elsewhere; None opens its end."""
        link = self._link(link_id)
        assert link is not None
        self.put_link(link.model_copy(update={"target": target}), link_id)

    def join(self, link_id: str, target: str) -> None:
        """Let a link lead to a node, or remove it where another one of its port already does."""
        link = self._link(link_id)
        assert link is not None
        beside = (self._link(id) for id in self.document.out_links(link.source) if id != link_id)
        if any(other and (other.port, other.target) == (link.port, target) for other in beside):
            self.remove(Table.LINKS, link_id)
        else:
            self.retarget(link_id, target)

    def place(self, node_id: str, point: Point) -> None:
        self._changes[Table.LAYOUT, node_id] = point

    def placed(self) -> dict[str, Point | None]:
        """The cards with another place than in the document's layout; None for those without any."""
        return {
            id: value if isinstance(value, Point) else None
            for (table, id), value in self._changes.items()
            if table is Table.LAYOUT
        }

    def let_notes_give_way(self) -> None:
        """Move notes out of the way of the cards that this draft places, and let frames grow with theirs."""
        for note_id, box in giving_way(self.document, self.placed()).items():
            box = within_reach(box)
            changed = {"at": Point(box.left, box.top), "size": Point(box.width, box.height)}
            self.put_note(self.document.notes[note_id].model_copy(update=changed), note_id)

    def put(self, table: Table, id: str, value: Value) -> None:
        self._changes[table, id] = value

    def remove(self, table: Table, id: str) -> None:
        """Remove a value; one that is not there stays away."""
        self._changes[table, id] = None

    def drop_node(self, node_id: str) -> None:
        """Remove a node with its place and the links that leave it."""
        self.remove(Table.NODES, node_id)
        self.remove(Table.LAYOUT, node_id)
        for link_id in self.document.out_links(node_id):
            self.remove(Table.LINKS, link_id)

    def edit(self, label: Message, focus: str | None = None, also: Message | None = None) -> Edit:
        """The finished edit: one op for every value that differs from the document's."""
        return Edit(self._ops(), label, focus, also)

    def _ops(self) -> tuple[Op, ...]:
        ops = []
        for (table, id), after in self._changes.items():
            before = self.document.get(table, id)
            if before is None or after is None:  # most of a paste or a deletion: comparing takes its time
                differs = before is not after
            else:
                differs = before != after
            if differs:
                ops.append(Op(table, id, before, after))
        return tuple(ops)

    def _fresh(self, prefix: str, table: Table) -> str:
        while True:
            candidate = new_id(prefix)
            known = (table, candidate) in self._changes or candidate in self._promised
            if not known and self.document.get(table, candidate) is None:
                return candidate
