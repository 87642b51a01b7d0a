"""Controls in their roles of the style sheet (`resources/style`), made in one line each."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QSizePolicy, QToolButton, QWidget

from app.widgets import style
from canvas_widgets.tooltip import plain


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
    result.setAutoDefault(True)  # Enter presses it, also outside of dialogs
    if clicked is not None:
        result.clicked.connect(lambda: clicked())
    return result


class _ToolButton(QToolButton):
    """Enter presses it, as Space does."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def tool_button(action: QAction) -> QToolButton:
    """A flat button that is an action: its icon, tooltip, state and shortcut."""
    result = _ToolButton()
    result.setDefaultAction(action)
    result.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    return result


class ActionButton(QPushButton):
    """A push button that is an action with words; it follows the action's text and state."""

    def __init__(self, action: QAction, role: str = "") -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setAutoDefault(True)
        self._action = action
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.setText(self._action.text())
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())


class LinkButton(QPushButton):
    """A quiet action in accent colour: "Add a group"."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("role", "link")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)


class IconButton(QToolButton):
    """A small square button with an icon of `resources/icons`; its name is its tooltip."""

    def __init__(self, icon: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTip(plain(name))
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(16, 16))
        style.set_icon(self, icon)


class ElidedLabel(QLabel):
    """One line that ends in … where it does not fit; the tooltip then has it whole.

    It is `width` wide at least, and no wider than its text; one that `fills` takes what room there is.
    """

    def __init__(self, role: str = "", width: int = 0, text: str = "", *, fills: bool = False) -> None:
        super().__init__(text)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        across = QSizePolicy.Policy.Ignored if fills else QSizePolicy.Policy.Maximum
        self.setSizePolicy(across, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(width)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        super().setText(text)
        self._follow()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(self.font())
        painter.drawText(self.contentsRect(), int(Qt.AlignmentFlag.AlignVCenter), self._elided())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow()

    def _follow(self) -> None:
        self.setToolTip(plain(self.text()) if self._elided() != self._line() else "")

    def _line(self) -> str:
        return self.text().replace("\n", " ")

    def _elided(self) -> str:
        width = self.contentsRect().width()
        return self.fontMetrics().elidedText(self._line(), Qt.TextElideMode.ElideRight, width)


class ShrinkingField(QLineEdit):
    """A field that is `width` wide where there is room, and gives way down to `least`."""

    def __init__(self, width: int, least: int) -> None:
        super().__init__()
        self._width = width
        self.setMinimumWidth(least)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self._width, super().sizeHint().height())


class Clickable(QPushButton):
    """A button that holds more than words, as large as its layout: click, Enter and Space."""

    def __init__(self, role: str = "card") -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setAutoDefault(False)  # Enter presses it, not what a dialog takes for its default

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return super().sizeHint() if layout is None else layout.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return super().minimumSizeHint() if layout is None else layout.totalMinimumSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def show_sentence(line: QLabel, sentence: str) -> None:
    """Say what is wrong below a field, or nothing; the room once taken stays until the form is made anew.

    Else what stands below would jump up while somebody is about to click it.
    """
    shown = not line.isHidden()
    line.setMinimumHeight(line.height() if shown and not sentence else 0)
    line.setText(sentence)
    line.setVisible(shown or bool(sentence))


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Change a property that the style sheet looks at."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        dress_anew(widget)


def dress_anew(widget: QWidget) -> None:
    """Let the style sheet look once more at what it asks of a widget."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
