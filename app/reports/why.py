"""Why somebody did, or did not, get what a campaign gives: a question about one person, and the facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QWidget

from app.people.words import moment
from app.widgets.basic import button, label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.dialog import button_row, dialog_column
from app.widgets.paged_table import PagedTable
from engine.i18n import tr
from engine.server.wire.reporting import WhyAnswer, WhyLine

if TYPE_CHECKING:
    from app.window import MainWindow

_MARKS = {True: "✓ ", False: "✗ ", None: ""}
_INDENTS = {"entering": "", "step": "", "fact": "      ", "message": "      "}


class WhyDialog(QDialog):
    """Asks about a person and a campaign, or one component of it; answers at once where both are given."""

    def __init__(
        self,
        window: MainWindow,
        campaign: str = "",
        person: str = "",
        node: str | None = None,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent or window)
        self._window, self._node = window, node
        self._asked = 0
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.finished.connect(self._forget)
        self.setWindowTitle(tr("Why?"))
        self.resize(720, 560)
        self.campaign = ComboBox(tr("Choose a campaign"))
        self.person = QLineEdit(person)
        self.ask = button("primary", self._ask, tr("Ask"))
        self.answer = label("strong", wrap=True)
        self.lines = PagedTable(2)
        self._offer_campaigns(campaign)
        self._lay_out()
        if campaign and person:
            self._ask()
        else:
            self.person.setFocus()

    def _offer_campaigns(self, chosen: str) -> None:
        window = self._window
        runs = {} if window.service is None else window.service.runs
        names = {row.id: row.name for row in window.rows()}
        self.campaign.set_options(Option(id, names.get(id, id)) for id in runs)
        self.campaign.set_value(chosen or next(iter(runs), ""))
        self.campaign.chosen.connect(lambda _id: self._ask())

    def _lay_out(self) -> None:
        column = dialog_column(self, tr("Why did they, or did they not, get this?"))
        self.person.setPlaceholderText(tr("The person's own ID"))
        self.person.setAccessibleName(tr("The person's own ID"))
        self.person.returnPressed.connect(self._ask)
        self.ask.setAutoDefault(False)
        asking = QHBoxLayout()
        asking.addWidget(self.campaign, 1)
        asking.addWidget(self.person, 1)
        asking.addWidget(self.ask)
        column.addLayout(asking)
        self.answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.answer)
        self.lines.set_titles(tr("Facts"), [tr("When"), tr("What happened")])
        self.lines.keep_narrow(0)
        column.addWidget(self.lines, 1)
        close = button("", self.accept, tr("Close"))
        close.setAutoDefault(False)
        column.addLayout(button_row(close))

    def _ask(self) -> None:
        service, campaign = self._window.service, self.campaign.value()
        person, node = self.person.text().strip(), self._node
        if service is None or not campaign or not person:
            return
        self._asked += 1
        asked = self._asked
        service.use(
            lambda client: client.why(campaign, person, node),
            lambda found: self._show(found) if asked == self._asked else None,
            lambda error: self._refuse(str(error)) if asked == self._asked else None,
        )

    def _forget(self) -> None:
        """Whatever is still answered comes too late."""
        self._asked += 1

    def _refuse(self, text: str) -> None:
        self.answer.setText(text)
        self.lines.clear()

    def _show(self, found: WhyAnswer) -> None:
        self.answer.setText(found.answer)
        self.lines.clear()
        self.lines.add(list(_rows(found.lines, self._zone)), more=False)

    @property
    def _zone(self) -> ZoneInfo:
        workspace = self._window.workspace
        return ZoneInfo("UTC" if workspace is None else workspace.settings.time_zone)


def _rows(lines: Sequence[WhyLine], zone: ZoneInfo) -> list[list[str]]:
    return [
        [
            moment(line.at, zone) if line.kind != "fact" else "",
            f"{_INDENTS[line.kind]}{_MARKS[line.holds] if line.kind == 'fact' else ''}{line.text}",
        ]
        for line in lines
    ]
