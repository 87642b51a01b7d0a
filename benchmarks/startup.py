"""How long a person waits: the designer's window, a second `dev.py run`, and `main.py validate`.

The window is that of a workspace that is there already. CPU seconds are those of the process up to its first
paint; the median of several runs counts.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from app.campaign_list import loading
from app.preferences import Preferences
from benchmarks._report import Report
from engine.workspace.template import load_templates
from engine.workspace.workspace import Workspace

ROOT = Path(__file__).parents[1]
SHOWN = re.compile(r"window shown after ([\d.]+) s of CPU")
TIMEOUT_S = 60


class Start(NamedTuple):
    """One start of the designer: CPU of its process, and wall time from the command on, in seconds."""

    cpu: float
    wall: float


def start(command: list[str], home: Path) -> Start:
    """Run the designer without a screen until it says that its window is shown."""
    environment = {
        **os.environ,
        "CAMPAIGN_CANVAS_HOME": str(home),
        "CAMPAIGN_CANVAS_LOG": "INFO",
        "QT_QPA_PLATFORM": "offscreen",
        "DISPLAY": os.environ.get("DISPLAY", ":0"),  # so that dev.py opens the designer
    }
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if (found := SHOWN.search(line)) is not None:
                return Start(float(found[1]), time.perf_counter() - began)
        raise RuntimeError(f"{command} ended without a window")
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """End the process with those that it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(TIMEOUT_S)


def validate(file: Path) -> Start:
    """Run `main.py validate` on a campaign without problems."""
    began, before = time.perf_counter(), os.times()
    subprocess.run(
        [sys.executable, "main.py", "validate", str(file)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Start(cpu, time.perf_counter() - began)


def prepare(home: Path) -> Path:
    """Preferences that name a small workspace; returns one of its campaigns."""
    workspace = Workspace.create(home / "shop", "Shop", "UTC", "en")
    path = home
    for template in load_templates()[0]:
        document = loading.new_document(workspace, template.document(), template.name.en, "")
        path = workspace.save_campaign(document)
    os.environ["CAMPAIGN_CANVAS_HOME"] = str(home)
    Preferences(language="en", workspace=workspace.folder).save()
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    report = Report("startup")
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        campaign = prepare(home)
        windows = [start([sys.executable, "main.py"], home) for _ in range(runs)]
        report.line("window shown, CPU", median(found.cpu for found in windows), "s", 1.5)
        report.line("window shown, wall", median(found.wall for found in windows), "s")
        again = [start([sys.executable, "dev.py", "run"], home) for _ in range(runs)]
        report.line("second dev.py run, until the window", median(found.wall for found in again), "s", 2.0)
        checks = [validate(campaign) for _ in range(runs)]
        report.line("main.py validate, CPU", median(found.cpu for found in checks), "s", 0.5)
        report.line("main.py validate, wall", median(found.wall for found in checks), "s", 0.5)
    report.machine()


if __name__ == "__main__":
    main()
