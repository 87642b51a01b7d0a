"""The campaign as an outline: sequences of components, branches below the component that they leave. No Qt.

What follows on a single line stands below it in the same sequence. Every component stands in the outline
once, where one comes to it first; other lines that lead to it end in a reference. Only a Test Target waits
until the branches of its AB Test are through, and goes on behind them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple, TypeGuard

from engine.campaign.document import CampaignDocument
from engine.campaign.graph import AB_TARGET
from engine.campaign.model import START_ID, Link
from engine.campaign.ops import Op, Table

RowKind = Literal["node", "branch", "open", "reference", "loose"]


class Row(NamedTuple):
    """One row. `id` is a node's for `node` and `loose` (the head of a part that Start does not lead to), a
    link's for `branch`, `open` (its end is open) and `reference` (it joins what stands elsewhere). A branch
    that holds no component is an `open` or a `reference` itself.
    """

    kind: RowKind
    id: str


Children = Mapping[Row | None, list[Row]]
"""The rows below each row that has some; below None, the topmost ones."""


class _Step(NamedTuple):
    """A line that leaves a component, with the rows that it may become: they are made once."""

    target: str | None
    labelled: bool
    branch: Row
    open: Row
    joined: Row


class _Node(NamedTuple):
    """`test` is the AB Test of a Test Target."""

    row: Row
    steps: tuple[_Step, ...]
    branches: bool
    test: str | None


class Outline:
    """Follows a document: `read` to the end, `follow` with every change; `children` gives the outline.

    It remembers the lines that leave each component, because asking the document for all of them costs more
    than everything else.
    """

    def __init__(self, document: CampaignDocument) -> None:
        self._document = document
        self._nodes: dict[str, _Node] = {}
        self._target_of: dict[str, str] = {}

    def read(self) -> Iterator[None]:
        """Read the document, one component at a time: it may change in between."""
        for node_id, _ in list(self._document.all_nodes()):
            if node_id not in self._nodes and self._holds(node_id):
                self._nodes[node_id] = self._read(node_id)
            yield

    def follow(self, ops: Iterable[Op]) -> bool:
        """Take a change in that the document has made. Answers whether the outline may have changed."""
        touched: set[str] = set()
        for op in ops:
            if op.table is Table.NODES:
                touched.add(op.id)
            elif op.table is Table.LINKS:
                touched.update(link.source for link in (op.before, op.after) if isinstance(link, Link))
        changed = False
        for node_id in touched:
            before = self._nodes.pop(node_id, None)
            if before is not None and before.test is not None:
                self._target_of.pop(before.test, None)
            if self._holds(node_id):
                self._nodes[node_id] = self._read(node_id)
            changed = changed or before != self._nodes.get(node_id)
        return changed

    def children(self) -> Children:
        """The outline, parents before what is below them."""
        making = self.arranging()
        while True:
            try:
                next(making)
            except StopIteration as stop:
                found: Children = stop.value
                return found

    def arranging(self) -> Generator[None, None, Children]:
        """Make `children` step by step. After a change that comes meanwhile, it is of no use."""
        found: dict[Row | None, list[Row]] = {None: []}
        seen: set[str] = set()
        yield from self._walk(found, seen, found[None], START_ID)
        if len(seen) < len(self._nodes):
            for head in self._heads(seen):
                if head not in seen:
                    found[None].append(row := Row("loose", head))
                    yield from self._walk(found, seen, found.setdefault(row, []), head)
        return found

    def _walk(
        self, found: dict[Row | None, list[Row]], seen: set[str], rows: list[Row], node_id: str
    ) -> Iterator[None]:
        """Depth first, without recursion: a flow can be thousands of branches deep."""
        pending: list[tuple[list[Row], _Step | str]] = []
        while True:
            self._walk_sequence(found, seen, rows, node_id, pending)
            yield
            while pending:
                siblings, step = pending.pop()
                if isinstance(step, str):
                    rows, node_id = siblings, step
                    break
                if self._is_new(step.target, seen):
                    siblings.append(step.branch)
                    rows = found[step.branch] = []
                    node_id = step.target
                    break
                siblings.append(step.open if step.target is None else step.joined)
            else:
                return

    def _is_new(self, target: str | None, seen: set[str]) -> TypeGuard[str]:
        """Whether something is known that was not met yet; of a large change, some may not be known yet."""
        return target is not None and target not in seen and target in self._nodes

    def _walk_sequence(
        self,
        found: dict[Row | None, list[Row]],
        seen: set[str],
        rows: list[Row],
        node_id: str,
        pending: list[tuple[list[Row], _Step | str]],
    ) -> None:
        """Add what follows on single lines; `pending` gets the branches where it splits, the last one first.

        Below the branches of an AB Test it gets the Test Target's id.
        """
        while True:
            seen.add(node_id)
            node = self._nodes[node_id]
            rows.append(node.row)
            if not node.steps:
                return
            if node.branches:
                below: list[Row] = []
                found[node.row] = below
                if (target := self._waiting_target(node_id, seen)) is not None:
                    seen.add(target)
                    pending.append((rows, target))
                pending += [(below, step) for step in reversed(node.steps)]
                return
            step = node.steps[0]
            if not self._is_new(step.target, seen):
                rows.append(step.open if step.target is None else step.joined)
                return
            node_id = step.target

    def _waiting_target(self, node_id: str, seen: set[str]) -> str | None:
        target = self._target_of.get(node_id)
        return target if self._is_new(target, seen) and self._document.in_links(target) else None

    def _heads(self, seen: set[str]) -> list[str]:
        """Where parts that Start does not lead to begin; on a cycle anywhere."""
        unseen = [node_id for node_id in self._document.nodes if self._is_new(node_id, seen)]
        free = [node_id for node_id in unseen if not self._document.in_links(node_id)]
        return [*free, *unseen]

    def _holds(self, node_id: str) -> bool:
        return node_id == START_ID or node_id in self._document.nodes

    def _read(self, node_id: str) -> _Node:
        labelled = {port.name for port in self._document.ports(node_id) if port.label is not None}
        links = self._document.links
        steps = tuple(
            _Step(
                links[id].target,
                links[id].port in labelled,
                Row("branch", id),
                Row("open", id),
                Row("reference", id),
            )
            for id in self._document.out_links(node_id)
        )
        branches = len(steps) > 1 or any(step.labelled for step in steps)
        node = self._document.node(node_id)
        test = str(node.config.get("test")) if node.kind == AB_TARGET else None
        if test is not None:
            self._target_of[test] = node_id
        return _Node(Row("node", node_id), steps, branches, test)
