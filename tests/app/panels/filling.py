"""What a hand does in a form, as functions: choose, write, click."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from app.editors.base import Editor
from app.panels import ConfigurationPanel
from app.panels.form import Form
from app.widgets.combo_box import ComboBox


def form_of(panel: ConfigurationPanel) -> Form:
    assert panel.content is not None
    return panel.content.form


def combo(panel: ConfigurationPanel, name: str) -> ComboBox:
    """The first list in a field's editor."""
    editor = form_of(panel).editor(name)
    found = editor.findChild(ComboBox)
    assert found is not None
    return found


def line(editor: QWidget) -> QLineEdit:
    """The first line of text in an editor that can be seen."""
    found = [field for field in editor.findChildren(QLineEdit) if field.isVisibleTo(editor)]
    assert found
    return found[0]


def choose(box: ComboBox, value: str) -> None:
    """Choose an entry as a click in the list does."""
    index = box.findData(value)
    assert index >= 0, f"{value} is not offered"
    box.setCurrentIndex(index)
    box.activated.emit(index)


def write(field: QLineEdit, text: str) -> None:
    """Replace the content by typing."""
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    if text.isascii():
        QTest.keyClicks(field, text)
    else:
        field.insert(text)
        field.textEdited.emit(field.text())


def click(editor: Editor | QWidget, text: str) -> None:
    """Click the button with this text."""
    buttons = [button for button in editor.findChildren(QAbstractButton) if button.text() == text]
    assert buttons, f"no button “{text}”"
    buttons[0].click()
