"""Every window and dialog as a screen reader and the keyboard meet it, in both languages."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app import language
from app.editor.page import EditorPage
from app.navigation.places import PLACES
from app.panels import ConfigurationPanel
from app.pickers.search import SearchCombo
from app.widgets.combo_box import ComboBox
from app.window import MainWindow
from canvas_widgets.gestures.asking import MenuRequest
from canvas_widgets.look import Look, Theme
from engine.campaign.model import START_ID
from engine.i18n import tr
from engine.workspace.workspace import Workspace
from tests.app.auditing import clipped, findings, hidden_focus, in_menu
from tests.app.conftest import (
    MakeWindow,
    close_dialogs,
    leave_behind,
    open_draft,
    settle,
)
from tests.app.panels.samples import CONFIGS, sample_document
from tests.app.states import (
    opened,
    states_of_audiences,
    states_of_forms,
    states_of_messages,
    states_of_the_editor,
    states_of_the_guide,
    states_of_the_list,
    states_of_viewing,
)

# The platform of tests cannot show a menu the way a desktop does, and says so.
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)

LANGUAGES = ("en", "zh")
NOT_BY_TAB = ("Commands", *(place.title for place in PLACES))
"""Lists below a search field that moves through them with the arrows, and the rail's other places, which
arrows lead to: there Tab has nothing to do."""


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_control_has_a_name_a_role_and_room(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, code: str
) -> None:
    leave_behind(workspace)
    window = make_window(workspace)
    settle(qtbot)
    close_dialogs(window)
    window.appearance.set_language(code)
    for states in (
        states_of_the_list(qtbot, window),
        states_of_audiences(qtbot, window),
        states_of_messages(qtbot, window),
        states_of_the_editor(qtbot, window),
        states_of_viewing(qtbot, window, workspace),
        states_of_the_guide(qtbot, window),
        states_of_forms(qtbot, window, workspace),
    ):
        for state, root in states:
            settle(qtbot)
            QApplication.processEvents()  # what the first round laid out anew
            assert findings(root, frozenset(map(tr, NOT_BY_TAB))) == [], state
            assert clipped(root) == [], state


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_panel_has_names_roles_and_room(
    qtbot: QtBot, look: Look, workspace: Workspace, code: str
) -> None:
    language.use_language(code)
    panel = ConfigurationPanel(look)
    qtbot.addWidget(panel)
    panel.resize(look.sizes.panel, 3000)
    panel.show()
    try:
        for kind, configs in CONFIGS.items():
            for config in (None, *configs) if code == "en" else (None, configs[0]):
                panel.show_node(sample_document(kind, config, config is not None), "n_x", workspace)
                QApplication.processEvents()
                assert findings(panel) == [], kind
                assert clipped(panel) == [], kind
            panel.show_node(sample_document(kind, configs[0], True), "n_x", workspace, read_only=True)
            QApplication.processEvents()
            assert findings(panel) == [], f"{kind}, viewed"
            assert clipped(panel) == [], f"{kind}, viewed"
    finally:
        language.use_language("en")


@pytest.mark.parametrize("code", LANGUAGES)
def test_lists_that_drop_down_have_names_roles_and_room(
    qtbot: QtBot, look: Look, workspace: Workspace, code: str
) -> None:
    language.use_language(code)
    panel = ConfigurationPanel(look)
    qtbot.addWidget(panel)
    panel.resize(look.sizes.panel, 1500)
    panel.show()
    kinds = set[type[QWidget]]()
    try:
        for kind in ("target_audience", "text_sms", "wait_until"):
            panel.show_node(sample_document(kind, CONFIGS[kind][0], True), "n_x", workspace)
            for box in (found for found in panel.findChildren(ComboBox) if found.isVisible()):
                box.showPopup()
                QApplication.processEvents()
                shown = QApplication.activePopupWidget()
                assert shown is not None
                kinds.add(type(box))
                by_arrows = frozenset({box.accessibleName()})  # from the search field above it
                assert findings(shown, by_arrows) == [], (kind, box.accessibleName())
                assert clipped(shown) == [], (kind, box.accessibleName())
                shown.close()
                box.hidePopup()
                QApplication.processEvents()
    finally:
        language.use_language("en")
    assert kinds >= {ComboBox, SearchCombo}


@pytest.mark.parametrize("code", LANGUAGES)
def test_menus_have_words_roles_and_room(qtbot: QtBot, window: MainWindow, code: str) -> None:
    window.appearance.set_language(code)

    def check(where: str) -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu), where
        assert in_menu(menu) == [], where
        menu.close()
        QApplication.processEvents()

    table = window.list_page.table
    window.actions_["view.menu"].trigger()
    check("the window's, over the list")
    QTest.keyClick(table, Qt.Key.Key_Menu)
    check("a row's")
    menu = table.columns_menu(window)
    menu.popup(QPoint())
    check("columns")
    page = open_draft(qtbot, window, kinds=("target_audience", "random_grouping", "tag"))
    settle(qtbot)
    window.actions_["view.menu"].trigger()
    check("the window's, over the editor")
    link = next(iter(page.session.document.links))
    for place, link_id in (("canvas", None), ("line", link), ("card", None), ("several", None)):
        if place == "card":
            page.show_node(next(iter(page.session.document.nodes)))
        elif place == "several":
            page.selecting.everything()
        else:
            page.scene.select(())
        page.menus.open(MenuRequest(QPoint(), link_id))
        check(place)
    page.show_node(next(iter(page.session.document.nodes)))
    menus = [found.menu() for found in page.panel.findChildren(QToolButton) if found.menu() is not None]
    for menu in menus:
        menu.popup(QPoint())
        check("order")


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_the_focus_is_seen_on_every_control(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, theme: str
) -> None:
    window.activateWindow()
    window.look.set_theme(Theme(theme))
    try:
        assert hidden_focus(window.list_page) == []
        for _state, root in opened(qtbot, window, "workspace.preferences", "campaign.new"):
            root.activateWindow()
            assert hidden_focus(root) == []
        window.activateWindow()
        page = open_draft(qtbot, window, kinds=("target_audience", "random_grouping"))
        settle(qtbot)
        assert hidden_focus(page) == []
        for kind in ("target_audience", "behavior_event", "text_sms", "audience_judgment"):
            page.panel.show_node(sample_document(kind, CONFIGS[kind][0], True), "n_x", workspace)
            settle(qtbot)
            assert hidden_focus(page.panel) == [], kind
        window.tabs.show_page(None)
        for state, _root in states_of_messages(qtbot, window):
            assert hidden_focus(window.navigation.page("messages")) == [], state
    finally:
        window.look.set_theme(Theme.LIGHT)


class TestCanvas:
    """What is drawn is nothing to a screen reader: the view says it, and the outline has it all."""

    @pytest.fixture
    def page(self, qtbot: QtBot, window: MainWindow) -> EditorPage:
        window.activateWindow()
        page = open_draft(qtbot, window, kinds=("target_audience", "random_grouping", "tag"))
        page.view.setFocus()
        return page

    @pytest.fixture
    def heard(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """What screen readers are told, in order."""
        said: list[str] = []

        def update(event: QAccessibleEvent) -> None:
            if isinstance(event, QAccessibleAnnouncementEvent):
                said.append(event.message())

        monkeypatch.setattr(QAccessible, "updateAccessibility", update)
        return said

    def test_it_says_what_is_selected_and_where_all_of_it_is_a_list(
        self, page: EditorPage, heard: list[str]
    ) -> None:
        trigger = next(iter(page.session.document.nodes))
        page.scene.select([trigger])
        sentence = (
            "Selected: Target Audience 1, Trigger mode, not configured. Followed by “Random Grouping 1”."
        )
        assert heard == [sentence]
        assert page.view.accessibleDescription().startswith(sentence)
        assert "outline" in page.view.accessibleDescription()
        page.selecting.everything()
        page.scene.select(())
        assert heard[1:] == ["3 things are selected.", "Nothing is selected."]

    def test_it_is_silent_while_the_focus_is_elsewhere(self, page: EditorPage, heard: list[str]) -> None:
        page.palette_.focus_search()
        page.selecting.everything()
        assert heard == []
        assert page.view.accessibleDescription().startswith("3 things")

    def test_notes_and_copy_mode_are_said(self, page: EditorPage, heard: list[str]) -> None:
        page.note_commands.add_note()
        page.view.notes.finish()
        page.view.setFocus()
        assert page.view.accessibleDescription().startswith("Selected: note")
        page.scene.select([page.session.document.successors(START_ID)[0]])
        page.scene.select([list(page.session.document.nodes)[-1]])
        page.copying.copy()
        page.scene.select(())
        page.copying.paste()
        assert heard[-1].startswith("Paste here: ")
        page.view.pasting.end()
        assert heard[-1] == "Nothing is selected."

    def test_refusals_and_messages_are_read_out(
        self, page: EditorPage, window: MainWindow, heard: list[str]
    ) -> None:
        page.say("That is not possible here.")
        window.toast.show_message("Saved")
        assert heard == ["That is not possible here.", "Saved"]

    def test_a_ring_shows_the_focus_to_who_came_by_keyboard(self, page: EditorPage) -> None:
        shown = [False]

        def look() -> None:
            shown.append(page.view.ring.shown)

        page.palette_.focus_search()
        page.view.setFocus(Qt.FocusReason.TabFocusReason)
        look()
        QTest.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
        look()
        QTest.keyClick(page.view, Qt.Key.Key_Right)
        look()
        page.palette_.focus_search()
        look()
        assert shown == [False, True, False, True, False]

    def test_the_ring_stays_at_the_edge_while_the_canvas_moves(self, page: EditorPage, look: Look) -> None:
        page.palette_.focus_search()
        page.view.setFocus(Qt.FocusReason.TabFocusReason)
        page.view.grab()
        page.view.horizontalScrollBar().setValue(page.view.horizontalScrollBar().value() + 30)
        QApplication.processEvents()
        picture = page.view.viewport().grab().toImage()
        assert picture.pixelColor(0, 100) == look.colours.accent
        assert picture.pixelColor(40, picture.height() - 40) != look.colours.accent
