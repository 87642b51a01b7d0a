"""What the mouse does between press and release: small state objects, owned by the view.

A gesture previews on items and asks for one edit at its end; `cancel` leaves no trace.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication, QGraphicsView

from canvas_widgets.moving import MovePreview
from canvas_widgets.overlay import Overlay
from canvas_widgets.scene import CampaignScene
from canvas_widgets.snapping import Snap, Snapper
from engine.campaign.edits import Edit, move
from engine.campaign.model import START_ID, Point

_SNAP_REACH = 6.0  # screen pixels from being in line at which a card is drawn there


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
    """Drag cards until they come to rest in line with others or on the grid; one edit on release.

    While Alt is held they go wherever the pointer goes.
    """

    def __init__(
        self,
        view: QGraphicsView,
        scene: CampaignScene,
        overlay: Overlay,
        node_ids: Iterable[str],
        position: QPoint,
        request: Callable[[Edit], None],
    ) -> None:
        self._view = view
        self._scene = scene
        self._overlay = overlay
        self._from = {node_id: scene.place(node_id) for node_id in node_ids if node_id != START_ID}
        self._pressed = position
        self._origin: QPointF = view.mapToScene(position)
        self._request = request
        self._by = Point(0, 0)
        self._preview: MovePreview | None = None
        self._snapper: Snapper | None = None

    @property
    def moving(self) -> bool:
        """Whether the pointer went far enough to mean it."""
        return self._preview is not None

    def move(self, position: QPoint) -> None:
        if self._preview is None or self._snapper is None:
            if not self._from or not _meant(self._pressed, position):
                return
            self._preview, self._snapper = self._begin()
            self.scrolls = True
        by = self._view.mapToScene(position) - self._origin
        if self.modifiers & Qt.KeyboardModifier.AltModifier:
            snap = Snap(Point(round(by.x()), round(by.y())), ())
        else:
            snap = self._snapper.snap(by, _SNAP_REACH / self._view.transform().m11())
        self._overlay.show_guides(snap.guides)
        if snap.by != self._by:
            self._by = snap.by
            self._preview.show(self._by)

    def release(self, position: QPoint) -> None:
        if self._preview is None:
            return
        self.move(position)
        self._overlay.clear()
        if self._by != (0, 0):
            places = {id: Point(at.x + self._by.x, at.y + self._by.y) for id, at in self._from.items()}
            self._request(move(self._scene.document, places))
        self._preview.end()

    def cancel(self) -> None:
        self._overlay.clear()
        if self._preview is not None:
            self._preview.end()

    def _begin(self) -> tuple[MovePreview, Snapper]:
        moved, others = QRectF(), []
        for node_id, card in self._scene.cards.items():
            if node_id in self._from:
                moved = moved.united(card.scene_rect)
            else:
                others.append(card.scene_rect)
        return MovePreview(self._scene, self._from), Snapper(moved, others)


class BandGesture(Gesture):
    """Drag a rubber band over empty canvas: the cards that it touches light up, and are selected on release.

    `kept` are the cards that stay selected. A press that is not dragged selects just those.
    """

    def __init__(
        self,
        view: QGraphicsView,
        scene: CampaignScene,
        overlay: Overlay,
        position: QPoint,
        kept: Iterable[str] = (),
    ) -> None:
        self._view = view
        self._scene = scene
        self._overlay = overlay
        self._kept = frozenset(kept)
        self._pressed = position
        self._origin: QPointF = view.mapToScene(position)
        self._touched: frozenset[str] = frozenset()
        self._cards: list[tuple[str, QRectF]] | None = None

    def move(self, position: QPoint) -> None:
        if self._cards is None:
            if not _meant(self._pressed, position):
                return
            self._cards = [(id, card.scene_rect) for id, card in self._scene.cards.items()]
            self.scrolls = True
        band = QRectF(self._origin, self._view.mapToScene(position)).normalized()
        self._overlay.show_band(band)
        touching = band.adjusted(-0.5, -0.5, 0.5, 0.5)  # Qt finds that a band without a height meets nothing
        self._touched = frozenset(id for id, rect in self._cards if rect.intersects(touching))
        self._scene.show_selected(self._kept | self._touched)

    def release(self, position: QPoint) -> None:
        self.move(position)
        self._overlay.clear()
        self._scene.select(self._kept | self._touched)

    def cancel(self) -> None:
        self._overlay.clear()
        self._scene.show_selected(self._scene.selection)


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


def _meant(pressed: QPoint, position: QPoint) -> bool:
    """Whether the pointer went far enough from where it was pressed to mean it."""
    return (position - pressed).manhattanLength() >= QApplication.startDragDistance()
