"""What an edit is, and the draft that edits are written on."""

from __future__ import annotations

from typing import NamedTuple

from engine.campaign.document import CampaignDocument
from engine.campaign.model import Link, Node, Note, Point
from engine.campaign.ops import Op, Table, Value
from engine.i18n import Message, MessageError
from engine.shapes.text import new_id


class Edit(NamedTuple):
    """One undo step: its ops, its name for "Undo …", and the node to select afterwards."""

    ops: tuple[Op, ...]
    label: Message
    focus: str | None = None


class Refused(MessageError):  # noqa: N818 - a refusal is an answer, not an error of the program
    """The edit is not admissible here; `message` says why."""


class Draft:
    """Changes laid over a document: read through it, write to it, and take the ops at the end."""

    def __init__(self, document: CampaignDocument) -> None:
        self.document = document
        self._changes: dict[tuple[Table, str], Value | None] = {}
        self._names: set[str] | None = None
        self._numbers: dict[str, int] = {}

    def free_name(self, label: str) -> str:
        """The label and the first running number that no component of the campaign has."""
        if self._names is None:
            added = (value.name for value in self._changes.values() if isinstance(value, Node))
            self._names = {*(node.name for node in self.document.nodes.values()), *added}
        number = self._numbers.get(label, 1)
        while (name := f"{label} {number}") in self._names:
            number += 1
        self._numbers[label] = number
        return name

    def put_node(self, node: Node, node_id: str | None = None) -> str:
        """Add a node under a new id, or replace the one that has the id."""
        node_id = node_id or self._fresh("n", Table.NODES)
        self._changes[Table.NODES, node_id] = node
        if self._names is not None:
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
        link = self._changes.get((Table.LINKS, link_id)) or self.document.links[link_id]
        assert isinstance(link, Link)
        self.put_link(link.model_copy(update={"target": target}), link_id)

    def place(self, node_id: str, point: Point) -> None:
        self._changes[Table.LAYOUT, node_id] = point

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

    def edit(self, label: Message, focus: str | None = None) -> Edit:
        """The finished edit: one op for every value that differs from the document's."""
        ops = []
        for (table, id), after in self._changes.items():
            before = self.document.get(table, id)
            if before != after:
                ops.append(Op(table, id, before, after))
        return Edit(tuple(ops), label, focus)

    def _fresh(self, prefix: str, table: Table) -> str:
        while True:
            candidate = new_id(prefix)
            if self.document.get(table, candidate) is None and (table, candidate) not in self._changes:
                return candidate
