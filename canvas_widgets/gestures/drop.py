"""Dragging a component from the palette over the canvas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QGraphicsView

from canvas_widgets.component_list import MIME_TYPE
from canvas_widgets.gestures.hover import Hover
from canvas_widgets.scene import CampaignScene
from canvas_widgets.tooltip import hide_tip, show_tip
from engine.campaign.document import CampaignDocument
from engine.campaign.edits.add import refusal
from engine.campaign.graph import trigger_of
from engine.campaign.model import START_ID
from engine.components.base import Category
from engine.components.registry import COMPONENTS, component
from engine.i18n import tr

_REACH = 28.0  # screen pixels from a + or a line at which a drop is taken
_LABEL = 24  # pixels below the pointer that the label which is dragged covers


class PaletteDrop:
    """One drag: which + take the kind, and what the pointer is over.

    Attributes: `kind`; `link_id`, where a drop would add now, else None; `why_not`, what to tell about that.
    """

    def __init__(self, scene: CampaignScene, hover: Hover, kind: str) -> None:
        self._scene = scene
        self._hover = hover
        self.kind = kind
        self.link_id: str | None = None
        self.why_not = ""
        self._elsewhere = _why_nowhere(scene.document, kind) or tr("Drop it on a + or on a line.")
        document = scene.document
        scene.set_targets(
            link_id
            for link_id, link in document.links.items()
            if link.target is None and refusal(document, link_id, kind) is None
        )

    def move(self, point: QPointF, zoom: float) -> None:
        """The pointer is at a point of the scene."""
        link = self._scene.link_at(point, _REACH / zoom)
        self.link_id, self.why_not = None, self._elsewhere
        if link is None:
            self._hover.leave()
            return
        message = refusal(self._scene.document, link.link_id, self.kind)
        if message is not None:
            self.why_not = str(message)
            self._hover.leave()
            return
        self.link_id, self.why_not = link.link_id, ""
        self._hover.show_plus(link, zoom)

    def end(self) -> None:
        """Dropped or left: nothing is faded any more."""
        self._scene.set_targets(None)
        self._hover.leave()


class CalledOff(QObject):
    """Whether Escape was pressed since `begin`. A drag takes all keys: it is seen before that."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.so = False

    def begin(self) -> None:
        self.so = False
        self._app().installEventFilter(self)

    def end(self) -> None:
        self._app().removeEventFilter(self)

    @staticmethod
    def _app() -> QCoreApplication:
        app = QApplication.instance()
        assert app is not None
        return app

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.so = True
        return False


class DropTarget:
    """A view as the target of drags from the palette: takes them, tells why not, and adds what is dropped."""

    def __init__(
        self,
        view: QGraphicsView,
        scene: CampaignScene,
        hover: Hover,
        add: Callable[[str, str], None],
        refuse: Callable[[str], None],
    ) -> None:
        self._view, self._scene, self._hover = view, scene, hover
        self._add, self._refuse = add, refuse
        self._called_off = CalledOff(view)
        self._drop: PaletteDrop | None = None

    def enter(self, event: QDragEnterEvent) -> None:
        kind = dragged_kind(event.mimeData())
        if kind is None:
            event.ignore()
            return
        self._drop = PaletteDrop(self._scene, self._hover, kind)
        self._called_off.begin()
        event.acceptProposedAction()

    def move(self, event: QDragMoveEvent) -> None:
        if self._drop is None:
            event.ignore()
            return
        position = event.position().toPoint()
        self._move(self._drop, position)
        if self._drop.link_id is None:
            event.ignore()
        else:
            event.acceptProposedAction()
        show_tip(self._view, position, self._drop.why_not, below=_LABEL)

    def drop(self, event: QDropEvent) -> None:
        drop = self._drop
        if drop is None:
            event.ignore()
            return
        self._move(drop, event.position().toPoint())
        self.end()
        if drop.link_id is None:
            event.ignore()
            self._refuse(drop.why_not)
            return
        event.acceptProposedAction()
        self._view.setFocus()  # the keyboard goes on with what was added, not in the palette
        self._add(drop.link_id, drop.kind)

    def leave(self) -> None:
        """The drag left. So does one that is let go where nothing takes it: then say why; and one that was
        called off."""
        drop, called_off = self._drop, self._called_off.so
        self.end()
        if drop is not None and drop.link_id is None and not called_off and self._is_let_go():
            self._refuse(drop.why_not)

    def end(self) -> None:
        """The drag is over."""
        if self._drop is not None:
            self._drop.end()
            self._drop = None
            self._called_off.end()
        hide_tip()

    def _is_let_go(self) -> bool:
        """Whether no button is held any more, with the pointer still over the view."""
        viewport = self._view.viewport()
        inside = viewport.rect().contains(viewport.mapFromGlobal(QCursor.pos()))
        return inside and QApplication.mouseButtons() == Qt.MouseButton.NoButton

    def _move(self, drop: PaletteDrop, position: QPoint) -> None:
        drop.move(self._view.mapToScene(position), self._view.transform().m11())


def _why_nowhere(document: CampaignDocument, kind: str) -> str:
    """Why no line at all takes a kind, in the words of most of those that might; "" where one does."""
    first = trigger_of(document) is None or component(kind).category is Category.TRIGGER
    asked = [id for id, link in document.links.items() if (link.source == START_ID) is first]
    reasons = Counter(refusal(document, link_id, kind) for link_id in asked)
    return str(reasons.most_common(1)[0][0]) if reasons and None not in reasons else ""


def dragged_kind(data: QMimeData) -> str | None:
    """The kind that a drag carries, or None where it carries something else."""
    if not data.hasFormat(MIME_TYPE):
        return None
    kind = bytes(data.data(MIME_TYPE).data()).decode("utf-8", "replace")
    return kind if kind in COMPONENTS else None
