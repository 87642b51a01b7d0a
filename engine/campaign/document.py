"""The campaign being edited: tables of frozen values, an index of neighbours, and observers. No Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from engine.campaign.model import ATTRIBUTES_ID, START, START_ID, Attributes, Link, Node, Note, Point
from engine.campaign.ops import Op, StaleOpError, Table, Value
from engine.campaign.places import Places
from engine.components.base import Port

Observer = Callable[[Sequence[Op]], None]


class CampaignDocument:
    """One campaign: `nodes`, `links`, `notes`, `layout` and `attributes`, changed by `apply` only.

    `origin` is the digest of its file's bytes as last read or saved, None where it has no file yet.
    Start (`n_start`) is implicit: `node(START_ID)` gives it, `nodes` and the file do not hold it.
    """

    def __init__(
        self,
        attributes: Attributes,
        nodes: Mapping[str, Node] | None = None,
        links: Mapping[str, Link] | None = None,
        notes: Mapping[str, Note] | None = None,
        layout: Mapping[str, Point] | None = None,
    ) -> None:
        self._nodes = dict(nodes or {})
        self._links = dict(links or {})
        self._notes = dict(notes or {})
        self._layout = dict(layout or {})
        self._attributes: dict[str, Attributes] = {ATTRIBUTES_ID: attributes}
        self._tables: dict[Table, dict[str, Any]] = {
            Table.NODES: self._nodes,
            Table.LINKS: self._links,
            Table.NOTES: self._notes,
            Table.LAYOUT: self._layout,
            Table.ATTRIBUTES: self._attributes,
        }
        self.nodes: Mapping[str, Node] = MappingProxyType(self._nodes)
        self.links: Mapping[str, Link] = MappingProxyType(self._links)
        self.notes: Mapping[str, Note] = MappingProxyType(self._notes)
        self.layout: Mapping[str, Point] = MappingProxyType(self._layout)
        self.origin: str | None = None
        self._out: dict[str, dict[str, None]] = {}
        self._ordered: dict[str, list[str]] = {}  # `_out` in its shown order, since somebody asked for it
        self._in: dict[str, dict[str, None]] = {}
        self._places: Places | None = None  # these two are kept up from when they are asked for first
        self._names: Counter[str] | None = None
        self._observers: list[Observer] = []
        for link_id, link in self._links.items():
            self._index(link_id, link)

    @property
    def attributes(self) -> Attributes:
        return self._attributes[ATTRIBUTES_ID]

    def get(self, table: Table, id: str) -> Value | None:
        """The present value of a table's id, or None."""
        value: Value | None = self._tables[table].get(id)
        return value

    def node(self, node_id: str) -> Node:
        """The node, Start included. Raises `KeyError` for an id that the campaign does not hold."""
        return START if node_id == START_ID else self._nodes[node_id]

    def all_nodes(self) -> Iterator[tuple[str, Node]]:
        """Start, then every node of the table."""
        yield START_ID, START
        yield from self._nodes.items()

    def ports(self, node_id: str) -> tuple[Port, ...]:
        """The node's outputs in their shown order."""
        return self.node(node_id).ports

    @property
    def places(self) -> Places:
        """The layout, by place."""
        if self._places is None:
            self._places = Places(self._layout)
        return self._places

    def is_named(self, name: str) -> bool:
        """Whether a component of the campaign has this name."""
        if self._names is None:
            self._names = Counter(node.name for node in self._nodes.values())
        return self._names[name] > 0

    def out_links(self, node_id: str) -> list[str]:
        """Ids of the links that leave the node: ports in their shown order, then in order of link id."""
        ids = self._out.get(node_id, ())
        if len(ids) < 2:  # most nodes have one, and whoever walks a large campaign asks them all
            return list(ids)
        if (ordered := self._ordered.get(node_id)) is None:
            rank = {port.name: index for index, port in enumerate(self.ports(node_id))}
            ordered = sorted(ids, key=lambda id: (rank.get(self._links[id].port, len(rank)), id))
            self._ordered[node_id] = ordered
        return list(ordered)

    def in_links(self, node_id: str) -> list[str]:
        """Ids of the links that enter the node, in order of link id."""
        return sorted(self._in.get(node_id, ()))

    def successors(self, node_id: str) -> list[str]:
        """Nodes directly behind, each once, in order of `out_links`."""
        targets = (self._links[id].target for id in self.out_links(node_id))
        return list(dict.fromkeys(target for target in targets if target is not None))

    def targets(self, node_id: str) -> set[str]:
        """Nodes directly behind, in no order: half of the work, for whoever walks through thousands."""
        links = self._links
        return {target for id in self._out.get(node_id, ()) if (target := links[id].target) is not None}

    def sources(self, node_id: str) -> set[str]:
        """Nodes directly in front, in no order."""
        links = self._links
        return {links[id].source for id in self._in.get(node_id, ())}

    def predecessors(self, node_id: str) -> list[str]:
        """Nodes directly in front, each once."""
        return list(dict.fromkeys(self._links[id].source for id in self.in_links(node_id)))

    def apply(self, ops: Sequence[Op]) -> None:
        """Check every op against the document, then change it, then tell the observers once.

        Raises `StaleOpError` and changes nothing where an op's `before` is not the present value.
        """
        self.check(ops)
        for op in ops:
            self._change(op)
        for observer in tuple(self._observers):
            observer(ops)

    def copy(self) -> CampaignDocument:
        """Another document of the same values, without observers: for a thread that reads it later."""
        copied = CampaignDocument(self.attributes, self._nodes, None, self._notes, self._layout)
        copied._links.update(self._links)
        for table, own in ((copied._out, self._out), (copied._in, self._in)):  # indexed already
            table.update((node_id, dict(links)) for node_id, links in own.items())
        return copied

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Call `observer(ops)` after every `apply`. Returns the function that ends this."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def check(self, ops: Iterable[Op]) -> None:
        """Raise `StaleOpError` where the ops, taken in order, do not fit the document."""
        pending: dict[tuple[Table, str], Value | None] = {}
        for op in ops:
            key = (op.table, op.id)
            present = pending[key] if key in pending else self._tables[op.table].get(op.id)
            if present is not op.before and present != op.before:  # comparing large values takes its time
                raise StaleOpError(op)
            pending[key] = op.after

    def _change(self, op: Op) -> None:
        if op.before is not None:
            self._unindex(op.id, op.before)
        if op.after is None:
            del self._tables[op.table][op.id]
        else:
            self._tables[op.table][op.id] = op.after
            self._index(op.id, op.after)

    def _index(self, id: str, value: Value) -> None:
        if isinstance(value, Link):
            self._ordered.pop(value.source, None)
            self._out.setdefault(value.source, {})[id] = None
            if value.target is not None:
                self._in.setdefault(value.target, {})[id] = None
        elif isinstance(value, Point) and self._places is not None:
            self._places.put(id, value)
        elif isinstance(value, Node):
            self._ordered.pop(id, None)
            if self._names is not None:
                self._names[value.name] += 1

    def _unindex(self, id: str, value: Value) -> None:
        if isinstance(value, Link):
            self._ordered.pop(value.source, None)
            del self._out[value.source][id]
            if value.target is not None:
                del self._in[value.target][id]
        elif isinstance(value, Point) and self._places is not None:
            self._places.remove(id, value)
        elif isinstance(value, Node) and self._names is not None:
            self._names[value.name] -= 1
