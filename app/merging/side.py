"""One side of a conflict: its canvas, what it did, and the button that takes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout

from app.widgets.basic import label
from canvas_widgets.look import Look
from canvas_widgets.looking import LookingView
from canvas_widgets.scene import CampaignScene
from engine.campaign.document import CampaignDocument
from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH
from engine.campaign.model import Point
from engine.components.base import Lookup
from engine.i18n import Message

ZOOM = 0.8
_ROOM = 2_000.0
"""Around everything, so that what stands at its edge can be in the middle, too."""


class SideView(QFrame):
    """Signal `taken()`: its button was pressed. Attributes: scene, view, sentences, take (a button that stays
    down while this side is chosen)."""

    taken = Signal()

    def __init__(self, look: Look, document: CampaignDocument, lookup: Lookup, title: str, take: str) -> None:
        super().__init__()
        self._shown: tuple[str, ...] = ()
        self._places: Sequence[Point] = ()
        grid = look.sizes.grid
        self.scene = CampaignScene(document.copy(), lookup, look)
        self.scene.setParent(self)
        self.scene.loaded.connect(self._go)
        self.view = LookingView(self.scene, look)
        self.view.setAccessibleName(title)
        self.sentences = label("", wrap=True)
        self.sentences.setAlignment(Qt.AlignmentFlag.AlignTop)
        words = QScrollArea()
        words.setWidget(self.sentences)
        words.setWidgetResizable(True)
        words.setFrameShape(QFrame.Shape.NoFrame)
        words.setFixedHeight(14 * grid)  # on both sides: the canvases stay alike
        self.take = QPushButton(take)
        self.take.setCheckable(True)
        self.take.clicked.connect(self._on_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(grid)
        column.addWidget(label("strong", title))
        column.addWidget(self.view, 1)
        column.addWidget(words)
        column.addWidget(self.take)
        self.scene.start_loading()

    def show_conflict(
        self, nodes: Iterable[str], places: Sequence[Point], sentences: Sequence[Message], *, chosen: bool
    ) -> None:
        """Bring the components into the middle and light them up; those that this side does not have were at
        `places`."""
        self._shown, self._places = tuple(nodes), places
        self.sentences.setText("\n".join(str(sentence) for sentence in sentences))
        self.show_chosen(chosen)
        if self.scene.is_loaded:
            self._go()

    def show_chosen(self, chosen: bool) -> None:
        self.take.setChecked(chosen)

    def close_scene(self) -> None:
        self.scene.close()

    def _on_clicked(self) -> None:
        self.take.setChecked(True)
        self.taken.emit()

    def _go(self) -> None:
        here = [id for id in self._shown if id in self.scene.cards]
        self.scene.select(here)
        self.view.setSceneRect(self.scene.extent.content().adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM))
        centres = [self.scene.cards[id].scene_rect.center() for id in here]
        if not centres:
            centres = [QPointF(place.x + CARD_WIDTH / 2, place.y + CARD_HEIGHT / 2) for place in self._places]
        if centres:
            middle = sum(centres, QPointF()) / len(centres)
            self.view.zoom_to(ZOOM, middle, glide=False)
        else:
            self.view.begin()
