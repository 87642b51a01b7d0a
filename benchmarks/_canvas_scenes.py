"""The scenes that `benchmarks.canvas` measures: the product's, the barest that Qt can draw, and a peer's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPen, QPixmap, QTransform
from PySide6.QtWidgets import (
    QApplication,
    QGraphicsItem,
    QGraphicsPathItem,
    QGraphicsPixmapItem,
    QGraphicsScene,
    QGraphicsView,
)

from canvas_widgets.commands import UndoStack
from canvas_widgets.gestures.moving import MovePreview
from canvas_widgets.look import Look
from canvas_widgets.scene import CampaignScene
from canvas_widgets.view import CanvasView
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import insert
from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH, COLUMN, ROW
from engine.campaign.model import START_ID, Attributes, Link, Node, Point
from engine.components.base import RefKind
from engine.components.registry import component

DRAGGED = 100
WIDTH, HEIGHT = 1920, 1080
_CONFIGS: Mapping[str, dict[str, JsonValue]] = {
    "text_sms": {"platform": "a", "sms_type": "promotional", "signature": "s", "template": "m"},
    "random_grouping": component("random_grouping").defaults(),
    "issue_coupon": {"coupon": "ten_off"},
    "wait_until": {"mode": "duration", "amount": 2, "unit": "day"},
    "tag_judgment": component("tag_judgment").defaults(),  # not configured: one in five has a red dot
}
_KINDS = tuple(_CONFIGS)


class _Everything:
    """A workspace that has whatever is asked for."""

    def name_of(self, kind: RefKind, id: str) -> str | None:
        return id

    def detail(self, kind: RefKind, id: str) -> None:
        return None


def campaign(size: int) -> CampaignDocument:
    """A grid of `size` components: each leads to its right neighbour and to the one below that."""
    columns = max(2, round((size * ROW * WIDTH / (COLUMN * HEIGHT)) ** 0.5))
    rows = -(-size // columns)
    nodes: dict[str, Node] = {}
    links = {"l_start": Link(source=START_ID, port="out", target="n_0_0")}
    layout: dict[str, Point] = {}
    for number in range(size):
        column, row = divmod(number, rows)
        kind = "target_audience" if number == 0 else _KINDS[(column + row) % len(_KINDS)]
        if number + rows >= size:
            kind = "end"
        node_id = f"n_{column}_{row}"
        config = _CONFIGS.get(kind) or component(kind).defaults()
        nodes[node_id] = Node(kind=kind, name=f"Component {number}", config=config, confirmed=True)
        layout[node_id] = Point(160 + column * COLUMN, row * ROW)
        ports = [port.name for port in component(kind).ports(config)]
        for branch in range(2 if kind != "end" else 0):
            to = number + rows + (branch if row + 1 < rows else -branch)
            target = f"n_{to // rows}_{to % rows}" if to < size else None
            port = ports[branch % len(ports)]
            links[f"l_{number}_{branch}"] = Link(source=node_id, port=port, target=target)
    return CampaignDocument(Attributes(id="c_bench", name="Bench"), nodes, links, {}, layout)


class Subject(ABC):
    """One scene under measurement. Attributes: view; can_insert, whether it inserts a component on a line."""

    view: QGraphicsView
    can_insert = True

    @abstractmethod
    def open(self) -> None: ...

    @abstractmethod
    def show_all(self) -> None: ...

    @abstractmethod
    def show_full_size(self) -> None: ...

    def pan(self, pixels: int) -> None:
        bar = self.view.horizontalScrollBar()
        bar.setValue(bar.value() + pixels)

    @abstractmethod
    def drag(self, step: int) -> None: ...

    def drop(self) -> None:  # noqa: B027 - the barest scene has nothing to put back
        """The drag ends where it began."""

    def insert(self) -> None:
        raise NotImplementedError

    def hover(self, step: int) -> None:
        """Move the pointer over cards, lines and ground: a step is longer than a card."""
        place = QPointF(40 + (step * 211) % (WIDTH - 80), 40 + (step * 83) % (HEIGHT - 80))
        none, no_keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(QEvent.Type.MouseMove, place, place, none, none, no_keys)
        QApplication.sendEvent(self.view.viewport(), event)


class Canvas(Subject):
    """The product's canvas."""

    def __init__(self, document: CampaignDocument) -> None:
        self._document = document
        self._look = Look(motion=False)
        self._stack = UndoStack()

    def open(self) -> None:
        self._scene = CampaignScene(self._document, _Everything(), self._look)
        self.view = CanvasView(self._scene, self._look)
        self._scene.start_loading()
        while not self._scene.is_loaded:
            QApplication.processEvents()

    def show_all(self) -> None:
        self.view.fit(glide=False)  # type: ignore[attr-defined]

    def show_full_size(self) -> None:
        _middle(self.view)
        self.view.zoom_to(1.0)  # type: ignore[attr-defined]
        rect = self.view.mapToScene(self.view.viewport().rect()).boundingRect()
        near = [id for id, card in self._scene.cards.items() if rect.intersects(card.scene_rect)]
        near += [id for id in self._scene.cards if id not in near]
        self._dragged = [id for id in near if id != START_ID][:DRAGGED]
        self._scene.select(self._dragged)
        self._moved = MovePreview(self._scene, self._dragged)

    def drag(self, step: int) -> None:
        self._moved.show(Point(8 * step, 0))

    def drop(self) -> None:
        self._moved.end()

    def insert(self) -> None:
        link_id = list(self._document.links)[-2]
        self._stack.push_edit(self._document, insert(self._document, link_id, "wait_until"))


