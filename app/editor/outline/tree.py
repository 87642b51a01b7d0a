"""The tree of the outline: selection in step with the canvas, keys, dropping, renaming in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QTreeView

from app.editor.outline.delegate import OutlineDelegate
from app.editor.outline.model import OutlineModel
from canvas_widgets.catching_up import AT_ONCE
from canvas_widgets.collector import keep_large
from canvas_widgets.gestures.drop import dragged_kind
from canvas_widgets.look import Look, set_role
from canvas_widgets.scene import CampaignScene
from canvas_widgets.slicing import Slices
from engine.campaign.edits.add import refusal
from engine.campaign.outline import Row
from engine.i18n import tr

_INDENT = 14
_AT_ONCE = 300  # steps that are not worth a slice of their own
_MOST_SELECTED = 300  # rows
_UNFOLDED = 9  # levels: what is deeper is folded until somebody looks there
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_Index = QModelIndex | QPersistentModelIndex
_SELECT = QItemSelectionModel.SelectionFlag.ClearAndSelect


class OutlineTree(QTreeView):
    """Signals: `configure_asked(node id)`, by Enter; `shown(node id)`, by a double click: bring it into the
    middle; `add_asked(link id)`, on an open end; `behind_asked()`, by /; `dropped(link id, kind)`;
    `refused(text)`; `menu_asked(global point, link id)`, the latter "" for a component.
    Attribute `lit`: the components that look selected, where they are too many to be it.
    """

    configure_asked = Signal(str)
    shown = Signal(str)
    add_asked = Signal(str)
    behind_asked = Signal()
    dropped = Signal(str, str)
    refused = Signal(object)
    menu_asked = Signal(QPoint, str)

    def __init__(self, scene: CampaignScene, look: Look, *, read_only: bool) -> None:
        super().__init__()
        self._scene = scene
        self._look = look
        self._selecting = False
        self._filling = Slices(self)
        self._drop_on: QPersistentModelIndex | None = None
        self.lit: frozenset[str] = frozenset()
        self.outline = OutlineModel(scene, read_only, self)
        self.setModel(self.outline)
        self.setItemDelegate(OutlineDelegate(self, look))
        self._set_up()
        self.outline.arrived.connect(self._on_arrived)
        self.selectionModel().selectionChanged.connect(self._on_selected)
        scene.selection_changed.connect(self.show_selection)
        scene.mirrored.connect(self._on_mirrored)
        look.changed.connect(self.viewport().update)

    def _set_up(self) -> None:
        self.setObjectName("outline")
        set_role(self, "plain")
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(_INDENT)
        self.setExpandsOnDoubleClick(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAcceptDrops(not self.read_only)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    # What is shown -----------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Show the campaign, a large one in slices; until now the outline costs nothing."""
        if not self._filling.active and not self.outline.is_filled and self._scene.is_loaded:
            self._filling.begin(self._steps(self.outline.filling()), self._on_caught_up)
            self._filling.advance(_AT_ONCE)

    def _steps(self, steps: Iterator[None]) -> Iterator[None]:
        """A row that goes takes its selection along; the canvas knows its own."""
        while True:
            self._selecting = True
            ended = next(steps, self) is self
            self._selecting = False
            if ended:
                return
            yield

    def _on_caught_up(self) -> None:
        self.show_selection()
        self.viewport().update()
        keep_large(len(self._scene.cards))

    def end(self) -> None:
        """Show what it last showed: the page goes."""
        self._filling.stop()

    def clear_away(self, done: Callable[[], object]) -> None:
        """Let go of the rows of a page that nobody looks at any more, many of them in slices; then `done`."""
        if self.outline.count <= AT_ONCE:
            done()
        else:
            self.setModel(None)
            self._filling.begin(self.outline.going(), done)

    @property
    def read_only(self) -> bool:
        """Whether the campaign is only looked at."""
        return self.outline.words.read_only

    def end_editing(self) -> None:
        """From now on the campaign is only looked at."""
        self.outline.words.read_only = True
        self.setAcceptDrops(False)
        self._filling.stop()
        self.outline.forget()
        self.begin()

    def refresh(self) -> None:
        """What is configured may be another thing now, or counts: say it anew."""
        self.viewport().update()

    def node_kind(self, node_id: str) -> str:
        return self._scene.document.node(node_id).kind

    def show_selection(self) -> None:
        """Select what is selected on the canvas, and bring it into sight where it is one component.

        Of very many, rows only look selected: with thousands of ranges Qt takes a second to paint.
        """
        if self._selecting or not self.outline.is_filled or not self.isVisible():
            return
        selection = self._scene.selection
        self.lit = selection if len(selection) > _MOST_SELECTED else frozenset()
        chosen = QItemSelection()
        indexes = [self.outline.index_of(Row("node", id)) for id in selection] if not self.lit else []
        for index in indexes:
            chosen.select(index, index)
        self._selecting = True
        self.selectionModel().select(chosen, _SELECT)
        if len(indexes) == 1:
            self.selectionModel().setCurrentIndex(indexes[0], QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(indexes[0])
        self._selecting = False
        self.viewport().update()

    def _on_selected(self) -> None:
        if self._selecting:
            return
        rows = [self.outline.row_at(index) for index in self.selectedIndexes()]
        self._selecting = True
        self._scene.select(row.id for row in rows if row is not None and row.kind == "node")
        self._selecting = False

    def _on_mirrored(self, ops: object) -> None:
        if isinstance(ops, Sequence):
            self.outline.follow(ops)
        if self.isVisible():
            self._catch_up()

    def _catch_up(self) -> None:
        """Follow in slices; what is under way takes in what comes on the way."""
        if not self._filling.active and self.outline.is_filled:
            self._filling.begin(self._steps(self.outline.catching_up()), self._on_caught_up)
            self._filling.advance(_AT_ONCE)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def _on_arrived(self, indexes: list[QModelIndex]) -> None:
        for index in indexes:
            level, above = 0, index.parent()
            while above.isValid():
                level, above = level + 1, above.parent()
            if level <= _UNFOLDED:
                self.expandRecursively(index, _UNFOLDED - level)

    def rename(self, node_id: str) -> None:
        """Edit a component's name in its row."""
        index = self.outline.index_of(Row("node", node_id))
        if index.isValid():
            self.setCurrentIndex(index)
            self.edit(index)

    # Keys and pointer --------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            text = event.text()
            # Letters find a row by its name here, also those that are an action's keys elsewhere.
            if (text.isalnum() or text == "/") and not event.modifiers() & _COMMANDS:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Slash and not self.read_only:
            self.behind_asked.emit()
        elif event.key() in _ENTER and self.state() is not QAbstractItemView.State.EditingState:
            self.enter(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape or (event.modifiers() & _COMMANDS and event.text()):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def enter(self, index: QModelIndex) -> None:
        """Do what a row is for: configure it, add there, go to what it refers to, fold it."""
        row = self.outline.row_at(index)
        if row is None:
            return
        match row.kind:
            case "node":
                self.configure_asked.emit(row.id)
            case "open":
                if not self.read_only:
                    self.add_asked.emit(row.id)
            case "reference":
                self.setCurrentIndex(
                    self.outline.index_of(Row("node", self._scene.document.links[row.id].target or ""))
                )
            case _:
                self.setExpanded(index, not self.isExpanded(index))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        row = self.outline.row_at(index)
        if event.button() is Qt.MouseButton.LeftButton and row is not None and row.kind == "open":
            self.enter(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self.outline.row_at(self.indexAt(event.position().toPoint()))
        if row is not None and row.kind == "node":
            self.shown.emit(row.id)
        elif row is not None and row.kind != "open":
            self.enter(self.indexAt(event.position().toPoint()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.currentIndex()
        if event.reason() is QContextMenuEvent.Reason.Keyboard and index.isValid():
            place = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        else:
            place = event.globalPos()
        row = self.outline.row_at(index)
        if row is not None:
            self.menu_asked.emit(place, "" if row.kind in ("node", "loose") else row.id)

    # Dropping a component ----------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dragged_kind(event.mimeData()) is not None and not self.read_only:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        kind = dragged_kind(event.mimeData())
        index = self.indexAt(event.position().toPoint())
        row = self.outline.row_at(index)
        link = None if row is None else self.outline.link_of(row)
        if kind is not None and link is not None and refusal(self._scene.document, link, kind) is None:
            self._show_drop(QPersistentModelIndex(index))
            event.acceptProposedAction()
        else:
            self._show_drop(None)
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_drop(None)

    def dropEvent(self, event: QDropEvent) -> None:
        kind = dragged_kind(event.mimeData())
        row = self.outline.row_at(self.indexAt(event.position().toPoint()))
        link = None if row is None else self.outline.link_of(row)
        self._show_drop(None)
        if kind is None or link is None:
            event.ignore()
            self.refused.emit(tr("Drop it on a row: it is added behind that component."))
        elif (message := refusal(self._scene.document, link, kind)) is not None:
            event.ignore()
            self.refused.emit(message)
        else:
            event.acceptProposedAction()
            self.setFocus()
            self.dropped.emit(link, kind)

    def _show_drop(self, index: QPersistentModelIndex | None) -> None:
        self._drop_on = index
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._drop_on is not None and self._drop_on.isValid():
            rect = self.visualRect(self._drop_on).adjusted(0, 1, -3, -2)
            with QPainter(self.viewport()) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(self._look.colours.accent, 2))
                painter.drawRoundedRect(rect, 6, 6)
