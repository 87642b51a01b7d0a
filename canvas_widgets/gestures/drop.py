"""Dragging a component from the palette over the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPoint, QPointF
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QGraphicsView, QToolTip

from canvas_widgets.component_list import MIME_TYPE
from canvas_widgets.gestures.hover import Hover
from canvas_widgets.scene import CampaignScene
from canvas_widgets.tooltip import plain
from engine.campaign.edits.add import refusal
from engine.components.registry import COMPONENTS
from engine.i18n import tr

_REACH = 28.0  # screen pixels from a + or a line at which a drop is taken


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
        document = scene.document
        scene.set_targets(
            link_id
            for link_id, link in document.links.items()
            if link.target is None and refusal(document, link_id, kind) is None
        )

    def move(self, point: QPointF, zoom: float) -> None:
        """The pointer is at a point of the scene."""
        link = self._scene.link_at(point, _REACH / zoom)
        self.link_id, self.why_not = None, tr("Drop it on a + or on a line.")
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
        self._drop: PaletteDrop | None = None

    def enter(self, event: QDragEnterEvent) -> None:
        kind = dragged_kind(event.mimeData())
        if kind is None:
            event.ignore()
            return
        self._drop = PaletteDrop(self._scene, self._hover, kind)
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
        QToolTip.showText(self._view.viewport().mapToGlobal(position), plain(self._drop.why_not), self._view)

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

    def end(self) -> None:
        """The drag left, or is over."""
        if self._drop is not None:
            self._drop.end()
            self._drop = None
        QToolTip.hideText()

    def _move(self, drop: PaletteDrop, position: QPoint) -> None:
        drop.move(self._view.mapToScene(position), self._view.transform().m11())


def dragged_kind(data: QMimeData) -> str | None:
    """The kind that a drag carries, or None where it carries something else."""
    if not data.hasFormat(MIME_TYPE):
        return None
    kind = bytes(data.data(MIME_TYPE).data()).decode("utf-8", "replace")
    return kind if kind in COMPONENTS else None
