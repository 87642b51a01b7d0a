"""Adding by typing or clicking: the list beside a +, and the lines that what is chosen may go to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt
from PySide6.QtWidgets import QGraphicsView

from canvas_widgets.gestures.chooser import Chooser
from canvas_widgets.gestures.hover import Hover
from canvas_widgets.gestures.line_drag import LinePreview
from canvas_widgets.items.handle import Z as HANDLE_Z
from canvas_widgets.look import Look
from canvas_widgets.scene import CampaignScene
from canvas_widgets.tooltip import hide_tip
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import admissible
from engine.campaign.edits.add import refusal
from engine.campaign.layout import CARD_HEIGHT, on_grid
from engine.campaign.model import START_ID, Point
from engine.i18n import tr

_BESIDE = 24  # pixels from the middle of a + to the far side of what parts it from its list
_AROUND = 48  # pixels that are seen above and below a +


class Adding(QObject):
    """Opens the list for a line, or for several of which Tab takes the next.

    `add(link id, kind, place)` adds; the place is that of a line that was let go over empty canvas, else
    None. Attribute `chooser`: the open list, or None.
    """

    def __init__(
        self,
        view: QGraphicsView,
        scene: CampaignScene,
        hover: Hover,
        look: Look,
        add: Callable[[str, str, Point | None], None],
    ) -> None:
        super().__init__(view)
        self._view, self._scene, self._hover, self._look, self._add = view, scene, hover, look, add
        self.chooser: Chooser | None = None
        self._link_ids: Sequence[str] = ()
        self._at = 0
        self._make_room = False
        self._loose: LooseEnd | None = None
        self._place: Point | None = None
        scene.mirrored.connect(self._on_mirrored)

    def lines_behind(self) -> list[str]:
        """The lines behind the selected card that take something, open ends first."""
        document, selected = self._scene.document, self._scene.selected_node
        lines = [] if selected is None else document.out_links(selected)
        lines = [link_id for link_id in lines if self._scene.has_line(link_id)]
        taking = [link_id for link_id in lines if admissible(document, link_id)]
        return sorted(taking, key=lambda link_id: document.links[link_id].target is not None)

    def open_ends(self) -> list[str]:
        """Every open end of the campaign, from top to bottom."""
        ends = [(item.line.end, id) for id, item in self._scene.links.items() if item.open and item.line]
        return [link_id for end, link_id in sorted(ends, key=lambda pair: (pair[0].y(), pair[0].x()))]

    def open_behind(self) -> bool:
        """Open it for the lines behind the selected card, or without one for the open ends.

        False where there is no such line.
        """
        lines = self.lines_behind() if self._scene.selection else self.open_ends()
        if lines:
            self.open(lines)
        return bool(lines)

    def open(
        self, link_ids: Sequence[str], *, make_room: bool = True, take_focus: bool = True
    ) -> Chooser | None:
        """Offer what may be added at the first of these lines, beside its +.

        With `make_room` the canvas gives way where + and list have no room: nobody points at anything.
        None where no line is on show: of much that came at once, it is still on its way.
        """
        link_ids = [link_id for link_id in link_ids if self._scene.has_line(link_id)]
        if not link_ids:
            return None
        self._link_ids, self._at, self._make_room, self._place = link_ids, 0, make_room, None
        return self._begin(take_focus=take_focus)

    def open_at(self, link_id: str, point: QPointF) -> None:
        """Offer what may stand where an open line was let go: the line hangs there while the list is open."""
        if not self._scene.has_line(link_id):
            return
        self._link_ids, self._at, self._make_room = [link_id], 0, False
        self._place = Point(on_grid(point.x()), on_grid(point.y() - CARD_HEIGHT / 2))
        self._loose = LooseEnd(self._scene, link_id, point)
        self._begin(take_focus=True)

    def _begin(self, *, take_focus: bool) -> Chooser:
        chooser = self.chooser = Chooser(self._look, self._view)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.chosen.connect(self._on_chosen)
        chooser.closed.connect(self._on_closed)
        chooser.line_asked.connect(self._step)
        self._offer(chooser)
        hide_tip()  # it would lie over the list's head, which says the same
        chooser.begin(take_focus=take_focus)
        return chooser

    def anchor(self) -> QRect:
        """What the list stands beside, in pixels of the view: the +, or the marked place of a trigger."""
        return self._view.mapFromScene(self._hover.plus_rect()).boundingRect()

    def _step(self, by: int) -> None:
        """Go on to the next line, or back to the one before; what is typed stays."""
        if self.chooser is not None and len(self._link_ids) > 1:
            self._at = (self._at + by) % len(self._link_ids)
            self._offer(self.chooser)

    def _offer(self, chooser: Chooser) -> None:
        document, link_id = self._scene.document, self._link_ids[self._at]
        self._hover.pinned = False
        at = None if self._loose is None else self._loose.point
        self._hover.show_plus(self._scene.links[link_id], self._view.transform().m11(), at)
        self._hover.pinned = True
        where, before = place_words(document, link_id)
        many = len(self._link_ids)
        turn = tr("Tab: {n} of {many}", n=self._at + 1, many=many) if many > 1 else ""
        if not self._make_room and at is None and self._can_be_led(link_id):
            before = tr("Or drag the + onto a component.")
        chooser.offer(
            admissible(document, link_id), where, before, turn,
            lambda kind: str(refusal(document, link_id, kind) or ""),
        )  # fmt: skip
        if self._make_room:
            self._give_way(chooser.width())
        chooser.stand_beside(self.anchor())

    def _give_way(self, width: int) -> None:
        """Scroll to where the + and a list of this width are wholly seen."""
        view, plus = self._view, self._hover.handle.pos()
        zoom = view.transform().m11()
        view.ensureVisible(QRectF(plus.x(), plus.y(), (width + _BESIDE) / zoom, 1.0), _BESIDE, _AROUND)

    def _can_be_led(self, link_id: str) -> bool:
        """Whether a line may be dragged to a component instead."""
        link = self._scene.document.links[link_id]
        return link.target is None and link.source != START_ID

    def _on_mirrored(self) -> None:
        """The document changed below the list: its lines may be gone."""
        if self.chooser is not None and not self._scene.links.keys() >= set(self._link_ids):
            self.chooser.close()

    def _on_chosen(self, kind: str) -> None:
        self._add(self._link_ids[self._at], kind, self._place)

    def _on_closed(self) -> None:
        chooser, self.chooser = self.chooser, None
        if self._loose is not None:
            self._loose.end()
            self._loose = None
        self._hover.pinned = False
        self._hover.leave()
        if chooser is not None and chooser.dismissal.has_focus:
            self._view.setFocus()


class LooseEnd:
    """An open line that hangs where it was let go, instead of at its card. Attribute `point`: where."""

    def __init__(self, scene: CampaignScene, link_id: str, point: QPointF) -> None:
        self._scene, self._link_id, self.point = scene, link_id, point
        source = scene.document.links[link_id].source
        self._preview = LinePreview(scene.stage, scene.cards[source].right_port)
        self._preview.follow(point, refused=False)
        self._preview.setZValue(HANDLE_Z - 1)
        scene.addItem(self._preview)
        scene.links[link_id].setVisible(False)

    def end(self) -> None:
        """The line is at its card again, if it still is there."""
        if self._preview.scene() is not None:
            self._scene.removeItem(self._preview)
        if (link := self._scene.links.get(self._link_id)) is not None:
            link.setVisible(True)


class PlaceWords(NamedTuple):
    """Where a line is: what it is behind, and what it leads to ("" for an open end)."""

    behind: str
    before: str


def place_words(document: CampaignDocument, link_id: str) -> PlaceWords:
    """Say where a component goes that is added at a line."""
    link = document.links[link_id]
    source = document.node(link.source)
    name = source.shown_name
    branch = next((port.label for port in source.ports if port.name == link.port), None)
    behind = (
        tr("Behind {name}", name=name)
        if branch is None
        else tr("Behind {name} · {branch}", name=name, branch=branch)
    )
    before = "" if link.target is None else tr("Before {name}", name=document.node(link.target).name)
    return PlaceWords(behind, before)
