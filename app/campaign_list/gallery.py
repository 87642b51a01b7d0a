"""New campaign: an empty one, or one of the templates, each a card with a picture of its flow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.campaign_list.broken import error_text
from app.campaign_list.flow_picture import FlowPicture
from app.widgets.basic import Clickable, button, label
from app.widgets.on_screen import keep_on_screen
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.campaign.document import CampaignDocument
from engine.files import FileError
from engine.i18n import tr

if TYPE_CHECKING:
    from engine.workspace.own_templates import OwnTemplate

COLUMNS = 2
_LONGEST = 200  # characters of a description that a card shows


@dataclass(frozen=True)
class Start:
    """What a new campaign starts from. `document` is None for an empty one; `own`: a template made here."""

    id: str | None
    name: str
    description: str
    document: CampaignDocument | None
    own: OwnTemplate | None = None


class StartCard(Clickable):
    """One of them, with a picture of its flow. Attribute `head`: its name's row, for what belongs there."""

    def __init__(self, look: Look, start: Start, chosen: Callable[[Start], None]) -> None:
        super().__init__()
        self.setAccessibleName(start.name)
        self.setAccessibleDescription(start.description[:_LONGEST])
        self.clicked.connect(lambda: chosen(start))
        grid = look.sizes.grid
        layout = QVBoxLayout(self)
        layout.setContentsMargins(grid, grid, grid, grid + grid // 2)
        layout.setSpacing(grid // 2)
        layout.addWidget(FlowPicture(look, start.document))
        layout.addSpacing(grid // 2)
        self.head: QHBoxLayout = QHBoxLayout()
        self.head.addWidget(_text("strong", start.name), 1)
        layout.addLayout(self.head)
        if start.description:
            layout.addWidget(_text("summary", _shortened(start.description)))
        layout.addStretch(1)


class OwnSection(QWidget):
    """The workspace's own templates, and the files among them that cannot be read; hidden without any."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.lines: list[QLabel] = []
        self._contents: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, look.sizes.grid, 0, 0)
        self._column.addWidget(label("section", tr("Templates of this workspace")))
        self.hide()

    def show_all(self, cards: Sequence[Clickable], broken: Sequence[FileError]) -> None:
        """Show these instead."""
        if self._contents is not None:
            self._column.removeWidget(self._contents)
            self._contents.hide()
            self._contents.deleteLater()
        self._contents = QWidget()
        column = QVBoxLayout(self._contents)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._look.sizes.grid)
        if cards:
            column.addLayout(table_of(cards, self._look))
        self.lines = []
        for error in broken:
            column.addLayout(self._line(error))
        self._column.addWidget(self._contents)
        self.setVisible(bool(cards or broken))

    def _line(self, error: FileError) -> QHBoxLayout:
        icon, size = QLabel(), self._look.sizes.small_icon
        icon.setPixmap(self._look.pixmap("alert-circle", "danger", size, self.devicePixelRatioF()))
        text = label("error", error_text(error), wrap=True)
        text.setToolTip(plain(str(error.path)))
        self.lines.append(text)
        row = QHBoxLayout()
        row.setSpacing(self._look.sizes.grid)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(text, 1)
        return row


class Gallery(QDialog):
    """Cards to choose from; `chosen(start)` is called once.

    Attributes: `cards` (what can be chosen, in order), `own` (the section of the workspace's own),
    `rename_asked` and `delete_asked` (called with an own template by its menu).
    """

    def __init__(
        self, parent: QWidget, look: Look, templates: Sequence[Start], chosen: Callable[[Start], None]
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("New campaign"))
        self._look, self._chosen = look, chosen
        self.rename_asked: Callable[[OwnTemplate], object] = lambda _own: None
        self.delete_asked: Callable[[OwnTemplate], object] = lambda _own: None
        empty = Start(
            None, tr("Custom"), tr("An empty canvas: begin with a trigger and add what follows."), None
        )
        self._fixed = [self._card(start) for start in (empty, *templates)]
        self.cards = list(self._fixed)
        self.own = OwnSection(look)
        self._lay_out()
        self.cards[0].setFocus()

    def show_own(self, starts: Sequence[Start], broken: Sequence[FileError]) -> None:
        """Show the workspace's own templates below those that ship."""
        own = [self._card(start) for start in starts]
        self.cards = [*self._fixed, *own]
        self.own.show_all(own, broken)

    def _lay_out(self) -> None:
        grid = self._look.sizes.grid
        inside = QWidget()
        inside.setObjectName("content")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, grid, 0)
        column.setSpacing(grid)
        column.addLayout(table_of(self._fixed, self._look))
        column.addWidget(self.own)
        column.addStretch(1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setWidget(inside)
        keep_on_screen(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * grid, 3 * grid, 2 * grid, 2 * grid)
        layout.setSpacing(grid)
        layout.addWidget(label("title", tr("New campaign")))
        layout.addWidget(label("muted", tr("Start from nothing, or from a flow that has proved itself.")))
        layout.addSpacing(grid)
        layout.addWidget(scroll, 1)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, grid, 0)  # in line with the cards, which leave room for a scroll bar
        row.addStretch(1)
        row.addWidget(button("", self.reject, tr("Cancel")))
        layout.addLayout(row)
        rows = (len(self._fixed) + COLUMNS - 1) // COLUMNS
        self.resize(88 * grid, (16 + min(rows, 3) * 27) * grid)

    def _card(self, start: Start) -> Clickable:
        card = StartCard(self._look, start, self._on_chosen)
        if start.own is not None:
            card.head.addWidget(self._menu_button(start.name, start.own))
        return card

    def _menu_button(self, name: str, own: OwnTemplate) -> QToolButton:
        """What can be done with a template that was made here."""
        made = QToolButton()
        self._look.set_icon(made, "dots-vertical")
        words = tr("Rename or delete “{name}”", name=name)
        made.setToolTip(plain(words))
        made.setAccessibleName(words)
        menu = QMenu(made)
        menu.addAction(tr("Rename…"), lambda: self.rename_asked(own))
        menu.addAction(tr("Delete…"), lambda: self.delete_asked(own))
        made.setMenu(menu)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return made

    def _on_chosen(self, start: Start) -> None:
        self.accept()
        self._chosen(start)


def table_of(cards: Sequence[Clickable], look: Look) -> QGridLayout:
    """Cards side by side, all of one width."""
    table = QGridLayout()
    table.setSpacing(2 * look.sizes.grid)
    for number, card in enumerate(cards):
        table.addWidget(card, number // COLUMNS, number % COLUMNS)
    for column in range(COLUMNS):
        table.setColumnStretch(column, 1)
        if column >= len(cards):  # or a single card would be wider than those of a full row
            table.addWidget(QWidget(), 0, column)
    return table


def _text(role: str, text: str) -> QLabel:
    line = label(role, text, wrap=True)
    line.setAlignment(Qt.AlignmentFlag.AlignTop)
    line.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return line


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + "…"
