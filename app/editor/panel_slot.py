"""The room at the right that the panels slide into."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QTimer, QVariantAnimation
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from canvas_widgets.look import Look


class PanelSlot(QWidget):
    """As wide as the panel that is open, else nothing; in between it glides (not with reduced motion).

    One of the panels is open at a time. They are of one width.
    """

    def __init__(self, look: Look, *panels: QWidget) -> None:
        super().__init__()
        self._look = look
        self._panels = panels
        self._open: QWidget | None = None
        self._waiting: list[Callable[[], None]] = []
        for panel in panels:
            panel.setParent(self)
            panel.hide()
        self.setFixedWidth(0)
        self._glide = QVariantAnimation(self)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self._on_step)
        self._glide.finished.connect(self._on_finished)

    def slide(self, panel: QWidget | None) -> None:
        """Open a panel in place of the one that is open, or close; it is hidden once it is out of sight."""
        if panel is self._open:
            return
        before, self._open = self._open, panel
        if panel is not None:
            for other in self._panels:
                other.setVisible(other is panel)
            if before is not None:
                return
        self._glide.stop()
        target = 0 if panel is None else panel.width()
        if not self._look.duration:
            self.setFixedWidth(target)
            self._on_finished()
            return
        self._glide.setDuration(self._look.duration)
        self._glide.setStartValue(self.width())
        self._glide.setEndValue(target)
        self._glide.start()

    def when_settled(self, then: Callable[[], None]) -> None:
        """Call back once what is beside the room has the size that it keeps: a glide takes what it takes."""
        if self._glide.state() is QVariantAnimation.State.Running:
            if then not in self._waiting:
                self._waiting.append(then)
        else:
            QTimer.singleShot(0, self, then)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for panel in self._panels:
            panel.setGeometry(0, 0, panel.width(), self.height())

    def _on_step(self, width: object) -> None:
        if isinstance(width, int):
            self.setFixedWidth(width)

    def _on_finished(self) -> None:
        for panel in self._panels:
            panel.setVisible(panel is self._open)
        waiting, self._waiting = self._waiting, []
        for then in waiting:
            QTimer.singleShot(0, self, then)
