"""The preferences dialog: everything counts at once, and is remembered."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app import preferences
from app.actions import ACTIONS
from app.preferences import Preferences
from app.settings import motion
from app.settings.dialog import PreferencesDialog
from app.window import MainWindow
from canvas_widgets.look import Look
from engine import i18n
from tests.app.conftest import close_dialogs, dialog, open_draft, settle

LEFT = Qt.MouseButton.LeftButton
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def shown(window: MainWindow) -> PreferencesDialog:
    window.actions_["workspace.preferences"].trigger()
    found = dialog(window)
    assert isinstance(found, PreferencesDialog)
    return found


def remembered() -> Preferences:
    return preferences.load()


def test_language_and_theme_change_behind_the_dialog(
    window: MainWindow, shown: PreferencesDialog, look: Look
) -> None:
    try:
        QTest.mouseClick(shown.general.languages.buttons()["zh"], LEFT)
        assert i18n.current_language() == "zh"
        assert window.actions_["view.chinese"].isChecked()
        QTest.mouseClick(shown.general.themes.buttons()["contrast"], LEFT)
        assert look.strokes.border == 2
        assert (remembered().language, remembered().theme) == ("zh", "contrast")
    finally:
        window.appearance.set_theme("light")
        window.appearance.set_language("en")
    assert shown.tabs.tabText(0) == "General"


def test_motion_is_reduced_always_never_or_like_the_system(
    qtbot: QtBot, window: MainWindow, shown: PreferencesDialog, look: Look
) -> None:
    try:
        for said in (True, False):
            window.appearance.ask_system = lambda said=said: said  # type: ignore[misc]
            window.appearance.set_reduced_motion("system")
            settle(qtbot)
            assert look.motion is not said
        QTest.mouseClick(shown.general.motion.buttons()["always"], LEFT)
        assert look.duration == 0
        QTest.mouseClick(shown.general.motion.buttons()["never"], LEFT)
        assert look.duration > 0
        assert remembered().reduced_motion == "never"
    finally:
        look.motion = False


def test_the_interfaces_size_is_remembered_for_the_next_start(shown: PreferencesDialog) -> None:
    for value, size in (("150", 150), ("0", 0)):
        QTest.mouseClick(shown.general.sizes.buttons()[value], LEFT)
        assert remembered().interface_size == size


@pytest.mark.parametrize(("factor", "reduces"), [("0", True), ("0.5", False), (None, False)])
def test_the_desktops_wish_is_read(
    factor: str | None, reduces: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    if factor is not None:
        (tmp_path / "kdeglobals").write_text(f"[KDE]\nAnimationDurationFactor={factor}\n")
    assert motion.system_reduces_motion() is reduces
    (tmp_path / "kdeglobals").write_text("no settings at all")
    assert motion.system_reduces_motion() is False


def test_saving_by_itself(window: MainWindow, shown: PreferencesDialog) -> None:
    page = shown.general
    assert not page.minutes.isEnabled()
    page.autosave.click()
    assert remembered().autosave == 5
    page.minutes.setValue(12)
    page.on_leave.click()
    assert (remembered().autosave, remembered().autosave_on_leave) == (12, True)
    page.autosave.click()
    assert remembered().autosave == 0


# Keys


def choose(shown: PreferencesDialog, action_id: str) -> None:
    shown.tabs.setCurrentWidget(shown.keyboard)
    item = shown.keyboard._items[action_id]
    shown.keyboard.tree.scrollToItem(item)
    QTest.mouseClick(
        shown.keyboard.tree.viewport(), LEFT, pos=shown.keyboard.tree.visualItemRect(item).center()
    )


def record(shown: PreferencesDialog, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    field = shown.keyboard.keys.findChild(QLineEdit)
    assert field is not None
    shown.keyboard.keys.setFocus()
    QTest.keyClick(shown.keyboard.keys, key, modifiers)


def test_every_action_is_in_the_table(shown: PreferencesDialog) -> None:
    assert list(shown.keyboard._items) == [
        spec.id for place in shown.keyboard._sections for spec in ACTIONS if spec.place is place
    ]
    assert shown.keyboard._items["editor.save"].text(1) == "Ctrl+S"


def test_the_list_of_keys_begins_at_its_top(shown: PreferencesDialog) -> None:
    tree = shown.keyboard.tree
    shown.tabs.setCurrentWidget(shown.keyboard)
    assert (current := tree.currentItem()) is not None
    assert current.parent() is tree.topLevelItem(0)
    assert tree.itemAt(2, 2) is tree.topLevelItem(0)


def test_headings_stand_beside_the_first_field_of_their_row(shown: PreferencesDialog) -> None:
    general = shown.general
    heading = next(label for label in general.findChildren(QLabel) if label.text() == "Save drafts")
    assert abs(heading.geometry().center().y() - general.autosave.geometry().center().y()) <= 2


def test_keys_are_recorded_and_work_at_once(
    qtbot: QtBot, window: MainWindow, shown: PreferencesDialog
) -> None:
    choose(shown, "editor.save")
    record(shown, Qt.Key.Key_X, CTRL | ALT)
    qtbot.waitUntil(lambda: remembered().shortcuts == {"editor.save": "Ctrl+Alt+X"})
    assert shown.keyboard._items["editor.save"].text(1) == "Ctrl+Alt+X"
    shown.close()
    page = open_draft(qtbot, window)
    page.commands.add_kind("target_audience")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    with qtbot.waitSignal(window.actions_["editor.save"].triggered):
        QTest.keyClick(page.view, Qt.Key.Key_X, CTRL | ALT)
    assert "(Ctrl+Alt+X)" in window.actions_["editor.save"].toolTip()


@pytest.mark.parametrize(
    ("key", "modifiers", "words"),
    [
        (Qt.Key.Key_N, CTRL, "New campaign"),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, "canvas itself"),
    ],
)
def test_keys_that_are_taken_are_refused_with_the_reason(
    key: Qt.Key,
    modifiers: Qt.KeyboardModifier,
    words: str,
    qtbot: QtBot,
    window: MainWindow,
    shown: PreferencesDialog,
) -> None:
    choose(shown, "editor.save")
    record(shown, key, modifiers)
    qtbot.waitUntil(lambda: words in shown.keyboard.message.text())
    assert shown.keyboard.keys.keySequence().toString() == "Ctrl+S"
    assert window.actions_["editor.save"].shortcut().toString() == "Ctrl+S"
    assert remembered().shortcuts == {}


def test_an_action_can_have_no_keys_and_get_its_own_back(
    window: MainWindow, shown: PreferencesDialog
) -> None:
    choose(shown, "editor.save")
    shown.keyboard.none.click()
    assert remembered().shortcuts == {"editor.save": ""}
    assert window.actions_["editor.save"].shortcut().isEmpty()
    shown.keyboard.reset.click()
    assert remembered().shortcuts == {}
    assert window.actions_["editor.save"].shortcut().toString() == "Ctrl+S"


def test_usual_keys_that_another_action_has_now_do_not_come_back(
    window: MainWindow, shown: PreferencesDialog
) -> None:
    window.preferences.shortcuts = {"editor.save": "Ctrl+Alt+X", "campaign.new": "Ctrl+S"}
    window.actions_.apply_shortcuts(window.preferences.shortcuts)
    choose(shown, "editor.save")
    shown.keyboard.reset.click()
    assert "New campaign" in shown.keyboard.message.text()
    assert window.actions_["editor.save"].shortcut().toString() == "Ctrl+Alt+X"
    shown.keyboard.reset_all.click()
    assert remembered().shortcuts == {}
    assert window.actions_["campaign.new"].shortcut().toString() == "Ctrl+N"


def test_the_search_finds_by_words_and_by_keys(shown: PreferencesDialog) -> None:
    page = shown.keyboard
    for text, found in (("save dr", "editor.save"), ("ctrl+alt+o", "workspace.file")):
        page.search.setText(text)
        assert not page._items[found].isHidden()
        assert page._items["editor.undo"].isHidden()
    page.search.clear()
    assert not page._items["editor.undo"].isHidden()


def test_keys_of_ones_own_are_there_after_a_start(qtbot: QtBot, look: Look) -> None:
    window = MainWindow(
        look, Preferences(language="en", shortcuts={"editor.save": "Ctrl+Alt+X", "gone": "F7"})
    )
    qtbot.addWidget(window, before_close_func=lambda found: found.close_without_asking())
    assert window.actions_["editor.save"].shortcut().toString() == "Ctrl+Alt+X"
    close_dialogs(window)
