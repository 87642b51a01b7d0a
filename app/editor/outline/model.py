"""The outline as an item model: it follows the document's ops, row by row."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import count
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel

from app.editor.outline.words import Words
from canvas_widgets.scene import CampaignScene
from canvas_widgets.tooltip import plain
from engine.campaign.model import START_ID
from engine.campaign.ops import Op
from engine.campaign.outline import Children, Outline, Row
from engine.steps import Steps, finished

_KEY_ROLE = Qt.ItemDataRole.UserRole
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDropEnabled
_EDITABLE = _PLAIN | Qt.ItemFlag.ItemIsEditable
_Index = QModelIndex | QPersistentModelIndex


class _Store(NamedTuple):
    """Where rows that come get their items from: what left elsewhere, and what was made for them."""

    parked: dict[Row, QStandardItem]
    made: Mapping[Row, QStandardItem]


class OutlineModel(QStandardItemModel):
    """Rows of `engine.campaign.outline`. Only what changed is inserted or removed.

    The items hold a number each and nothing else: what a row says is asked when it is painted. (A model
    written in Python would be asked for thousands of rows whenever the view lays itself out.)
    Signals: `rename_asked(node id, name)`, by editing in place; `arrived(indexes)`, of rows that came with
    others below them.
    """

    rename_asked = Signal(str, str)
    arrived = Signal(object)

    def __init__(self, scene: CampaignScene, read_only: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scene = scene
        self.words = Words(scene, read_only)
        self.is_filled = self._stale = False
        self._outline: Outline | None = None
        self._shown: dict[Row | None, list[Row]] = {}
        self._items: dict[Row, QStandardItem] = {}
        self._rows: dict[int, Row] = {}
        self._numbers = count()
        self._changes = 0

    def filling(self) -> Iterator[None]:
        """Show the document, and follow it from now on, step by step; the rows come at the end."""
        outline = self._outline = Outline(self._scene.document)
        yield from outline.read()
        self._stale = True
        yield from self._taking_in(outline)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._items)

    def forget(self) -> None:
        """Show nothing, and follow nothing, until `filling`."""
        self._outline, self.is_filled = None, False
        self.clear()
        self._shown, self._items, self._rows = {}, {}, {}

    def going(self) -> Iterator[None]:
        """Let go of the rows step by step, once nothing shows them."""
        self._outline, self.is_filled = None, False
        self._shown, self._items, self._rows = {}, {}, {}
        pending = [self.invisibleRootItem()]
        while pending:
            item = pending.pop()
            pending.extend(item.takeRow(at)[0] for at in range(item.rowCount() - 1, -1, -1))
            yield

    def follow(self, ops: Sequence[Op]) -> None:
        """Take in a change that the document, and the canvas, have made; `catching_up` shows it."""
        if self._outline is not None:
            self._stale = self._outline.follow(ops) or self._stale
            self._changes += 1

    def catching_up(self) -> Iterator[None]:
        """Show what `follow` has taken in, and what it takes in meanwhile, step by step."""
        if self.is_filled and self._outline is not None:
            yield from self._taking_in(self._outline)

    def _taking_in(self, outline: Outline) -> Iterator[None]:
        while self._stale:
            seen = self._changes
            wanted = yield from outline.arranging()
            made = yield from self._making(wanted)
            if not self.is_filled:
                yield from self._building(wanted, made, seen)
                continue
            staying = {row for rows in wanted.values() for row in rows}
            yield from self._thinning(wanted, staying)
            if seen == self._changes:
                self._stale = False
                self._take(wanted, staying, made)

    def _building(self, wanted: Children, made: Mapping[Row, QStandardItem], seen: int) -> Iterator[None]:
        """At first nothing is shown: all rows are put together aside, and come at once."""
        store, came = _Store({}, made), []
        for row in wanted.get(None, []):
            item = yield from self._coming(row, wanted, store)
            came.append(item)
        if seen != self._changes:
            self._shown, self._items, self._rows = {}, {}, {}
            return
        self.is_filled, self._stale = True, False
        self._shown[None] = list(wanted.get(None, []))
        self.invisibleRootItem().insertRows(0, came)
        self.arrived.emit([item.index() for item in came if item.hasChildren()])

    def _thinning(self, wanted: Children, staying: AbstractSet[Row]) -> Iterator[None]:
        """Let go of the rows that are gone, and have nothing below them that stays: that is the longest part
        of a large deletion, and others lose nothing by it."""
        for container, present in list(self._shown.items()):
            if container is not None and container not in staying:
                continue  # it goes with what it is below
            if present == (after := wanted.get(container, [])):
                continue
            start, end = _middle(present, after)
            below = (row for top in present[start:end] for row in self._with_all_below(top))
            if start < end and staying.isdisjoint(below):
                self._remove(container, start, end)
                yield

    def _making(self, wanted: Children) -> Generator[None, None, dict[Row, QStandardItem]]:
        """Items for the rows that are new."""
        made = {}
        for rows in wanted.values():
            for row in rows:
                if row not in self._items:
                    made[row] = self._make(row)
            yield
        return made

    # Questions ---------------------------------------------------------------------------------------------

    def row_at(self, index: _Index) -> Row | None:
        """The row of an index; None where it is of something that is gone already."""
        row = self._rows.get(super().data(index, _KEY_ROLE)) if index.isValid() else None
        return row if row is not None and self._still_there(row) else None

    def index_of(self, row: Row) -> QModelIndex:
        """Where a row is; an invalid index for one that is not there."""
        item = self._items.get(row)
        return QModelIndex() if item is None else item.index()

    def below(self, row: Row | None) -> Sequence[Row]:
        """The rows directly below one; below None, the topmost ones."""
        return self._shown.get(row, ())

    def link_of(self, row: Row) -> str | None:
        """The line where a component is added that is dropped on a row: its own, or the first behind it."""
        if row.kind in ("open", "reference", "branch"):
            return row.id
        document = self._scene.document
        links = document.out_links(row.id)
        return next((id for id in links if document.links[id].target is None), next(iter(links), None))

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == _KEY_ROLE:
            return super().data(index, role)
        row = self.row_at(index)
        if row is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return self.words.text(row)
            case Qt.ItemDataRole.ToolTipRole:
                return plain(self.words.tip(row))
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return self.words.tip(row)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.words.spoken(row, self.row_at(index.parent()))
        return None

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row, name = self.row_at(index), str(value).strip()
        if role != Qt.ItemDataRole.EditRole or row is None or not name:
            return False
        if name != self.words.text(row):
            self.rename_asked.emit(row.id, name)
        return True

    def _still_there(self, row: Row) -> bool:
        """Between a change and `follow`, a row may be of something that is gone."""
        document = self._scene.document
        if row.kind in ("node", "loose"):
            return row.id == START_ID or row.id in document.nodes
        link = document.links.get(row.id)
        return link is not None and (row.kind != "reference" or link.target is not None)

    # Following ---------------------------------------------------------------------------------------------

    def _take(self, wanted: Children, staying: AbstractSet[Row], made: Mapping[Row, QStandardItem]) -> None:
        """First what belongs elsewhere now leaves, then what is gone goes, and at last what left comes back
        where it belongs, whole, beside what is new."""
        parked: dict[Row, QStandardItem] = {}
        for container, present in self._shown.items():
            after = wanted.get(container, [])
            if present != after:
                self._park(container, present, after, staying, parked)
        for container, present in list(self._shown.items()):
            if container is None or container in staying:
                self._remove(container, *_middle(present, wanted.get(container, [])))
        arrived: list[QStandardItem] = []
        for container, rows in wanted.items():
            held = self._shown.get(container)
            if held is None:
                held = self._shown[container] = []
            if held != rows:
                arrived += self._insert_missing(container, held, rows, wanted, _Store(parked, made))
        if arrived:
            self.arrived.emit([item.index() for item in arrived if item.hasChildren()])

    def _park(
        self,
        container: Row | None,
        present: list[Row],
        wanted: list[Row],
        staying: AbstractSet[Row],
        parked: dict[Row, QStandardItem],
    ) -> None:
        start, end = _middle(present, wanted)
        parent = self._parent(container)
        for at in range(end - 1, start - 1, -1):
            if present[at] in staying:
                parked[present[at]] = parent.takeRow(at)[0]
                del present[at]

    def _remove(self, container: Row | None, start: int, end: int) -> None:
        """Rows that are gone, with all below them, at once: views look around after each removal."""
        if start < end:
            present = self._shown[container]
            for row in present[start:end]:
                self._drop(row)
            self._parent(container).removeRows(start, end - start)
            del present[start:end]

    def _insert_missing(
        self,
        container: Row | None,
        present: list[Row],
        wanted: list[Row],
        all_rows: Children,
        store: _Store,
    ) -> list[QStandardItem]:
        start, end = _middle(wanted, present)
        came = [finished(self._coming(row, all_rows, store)) for row in wanted[start:end]]
        self._parent(container).insertRows(start, came)
        present[start:start] = wanted[start:end]
        return came

    def _coming(self, row: Row, all_rows: Children, store: _Store) -> Steps[QStandardItem]:
        """A row's item: the one that left elsewhere, with all below it, or a new one with all below it."""
        if (item := store.parked.pop(row, None)) is not None:
            return item
        top = self._add(row, store.made[row])
        pending = [(row, top)]
        while pending:
            above, parent = pending.pop()
            rows = all_rows.get(above)
            if not rows:
                continue
            came: list[QStandardItem] = []
            for below in rows:
                if (item := store.parked.pop(below, None)) is None:
                    item = self._add(below, store.made[below])
                    pending.append((below, item))
                came.append(item)
            parent.appendRows(came)
            self._shown[above] = list(rows)
            yield
        return top

    def _drop(self, row: Row) -> None:
        for gone in self._with_all_below(row):
            del self._rows[self._items.pop(gone).data(_KEY_ROLE)]
            self._shown.pop(gone, None)

    def _make(self, row: Row) -> QStandardItem:
        item = QStandardItem()
        item.setData(next(self._numbers), _KEY_ROLE)
        editable = row.kind == "node" and row.id != START_ID and not self.words.read_only
        item.setFlags(_EDITABLE if editable else _PLAIN)
        return item

    def _add(self, row: Row, item: QStandardItem) -> QStandardItem:
        self._rows[item.data(_KEY_ROLE)] = row
        self._items[row] = item
        return item

    def _with_all_below(self, row: Row) -> Iterator[Row]:
        pending = [row]
        while pending:
            row = pending.pop()
            pending.extend(self._shown.get(row, ()))
            yield row

    def _parent(self, container: Row | None) -> QStandardItem:
        return self.invisibleRootItem() if container is None else self._items[container]


def _middle(rows: Sequence[Row], others: Sequence[Row]) -> tuple[int, int]:
    """The part of `rows` between the longest common beginning and the longest common end."""
    limit = min(len(rows), len(others))
    start = 0
    while start < limit and rows[start] == others[start]:
        start += 1
    end = 0
    while end < limit - start and rows[-1 - end] == others[-1 - end]:
        end += 1
    return start, len(rows) - end
