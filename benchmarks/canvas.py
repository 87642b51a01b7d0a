"""The canvas at 1,000 and 5,000 components: opening, frames, panning, dragging, inserting, memory.

CPU time, medians, 1920 × 1080, painted offscreen. "floor" is the barest scene of that size in the same run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping

from benchmarks._report import Report

SIZES = (1_000, 5_000)
TARGETS: Mapping[str, tuple[str, str, tuple[float, float]]] = {
    "open": ("open a file", "s", (0.3, 1.0)),
    "fit": ("frame, fit to screen", "ms", (8, 16)),
    "full": ("frame at 100 %", "ms", (8, 8)),
    "pan": ("pan, a step", "ms", (4, 4)),
    "drag": ("drag 100 selected, a frame", "ms", (20, 20)),
    "insert": ("insert on a line", "ms", (5, 5)),
    "memory": ("memory", "MB", (200, 260)),
}


def figures(scene: str, size: int) -> dict[str, float]:
    """Measure one scene in a process of its own, so that memory and caches are its own too."""
    command = [sys.executable, "-m", "benchmarks._canvas", scene, str(size)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def main() -> None:
    report = Report("canvas")
    for place, size in enumerate(SIZES):
        canvas, floor = figures("canvas", size), figures("barest", size)
        for key, (case, unit, targets) in TARGETS.items():
            factor = 1e3 if unit == "ms" else 1
            report.line(f"{case}, {size:,}", canvas[key] * factor, unit, targets[place])
            report.line(f"{case}, {size:,}, floor", floor[key] * factor, unit)
    report.machine()
    sys.exit(0 if report.ok else 1)


if __name__ == "__main__":
    main()
