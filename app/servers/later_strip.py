"""The strip below the campaign list that says what waits to be published, and what came of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.language import Retranslated
from app.widgets.basic import LinkButton, label
from canvas_widgets.look import Look
from engine.i18n import tr

if TYPE_CHECKING:
    from app.servers.later import PublishLater
    from engine.client.later import Waiting

_ICONS = {
    "waiting": ("clock", "muted"),
    "conflict": ("alert-triangle", "warn"),
    "refused": ("alert-circle", "danger"),
}


class LaterStrip(Retranslated, QFrame):
    """A row for each, with what can be done about it. Attribute `rows`: the widgets, in order."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("role", "surface")
        self._look = look
        self._later: PublishLater | None = None
        self.rows: list[LaterRow] = []
        grid = look.sizes.grid
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(2 * grid, grid, 2 * grid, grid)
        self._column.setSpacing(grid // 2)
        look.changed.connect(self.retranslate)
        self.hide()

    def follow(self, later: PublishLater) -> None:
        """Show what waits there, from now on."""
        self._later = later
        later.changed.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        for old in self.rows:
            self._column.removeWidget(old)
            old.deleteLater()
        waiting = () if self._later is None else self._later.waiting
        self.rows = [LaterRow(self._look, self._later, one) for one in waiting if self._later is not None]
        for row in self.rows:
            self._column.addWidget(row)
        self.setVisible(bool(self.rows))


class LaterRow(QWidget):
    """One of them. Attributes: words, decide, drop."""

    def __init__(self, look: Look, later: PublishLater, one: Waiting) -> None:
        super().__init__()
        icon = QLabel()
        size = look.sizes.small_icon
        icon.setPixmap(look.pixmap(*_ICONS[one.state], size, self.devicePixelRatioF()))
        self.words = label("", later.words(one), wrap=True)
        self.decide = LinkButton(tr("Decide…"))
        self.decide.clicked.connect(partial(later.decide, one))
        self.decide.setVisible(one.state != "waiting")
        self.drop = LinkButton(tr("Do not publish it"))
        self.drop.clicked.connect(partial(later.drop, one.url, one.campaign))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.sizes.grid)
        row.addWidget(icon)
        row.addWidget(self.words, 1)
        row.addWidget(self.decide)
        row.addWidget(self.drop)
