"""The rail of places, and the settings with their sections, on places of the test's own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.language import use_language
from app.navigation import navigation
from app.navigation.page import PlacePage
from app.navigation.places import PLACES, Place
from app.window import MainWindow
from app.workspace_settings import page as settings_page
from app.workspace_settings.page import SettingsPage
from app.workspace_settings.section import Section, SectionPage
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, dialogs

LEFT = Qt.MouseButton.LeftButton


class People(PlacePage):
    """What a place does, written down."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window.look, window.actions_, window.tabs.home)
        self.seen: list[str] = []
        self.field = QLineEdit()
        self.body.addWidget(self.field)
        self.retranslate()

    def show_workspace(self, workspace: Workspace) -> None:
        self.seen.append(workspace.settings.name)

    def show_object(self, id: str) -> None:
        self.seen.append(id)

    def entered(self) -> None:
        self.seen.append("entered")

    def focus_first(self) -> None:
        self.field.setFocus()

    def retranslate(self) -> None:
        self.title.setText("People")


class General(SectionPage):
    """A section that remembers what it was asked to show."""

    def __init__(self, _window: MainWindow) -> None:
        super().__init__()
        self.seen: list[str] = []

    def show_workspace(self, workspace: Workspace) -> None:
        self.seen.append(workspace.settings.name)

    def show_object(self, id: str) -> None:
        self.seen.append(id)

    def retranslate(self) -> None: ...


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch, make_window: MakeWindow, workspace: Workspace) -> MainWindow:
    places = (PLACES[0], Place("folk", "Folk", "users", People), Place("rules", "Rules", "tag", SettingsPage))
    sections = (Section("first", "First", "tag", General), Section("second", "Second", "tag", General))
    monkeypatch.setattr(navigation, "PLACES", places)
    monkeypatch.setattr(settings_page, "SECTIONS", sections)
    return make_window(workspace)


def test_a_click_on_the_rail_shows_the_place_and_gives_it_the_keyboard(window: MainWindow) -> None:
    window.activateWindow()
    QTest.mouseClick(window.navigation.rail.buttons["folk"], LEFT)
    page = window.tabs.home.currentWidget()
    assert isinstance(page, People)
    assert window.workspace is not None
    assert page.seen == [window.workspace.settings.name, "entered"]
    assert page.field.hasFocus()
    assert window.navigation.rail.buttons["folk"].isChecked()
    assert not window.list_shown
    assert window.tabs.home_tab.text() == "Folk"


def test_arrows_go_from_place_to_place(window: MainWindow) -> None:
    window.activateWindow()
    buttons = window.navigation.rail.buttons
    buttons["campaigns"].setFocus()
    QTest.keyClick(buttons["campaigns"], Qt.Key.Key_Down)
    QTest.keyClick(buttons["folk"], Qt.Key.Key_Space)
    assert window.navigation.current == "folk"


def test_the_place_is_there_again_when_one_comes_back(window: MainWindow) -> None:
    """From the start page as from a campaign's tab."""
    window.navigation.go("folk")
    window.dialogs.start_page()
    window.dialogs.hide_start_page()
    page = window.tabs.home.currentWidget()
    assert isinstance(page, People)
    window.list_page.table.selectRow(0)
    window.campaigns.new_campaign()
    dialogs(window)[0].close()
    assert window.tabs.home.currentWidget() is page


def test_a_thing_of_a_section_is_found(window: MainWindow) -> None:
    window.navigation.go("rules", "second/it")
    page = window.tabs.home.currentWidget()
    assert isinstance(page, SettingsPage)
    assert page.list.currentRow() == 1
    assert page.title.text() == "Second"
    section = page.findChildren(General)[-1]
    assert section.seen[-1] == "it"


def test_the_rail_speaks_the_language(window: MainWindow) -> None:
    use_language("zh")
    try:
        assert window.navigation.rail.buttons["campaigns"].text() == "活动"
        assert window.tabs.home_tab.text() == "活动"
    finally:
        use_language("en")
