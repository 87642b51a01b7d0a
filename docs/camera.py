"""Pictures of widgets for the manual: taken once everything has settled, and written small."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

# Without a screen, windows would have to fit one of 800 × 800.
DESK = Path(__file__).with_name("desk.json")
os.environ.setdefault("QT_QPA_PLATFORM", f"offscreen:configfile={DESK}")

COLOURS = 128
TIMEOUT_S = 60.0


def grab(widget: QWidget) -> QImage:
    """What the widget shows, once everything has settled."""
    settle()
    return widget.grab().toImage()


def save(image: QImage, path: Path) -> None:
    """Write a small PNG."""
    image.save(str(path))
    shrink(path)


def shrink(path: Path) -> None:
    """Make a PNG small, and say how small."""
    with Image.open(path) as full:
        small = full.convert("RGB").quantize(
            COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
        )
    small.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1024} kB")


def pause(milliseconds: int) -> None:
    """Let the program go on for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def settle() -> None:
    """Let what is due happen: layouts, delayed centring, deletions."""
    pause(80)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def wait(until: Callable[[], bool]) -> None:
    """Wait for something that happens in the background. Raises `TimeoutError`."""
    give_up = time.monotonic() + TIMEOUT_S
    while not until():
        if time.monotonic() > give_up:
            raise TimeoutError
        pause(20)
    settle()
