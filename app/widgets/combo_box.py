"""A drop-down list of options, which are values with words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QStandardItemModel
from PySide6.QtWidgets import QApplication, QComboBox, QSizePolicy, QWidget

from app.widgets import basic
from app.widgets.drop_down import DropDown
from app.widgets.tail import TAIL_ROLE, TailDelegate
from canvas_widgets.tooltip import plain

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
                self.setItemData(self.count() - 1, plain(option.note), Qt.ItemDataRole.ToolTipRole)
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
