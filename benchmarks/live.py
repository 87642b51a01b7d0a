"""What looking at a running campaign costs while a hundred thousand people are in it (`--full`: a million): a
real window, painted offscreen, and the engine as a process of its own. Each second an event lets somebody go
on, so that the canvas has something new to show each time.

CPU seconds of a second, as percent of one core. What the engine does for the event itself is measured first,
while nobody looks.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.engine.bundled import ensure
from app.main import application, open_window
from app.preferences import Preferences
from app.window import MainWindow
from benchmarks._gaps import open_campaign, wait_for
from benchmarks._journey import bundle_of, fill
from benchmarks._report import Report
from engine.client import ADDRESS_NAME
from engine.server.wire.data import Event
from engine.shapes.time import utc_text
from engine.store.database import Database
from engine.workspace import bundle as bundles
from engine.workspace.account import SIMULATED_ID
from engine.workspace.bundle import Bundle
from engine.workspace.workspace import Workspace

PEOPLE, FULL = 100_000, 1_000_000
SECONDS = 30
TARGET_PERCENT = 2.0
CAMPAIGN = "c_live"
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM = 13, 14
"""Fields of `/proc/PID/stat`, counted from 0 (proc(5))."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of each phase")
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} people")
    given = parser.parse_args()
    report = Report("live")
    with TemporaryDirectory() as folder:
        os.environ["CAMPAIGN_CANVAS_HOME"] = folder
        measure(report, Path(folder) / "shop", FULL if given.full else given.people, given.seconds)
    report.machine()


def measure(report: Report, folder: Path, people: int, seconds: int) -> None:
    """While nobody looks; with the list on show; with the canvas."""
    workspace, made = Workspace.create(folder, "Shop", "UTC", "en"), waiting()
    workspace.save_campaign(made.campaign)
    with Database.open(workspace.database_file):
        pass
    fill(workspace.database_file, people)
    app = application(["bench"])
    with ensure(folder) as client:
        client.publish(bundles.write(made))
        while client.counts(CAMPAIGN).entries < people:
            time.sleep(0.1)
        engine = json.loads((workspace.engine_folder / ADDRESS_NAME).read_text("utf-8"))["pid"]
        try:
            with people_going_on(folder):
                _, alone = cost(seconds, engine)
                for place, shown in (("list", ""), ("canvas", CAMPAIGN)):
                    with looking(app, workspace, shown):
                        used = cost(seconds, engine)
                    case = f"{people:,} people, the {place} on show"
                    more = used[1] - alone
                    report.line(f"{case}: designer", used[0], "%", TARGET_PERCENT)
                    report.line(f"{case}: engine, more than while nobody looks", more, "%", TARGET_PERCENT)
        finally:
            client.shutdown()


def waiting() -> Bundle:
    """Everybody waits for a visit; who comes goes on."""
    sms: dict[str, Any] = {"platform": SIMULATED_ID, "sms_type": "notification", "signature": "S"}
    visit = [{"join": None, "event": "visit", "where": None}]
    month = {"amount": 30, "unit": "day"}
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "n_0": ("target_audience", {"audiences": ["a_all"], "mode": "now"}),
        "n_1": ("text_sms", {**sms, "template": "m_sms"}),
        "n_2": ("event_judgment", {"judge_after": month, "conditions": visit, "early": True, "other": True}),
        "n_3": ("tag", {"assignments": [{"tag": "level", "value": "came"}]}),
        "n_4": ("end", {}),
    }
    links = [
        ("n_start", "out", "n_0"), ("n_0", "out", "n_1"), ("n_1", "out", "n_2"), ("n_2", "out", "n_3"),
        ("n_2", "other", "n_4"), ("n_3", "out", "n_4"),
    ]  # fmt: skip
    return bundle_of(CAMPAIGN, nodes, links)


@contextmanager
def people_going_on(folder: Path) -> Iterator[None]:
    """Somebody visits each second, reported by a process of its own."""
    process = multiprocessing.get_context("spawn").Process(target=visit, args=(folder,), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def visit(folder: Path) -> None:
    with ensure(folder) as client:
        for number in range(1, 10**9):
            who = f"p{number}"
            now = utc_text(time.time_ns() // 1_000_000)
            client.post_events([Event(event_id=who, person_id=who, event="visit", time=now)])
            time.sleep(1)


@contextmanager
def looking(app: QApplication, workspace: Workspace, campaign: str) -> Iterator[MainWindow]:
    """A window with the list, or with a campaign's canvas, that has found the engine."""
    preferences = Preferences(language="en", theme="light", workspace=workspace.folder)
    window = open_window(app, preferences)
    try:
        wait_for(lambda: window.service is not None and bool(window.service.runs))
        if campaign:
            open_campaign(window, campaign)
            wait_for(lambda: window.the_editor.scene.stage.counts is not None)
        yield window
    finally:
        window.close_without_asking()


def cost(seconds: int, engine: int) -> tuple[float, float]:
    """Percent of one core that this process and the engine's take meanwhile."""
    mine, other, began = time.process_time(), cpu_seconds(engine), time.perf_counter()
    loop = QEventLoop()
    QTimer.singleShot(seconds * 1000, loop.quit)
    loop.exec()
    passed = time.perf_counter() - began
    return (time.process_time() - mine) / passed * 100, (cpu_seconds(engine) - other) / passed * 100


def cpu_seconds(pid: int) -> float:
    """What a process has worked so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[_USER - 2]) + int(fields[_SYSTEM - 2])) / _TICKS_A_SECOND


if __name__ == "__main__":
    main()
