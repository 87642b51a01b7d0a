"""What a press on the hover handle begins: its +, its scissors, and the tools above a card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QLabel, QMenu, QWidgetAction

from canvas_widgets.gestures.gesture import Gesture, PressGesture, PressOrDrag
from canvas_widgets.gestures.hover import Hover
from canvas_widgets.gestures.line_drag import LineDrag, LineEnd
from canvas_widgets.items.handle import Offer, Tool, offer_text, tool_text
from canvas_widgets.look import set_role
from canvas_widgets.scene import CampaignScene
from engine.campaign.edits import grow, growable
from engine.campaign.model import START_ID
from engine.components.base import Port
from engine.i18n import tr

if TYPE_CHECKING:
    from canvas_widgets.view import CanvasView

_HEADING = (12, 8, 12, 4)  # pixels around the heading of a menu


class Handling:
    """Turns presses on the handle into gestures of the view, which are answered by its signals.

    Attribute `branches`: the open menu of branches, or None.
    """

    def __init__(self, view: CanvasView, scene: CampaignScene, hover: Hover) -> None:
        self._view, self._scene, self._hover = view, scene, hover
        self.branches: QMenu | None = None

    @property
    def offer(self) -> Offer:
        """What hovers under the pointer."""
        return self._hover.handle.offer

    def pressed(self, position: QPoint) -> Gesture | None:
        """The gesture that a press here begins; None where the handle is not meant."""
        point, handle = self._view.mapToScene(position), self._hover.handle
        match handle.offer, handle.node_id, handle.link_id:
            case Offer.TOOLS, str(node_id), _ if (tool := handle.tool_at(point)) is not None:
                return PressGesture(lambda at: self._on_tool(at) is tool, lambda: self._use(tool, node_id))
            case Offer.PLUS, _, str(link_id) if self._hover.holds_plus(point):
                return self._press_plus(link_id, position)
            case Offer.SCISSORS, _, str(link_id) if handle.holds(point):
                return PressGesture(self._holds, lambda: self._view.cut_requested.emit(link_id))
            case Offer.GROW, str(node_id), _ if handle.holds(point):
                return self._press_grow(node_id, position)
        return None

    def tip(self, point: QPointF) -> str | None:
        """What a click here does; None where the handle is not under the pointer."""
        handle = self._hover.handle
        if (tool := handle.tool_at(point)) is not None:
            return tool_text(tool)
        if self._hover.holds_plus(point) or (handle.offer is not Offer.TOOLS and handle.holds(point)):
            link = self._scene.links.get(handle.link_id or "")
            return offer_text(handle.offer, open_end=link is not None and link.open and not link.first_place)
        return None

    def _press_plus(self, link_id: str, position: QPoint) -> Gesture:
        link = self._scene.document.links[link_id]
        press = PressGesture(
            lambda at: self._hover.holds_plus(self._view.mapToScene(at)),
            lambda: self._view.adding.open([link_id], make_room=False),
        )
        if link.target is not None or link.source == START_ID:  # what Start leads to is added
            return press
        ports = tuple(port for port in self._scene.document.ports(link.source) if port.name == link.port)
        return PressOrDrag(position, press, lambda: self._drag(LineEnd(link.source, ports, link_id)))

    def _press_grow(self, node_id: str, position: QPoint) -> Gesture:
        ports = tuple(growable(self._scene.document, node_id))
        press = PressGesture(self._holds, lambda: self.grow(node_id, ports))
        return PressOrDrag(position, press, lambda: self._drag(LineEnd(node_id, ports)))

    def _drag(self, end: LineEnd) -> LineDrag:
        self._hover.leave()
        view, scene = self._view, self._scene
        request, refuse, let_go = view.edit_requested.emit, view.refused.emit, view.adding.open_at
        return LineDrag(view, scene, end, request, refuse, self.grow, let_go)

    def grow(
        self, node_id: str, ports: Sequence[Port], target: str | None = None, at: QPointF | None = None
    ) -> None:
        """Add another line; where several ports may be meant, ask at the pointer for the branch.

        One that is let go at a point of empty canvas asks there for its component.
        """

        def add(port: Port) -> None:
            self._view.ask_for(lambda: grow(self._scene.document, node_id, port.name, target))
            document = self._scene.document
            links = {id: document.links[id] for id in document.out_links(node_id)}
            grown = (id for id, link in links.items() if link.port == port.name and link.target is None)
            if target is None and at is not None and (link_id := next(grown, None)) is not None:
                self._view.adding.open_at(link_id, at)

        if len(ports) == 1:
            add(ports[0])
        else:
            self._ask(ports, add)

    def _ask(self, ports: Sequence[Port], then: Callable[[Port], None]) -> None:
        menu = self.branches = QMenu(self._view)
        menu.addAction(_heading(menu, tr("Another line for the branch")))
        for port in ports:
            action = menu.addAction(str(port.label or port.name).replace("&", "&&"))
            action.triggered.connect(partial(_call, then, port))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._view.cursor().pos())

    def _on_tool(self, position: QPoint) -> Tool | None:
        return self._hover.handle.tool_at(self._view.mapToScene(position))

    def _holds(self, position: QPoint) -> bool:
        return self._hover.handle.holds(self._view.mapToScene(position))

    def _use(self, tool: Tool, node_id: str) -> None:
        if tool is Tool.DELETE:
            self._view.delete_requested.emit(node_id)
        else:
            self._view.copy_requested.emit(node_id, tool is Tool.COPY_BEHIND)


def _heading(menu: QMenu, text: str) -> QWidgetAction:
    """A line that only says what the menu asks: a style sheet hides the titles of a menu's sections."""
    label = QLabel(text)
    label.setContentsMargins(*_HEADING)
    set_role(label, "section")
    heading = QWidgetAction(menu)
    heading.setDefaultWidget(label)
    heading.setEnabled(False)  # keys pass over it,
    label.setEnabled(True)  # and yet it is to be read
    return heading


def _call(then: Callable[[Port], None], port: Port, *_checked: bool) -> None:
    then(port)
