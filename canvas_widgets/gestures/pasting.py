"""Copy mode: marks where what was copied may go, until one is chosen or Escape leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent

from canvas_widgets.gestures.adding import place_words
from canvas_widgets.gestures.gesture import Gesture, PressGesture
from canvas_widgets.items.marks import Mark, Marks
from canvas_widgets.scene import CampaignScene
from engine.campaign.clip import Clip
from engine.campaign.edits import Pasting, paste
from engine.i18n import Message, tr

if TYPE_CHECKING:
    from canvas_widgets.view import CanvasView

READABLE = 0.8
"""The zoom under which the words of marks would cover what they belong to."""

_AROUND = 60
_STEPS = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}
_ARROWS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}
_PASTING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PasteMode(QObject):
    """Everything fades but the lines that take the clip; a click on a mark, or Enter, pastes there.

    Attributes: `clip` and `marks`, None outside the mode. Signal `changed()`: begun, ended, or another mark
    is chosen; `words` says which.
    """

    changed = Signal()

    def __init__(self, view: CanvasView, scene: CampaignScene) -> None:
        super().__init__(view)
        self._view, self._scene = view, scene
        self.clip: Clip | None = None
        self.marks: Marks | None = None
        self._pasting: Pasting | None = None
        view.zoom_changed.connect(self._on_zoom_changed)
        scene.mirrored.connect(self.end)
        scene.catching_up.began.connect(self.end)

    @property
    def active(self) -> bool:
        return self.clip is not None

    @property
    def words(self) -> str:
        """The place that Enter would take, and which of how many it is; "" where it has just gone."""
        if self.marks is None or self.marks.chosen.link_id not in self._scene.document.links:
            return ""
        marks, chosen = self.marks.marks, self.marks.chosen
        where = place_words(self._scene.document, chosen.link_id)
        return tr("{n} of {many}: {place}", n=marks.index(chosen) + 1, many=len(marks), place=where.behind)

    @property
    def count(self) -> int:
        """How many components Enter would add."""
        return 0 if self._pasting is None or not self.words else self._pasting.count(self._chosen)

    @property
    def also(self) -> Message | None:
        """What else Enter would do; None for nothing."""
        return None if self._pasting is None or not self.words else self._pasting.also(self._chosen)

    @property
    def _chosen(self) -> str:
        return "" if self.marks is None else self.marks.chosen.link_id

    def begin(self, clip: Clip, near: str | None = None) -> Message | None:
        """Show the marks; one behind the component `near` is chosen first. Answers why not, where none is."""
        self.end()
        pasting = Pasting(self._scene.document, clip)
        places = [link_id for link_id in pasting.places() if self._scene.has_line(link_id)]
        links = self._scene.document.links
        if not places:
            behind = min(links, key=lambda id: (links[id].source != near, links[id].target is not None, id))
            return pasting.refusal(behind)
        self.clip, self._pasting = clip, pasting
        self._scene.set_targets(places)
        marks = self._put(places)
        first = next((mark for mark in marks.marks if links[mark.link_id].source == near), marks.marks[0])
        if self._view.zoom < READABLE:
            self._view.zoom_to(READABLE, first.at)
        self._choose(first)
        self._show_all(marks)
        self._view.setFocus()
        return None

    def end(self) -> None:
        """Leave without pasting."""
        if self.marks is None:
            return
        self._scene.removeItem(self.marks)
        self.clip = self._pasting = self.marks = None
        self._scene.set_targets(None)
        self.changed.emit()

    def retranslate(self) -> None:
        """Say everything in the language of the moment: marks are as wide as their words."""
        if (before := self.marks) is None:
            return
        self._scene.removeItem(before)
        marks = self._put([mark.link_id for mark in before.marks])
        self._choose(next(mark for mark in marks.marks if mark.link_id == before.chosen.link_id))

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """How the pointer looks in the mode; None where as ever."""
        return Qt.CursorShape.PointingHandCursor if self.marks is not None and self.marks.hot else None

    def point_at(self, point: QPointF) -> None:
        """The pointer is at a point of the scene."""
        if self.marks is not None:
            self.marks.show_state(self.marks.chosen, self.marks.mark_at(point))

    def pressed(self, point: QPointF) -> Gesture | None:
        """The gesture that a press begins: on a mark, a paste when it is released there."""
        if (mark := self._mark_at(point)) is None:
            return None
        return PressGesture(
            lambda at: self._mark_at(self._view.mapToScene(at)) is mark, lambda: self._paste(mark)
        )

    def key(self, event: QKeyEvent) -> bool:
        """Tab and arrows go from mark to mark, Enter pastes, Escape leaves. False for any other key."""
        key = Qt.Key(event.key())
        if self.marks is None:
            return False
        if key in _STEPS:
            marks = self.marks.marks
            self._choose(marks[(marks.index(self.marks.chosen) + _STEPS[key]) % len(marks)])
        elif key in _ARROWS:
            self._choose(_beside(self.marks, _ARROWS[key]))
        elif key in _PASTING:
            self._paste(self.marks.chosen)
        elif key == Qt.Key.Key_Escape:
            self.end()
        else:
            return False
        return True

    def _put(self, places: list[str]) -> Marks:
        scene = self._scene
        self.marks = Marks(scene, scene.stage, (scene.links[id] for id in places), self._view.zoom)
        self._scene.addItem(self.marks)
        return self.marks

    def _paste(self, mark: Mark) -> None:
        clip = self.clip
        self.end()
        if clip is not None:
            self._view.ask_for(lambda: paste(self._scene.document, mark.link_id, clip))

    def _show_all(self, marks: Marks) -> None:
        """Scroll to where no mark is cut off, if there is room for all of them."""
        every = [marks.rect_of(mark) for mark in marks.marks]
        left, top = min(rect.left() for rect in every), min(rect.top() for rect in every)
        right, bottom = max(rect.right() for rect in every), max(rect.bottom() for rect in every)
        covered = QRectF(left, top, right - left, bottom - top)
        room = self._view.seen
        if covered.width() <= room.width() and covered.height() <= room.height():
            self._view.ensureVisible(covered, 0, 0)

    def _choose(self, mark: Mark) -> None:
        assert self.marks is not None
        self.marks.show_state(mark, self.marks.hot)
        self._view.ensureVisible(self.marks.rect_of(mark), _AROUND, _AROUND)
        self.changed.emit()

    def _mark_at(self, point: QPointF) -> Mark | None:
        return None if self.marks is None else self.marks.mark_at(point)

    def _on_zoom_changed(self, zoom: float) -> None:
        if self.marks is not None:
            self.marks.set_zoom(zoom)


def _beside(marks: Marks, direction: QPointF) -> Mark:
    """The nearest mark in a direction from the chosen one; that one where there is none."""
    here = marks.chosen.at

    def cost(mark: Mark) -> float:
        way = mark.at - here
        along = QPointF.dotProduct(way, direction)
        aside = abs(way.x() * direction.y()) + abs(way.y() * direction.x())
        return along + 2 * aside if along > 1 else float("inf")

    best = min(marks.marks, key=cost)
    return best if cost(best) < float("inf") else marks.chosen
