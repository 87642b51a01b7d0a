"""New campaign: an empty one, or one of the templates, each a card with a picture of its flow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.campaign_list.flow_picture import FlowPicture
from app.widgets.basic import Clickable, button, label
from canvas_widgets.look import Look
from engine.campaign.document import CampaignDocument
from engine.i18n import tr

COLUMNS = 2


@dataclass(frozen=True)
class Start:
    """What a new campaign starts from. `document` is None for an empty one."""

    id: str | None
    name: str
    description: str
    document: CampaignDocument | None


class Gallery(QDialog):
    """Cards to choose from; `chosen(start)` is called once."""

    def __init__(
        self, parent: QWidget, look: Look, templates: Sequence[Start], chosen: Callable[[Start], None]
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("New campaign"))
        self._look, self._chosen = look, chosen
        empty = Start(
            None, tr("Custom"), tr("An empty canvas: begin with a trigger and add what follows."), None
        )
        self.cards = [self._card(start) for start in (empty, *templates)]
        grid = look.sizes.grid
        cards = QWidget()
        cards.setObjectName("content")
        table = QGridLayout(cards)
        table.setContentsMargins(0, 0, grid, 0)
        table.setSpacing(2 * grid)
        for number, card in enumerate(self.cards):
            table.addWidget(card, number // COLUMNS, number % COLUMNS)
        for column in range(COLUMNS):
            table.setColumnStretch(column, 1)
        table.setRowStretch(len(self.cards), 1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setWidget(cards)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * grid, 3 * grid, 2 * grid, 2 * grid)
        layout.setSpacing(grid)
        layout.addWidget(label("title", tr("New campaign")))
        layout.addWidget(label("muted", tr("Start from nothing, or from a flow that has proved itself.")))
        layout.addSpacing(grid)
        layout.addWidget(scroll, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(button("", self.reject, tr("Cancel")))
        layout.addLayout(row)
        rows = (len(self.cards) + COLUMNS - 1) // COLUMNS
        self.resize(88 * grid, (16 + min(rows, 3) * 27) * grid)
        self.cards[0].setFocus()

    def _card(self, start: Start) -> Clickable:
        card = Clickable()
        card.setAccessibleName(start.name)
        card.setAccessibleDescription(start.description)
        card.clicked.connect(lambda: self._on_chosen(start))
        grid = self._look.sizes.grid
        layout = QVBoxLayout(card)
        layout.setContentsMargins(grid, grid, grid, grid + grid // 2)
        layout.setSpacing(grid // 2)
        layout.addWidget(FlowPicture(self._look, start.document))
        layout.addSpacing(grid // 2)
        for role, text in (("strong", start.name), ("summary", start.description)):
            line = label(role, text, wrap=True)
            line.setAlignment(Qt.AlignmentFlag.AlignTop)
            line.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(line)
        layout.addStretch(1)
        return card

    def _on_chosen(self, start: Start) -> None:
        self.accept()
        self._chosen(start)
