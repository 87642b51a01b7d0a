"""Chinese input methods in every kind of field: what is composed is no input yet, what is chosen arrives."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QDateTimeEdit,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.pickers.search import SearchCombo
from app.settings.dialog import PreferencesDialog
from app.widgets.fields import LineEdit, NumberEdit, TextArea, TimeEdit
from app.window import MainWindow
from tests.app.conftest import close_dialogs, open_draft, settle
from tests.app.panels.samples import CONFIGS, sample_document

# The platform of tests cannot show a menu the way a desktop does, and says so.
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)

KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Down, Qt.Key.Key_F, Qt.Key.Key_Slash)
"""What an input method may let through while it composes: confirm, close, move, and keys of the canvas."""


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def text_of(field: QWidget) -> str:
    if isinstance(field, QPlainTextEdit):
        return field.toPlainText()
    assert isinstance(field, QLineEdit | QAbstractSpinBox)
    return field.text()


def compose(field: QWidget, preedit: str, commit: str = "") -> None:
    """What an input method sends: what is being composed, and in the end what was chosen."""
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(field, event)


def check(window: MainWindow, field: QWidget, commit: str) -> None:
    """Compose in a field that has the focus: seen, but without any effect until it is chosen."""
    assert field is focused()
    if isinstance(field, QDateTimeEdit):
        field.setSelectedSection(QDateTimeEdit.Section.HourSection)
    elif isinstance(field, QLineEdit | QPlainTextEdit):
        field.selectAll()
    compose(field, "", "")
    bare = field.grab().toImage()
    triggered: list[str] = []
    for action in window.actions_:
        action.triggered.connect(lambda: triggered.append("one"))
    compose(field, "mbrq")
    QApplication.processEvents()
    assert field.grab().toImage() != bare
    shown = text_of(field)
    for key in KEYS[:4]:
        QTest.keyClick(field, key)
        assert field.isVisible()
        assert focused() is field
    if not isinstance(field, QAbstractSpinBox):  # which takes no letters
        for key in KEYS[4:]:
            QTest.keyPress(field, key)
    assert triggered == []
    assert text_of(field).replace("f", "").replace("/", "") == shown
    compose(field, "", commit)
    assert commit in text_of(field)
    assert not window.composing.active


def test_searches_and_names_of_the_list(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    window.actions_["campaign.search"].trigger()
    check(window, focused(), "春季促销")
    window.list_page.search.clear()
    window.list_page.table.selectRow(0)
    for action_id in ("help.shortcuts", "campaign.attributes", "view.commands"):
        window.actions_[action_id].trigger()
        settle(qtbot)
        over = next((found for found in window.findChildren(QDialog) if found.isVisible()), window)
        over.activateWindow()
        QApplication.processEvents()
        if not isinstance(QApplication.focusWidget(), QLineEdit):
            next(field for field in over.findChildren(QLineEdit) if field.isVisible()).setFocus()
        check(window, focused(), "目标人群")
        close_dialogs(window)


def test_the_search_for_keys(window: MainWindow) -> None:
    window.actions_["workspace.preferences"].trigger()
    (dialog,) = window.findChildren(PreferencesDialog)
    dialog.activateWindow()
    QApplication.processEvents()
    dialog.tabs.setCurrentWidget(dialog.keyboard)
    dialog.keyboard.search.setFocus()
    check(window, dialog.keyboard.search, "撤销")
    close_dialogs(window)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    window.activateWindow()
    page = open_draft(qtbot, window)
    page.commands.add_kind("target_audience")
    page.view.setFocus()
    return page


@pytest.mark.parametrize(
    "action_id", ["editor.add", "editor.palette", "campaign.search", "view.commands", "editor.rename"]
)
def test_fields_of_the_editor(page: EditorPage, window: MainWindow, action_id: str) -> None:
    window.actions_[action_id].trigger()
    nodes = dict(page.session.document.nodes)
    check(window, focused(), "目标人群")
    assert dict(page.session.document.nodes) == nodes


@pytest.mark.parametrize("action_id", ["notes.add", "notes.frame"])
def test_notes_and_titles_of_frames(page: EditorPage, window: MainWindow, action_id: str) -> None:
    window.actions_[action_id].trigger()
    check(window, focused(), "先看这里")
    page.view.setFocus()
    (note,) = page.session.document.notes.values()
    assert "先看这里" in str(note)


def test_the_name_in_the_panel(page: EditorPage, window: MainWindow) -> None:
    page.show_node(next(iter(page.session.document.nodes)))
    assert page.panel.content is not None
    for field in (page.panel.content.name, page.panel.content.memo):
        field.setFocus()
        check(window, field, "新客")


FIELDS: dict[str, tuple[type[QWidget], str, str]] = {
    "line": (LineEdit, "attribute_judgment", "上海"),
    "number": (NumberEdit, "random_grouping", "30"),
    "text": (TextArea, "tag", "会员"),
    "time of day": (TimeEdit, "wait_until", "08"),
}


@pytest.mark.parametrize("field", FIELDS)
def test_fields_of_the_panels(page: EditorPage, window: MainWindow, field: str) -> None:
    kind, found, commit = FIELDS[field][0], None, FIELDS[field][2]
    for config in CONFIGS[FIELDS[field][1]]:
        page.panel.show_node(sample_document(FIELDS[field][1], config), "n_x", page.session.workspace)
        page._slot.slide(page.panel)
        QApplication.processEvents()
        assert page.panel.content is not None
        found = next((each for each in page.panel.content.form.findChildren(kind) if each.isVisible()), None)
        if found is not None:
            break
    assert found is not None
    found.setFocus()
    check(window, found, commit)


def test_the_search_of_a_list(page: EditorPage, window: MainWindow) -> None:
    page.panel.show_node(sample_document("text_sms", CONFIGS["text_sms"][0]), "n_x", page.session.workspace)
    box = next(each for each in page.panel.findChildren(SearchCombo) if each.isVisible() and each._searches)
    box.setFocus()
    box.showPopup()
    assert box.popup is not None
    chosen = box.value()
    check(window, box.popup.search, "关怀")
    assert box.value() == chosen
    box.popup.close()


def test_a_composed_key_is_no_key_of_the_canvas(page: EditorPage, window: MainWindow) -> None:
    """M shows the minimap and N goes to a note, but not while somebody writes."""
    page.palette_.focus_search()
    minimap = window.preferences.minimap
    for key in "mf/n":
        QTest.keyClicks(page.palette_.search, key)
    assert page.palette_.search.text() == "mf/n"
    assert window.preferences.minimap is minimap
