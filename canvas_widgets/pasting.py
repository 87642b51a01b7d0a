"""Copy mode: marks where what was copied may go, until one is chosen or Escape leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent

from canvas_widgets.adding import place_words
from canvas_widgets.gestures import Gesture, PressGesture
from canvas_widgets.marks import MarkItem
from canvas_widgets.scene import CampaignScene
from engine.campaign.clip import Clip
from engine.campaign.edits import Edit, Pasting, Refused, paste
from engine.i18n import Message, tr

if TYPE_CHECKING:
    from canvas_widgets.view import CanvasView

READABLE = 0.6
"""The zoom under which the words of marks would cover what they belong to."""

_AROUND = 60
_FORWARD = (Qt.Key.Key_Tab,)
_BACK = (Qt.Key.Key_Backtab,)
_ARROWS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}
_PASTING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PasteMode(QObject):
    """Everything fades but the lines that take the clip; a click on a mark, or Enter, pastes there.

    Attributes: `clip` (None outside the mode), `marks` in reading order. Signal `changed()`: begun, ended, or
    another mark is chosen; `words` says which.
    """

    changed = Signal()

    def __init__(self, view: CanvasView, scene: CampaignScene) -> None:
        super().__init__(view)
        self._view, self._scene = view, scene
        self.clip: Clip | None = None
        self.marks: list[MarkItem] = []
        self._chosen = 0
        self._hot: MarkItem | None = None
        view.zoom_changed.connect(self._on_zoom_changed)
        scene.mirrored.connect(self.end)

    @property
    def active(self) -> bool:
        return self.clip is not None

    @property
    def words(self) -> str:
        """What the mode is about, and the place that Enter would take."""
        if self.clip is None:
            return ""
        where = place_words(self._scene.document, self.marks[self._chosen].link_id)
        return tr("{n} of {many}: {place}", n=self._chosen + 1, many=len(self.marks), place=where.behind)

    def begin(self, clip: Clip, near: str | None = None) -> Message | None:
        """Show the marks; one behind the component `near` is chosen first. Answers why not, where none is."""
        self.end()
        pasting = Pasting(self._scene.document, clip)
        places = [link_id for link_id in pasting.places() if link_id in self._scene.links]
        if not places:
            links = self._scene.document.links
            behind = sorted(
                links, key=lambda id: (links[id].source != near, links[id].target is not None, id)
            )
            return pasting.refusal(behind[0])
        self.clip, self._chosen, self._hot = clip, 0, None
        self._scene.set_targets(places)
        self.marks = [MarkItem(self._scene.stage, self._scene.links[link_id]) for link_id in places]
        self.marks.sort(key=lambda mark: (mark.pos().x(), mark.pos().y()))
        for mark in self.marks:
            mark.set_zoom(self._view.zoom)
            self._scene.addItem(mark)
        sources = [self._scene.document.links[mark.link_id].source for mark in self.marks]
        self._choose(sources.index(near) if near in sources else 0)
        if self._view.zoom < READABLE:
            self._view.zoom_to(READABLE, self.marks[self._chosen].centre)
        self._view.setFocus()
        return None

    def end(self) -> None:
        """Leave without pasting."""
        if self.clip is None:
            return
        self.clip = None
        for mark in self.marks:
            self._scene.removeItem(mark)
        self.marks, self._hot = [], None
        self._scene.set_targets(None)
        self.changed.emit()

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """How the pointer looks in the mode; None where as ever."""
        return None if self._hot is None else Qt.CursorShape.PointingHandCursor

    def point_at(self, point: QPointF) -> None:
        """The pointer is at a point of the scene."""
        self._show(self._chosen, self._mark_at(point))

    def pressed(self, point: QPointF) -> Gesture | None:
        """The gesture that a press begins: on a mark, a paste when it is released there."""
        if (mark := self._mark_at(point)) is None:
            return None

        def holds(at: QPoint) -> bool:
            return self._mark_at(self._view.mapToScene(at)) is mark

        return PressGesture(holds, lambda: self._paste(mark))

    def key(self, event: QKeyEvent) -> bool:
        """Tab and arrows go from mark to mark, Enter pastes, Escape leaves. False for any other key."""
        key = Qt.Key(event.key())
        if not self.active:
            return False
        if key in _FORWARD or key in _BACK:
            self._choose((self._chosen + (1 if key in _FORWARD else -1)) % len(self.marks))
        elif key in _ARROWS:
            self._choose(self._beside(_ARROWS[key]))
        elif key in _PASTING:
            self._paste(self.marks[self._chosen])
        elif key == Qt.Key.Key_Escape:
            self.end()
        else:
            return False
        return True

    def _paste(self, mark: MarkItem) -> None:
        assert self.clip is not None
        clip = self.clip
        self.end()
        try:
            edit: Edit = paste(self._scene.document, mark.link_id, clip)
        except Refused as refused:
            self._view.refused.emit(refused.message)
        else:
            self._view.edit_requested.emit(edit)

    def _choose(self, index: int) -> None:
        self._show(index, self._hot)
        mark = self.marks[index]
        around = QRectF(mark.centre, mark.centre)
        self._view.ensureVisible(around, _AROUND, _AROUND)
        self.changed.emit()

    def _beside(self, direction: QPointF) -> int:
        """The nearest mark in a direction; the present one where there is none."""
        here = self.marks[self._chosen].centre

        def cost(index: int) -> float:
            way = self.marks[index].centre - here
            along = QPointF.dotProduct(way, direction)
            aside = abs(way.x() * direction.y()) + abs(way.y() * direction.x())
            return along + 2 * aside if along > 1 else float("inf")

        best = min(range(len(self.marks)), key=cost)
        return best if cost(best) < float("inf") else self._chosen

    def _mark_at(self, point: QPointF) -> MarkItem | None:
        near = self._scene.items(QRectF(point.x() - 1, point.y() - 1, 2, 2))
        return next((item for item in near if isinstance(item, MarkItem) and item.holds(point)), None)

    def _show(self, chosen: int, hot: MarkItem | None) -> None:
        """Show which mark Enter takes, and which a click."""
        stale = [self.marks[self._chosen], self.marks[chosen], self._hot, hot]
        self._chosen, self._hot = chosen, hot
        for mark in filter(None, stale):
            mark.show_state(chosen=mark is self.marks[chosen], hot=mark is hot)

    def _on_zoom_changed(self, zoom: float) -> None:
        for mark in self.marks:
            mark.set_zoom(zoom)
