"""Qt without a screen, for commands that draw."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def application() -> Iterator[None]:
    """An application that shows no window, for as long as something is drawn."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    held = QApplication.instance() or QApplication(["campaign-canvas"])
    try:
        yield
    finally:
        del held
