"""The canvas at 100, 1,000 and 5,000 components with two lines behind each, and how long the window is busy.

Opening, frames, panning, dragging, inserting, hovering, memory: CPU time, medians, 1920 × 1080, painted
offscreen. In the same run "floor" is the barest scene of that size, and "peer" is NodeGraphQt. "longest gap"
is the longest that the window did not answer (wall time) while it opened, while a designer did all that one
does to 5,000 components, and while it imported, simulated and published; "busiest turn" is what its thread
worked at most between two turns of the event loop, whatever else the machine had to do.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping

from benchmarks._report import Report

SIZES = (100, 1_000, 5_000)
Targets = tuple[float | None, ...]
TARGETS: Mapping[str, tuple[str, str, Targets]] = {
    "open": ("open a file", "s", (None, 0.3, 1.0)),
    "fit": ("frame, fit to screen", "ms", (None, 8, 16)),
    "full": ("frame at 100 %", "ms", (None, 8, 8)),
    "pan": ("pan, a step of 60", "ms", (None, 4, 4)),
    "drag": ("drag 100 selected, a frame", "ms", (None, 20, 20)),
    "insert": ("insert on a line", "ms", (None, 5, 5)),
    "hover": ("hover, a move", "ms", (None, 4, 4)),
    "memory": ("memory", "MB", (None, 200, 260)),
}
# What the window may take, in ms, by the beginning of the case.
LIMITS_MS = {"longest gap": 100, "problems after an edit, 100": 50, "problems after an edit, 500": 200}


def figures(module: str, *arguments: object) -> dict[str, float]:
    """Measure in a process of its own, so that memory and caches are its own too."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def main() -> None:
    report = Report("canvas")
    for place, size in enumerate(SIZES):
        measured = {scene: figures("_canvas", scene, size) for scene in ("canvas", "barest", "peer")}
        for key, (case, unit, targets) in TARGETS.items():
            factor = 1e3 if unit == "ms" else 1
            report.line(f"{case}, {size:,}", measured["canvas"][key] * factor, unit, targets[place])
            for scene, name in (("barest", "floor"), ("peer", "peer")):
                if key in measured[scene]:
                    report.line(f"{case}, {size:,}, {name}", measured[scene][key] * factor, unit)
    for case, seconds in figures("_gaps").items():
        if case.startswith("memory"):
            report.line(case, seconds, "MB")
        else:
            limit = next((limit for begin, limit in LIMITS_MS.items() if case.startswith(begin)), None)
            report.line(case, seconds * 1e3, "ms", limit)
    report.machine()
    sys.exit(0 if report.ok else 1)


if __name__ == "__main__":
    main()
