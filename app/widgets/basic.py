"""Controls in their roles of the style sheet (`resources/style`), made in one line each."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget


def label(role: str = "", text: str = "", *, wrap: bool = False) -> QLabel:
    """A label in a role: title, strong, label, section, small, summary, muted, error, warning or ok."""
    result = QLabel(text)
    result.setProperty("role", role)
    result.setWordWrap(wrap)
    result.setTextFormat(Qt.TextFormat.PlainText)  # names come from files: no markup of theirs is obeyed
    return result


def button(role: str, clicked: Callable[[], object] | None = None, text: str = "") -> QPushButton:
    """A push button; roles: "" (secondary), primary, ghost, danger, link."""
    result = QPushButton(text)
    result.setProperty("role", role)
    if clicked is not None:
        result.clicked.connect(lambda: clicked())
    return result


def tool_button(action: QAction) -> QToolButton:
    """A flat button that is an action: its icon, tooltip, state and shortcut."""
    result = QToolButton()
    result.setDefaultAction(action)
    result.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    return result


class ActionButton(QPushButton):
    """A push button that is an action with words; it follows the action's text and state."""

    def __init__(self, action: QAction, role: str = "") -> None:
        super().__init__()
        self.setProperty("role", role)
        self._action = action
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.setText(self._action.text())
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())


class ElidedLabel(QLabel):
    """A label whose text ends in … where it does not fit; the tooltip then has it whole."""

    def __init__(self, role: str = "", width: int = 0) -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(width)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(self.font())
        painter.drawText(self.contentsRect(), int(Qt.AlignmentFlag.AlignVCenter), self._elided())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setToolTip(self.text() if self._elided() != self.text() else "")

    def _elided(self) -> str:
        width = self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, width)


_PRESSING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


def _presses(event: QKeyEvent) -> bool:
    return event.type() is QEvent.Type.KeyPress and event.key() in _PRESSING_KEYS


class Clickable(QFrame):
    """A frame that is one button: click, Enter and Space."""

    clicked = Signal()

    def __init__(self, role: str = "card") -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setProperty("clickable", True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and event.type() is QEvent.Type.MouseButtonRelease:
            if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
                event.position().toPoint()
            ):
                self.clicked.emit()
            return True
        if isinstance(event, QKeyEvent) and _presses(event):
            self.clicked.emit()
            return True
        return super().event(event)


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Change a property that the style sheet looks at."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
