"""Campaigns side by side in the designer, and a report that keeps up with its campaign."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from app.reports.comparison_sheet import ComparisonSheet
from app.reports.comparison_window import ComparisonOfCampaigns
from app.reports.files import content
from app.reports.keeping_up import LEAST_MS, REST
from app.reports.window import ReportWindow
from app.window import MainWindow
from canvas_widgets.look import Look, Theme
from engine.server.reported.comparing import MOST
from engine.server.wire.reporting import CampaignSum, Comparison
from tests.app.conftest import settle
from tests.app.reports.test_reports import Reporting, opened


def sum_of(id: str, entries: int) -> CampaignSum:
    return CampaignSum(
        campaign=id, name=f"={id}", entries=entries, inside=entries // 2, finished=entries - entries // 2,
        messages=entries, sent=entries - 1, failed=1, skipped=0, opened=2, clicked=1, judged=4, achieved=3,
    )  # fmt: skip


class Comparing(Reporting):
    """Every campaign has ten times as many people as the one before."""

    def comparison(self, campaigns: Sequence[str]) -> Comparison:
        self.asked.append(tuple(campaigns))
        return Comparison(campaigns=[sum_of(id, 10 ** (n + 1)) for n, id in enumerate(campaigns)])


@pytest.fixture
def engine() -> Comparing:
    return Comparing()


def run(qtbot: QtBot, window: MainWindow, engine: Comparing, campaigns: Sequence[str]) -> None:
    """These run, and the window has heard of it."""
    engine.statuses |= dict.fromkeys(campaigns, "in_progress")
    service = window.service
    assert service is not None
    service.poll()
    qtbot.waitUntil(lambda: set(campaigns) <= service.runs.keys())


def test_two_to_ten_are_ticked(qtbot: QtBot, window: MainWindow, engine: Comparing) -> None:
    run(qtbot, window, engine, [f"c_{n}" for n in range(MOST + 1)])
    page = ComparisonOfCampaigns(window, "c_5")
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.view.sheet is not None)
    assert "c_5" in page.chosen
    assert len(page.chosen) == 2
    assert engine.asked[-1] == tuple(page.chosen)
    for row in range(page.campaigns.count()):
        page.campaigns.item(row).setCheckState(Qt.CheckState.Checked)
    assert page.stack.currentWidget() is page.choose
    assert not page.export.isEnabled()
    settle(qtbot)
    assert page.stack.currentWidget() is page.choose, "an answer that comes late"


def test_a_number_leads_to_the_report_that_it_is_from(
    qtbot: QtBot, window: MainWindow, engine: Comparing
) -> None:
    page = ComparisonOfCampaigns(window)
    qtbot.addWidget(page)
    page.show_comparison(engine.comparison(["c_1", "c_2"]))
    sheet = cast("ComparisonSheet", page.view.sheet)
    image = QImage(1000, int(sheet.height(1000)), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    sheet.paint(painter, Look(Theme.DARK, motion=False), 1000)
    painter.end()
    assert [section.title for section in sheet.sections] == ["People", "Messages", "Goals of AB tests"]
    assert all(0 <= spot.area.left() < spot.area.right() <= 1000 for spot in sheet.spots)
    spot = next(spot for spot in sheet.spots if spot.words == "=c_2 · Entered")
    page.on_spot(spot)
    (report,) = window.findChildren(ReportWindow)
    assert report.campaign == "c_2"
    report.close()


def test_files_hold_numbers_and_shares(qtbot: QtBot) -> None:
    sheet = ComparisonSheet(Comparison(campaigns=[sum_of("c_1", 10), sum_of("c_2", 0)]))
    rows = list(csv.reader(io.StringIO(content(sheet, "csv").decode("utf-8-sig"))))
    head, first, second = rows[1:4]
    told = dict(zip(head, first, strict=True))
    assert (told["Campaign"], told["Entered"], told["Sent"], told["Sent, share"]) == (
        "'=c_1",
        "10",
        "9",
        "0.9",
    )
    assert dict(zip(head, second, strict=True))["Inside, share"] == "", "nobody entered"
    for format in ("pdf", "png", "svg", "xlsx"):
        assert content(sheet, format)


def test_a_report_keeps_up_while_its_campaign_runs(
    qtbot: QtBot, window: MainWindow, engine: Comparing
) -> None:
    run(qtbot, window, engine, ["c_1"])
    assert window.service is not None
    page = opened(qtbot, window)
    timer = page.keeping_up.timer
    assert timer.interval() >= LEAST_MS
    page.view._chosen = 3
    timer.timeout.emit()
    qtbot.waitUntil(lambda: len(engine.asked) == 2)
    settle(qtbot)
    assert page.view._chosen == 3, "the keyboard stays where it is"
    page.hide()
    timer.timeout.emit()
    settle(qtbot)
    assert len(engine.asked) == 2, "nobody looks"
    page.show()
    window.service.runs = {}
    timer.timeout.emit()
    settle(qtbot)
    assert len(engine.asked) == 2, "nothing changes any more"
    page.answered.emit(1_000)
    assert timer.interval() == max(LEAST_MS, 1_000 * REST)
