"""Where a campaign is published to: this computer, a server, another machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.preferences import Server
from app.servers.words import server_name
from app.widgets.basic import label
from app.widgets.combo_box import ComboBox, Option
from canvas_widgets.look import Look
from engine.i18n import tr

HERE, ELSEWHERE = "here", "elsewhere"


class PlaceField(QWidget):
    """A row with the places; `chosen(place)` is called with another one than is on show: `HERE`, a server's
    address, `ELSEWHERE`. Attribute `field`."""

    def __init__(
        self, look: Look, servers: Sequence[Server], current: str, chosen: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._current, self._chosen = current, chosen
        grid = look.sizes.grid
        text = label("label", tr("Publish to"))
        text.setFixedWidth(13 * grid)  # as the questions of the summary below
        self.field = ComboBox()
        self.field.setAccessibleName(text.text())
        self.field.set_options(
            [
                Option(HERE, tr("This computer")),
                *(Option(server.url, server_name(server)) for server in servers),
                Option(ELSEWHERE, tr("Another machine…")),
            ]
        )
        self.field.set_value(current)
        self.field.chosen.connect(self._on_chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, grid, 0)
        row.setSpacing(2 * grid)
        row.addWidget(text, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.field, 1)

    def _on_chosen(self, place: str) -> None:
        if place != self._current:
            self._chosen(place)