class Barest(Subject):
    """The least that Qt can do: a shared pixmap for each card, a thin path for each line."""

    def __init__(self, document: CampaignDocument) -> None:
        self._document = document
        self._scene = QGraphicsScene()
        self._cards: dict[str, QGraphicsItem] = {}
        self._lines: dict[str, tuple[Link, QGraphicsPathItem]] = {}
        self._pen = QPen(QColor("grey"), 1)
        self._pen.setCosmetic(True)

    def open(self) -> None:
        self._pixmap = QPixmap(CARD_WIDTH, CARD_HEIGHT)
        self._pixmap.fill(QColor("white"))
        for node_id, place in self._document.layout.items():
            card = QGraphicsPixmapItem(self._pixmap)
            card.setPos(place.x, place.y)
            card.setZValue(1)
            self._scene.addItem(card)
            self._cards[node_id] = card
        for link_id, link in self._document.links.items():
            if link.source in self._cards and link.target is not None:
                line = QGraphicsPathItem()
                line.setPen(self._pen)
                self._lines[link_id] = (link, line)
                self._lay(link, line)
                self._scene.addItem(line)
        self.view = QGraphicsView(self._scene)
        self.view.setRenderHint(QPainter.RenderHint.Antialiasing)

    def show_all(self) -> None:
        rect = self._scene.itemsBoundingRect()
        zoom = min(WIDTH / rect.width(), HEIGHT / rect.height())
        self.view.setTransform(QTransform.fromScale(zoom, zoom))
        self.view.centerOn(rect.center())

    def show_full_size(self) -> None:
        _middle(self.view)
        self.view.setTransform(QTransform())
        rect = self.view.mapToScene(self.view.viewport().rect()).boundingRect()
        near = [id for id, card in self._cards.items() if rect.contains(card.pos())]
        near += [id for id in self._cards if id not in near]
        self._dragged = {id: self._cards[id].pos() for id in near[:DRAGGED]}

    def drag(self, step: int) -> None:
        for node_id, place in self._dragged.items():
            self._cards[node_id].setPos(place + QPointF(8 * step, 0))
        for link, line in self._lines.values():
            if link.source in self._dragged or link.target in self._dragged:
                self._lay(link, line)

    def insert(self) -> None:
        card = QGraphicsPixmapItem(self._pixmap)
        self._scene.addItem(card)
        self._cards["new"] = card
        for _, line in list(self._lines.values())[:2]:
            line.setPath(line.path())

    def _lay(self, link: Link, line: QGraphicsPathItem) -> None:
        a = self._cards[link.source].pos() + QPointF(CARD_WIDTH, CARD_HEIGHT / 2)
        b = self._cards[str(link.target)].pos() + QPointF(0, CARD_HEIGHT / 2)
        path = QPainterPath(a)
        path.cubicTo(a.x() + 32, a.y(), b.x() - 32, b.y(), b.x(), b.y())
        line.setPath(path)


class Peer(Subject):
    """NodeGraphQt, with plain nodes of one input and one output."""

    can_insert = False

    view: Any  # a QGraphicsView that does more; it has no types

    def __init__(self, document: CampaignDocument) -> None:
        self._document = document
        self._nodes: dict[str, Any] = {}

    def open(self) -> None:
        from NodeGraphQt import BaseNode, NodeGraph  # type: ignore[import-untyped]

        class Card(BaseNode):  # type: ignore[misc]  # it has no types
            __identifier__ = "bench"
            NODE_NAME = "Card"

            def __init__(self) -> None:
                super().__init__()
                self.add_input("in", multi_input=True)
                self.add_output("out", multi_output=True)

        self._graph = NodeGraph()
        self._graph.register_node(Card)
        kind = f"bench.{Card.__name__}"
        for node_id, place in self._document.layout.items():
            name = self._document.nodes[node_id].name
            self._nodes[node_id] = self._graph.create_node(
                kind, name=name, pos=(place.x, place.y), selected=False, push_undo=False
            )
        for link in self._document.links.values():
            if link.source in self._nodes and link.target is not None:
                out, into = self._nodes[link.source].output(0), self._nodes[link.target].input(0)
                out.connect_to(into, push_undo=False)
        self.view = self._graph.viewer()

    def show_all(self) -> None:
        self.view.zoom_to_nodes([node.view for node in self._nodes.values()])

    def show_full_size(self) -> None:
        self.view.reset_zoom()
        middle = list(self._nodes)[len(self._nodes) // 2]
        self.view.centerOn(self._nodes[middle].view)
        rect = self.view.mapToScene(self.view.viewport().rect()).boundingRect()
        near = [node for node in self._nodes.values() if rect.contains(QPointF(*node.pos()))]
        near += [node for node in self._nodes.values() if node not in near]
        self._dragged = [(node.view, node.view.pos()) for node in near[:DRAGGED]]

    def pan(self, pixels: int) -> None:
        self.view._set_viewer_pan(pixels, 0)  # noqa: SLF001 - what its mouse does

    def drag(self, step: int) -> None:
        for item, place in self._dragged:
            item.setPos(place + QPointF(8 * step, 0))


SCENES: Mapping[str, type[Canvas | Barest | Peer]] = {"canvas": Canvas, "barest": Barest, "peer": Peer}


def _middle(view: QGraphicsView) -> None:
    view.centerOn(view.mapToScene(QPoint(WIDTH // 2, HEIGHT // 2)))
