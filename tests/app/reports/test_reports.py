"""The report in the designer: what it shows, the people behind a number, why, and files made of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.reports.files import FORMATS, content
from app.reports.people import BehindDialog
from app.reports.sheet import ReportSheet
from app.reports.why import WhyDialog
from app.reports.window import ReportWindow
from app.window import MainWindow
from canvas_widgets.look import Look, Theme
from engine.i18n import use_language
from engine.server.reported.ab_words import verdict_words
from engine.server.reported.sheets import report_sheets
from engine.server.wire.reporting import BehindPage, BehindPerson, Report, WhyAnswer, WhyLine
from tests.app.conftest import MOMENT, FakeEngine, settle
from tests.engine.server.reported.told import report

ZONE = ZoneInfo("Asia/Shanghai")


class Reporting(FakeEngine):
    """Tells the report above; remembers what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Any] = []
        self.entries = 12

    def report(
        self, campaign: str, *, step: str = "hour", cycle: int | None = None, path: Sequence[str] = ()
    ) -> Report:
        self.asked.append((campaign, step, cycle, list(path)))
        return report(cycle, self.entries)

    def people_behind(self, campaign: str, what: str, place: str = "", **asked: Any) -> BehindPage:
        self.asked.append((what, place, asked))
        after = "" if asked["after"] else "1-1"
        return BehindPage(people=[BehindPerson(person_id="p1", entry=1, at=MOMENT)], after=after)

    def why(self, campaign: str, person: str, node: str | None = None) -> WhyAnswer:
        self.asked.append((campaign, person, node))
        lines = [
            WhyLine(kind="entering", text="Entered", at=MOMENT),
            WhyLine(kind="fact", text="level is Gold: nothing", at=MOMENT, node="n_who", holds=False),
        ]
        return WhyAnswer(campaign=campaign, person_id=person, answer="The person waits.", lines=lines)


@pytest.fixture
def engine() -> Reporting:
    return Reporting()


def opened(qtbot: QtBot, window: MainWindow) -> ReportWindow:
    page = ReportWindow(window, "c_1")
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.view.sheet is not None)
    return page


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK, Theme.CONTRAST])
def test_every_part_is_painted_and_numbers_know_their_people(qtbot: QtBot, theme: Theme) -> None:
    sheet = ReportSheet(report(), ZONE)
    for width in (900, 1400):
        image = QImage(width, int(sheet.height(width)), QImage.Format.Format_RGB32)
        painter = QPainter(image)
        sheet.paint(painter, Look(theme, motion=False), width)
        painter.end()
        assert all(0 <= spot.area.left() <= spot.area.right() <= width for spot in sheet.spots)
    asked = [dict(spot.ask) for spot in sheet.spots]
    assert {"what": "entered", "cycle": None} in asked
    assert {"what": "line", "place": "l_3", "cycle": None} in asked  # 8 of the 12 came along the path
    assert {"what": "messages", "place": "n_sms", "cycle": None, "state": "failed"} in asked
    assert {"what": "achieved", "place": "n_wait", "port": "group:b", "cycle": None} in asked
    assert len(sheet.sections) == 7


def test_what_a_test_says() -> None:
    test = report().tests[0]
    assert verdict_words(test) == "“=group:b” is the best group: that holds."
    early = test.model_copy(update={"winner": None, "needed": 3_000})
    assert "3,000" in verdict_words(early)
    assert verdict_words(early.model_copy(update={"leader": None})) == "No group is ahead yet."


def test_cycles_and_steps_are_chosen(qtbot: QtBot, window: MainWindow, engine: Reporting) -> None:
    page = opened(qtbot, window)
    assert page.windowTitle() == "Report: Spring"
    page.step.chosen.emit("day")
    page.cycle.set_value("2")
    page.cycle.chosen.emit("2")
    qtbot.waitUntil(lambda: len(engine.asked) >= 3)
    assert engine.asked[-1][2] == 2
    page.through.set_value("n_sms")
    page.through.chosen.emit("n_sms")
    qtbot.waitUntil(lambda: len(engine.asked) >= 4)
    assert engine.asked[-1][3] == ["n_who", "n_sms", "n_wait"]


def test_a_number_leads_to_its_people_and_to_why(qtbot: QtBot, window: MainWindow, engine: Reporting) -> None:
    page = opened(qtbot, window)
    page.view.grab()
    page.view.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(page.view, key)
    (people,) = page.findChildren(BehindDialog)
    qtbot.waitUntil(lambda: people.table.rows() == 1)
    people.table.more.click()
    qtbot.waitUntil(lambda: people.table.rows() == 2)
    assert engine.asked[-1] == ("entered", "", {"after": "1-1"})
    people.table.table.setCurrentCell(0, 0)
    people.why.click()
    (why,) = people.findChildren(WhyDialog)
    qtbot.waitUntil(lambda: why.lines.rows() == 2)
    assert why.answer.text() == "The person waits."
    assert why.lines.text(1, 1).strip() == "✗ level is Gold: nothing"


def test_an_answer_after_the_window_has_closed_changes_nothing(
    qtbot: QtBot, window: MainWindow, engine: Reporting
) -> None:
    page = opened(qtbot, window)
    page.refresh()
    page.reject()
    settle(qtbot)
    assert len(engine.asked) == 2


def test_nobody_has_entered(qtbot: QtBot, window: MainWindow, engine: Reporting) -> None:
    engine.entries = 0
    page = opened(qtbot, window)
    assert page.stack.currentWidget() is page.nothing
    assert not page.export.isEnabled()


def test_a_file_is_called_as_the_report_is(qtbot: QtBot, window: MainWindow, engine: Reporting) -> None:
    page = opened(qtbot, window)
    page.export.click()
    (chooser,) = page.findChildren(QFileDialog)
    assert page.report is not None
    assert Path(chooser.selectedFiles()[0]).name == f"Report {page.report.name}.pdf"
    chooser.reject()


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_can_be_written(qtbot: QtBot, window: MainWindow, tmp_path: Path, format: str) -> None:
    page = opened(qtbot, window)
    page.write(tmp_path / f"report.{format}", format)
    written = (tmp_path / f"report.{format}").read_bytes()
    begin = {"pdf": b"%PDF", "png": b"\x89PNG", "svg": b"<?xml", "xlsx": b"PK", "csv": b"\xef\xbb\xbf"}
    assert written.startswith(begin[format])


def test_tables_hold_the_numbers_and_no_formula(qtbot: QtBot) -> None:
    sheet = ReportSheet(report(), ZONE)
    rows = list(csv.reader(io.StringIO(content(sheet, "csv").decode("utf-8-sig"))))
    components = rows[2:5]
    assert components[-1] == ["Wait", "12", "0", "11", "0", "0", "0", "1"]
    assert all(int(arrived) == sum(map(int, became)) for _, arrived, *became in components)
    assert any(row[1:3] == ["'=group:a", "1000"] for row in rows)
    book = load_workbook(io.BytesIO(content(sheet, "xlsx")))
    assert book.sheetnames == [table.name for table in report_sheets(report())]
    cells = [cell for row in book["AB tests"].iter_rows() for cell in row]
    assert "=group:a" in [cell.value for cell in cells]
    assert "f" not in [cell.data_type for cell in cells]


def test_in_chinese(qtbot: QtBot) -> None:
    with use_language("zh"):
        assert ReportSheet(report(), ZONE).sections[1].title == "漏斗"


def test_the_report_fits_on_the_screen(qtbot: QtBot, window: MainWindow) -> None:
    room = window.screen().availableSize()
    shown = opened(qtbot, window)
    assert shown.height() < room.height()  # there is a title above
