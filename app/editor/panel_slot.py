"""The room at the right that the configuration panel slides into."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QVariantAnimation
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from canvas_widgets.look import Look


class PanelSlot(QWidget):
    """As wide as the panel while it is open, else nothing; in between it glides (not with reduced motion)."""

    def __init__(self, look: Look, panel: QWidget) -> None:
        super().__init__()
        self._look, self._panel, self._open = look, panel, False
        panel.setParent(self)
        self.setFixedWidth(0)
        self._glide = QVariantAnimation(self)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self._on_step)
        self._glide.finished.connect(self._on_finished)

    def slide(self, shown: bool) -> None:
        """Open or close; the panel is hidden once it is out of sight."""
        if shown == self._open:
            return
        self._open = shown
        self._panel.setVisible(True)
        target = self._panel.width() if shown else 0
        self._glide.stop()
        if not self._look.duration:
            self.setFixedWidth(target)
            self._on_finished()
            return
        self._glide.setDuration(self._look.duration)
        self._glide.setStartValue(self.width())
        self._glide.setEndValue(target)
        self._glide.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._panel.setGeometry(0, 0, self._panel.width(), self.height())

    def _on_step(self, width: object) -> None:
        if isinstance(width, int):
            self.setFixedWidth(width)

    def _on_finished(self) -> None:
        self._panel.setVisible(self._open)
