"""The small controls that every editor is made of; the wheel never changes what has no focus."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QStandardItemModel,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QTimeEdit,
    QToolButton,
    QWidget,
)

from app.editors import style
from app.editors.tail import TAIL_ROLE, TailDelegate
from app.widgets import basic
from app.widgets.drop_down import DropDown
from app.widgets.one_line import OneLine
from canvas_widgets.tooltip import plain
from engine.shapes.text import entered

_CHOOSING = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel)
"""What chooses in a drop-down list, or opens it."""


class Option(NamedTuple):
    """One entry of a list of choices. `note`: its tooltip; `tail`: a few words at its right.

    One that is not `enabled` can be seen but not chosen; its tail says why.
    """

    value: str
    text: str
    note: str = ""
    tail: str = ""
    enabled: bool = True


def show_sentence(line: QLabel, sentence: str) -> None:
    """Say what is wrong below a field, or nothing; the room once taken stays until the form is made anew.

    Else what stands below would jump up while somebody is about to click it.
    """
    shown = not line.isHidden()
    line.setMinimumHeight(line.height() if shown and not sentence else 0)
    line.setText(sentence)
    line.setVisible(shown or bool(sentence))


class ComboBox(DropDown):
    """A drop-down list of options; `""` is the value of "nothing chosen", shown as the placeholder.

    A value that is not among the options stays selected, shown as missing, until another is chosen.
    Attribute `adds`: it is no value of a field, but where something is added.
    """

    chosen = Signal(str)
    adds = False
    _read_only = False

    def __init__(self, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._value = ""
        self.activated.connect(self._on_activated)
        self.setItemDelegate(TailDelegate(self))

    def set_options(self, options: Iterable[Option]) -> None:
        """Replace the entries; the value stays."""
        self.clear()
        for option in options:
            self.addItem(option.text, option.value)
            if option.note:
                self.setItemData(self.count() - 1, option.note, Qt.ItemDataRole.ToolTipRole)
            if option.tail:
                self.setItemData(self.count() - 1, option.tail, TAIL_ROLE)
                said = f"{option.text}, {option.tail}"
                self.setItemData(self.count() - 1, said, Qt.ItemDataRole.AccessibleTextRole)
            if not option.enabled:
                model = self.model()
                assert isinstance(model, QStandardItemModel)
                model.item(self.count() - 1).setEnabled(False)
        self.set_value(self._value)

    @property
    def read_only(self) -> bool:
        return self._read_only

    def set_read_only(self) -> None:
        """From now on the value can be read and copied, and no other can be chosen."""
        self._read_only = True
        basic.set_property(self, "readOnly", True)

    def value(self) -> str:
        return self._value

    def tail(self) -> str:
        """The few words at the right of what is chosen."""
        return str(self.currentData(TAIL_ROLE) or "")

    def set_value(self, value: str) -> None:
        self._value = value
        index = self.findData(value)
        if index < 0 and value:
            self.addItem(value, value)
            index = self.count() - 1
        self.setCurrentIndex(index)
        self._show_state()

    def _show_state(self) -> None:
        self.setToolTip(plain(self.currentText()))
        empty = self.currentIndex() < 0
        if self.property("empty") != empty:
            self.setProperty("empty", empty)
            self.style().unpolish(self)
            self.style().polish(self)

    def _on_activated(self, index: int) -> None:
        value = str(self.itemData(index))
        if value != self._value:
            self._value = value
            self._show_state()
            self.chosen.emit(value)

    def event(self, event: QEvent) -> bool:
        """Typed letters look for an entry; they are no shortcuts of the window while the focus is here."""
        if self._read_only and event.type() in _CHOOSING:
            if isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Copy):
                QApplication.clipboard().setText(self.currentText())
            elif not isinstance(event, QMouseEvent):
                event.ignore()  # Tab and Enter go on to the panel
            return True
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
            if plain and event.text().isprintable() and event.text():
                event.accept()
                return True
        return super().event(event)


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


_TEXT_MARGIN = 2
_TEXT_FRAME = 13
"""Padding and border of a text area in the style sheet, and a pixel of air."""
_TEXT_GROWTH = 6
"""So many lines a text area grows by before it scrolls."""


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


class Segmented(QWidget):
    """Two to four exclusive choices side by side; arrow keys move between them."""

    chosen = Signal(str)

    def __init__(self, options: Sequence[Option], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QPushButton] = {}
        self._value = ""
        self._group = QButtonGroup(self)
        self._row = row(self, spacing=0)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.set_options(options)
        self._group.buttonClicked.connect(self._on_clicked)

    def set_options(self, options: Sequence[Option]) -> None:
        """Replace the choices; the value stays where it is still offered."""
        if [option.value for option in options] != list(self._buttons):
            for old in self._buttons.values():
                self._group.removeButton(old)
                old.deleteLater()
            self._buttons = {option.value: self._button() for option in options}
        for index, option in enumerate(options):
            button = self._buttons[option.value]
            button.setText(option.text)
            button.setAccessibleName(option.text)
            button.setToolTip(option.note)
            button.setProperty("place", _place(index, len(options)))
        self.set_value(self._value)

    def _button(self) -> QPushButton:
        button = QPushButton()
        button.setCheckable(True)
        button.setProperty("role", "segment")
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setMinimumWidth(0)
        self._group.addButton(button)
        self._row.addWidget(button, 1)
        return button

    def buttons(self) -> dict[str, QPushButton]:
        """The button of each value."""
        return dict(self._buttons)

    def value(self) -> str:
        return self._value

    def set_value(self, value: str) -> None:
        self._value = value
        if value in self._buttons:
            self._buttons[value].setChecked(True)
            self.setFocusProxy(self._buttons[value])
            return
        self._group.setExclusive(False)
        for button in self._buttons.values():
            button.setChecked(False)
        self._group.setExclusive(True)
        if self._buttons:
            self.setFocusProxy(next(iter(self._buttons.values())))

    def _on_clicked(self, clicked: QPushButton) -> None:
        value = next(key for key, button in self._buttons.items() if button is clicked)
        if value != self._value:
            self._value = value
            self.setFocusProxy(clicked)
            self.chosen.emit(value)


def _place(index: int, count: int) -> str:
    """Where a segment stands: its outer corners are round."""
    if count == 1:
        return "only"
    return "first" if index == 0 else "last" if index == count - 1 else "middle"


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
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(16, 16))
        style.set_icon(self, icon)


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


def label(text: str, role: str, wrap: bool = True) -> QLabel:
    """A text in one of the style's roles: "label", "small", "error", "section", "title"."""
    return basic.label(role, text, wrap=wrap)


def row(parent: QWidget | None = None, spacing: int = 8) -> QHBoxLayout:
    """A horizontal layout without margins."""
    layout = QHBoxLayout(parent) if parent is not None else QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    return layout


def empty(layout: QLayout) -> None:
    """Remove and delete everything in a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            empty(inner)
