"""Fields to type into: a line, a number, a time, several lines. The wheel changes none that has no focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QTextOption, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTimeEdit, QWidget

from app.widgets.one_line import OneLine
from engine.shapes.text import entered

_TEXT_MARGIN = 2
_TEXT_FRAME = 13
"""Padding and border of a text area in the style sheet, and a pixel of air."""
_TEXT_GROWTH = 6
"""So many lines a text area grows by before it scrolls."""


class LineEdit(QLineEdit):
    """A line of text that selects itself when entered by Tab, as Qt's own does; adds a name and a hint.

    Whatever is pasted becomes one line.
    """

    def __init__(self, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setValidator(OneLine(self))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setCursorPosition(0)  # a long text shows its beginning again


class NumberEdit(QLineEdit):
    """A number as text: anything can be typed, the form says what is wrong with it. Up and Down step.

    The value is an int, a float, the text itself where it is no number, or None where it is empty.
    """

    edited = Signal()

    def __init__(self, minimum: int | None = None, whole: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._minimum = minimum
        self._whole = whole
        self._raw: int | float | str | None = None
        self.textEdited.connect(self._on_edited)

    def value(self) -> int | float | str | None:
        return self._raw

    def set_value(self, value: object) -> None:
        self._raw = value if isinstance(value, int | float | str) else None
        self.setText(shown_number(self._raw))

    def _on_edited(self, text: str) -> None:
        self._raw = number_from(text, whole=self._whole)
        self.edited.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is None or self.isReadOnly():
            super().keyPressEvent(event)
            return
        start = self._raw if isinstance(self._raw, int | float) else (self._minimum or 0) - max(step, 0)
        stepped = start + step
        self.set_value(stepped if self._minimum is None else max(stepped, self._minimum))
        self.edited.emit()


def number_from(text: str, whole: bool = False) -> int | float | str | None:
    """The number that a person typed (digits of any script); the text itself where it is none."""
    text = text.strip().replace(",", "").replace("，", "").replace("．", ".")
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return text
    return text if whole or number != number or number in (float("inf"), float("-inf")) else number


def shown_number(value: float | str | None) -> str:
    """The number as it is typed: without an exponent or a superfluous fraction."""
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else repr(value)
    return "" if value is None else str(value)


class TimeEdit(QTimeEdit):
    """A time of day; the wheel acts on the focused one only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDisplayFormat("HH:mm")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lineEdit().setTextMargins(9, 0, 0, 0)  # the style sheet's padding does not reach a spin box

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class TextArea(QPlainTextEdit):
    """Several lines of text that grow with their content; Tab leaves the field."""

    edited = Signal()

    def __init__(self, lines: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(_TEXT_MARGIN)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._silent = False
        self.textChanged.connect(self._on_changed)
        self._fit()

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802 - Qt's name
        """Paste, or drop, what may stand in a text."""
        self.textCursor().insertText(entered(source.text()))
        self.ensureCursorVisible()

    def value(self) -> str:
        # toPlainText() turns no-break spaces into spaces.
        return self.document().toRawText().replace("\u2029", "\n")

    def set_value(self, text: str) -> None:
        self._silent = True
        self.setPlainText(text)
        self._silent = False

    def _on_changed(self) -> None:
        self._fit()
        if not self._silent:
            self.edited.emit()

    def _fit(self) -> None:
        wanted = max(self._lines, self.blockCount(), round(self.document().size().height()))
        most = self._lines + _TEXT_GROWTH
        bars = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(bars.ScrollBarAsNeeded if wanted > most else bars.ScrollBarAlwaysOff)
        height = min(wanted, most) * self.fontMetrics().lineSpacing()
        self.setFixedHeight(height + 2 * _TEXT_MARGIN + _TEXT_FRAME)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
