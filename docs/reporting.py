"""Pictures of reports for the manual: a campaign that runs, in its window, and a judged AB test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QDialog, QWidget
from sqlalchemy import Connection

from app.reports.comparison_sheet import ComparisonSheet
from app.reports.ink import Spot
from app.reports.painted import PaintedSheet
from app.reports.people import BehindDialog
from app.reports.sheet import ReportSheet
from app.reports.why import WhyDialog
from app.reports.window import ReportWindow
from app.window import MainWindow
from benchmarks._journey import HOUR, START, bundle_of, fill
from canvas_widgets.look import Look
from docs.camera import pause, wait
from engine.campaign.document import CampaignDocument
from engine.campaign.measuring import CampaignGoal, Holdout
from engine.campaign.model import Attributes
from engine.report.comparing import sum_of
from engine.report.overview import report_of
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.run.lifecycle import number_of
from engine.run.settings import EngineSettings
from engine.server.reporting import report_answer
from engine.server.wire.reporting import CampaignSum, Comparison, Report
from engine.shapes.time import Duration
from engine.store.database import Database
from engine.workspace.account import SIMULATED_ID
from engine.workspace.bundle import Bundle

ZONE = ZoneInfo("Asia/Shanghai")
SPRING, NAME = "c_spring", "Spring offer"
PEOPLE = 4_000
SHOWN_AFTER = 44 * HOUR
WIDTH = 1160
_SETTLED_MS = 300
_NAMES = {
    "n_0": "All members", "n_1": "Level", "n_2": "Which offer?", "n_3": "SMS: ten off",
    "n_4": "Mail: free delivery", "n_5": "Came to the shop", "n_6": "Wait 30 hours", "n_7": "Came again?",
    "n_8": "Thanked", "n_9": "Not yet", "n_10": "Thank-you SMS",
}  # fmt: skip
_LINKS = [
    ("n_start", "out", "n_0"), ("n_0", "out", "n_1"), ("n_1", "group:g_1", "n_2"), ("n_1", "other", "n_6"),
    ("n_2", "group:g_1", "n_3"), ("n_2", "group:g_2", "n_4"), ("n_3", "out", "n_5"), ("n_4", "out", "n_5"),
    ("n_5", "out", "n_6"), ("n_6", "out", "n_7"), ("n_7", "out", "n_10"), ("n_7", "other", "n_9"),
    ("n_10", "out", "n_8"),
]  # fmt: skip


class Reports:
    """`save(name, widget)` takes a picture."""

    def __init__(self, window: MainWindow, save: Callable[[str, QWidget], None]) -> None:
        self._window, self._save = window, save

    def take(self) -> None:
        """The report of the campaign that is open, the people behind a number, and why of one of them."""
        window = self._window
        wait(lambda: window.actions_["run.report"].isEnabled())
        window.actions_["run.report"].trigger()
        (report,) = window.findChildren(ReportWindow)
        wait(lambda: report.view.sheet is not None)
        pause(_SETTLED_MS)
        self._save("report-window", report)
        assert report.view.sheet is not None
        people = BehindDialog(report, Spot(report.view.sheet.spots[0].area, "", {"what": "entered"}))
        people.open()
        wait(lambda: people.table.rows() > 0)
        somebody = people.table.text(0, 0)
        why = WhyDialog(window, report.campaign, somebody)
        why.open()
        wait(lambda: why.lines.rows() > 0)
        pause(_SETTLED_MS)
        self._save("why", why)
        dialogs: list[QDialog] = [why, people, report]
        for dialog in dialogs:
            dialog.close()


def draw_report(temporary: Path, look: Look) -> QImage:
    """The report of a campaign with an AB test, on generated people, in the present language."""
    return _drawn(ReportSheet(_reported(temporary / "reported.db"), ZONE), look)


def draw_comparison(temporary: Path, look: Look) -> QImage:
    """Three campaigns on generated people side by side, in the present language."""
    path = temporary / "compared.db"
    path.unlink(missing_ok=True)
    fill(path, PEOPLE, 30 * HOUR)
    made = [_campaign(), _letter("c_summer", "Summer letter", "email"), _letter("c_news", "News", "text_sms")]
    with Database.open(path) as database:
        engine = Engine(database, EngineSettings(ZONE), VirtualClock(START))
        for one in made:
            engine.publish(one)
        engine.run_until_idle(START + SHOWN_AFTER)
        engine.close()
        with database.read() as connection:
            sums = [_sum(connection, one.campaign.attributes) for one in made]
    return _drawn(ComparisonSheet(Comparison(campaigns=sums)), look)


def _sum(connection: Connection, attributes: Attributes) -> CampaignSum:
    found = sum_of(connection, number_of(connection, attributes.id))
    return CampaignSum(campaign=attributes.id, name=attributes.name, **asdict(found))


def _letter(id: str, name: str, kind: str) -> Bundle:
    """Everybody of a list gets a message, and is asked a day later whether they came."""
    sms = {"platform": SIMULATED_ID, "sms_type": "notification", "signature": "S", "template": "m_sms"}
    mail = {"account": SIMULATED_ID, "sender": "shop@example.org", "template": "m_mail"}
    visits = [{"join": None, "event": "visit", "where": None}]
    judged = {"judge_after": {"amount": 1, "unit": "day"}, "conditions": visits, "other": True}
    made = bundle_of(
        id,
        {
            "n_0": ("target_audience", {"audiences": ["a_all"], "mode": "now"}),
            "n_1": (kind, mail if kind == "email" else sms),
            "n_2": ("event_judgment", judged),
            "n_3": ("end", {}),
        },
        [
            ("n_start", "out", "n_0"), ("n_0", "out", "n_1"), ("n_1", "out", "n_2"), ("n_2", "out", "n_3"),
            ("n_2", "other", "n_3"),
        ],
    )  # fmt: skip
    goal = CampaignGoal(event="visit", within=Duration(amount=12, unit="hour"))
    attributes = made.campaign.attributes.model_copy(update={"name": name, "goal": goal})
    named = CampaignDocument(attributes, made.campaign.nodes, made.campaign.links)
    return Bundle(named, made.audiences, made.messages, made.accounts, made.catalog)


def _drawn(sheet: PaintedSheet, look: Look) -> QImage:
    image = QImage(WIDTH, int(sheet.height(WIDTH)), QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        sheet.paint(painter, look, WIDTH)
    return image


def _reported(path: Path) -> Report:
    path.unlink(missing_ok=True)
    run_spring(path)
    with Database.open(path) as database, database.read() as connection:
        found = report_of(connection, number_of(connection, SPRING), ZONE)
    return report_answer(SPRING, NAME, START + SHOWN_AFTER, found)


def run_spring(path: Path) -> None:
    """Make a database in which an AB test among generated people has run for two days."""
    fill(path, PEOPLE, 30 * HOUR)
    with Database.open(path) as database:
        engine = Engine(database, EngineSettings(ZONE), VirtualClock(START))
        engine.publish(_campaign())
        engine.run_until_idle(START + SHOWN_AFTER)
        engine.close()


def _campaign() -> Bundle:
    """Two offers against each other, for the members of a level; then a second message; a fifth is held
    back."""
    offers = enumerate(("Ten off", "Free delivery"), start=1)
    halves = [{"id": f"g_{n}", "name": name, "percent": 50} for n, name in offers]
    sms = {"platform": SIMULATED_ID, "sms_type": "notification", "signature": "S", "template": "m_sms"}
    vip = {"field": "tag:level", "op": "is", "value": ["VIP"]}
    group = {"id": "g_1", "name": "VIP", "condition": vip}
    day, hours = {"amount": 1, "unit": "day"}, {"amount": 6, "unit": "hour"}
    visits = [{"join": None, "event": "visit", "where": None}]
    made = bundle_of(
        SPRING,
        {
            "n_0": ("target_audience", {"audiences": ["a_all"], "mode": "now"}),
            "n_1": ("tag_judgment", {"groups": [group], "other": True}),
            "n_2": ("ab_test", {"groups": halves}),
            "n_3": ("text_sms", sms),
            "n_4": ("email", {"account": SIMULATED_ID, "sender": "shop@example.org", "template": "m_mail"}),
            "n_5": ("ab_target", {"test": "n_2", "goal": {"event": "visit"}, "judge_after": hours}),
            "n_6": ("wait_until", {"mode": "duration", "amount": 30, "unit": "hour"}),
            "n_7": ("event_judgment", {"judge_after": day, "conditions": visits, "other": True}),
            "n_8": ("end", {}),
            "n_9": ("end", {}),
            "n_10": ("text_sms", sms),
        },
        _LINKS,
    )  # fmt: skip
    document = made.campaign
    nodes = {
        id: node.model_copy(update={"name": _NAMES.get(id, node.name)}) for id, node in document.nodes.items()
    }
    measured = {
        "name": NAME,
        "goal": CampaignGoal(event="visit", within=Duration(amount=6, unit="hour")),
        "holdout": Holdout(percent=20),
    }
    named = CampaignDocument(document.attributes.model_copy(update=measured), nodes, document.links)
    return Bundle(named, made.audiences, made.messages, made.accounts, made.catalog)
