"""The people behind a number of a report; from each it goes on to the person's page, or to why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog

from app.people.words import moment
from app.reports.ink import Spot
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from app.widgets.paged_table import PagedTable
from engine.client import EngineClient
from engine.i18n import tr
from engine.server.wire.reporting import BehindPage

if TYPE_CHECKING:
    from app.reports.window import ReportWindow


class BehindDialog(QDialog):
    """Lists who stands behind a number, a page at a time."""

    def __init__(self, report: ReportWindow, spot: Spot) -> None:
        super().__init__(report)
        self._report, self._spot = report, spot
        self._after = ""
        self._ids: list[str] = []
        self.setWindowTitle(tr("People behind a number"))
        self.resize(560, 520)
        column = dialog_column(self, spot.words)
        self.note = label(
            "muted", tr("Whoever was erased since is counted, but no longer listed."), wrap=True
        )
        self.table = PagedTable(3)
        self.table.set_titles(tr("People"), [tr("Person"), tr("Entry"), tr("When")])
        self.table.keep_narrow(1, 2)
        self.table.more_asked.connect(self._ask)
        self.table.table.cellDoubleClicked.connect(lambda row, _column: self._open(row))
        self.table.table.cellActivated.connect(lambda row, _column: self._open(row))
        self.why = button("", self._show_why, tr("Why?"))
        self.show_person = button("", lambda: self._open(self.table.table.currentRow()), tr("Show person"))
        column.addWidget(self.note)
        column.addWidget(self.table, 1)
        column.addLayout(button_row(self.why, self.show_person, button("primary", self.accept, tr("Close"))))
        self._ask()

    def _ask(self) -> None:
        ask = {name: value for name, value in self._spot.ask.items() if value is not None}
        what, campaign, after = str(ask.pop("what")), self._report.campaign, self._after

        def work(client: EngineClient) -> BehindPage:
            return client.people_behind(campaign, what, after=after, **ask)  # type: ignore[arg-type]

        self._report.use(work, self._on_page)

    def _on_page(self, page: BehindPage) -> None:
        zone = self._report.zone
        self._ids += [one.person_id for one in page.people]
        rows = [[one.person_id, f"{one.entry}", moment(one.at, zone)] for one in page.people]
        self._after = page.after
        self.table.add(rows, more=bool(page.after))

    def _open(self, row: int) -> None:
        if 0 <= row < len(self._ids):
            window = self._report.window_
            self._report.close()
            window.navigation.go("people", self._ids[row])
            window.activateWindow()

    def _show_why(self) -> None:
        from app.reports.why import WhyDialog

        row = self.table.table.currentRow()
        if 0 <= row < len(self._ids):
            WhyDialog(self._report.window_, self._report.campaign, self._ids[row], parent=self).open()
