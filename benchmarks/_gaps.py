"""How long the designer's window does not answer while it works: part of `benchmarks.canvas`.

Run as `python -m benchmarks._gaps`; prints one JSON object of seconds. A real window on a workspace of its
own, painted offscreen, with the bundled engine in its process: a timer ticks in the window's thread, and the
longest time between two ticks is the gap. Beside them, how long a check takes after an edit.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pydantic import JsonValue
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app import showcase, tasks
from app.campaign_list.rows import Row
from app.editor.session import EditorSession
from app.main import application, open_window
from app.preferences import Preferences
from app.publishing.dialog import PublishDialog
from app.window import MainWindow
from benchmarks import _designing
from benchmarks._canvas_scenes import campaign
from benchmarks._report import peak_memory
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import append, configure, end_open_links, insert
from engine.campaign.model import START_ID, Attributes, Link
from engine.components.base import OUT
from engine.components.registry import component
from engine.workspace import cdnow
from engine.workspace.catalog import Catalog
from engine.workspace.template import load_templates
from engine.workspace.workspace import Workspace

LARGE, PUBLISHED = 5_000, 300
CHECKED = (100, 500)
TICK_MS = 2
TIMEOUT_S = 300
SETTLED_S = 0.25
_RUNNABLE: Mapping[str, dict[str, JsonValue]] = {
    "target_audience": {"mode": "now", "repeat_unchanged": False},
    "wait_until": {"mode": "duration", "amount": 2, "unit": "day"},
}
ROOT = Path(__file__).parents[1]


class Heart:
    """Ticks in the window's thread. Since `begin`, in seconds: `longest`, the longest time between two ticks;
    `busiest`, the most that the thread itself worked between two, whatever else the machine had to do."""

    def __init__(self) -> None:
        self.begin()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start(TICK_MS)

    def begin(self) -> None:
        self.longest = self.busiest = 0.0
        self._last, self._worked = time.perf_counter(), time.thread_time()

    def _on_tick(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.longest = max(self.longest, now - self._last)
        self.busiest = max(self.busiest, worked - self._worked)
        self._last, self._worked = now, worked


def wait_for(ready: Callable[[], bool]) -> None:
    """Let the window work until something has come about."""
    end = time.perf_counter() + TIMEOUT_S
    while not ready():
        if time.perf_counter() > end:
            raise TimeoutError
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # as a loop of Qt's own does
        time.sleep(0.0005)


def runnable(size: int, audience: str) -> CampaignDocument:
    """A campaign that can be published: people wait and are grouped at random, in turns, in one long row.

    Every second group ends at once.
    """
    document = CampaignDocument(
        Attributes(id="c_runs", name="Runs"), links={"l": Link(source=START_ID, port=OUT, target=None)}
    )
    kinds = ["target_audience", *("random_grouping" if turn % 2 else "wait_until" for turn in range(size))]
    for kind in kinds:
        link = min(id for id, link in document.links.items() if link.target is None)
        edit = append(document, link, kind)
        document.apply(edit.ops)
        config = {**component(kind).defaults(), **_RUNNABLE.get(kind, {})}
        if kind == "target_audience":
            config["audiences"] = [audience]
        assert edit.focus is not None
        document.apply(
            configure(document, edit.focus, name=f"{kind} {edit.focus}", memo="", config=config).ops
        )
    document.apply(end_open_links(document).ops)
    return document


def checks() -> Iterator[tuple[str, float]]:
    """CPU seconds from an edit to the list of problems, in a campaign of each size."""
    for size in CHECKED:
        document = campaign(size)
        with TemporaryDirectory() as folder:
            session = EditorSession(
                Workspace.create(Path(folder) / "shop", "Shop", "UTC", "en"), document, None
            )
            seconds = []
            for _ in range(9):
                session.push(insert(document, list(document.links)[-2], "wait_until"))
                began = time.process_time()
                session.check()
                wait_for(lambda: not tasks.running())
                seconds.append(time.process_time() - began)
            session.close()
        yield f"problems after an edit, {size:,}", median(seconds)


def gaps(folder: Path) -> Iterator[tuple[str, float]]:
    """The longest gap of each work, in seconds."""
    workspace = _workspace(folder / "shop")
    app = application(["bench"])
    window = open_window(app, Preferences(language="en", theme="light", workspace=workspace.folder))
    shown = []
    window.ready.connect(lambda: shown.append(True))
    wait_for(lambda: bool(shown) and not tasks.running())
    try:
        yield from _works(window, workspace, folder)
    finally:
        _use(window, lambda client: client.shutdown())
        window.close_without_asking()


def _works(window: MainWindow, workspace: Workspace, folder: Path) -> Iterator[tuple[str, float]]:
    heart = Heart()

    @contextmanager
    def measured() -> Iterator[None]:
        heart.begin()
        yield
        wait_for(lambda: not tasks.running())

    def found(name: str) -> Iterator[tuple[str, float]]:
        yield f"longest gap, {name}", heart.longest
        yield f"busiest turn, {name}", heart.busiest

    with measured():
        open_campaign(window, "Bench")
        wait_for(lambda: window.the_editor.scene.is_loaded)
    yield from found(f"opening {LARGE:,}")
    for name, work in _designing.works(window, folder):
        with measured():
            work()
            _settle(window)
        yield from found(name)
    yield "memory of the whole window", peak_memory() / 1e6
    window.open_campaigns.close(window.the_editor, to_list=True)
    data = cdnow.write_cdnow(folder / "data").folder
    with measured():
        _use(window, lambda client: client.import_folder(data))
    yield from found("importing")
    with measured():
        _simulate(workspace, folder)
    yield from found("simulating")
    with measured():
        open_campaign(window, "Runs")
        wait_for(lambda: window.the_editor.scene.is_loaded)
        window.publishing.publish()
        wait_for(lambda: window.findChild(PublishDialog) is not None)
        wait_for(lambda: not tasks.running())  # what the engine knows of it
        window.findChildren(PublishDialog)[0].publish.click()
        wait_for(lambda: window.service is not None and bool(window.service.runs))
    yield from found("publishing")


def _workspace(folder: Path) -> Workspace:
    """With an audience of buyers, a campaign that can be published and one of the largest."""
    workspace = Workspace.create(folder, "Shop", cdnow.ZONE, "en")
    workspace.save_catalog(Catalog.model_validate(showcase.CATALOG))
    template = next(found for found in load_templates()[0] if found.id == "t_second_order")
    showcase.configured(workspace, template)
    (audience,) = workspace.audiences
    workspace.save_campaign(runnable(PUBLISHED, audience))
    workspace.save_campaign(campaign(LARGE))
    return workspace


def open_campaign(window: MainWindow, name: str) -> None:
    """Open a campaign of the list, by its name."""
    row: Row = next(row for row in window.rows() if row.name == name)
    window.open_campaigns.open_row(row, read_only=False)
    wait_for(lambda: window.editor is not None)


def _settle(window: MainWindow) -> None:
    """What follows a change has come: the canvas, the minimap, the list of problems."""
    end = time.perf_counter() + SETTLED_S
    scene = window.the_editor.scene
    wait_for(lambda: time.perf_counter() > end and not tasks.running() and not scene.catching_up.active)
    QApplication.processEvents()  # the painting of what came last is this work's, not the next one's


def _use(window: MainWindow, work: Callable[[Any], object]) -> None:
    """Let the engine do something, as the window's own commands do."""
    assert window.service is not None
    ended: list[object] = []
    window.service.use(work, ended.append, ended.append)
    wait_for(lambda: bool(ended))
    if isinstance(ended[0], Exception):
        raise ended[0]


def _simulate(workspace: Workspace, folder: Path) -> None:
    """A rehearsal is a process of its own, which a thread waits for."""
    campaign_file = next(path for path in workspace.folder.rglob("runs.campaign.json"))
    command = [sys.executable, "main.py", "simulate", str(campaign_file)]
    command += ["--workspace", str(workspace.folder), "--trace", str(folder / "trace")]
    ended: list[object] = []
    tasks.run(
        lambda: subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL),
        ended.append,
        ended.append,
    )
    wait_for(lambda: bool(ended))
    if isinstance(ended[0], Exception):
        raise ended[0]


def main() -> None:
    with TemporaryDirectory() as folder:
        os.environ["CAMPAIGN_CANVAS_HOME"] = folder
        found = dict(gaps(Path(folder))) | dict(checks())
    sys.stdout.write(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)  # nothing measured here needs the time that thousands of items take to go


if __name__ == "__main__":
    main()
