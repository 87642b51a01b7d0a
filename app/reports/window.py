"""The window of a campaign's report: which cycle and step, the painted sheet, and files made of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.campaign_list.status import GOING_ON, status_of
from app.reports.ink import Spot
from app.reports.keeping_up import KeepingUp
from app.reports.sheet import ReportSheet
from app.reports.sheet_window import SheetWindow
from app.widgets.basic import button, label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.empty import EmptyState
from app.widgets.segmented import Segmented
from engine.client import EngineClient
from engine.i18n import tr
from engine.report.funnel import path_through
from engine.server.wire.reporting import Report

if TYPE_CHECKING:
    from app.window import MainWindow


class ReportWindow(SheetWindow):
    """Attributes: campaign (id); report (on show, or None); nothing (shown while nobody has entered);
    keeping_up (asks again by itself)."""

    def __init__(self, window: MainWindow, campaign: str) -> None:
        super().__init__(window)
        self.campaign = campaign
        self.report: Report | None = None
        self.setWindowTitle(tr("Report"))
        self.cycle = ComboBox()
        self.cycle.setAccessibleName(tr("Cycle"))
        self.cycle.chosen.connect(lambda _value: self.refresh())
        self.through = ComboBox()
        self.through.setAccessibleName(tr("Path of the funnel"))
        self.through.setToolTip(tr("Path of the funnel"))
        self.through.chosen.connect(lambda _value: self.refresh())
        self.step = Segmented([Option("hour", tr("By the hour")), Option("day", tr("By the day"))])
        self.step.set_value("hour")
        self.step.chosen.connect(lambda _value: self.refresh())
        self.why = button("ghost", self._ask_why, tr("Why?"))
        self.why.setAutoDefault(False)
        self.nothing = EmptyState(window.look, "activity")
        self.stack.addWidget(self.nothing)
        self._lay_out()
        self.keeping_up = KeepingUp(self)
        self.keeping_up.due.connect(self._keep_up)
        self.answered.connect(self.keeping_up.rest)
        self.refresh()

    @property
    def zone(self) -> ZoneInfo:
        workspace = self.window_.workspace
        return ZoneInfo("UTC" if workspace is None else workspace.settings.time_zone)

    def refresh(self) -> None:
        """Ask the engine anew; what is on show stays until it has answered."""
        self._ask(self.show_report)

    def _keep_up(self) -> None:
        """Ask again where somebody looks, and the campaign still does anything."""
        if not self.isVisible() or self.isMinimized() or not self._goes_on():
            self.keeping_up.rest(0)
            return
        self._ask(partial(self.show_report, stay=True))

    def _ask(self, show: Callable[[Report], None]) -> None:
        cycle, step = self.cycle.value(), self.step.value()
        number = int(cycle) if cycle not in ("", _ALL) else None
        path = self._path()
        work = partial(_report, id=self.campaign, step=step, cycle=number, path=path)
        self.ask(work, show)

    def _goes_on(self) -> bool:
        """Whether the campaign can still come to something else."""
        service = self.window_.service
        run = None if service is None else service.runs.get(self.campaign)
        return run is not None and status_of(run.status, run.backlog) in GOING_ON

    def show_report(self, report: Report, *, stay: bool = False) -> None:
        """Show a report, or that nobody has entered yet. stay: it is the same, later."""
        if report.cycle is None:
            self._offer_cycles(report)
        self._offer_paths(report)
        self.setWindowTitle(tr("Report: {name}", name=report.name))
        self.report = report
        self.show_sheet(ReportSheet(report, self.zone), stay=stay)
        if not report.counts.entries and report.cycle is None:
            self.export.setEnabled(False)
            self.stack.setCurrentWidget(self.nothing)

    # ---- what is asked

    def _offer_cycles(self, report: Report) -> None:
        cycles = [Option(f"{one.number}", tr("Cycle {n}", n=one.number)) for one in report.counts.cycles]
        self.cycle.set_options([Option(_ALL, tr("All cycles")), *reversed(cycles)])
        self.cycle.set_value(self.cycle.value() or _ALL)
        self.cycle.setVisible(len(cycles) > 1)

    def _offer_paths(self, report: Report) -> None:
        through = [Option(node.id, tr("Through “{name}”", name=node.name)) for node in report.nodes]
        self.through.set_options([Option(_ALL, tr("Where most went")), *through])
        self.through.set_value(self.through.value() or _ALL)

    def _path(self) -> list[str]:
        """Of the funnel: through the chosen component; empty: where most people went."""
        node, report = self.through.value(), self.report
        return [] if node in ("", _ALL) or report is None else path_through(node, report.flows)

    def on_spot(self, spot: Spot) -> None:
        from app.reports.people import BehindDialog

        BehindDialog(self, spot).open()

    def _ask_why(self) -> None:
        from app.reports.why import WhyDialog

        WhyDialog(self.window_, self.campaign, parent=self).open()

    def _lay_out(self) -> None:
        grid = self.window_.look.sizes.grid
        self.nothing.set_texts(
            tr("Nobody has entered yet."),
            tr("As soon as people enter, this page says where they went and what they got."),
        )
        head = QHBoxLayout()
        head.setContentsMargins(2 * grid, grid, 2 * grid, grid)
        head.setSpacing(grid)
        head.addWidget(label("title", tr("Report")))
        head.addSpacing(2 * grid)
        head.addWidget(self.cycle)
        head.addWidget(self.through)
        head.addWidget(self.step)
        head.addStretch(1)
        for widget in (self.why, self.again, self.export):
            head.addWidget(widget)
        self.cycle.setFixedWidth(20 * grid)
        self.through.setFixedWidth(30 * grid)
        self.cycle.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.stack, 1)


_ALL = "all"


def _report(client: EngineClient, *, id: str, step: str, cycle: int | None, path: list[str]) -> Report:
    return client.report(id, step=step, cycle=cycle, path=path)
