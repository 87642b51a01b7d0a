"""When a report asks again by itself while its campaign runs: calmly, however much there is to count."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

LEAST_MS = 10_000
"""Between an answer and the next question."""

REST = 50
"""So many times as long as an answer took, nothing is asked: at most two per cent of an engine's time."""


class KeepingUp(QObject):
    """Signal `due()`: it is time to look whether anything is to be asked. A question that fails is not asked
    again: whoever looks has been told, and can refresh."""

    due = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(self.due)

    def rest(self, took_ms: int) -> None:
        """An answer has come, which took so long; 0: nothing was asked."""
        self.timer.start(max(LEAST_MS, REST * took_ms))
