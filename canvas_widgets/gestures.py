"""What the mouse does between press and release: small state objects, owned by the view.

A gesture previews on items and asks for one edit at its end; `cancel` leaves no trace.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QGraphicsView

from canvas_widgets.geometry import snapped
from canvas_widgets.scene import CampaignScene
from engine.campaign.edits import Edit, move
from engine.campaign.model import START_ID, Point


class Gesture(ABC):
    """Positions are in viewport pixels.

    Attributes: `cursor`; `scrolls` (the view scrolls while the pointer is held at its edge); `modifiers` (the
    keys that are held, kept by the view).
    """

    cursor: Qt.CursorShape | None = None
    scrolls: bool = False
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier

    @abstractmethod
    def move(self, position: QPoint) -> None: ...

    @abstractmethod
    def release(self, position: QPoint) -> None: ...

    @abstractmethod
    def cancel(self) -> None: ...


class PanGesture(Gesture):
    """Drag the canvas under the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, view: QGraphicsView, position: QPoint) -> None:
        self._view = view
        self._last = position

    def move(self, position: QPoint) -> None:
        step = position - self._last
        self._last = position
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(across.value() - step.x())
        down.setValue(down.value() - step.y())

    def release(self, position: QPoint) -> None:
        self.move(position)

    def cancel(self) -> None:
        """The canvas stays where it was dragged: nothing was changed."""


class MoveGesture(Gesture):
    """Drag cards by steps of the grid; one edit on release."""

    def __init__(
        self,
        view: QGraphicsView,
        scene: CampaignScene,
        node_ids: Iterable[str],
        position: QPoint,
        request: Callable[[Edit], None],
        threshold: int,
    ) -> None:
        self._view = view
        self._scene = scene
        self._from = {node_id: scene.place(node_id) for node_id in node_ids if node_id != START_ID}
        self._pressed = position
        self._origin: QPointF = view.mapToScene(position)
        self._request = request
        self._threshold = threshold
        self._by: Point | None = None

    @property
    def moving(self) -> bool:
        """Whether the pointer went far enough to mean it."""
        return self._by is not None

    def move(self, position: QPoint) -> None:
        if not self.moving and (position - self._pressed).manhattanLength() < self._threshold:
            return
        by = self._view.mapToScene(position) - self._origin
        self._by = snapped(by.x(), by.y())
        self.scrolls = True
        self._scene.preview_move(self._from, self._by)

    def release(self, position: QPoint) -> None:
        if self._by is None:
            return
        self.move(position)
        if self._by != (0, 0):
            places = {id: Point(at.x + self._by.x, at.y + self._by.y) for id, at in self._from.items()}
            self._request(move(self._scene.document, places))
        self._scene.end_preview(self._from)

    def cancel(self) -> None:
        if self.moving:
            self._scene.end_preview(self._from)


class PressGesture(Gesture):
    """A button on the canvas: it acts when it is released where it was pressed."""

    def __init__(self, holds: Callable[[QPoint], bool], act: Callable[[], None]) -> None:
        self._holds = holds
        self._act = act

    def move(self, position: QPoint) -> None:
        """A pressed button stays."""

    def release(self, position: QPoint) -> None:
        if self._holds(position):
            self._act()

    def cancel(self) -> None:
        """Nothing was done yet."""
