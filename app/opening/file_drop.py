"""Files dragged over the window: a veil that says what a drop would do, and the drop itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QMainWindow, QVBoxLayout, QWidget

from app.widgets.basic import label
from canvas_widgets.look import Look
from engine.i18n import tr

_VEIL = 0.86  # how much of the window the veil hides


class DropVeil(QWidget):
    """Over the whole window while a file hovers over it; mouse and keys do not see it."""

    def __init__(self, window: QWidget, look: Look) -> None:
        super().__init__(window)
        self._window, self._look = window, look
        self._ok = True
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        grid = look.sizes.grid
        card = QFrame()
        card.setProperty("role", "card")
        self._icon = QLabel()
        self.text = label("strong", wrap=True)
        row = QHBoxLayout(card)
        row.setContentsMargins(3 * grid, 2 * grid, 3 * grid, 2 * grid)
        row.setSpacing(2 * grid)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        card.setFixedWidth(look.sizes.panel + 4 * grid)
        layout = QVBoxLayout(self)
        layout.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)
        self.hide()

    def show_text(self, text: str, *, ok: bool) -> None:
        """Say what a drop would do, or why it would do nothing."""
        self._ok = ok
        self.text.setText(text)
        name, colour = ("upload", "accent") if ok else ("alert-circle", "danger")
        self._icon.setPixmap(self._look.pixmap(name, colour, self._look.sizes.icon, self.devicePixelRatioF()))
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, grid = self._look.colours, self._look.sizes.grid
        veil = QColor(colours.canvas)
        veil.setAlphaF(_VEIL)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.rect(), veil)
            colour = colours.accent if self._ok else colours.danger
            painter.setPen(QPen(colour, self._look.strokes.selected, Qt.PenStyle.DashLine))
            inner = QRectF(self.rect()).adjusted(grid, grid, -grid, -grid)
            painter.drawRoundedRect(inner, self._look.sizes.window_radius, self._look.sizes.window_radius)


class FileDrop(QObject):
    """Takes files that are dropped anywhere on a window, before text fields below could take their names.

    It watches the window's native side, because that is where a drag arrives first. `refusal(path)` says why
    a path cannot be opened, "" where it can; `invitation(path)` what it would do; `dropped(path)` does it.
    """

    def __init__(
        self,
        window: QMainWindow,
        look: Look,
        refusal: Callable[[Path], str],
        invitation: Callable[[Path], str],
        dropped: Callable[[Path], None],
    ) -> None:
        super().__init__(window)
        self._window, self._refusal, self._dropped = window, refusal, dropped
        self._invitation = invitation
        self.veil = DropVeil(window, look)

    def start(self) -> None:
        """Watch from now on; the window has to be on show."""
        handle = self._window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind is QEvent.Type.DragLeave:
            self.veil.hide()
            return False
        if kind not in {QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop}:
            return False
        assert isinstance(event, QDropEvent)
        paths = _files(event.mimeData())
        if not paths or QApplication.activeModalWidget() is not None:
            return False
        refusal = self._why_not(paths)
        if kind is QEvent.Type.Drop:
            self.veil.hide()
            if not refusal:
                self._dropped(paths[0])
        else:
            text = refusal or self._invitation(paths[0])
            self.veil.show_text(text, ok=not refusal)
        if refusal:
            event.ignore()
        else:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        return True

    def _why_not(self, paths: list[Path]) -> str:
        if len(paths) > 1:
            return tr("Drop one file at a time.")
        return self._refusal(paths[0])


def _files(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
