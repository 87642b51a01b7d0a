"""What `benchmarks.canvas` measures of one scene, in a process of its own.

Run as `python -m benchmarks._canvas SCENE SIZE`; prints one JSON object of figures.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from benchmarks._canvas_scenes import HEIGHT, SCENES, WIDTH, Subject, campaign
from benchmarks._report import peak_memory

FRAMES = 15
PAN_STEPS = 60
HOVERS = 60


def measure(subject: Subject) -> dict[str, float]:
    """Every figure of one scene: CPU seconds, of frames the median, and megabytes; none of what it lacks."""
    figures = {"open": _seconds(subject.open)}
    view = subject.view
    view.resize(WIDTH, HEIGHT)
    view.show()
    subject.show_all()
    figures["fit"] = _frames(lambda _: view.viewport().update())
    subject.show_full_size()
    figures["full"] = _frames(lambda _: view.viewport().update())
    figures["pan"] = _frames(lambda step: subject.pan(40 if step < PAN_STEPS // 2 else -40), PAN_STEPS)
    figures["hover"] = _frames(subject.hover, HOVERS)
    figures["drag"] = _frames(subject.drag)
    subject.drop()
    if subject.can_insert:
        figures["insert"] = median(_seconds(subject.insert) for _ in range(5))
    figures["memory"] = peak_memory() / 1e6
    return figures


def _frames(change: Callable[[int], None], frames: int = FRAMES) -> float:
    """Median CPU seconds of a change and the painting that it causes."""
    for warm_up in range(2):
        change(warm_up)
        QApplication.processEvents()

    def frame(step: int) -> None:
        change(step)
        QApplication.processEvents()

    return median(_seconds(partial(frame, step)) for step in range(frames))


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    scene, size = sys.argv[1], int(sys.argv[2])
    _app = QApplication([])
    document = campaign(size)
    gc.collect()
    sys.stdout.write(json.dumps(measure(SCENES[scene](document))))
    sys.stdout.flush()
    os._exit(0)  # nothing measured here needs the time that thousands of items take to go


if __name__ == "__main__":
    main()
