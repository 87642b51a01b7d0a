"""Every window and dialog as a screen reader and the keyboard meet it, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QTabWidget, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app import language
from app.audiences.page import AudiencesPage
from app.campaign_list import loading
from app.campaign_list.rows import Row
from app.campaign_list.templates import shipped_starts
from app.command_palette.palette import CommandPalette
from app.editor.page import EditorPage
from app.editors.base import Context
from app.engine.held import HeldDialog
from app.messages.page import MessagesPage
from app.navigation.places import PLACES
from app.panels import ConfigurationPanel
from app.pickers.account_form import AccountDialog
from app.pickers.audience_form import AudienceDialog
from app.pickers.message_form import MessageDialog
from app.pickers.search import SearchCombo
from app.preferences import Server
from app.publishing.changes import Changes
from app.publishing.dialog import PublishDialog, SummaryView
from app.publishing.known import Known
from app.publishing.remote import RemoteDialog
from app.publishing.summary import Summary
from app.servers.asking import Conflicting, Found
from app.servers.conflict import ConflictDialog
from app.servers.dialog import ServerDialog
from app.servers.places import PlaceField
from app.servers.sign_in import SignInDialog
from app.servers.versions import VersionsDialog
from app.templates.dialogs import RenameTemplateDialog
from app.widgets.combo_box import ComboBox
from app.window import MainWindow
from canvas_widgets.gestures.asking import MenuRequest
from canvas_widgets.look import Look, Theme
from engine.campaign.model import START_ID
from engine.i18n import current_language, tr
from engine.server.wire.base import VersionTag
from engine.server.wire.campaigns import BundleCheck, Lack, Version
from engine.server.wire.identity import Me
from engine.workspace import bundle as bundles
from engine.workspace.template import Words
from engine.workspace.workspace import Workspace
from tests.app.auditing import clipped, findings, hidden_focus, in_menu
from tests.app.conftest import (
    MOMENT,
    MakeWindow,
    change_on_disk,
    close_dialogs,
    complete,
    leave_behind,
    open_draft,
    settle,
)
from tests.app.panels.samples import CONFIGS, sample_document

# The platform of tests cannot show a menu the way a desktop does, and says so.
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)

LANGUAGES = ("en", "zh")
NOT_BY_TAB = ("Commands", *(place.title for place in PLACES))
"""Lists below a search field that moves through them with the arrows, and the rail's other places, which
arrows lead to: there Tab has nothing to do."""
OVER_THE_LIST = (
    "campaign.new",
    "campaign.delete",
    "campaign.attributes",
    "workspace.preferences",
    "help.shortcuts",
    "help.about",
    "help.events",
    "run.received",
    "view.commands",
    "workspace.recover",
)
OVER_THE_EDITOR = (
    "editor.export",
    "editor.delete",
    "campaign.attributes",
    "campaign.save_template",
    "editor.disk_differences",
)

State = tuple[str, QWidget]


def opened(qtbot: QtBot, window: MainWindow, *actions: str) -> Iterator[State]:
    """What these actions open, one after the other, each tab of it."""
    for action_id in actions:
        window.actions_[action_id].trigger()
        settle(qtbot)
        over = [found for found in QApplication.topLevelWidgets() if isinstance(found, QDialog)]
        shown: list[QWidget] = [found for found in over if found.isVisible()]
        assert shown or window.findChildren(CommandPalette), action_id
        for widget in shown or [window]:
            tabs = widget.findChild(QTabWidget)
            for index in range(tabs.count() if tabs is not None else 1):
                if tabs is not None:
                    tabs.setCurrentIndex(index)
                yield f"{action_id} {index}", widget
            if widget is not window:
                widget.close()
        close_dialogs(window)
        for palette in window.findChildren(CommandPalette):
            palette.close()


def states_of_the_list(qtbot: QtBot, window: MainWindow) -> Iterator[State]:
    yield "list", window
    yield from opened(qtbot, window, *OVER_THE_LIST)
    window.actions_["help.start"].trigger()
    yield "start page", window
    window.dialogs.hide_start_page()
    window.list_page.show_rows([])
    yield "empty list", window
    window.reload()
    settle(qtbot)
    window.list_page.table.selectRow(0)


def states_of_the_editor(qtbot: QtBot, window: MainWindow) -> Iterator[State]:
    page = open_draft(qtbot, window)
    yield "empty editor", window
    for kind in ("target_audience", "random_grouping", "tag"):
        page.commands.add_kind(kind)
    yield "unconfigured", window
    for action_id in ("editor.outline", "editor.problems", "campaign.search", "notes.add"):
        window.actions_[action_id].trigger()
        settle(qtbot)
        yield action_id, window
    page.finding.bar.search.setText("t")
    yield "found", window
    page.selecting.everything()
    yield "several", window
    page.show_node(next(iter(page.session.document.nodes)))
    window.actions_["editor.rename"].trigger()
    yield "renaming", window
    page.view.setFocus()
    window.actions_["editor.add"].trigger()
    yield "chooser", window
    window.actions_["editor.copy"].trigger()
    window.actions_["editor.paste"].trigger()
    yield "copy mode", window
    page.view.pasting.end()
    change_on_disk(page)
    settle(qtbot)
    yield "changed on disk", window
    page.show_node(next(iter(page.session.document.nodes)))
    yield from opened(qtbot, window, *OVER_THE_EDITOR)


def states_of_viewing(qtbot: QtBot, window: MainWindow, workspace: Workspace) -> Iterator[State]:
    document = loading.new_document(workspace, None, "Viewed", "")
    complete(document)
    path = workspace.save_campaign(document)
    row = Row(path, document.attributes.id, "Viewed")
    window.open_campaigns.open_row(row, read_only=True)
    qtbot.waitUntil(lambda: window.open_campaigns.find(path) is window.editor is not None)
    page = window.the_editor
    qtbot.waitUntil(lambda: page.scene.is_loaded)
    yield "viewing", window
    for node_id in document.nodes:
        page.show_node(node_id)
        yield f"viewing {node_id}", window
    page.selecting.everything()
    yield "viewing everything", window
    window.open_campaigns.close(page)


def states_of_the_guide(qtbot: QtBot, window: MainWindow) -> Iterator[State]:
    start = next(start for start in shipped_starts(current_language()) if start.id == "t_second_order")
    window.campaigns.begin(start)
    page = window.the_editor
    qtbot.waitUntil(lambda: page.scene.is_loaded and page.guide.guide is not None)
    yield "guide", window
    assert page.guide.guide is not None
    page.guide.guide.window.buttons[0].click()
    yield "bubble", window
    window.actions_["help.tour"].trigger()
    settle(qtbot)
    yield "tour", window
    window.tour.end()


def summary(workspace: Workspace) -> Summary:
    return Summary(
        sample_document("text_sms", CONFIGS["text_sms"][0]), workspace, datetime(2026, 3, 2, 9, tzinfo=UTC)
    )


def summed_up(window: MainWindow, workspace: Workspace) -> SummaryView:
    view = SummaryView(window.look, summary(workspace), ("A finding.",))
    view.show_known(Known())
    return view


def states_of_forms(qtbot: QtBot, window: MainWindow, workspace: Workspace) -> Iterator[State]:
    context = Context(workspace)
    for form in (
        AccountDialog(window, workspace),
        MessageDialog(window, context, "text_sms", {}),
        MessageDialog(window, context, "email", {}),
        MessageDialog(window, context, "digital_sms", {}),
        AudienceDialog(window, context),
        RemoteDialog(window, window.look, (), lambda _url, _token: None, summed_up(window, workspace)),
        PublishDialog(window, window.look, "Spring", summary(workspace), ("A finding.",), lambda: None),
        RenameTemplateDialog(window, Words(en="Spring", zh="春季"), Words(en="New", zh="新")),
        HeldDialog(window),
        SignInDialog(window, window.look, lambda _connected: None),
        *of_servers(window, workspace),
    ):
        form.show()
        settle(qtbot)
        yield type(form).__name__, form
        form.close()


def of_servers(window: MainWindow, workspace: Workspace) -> Iterator[QDialog]:
    """What is shown of a team's server: what publishing does, a conflict, versions."""
    zone, url = ZoneInfo("UTC"), "https://canvas.example"
    known = Server(url=url, user="ada", role="publisher", workspace="Shop")
    tag = VersionTag(version=2, hash="0" * 64, published_at=MOMENT, published_by="ben", etag='"2-0"')
    lack = Lack(kind="coupon_codes", id="cp", text="The coupon has no codes.")
    check = BundleCheck(hash="1", current=tag, same=False, approved=False, problems=[], lacks=[lack])
    me = Me(name="ada", role="publisher", workspace="Shop", four_eyes=True)
    bundle = bundles.make(workspace, sample_document("tag"))
    publishing = ServerDialog(
        window, window.look, "Spring", summary(workspace), (), lambda: None,
        proposed=lambda: None, later=lambda: None, supply=lambda _found: None, zone=zone, news="",
        place=PlaceField(window.look, [known], url, lambda _place: None),
    )  # fmt: skip
    publishing.show_found(Found(me, check, None, None, None))
    yield publishing
    both = Conflicting(tag, bundle, bundle, 1, Changes(referred=("A list",)), Changes())
    nothing = {"mine": lambda: None, "theirs": lambda: None, "merge": lambda: None}
    yield ConflictDialog(window, window.look, "Spring", both, zone, **nothing)
    version: dict[str, Any] = {"hash": "0", "published_at": MOMENT, "entries": 0, "inside": 0, "finished": 0}
    versions = [Version(version=n, current=n == 2, **version) for n in (1, 2)]
    yield VersionsDialog(
        window, window.look, "Spring", versions, zone,
        changes_of=lambda _version: None, publish=lambda _version: None, may_publish=True,
    )  # fmt: skip


def states_of_audiences(qtbot: QtBot, window: MainWindow) -> Iterator[tuple[str, QWidget]]:
    """The list, the page of an audience with every card, a new list, and the definitions."""
    window.navigation.go("audiences")
    page = window.navigation.page("audiences")
    assert isinstance(page, AudiencesPage)
    settle(qtbot)
    yield "audiences", window
    cards: list[Any] = [{"card": "tags", "condition": {"any": [{"all": [{}]}, {}]}}]
    cards += [{"card": kind, "join": "and"} for kind in ("behaviour", "metrics", "rfm", "aipl", "audience")]
    page.new({"cards": cards})
    settle(qtbot)
    yield "an audience", window
    assert page.view is not None
    page._show_list()
    page.new_list()
    yield "a list", window
    page._show_list()
    page._show_definitions("rfm")
    yield "definitions", window
    window.navigation.go("campaigns")


def states_of_messages(qtbot: QtBot, window: MainWindow) -> Iterator[tuple[str, QWidget]]:
    """The list, and the editor of every kind with all that it can hold."""
    window.navigation.go("messages")
    page = window.navigation.page("messages")
    assert isinstance(page, MessagesPage)
    settle(qtbot)
    yield "messages", window
    assert window.workspace is not None
    texts = {
        "text_sms": {"text": "Hi ${first_name} ${nobody} https://shop.example.com/x"},
        "digital_sms": {"subject": "S", "blocks": [{"text": "x"}, {"image": "a"}, {"video": "b"}]},
        "email": {"subject": "S", "html": "<p>Hi</p>", "text": "Hi"},
        "template_message": {"template_id": "T", "keywords": [{"key": "first", "text": "x"}]},
    }
    for kind, content in texts.items():
        raw: dict[str, Any] = {"kind": kind, "name": "N", "content": content}
        if kind == "text_sms":
            raw["languages"] = {"attribute": "city", "contents": {"de": content}}
        page.edit(raw, None)
        settle(qtbot)
        assert page.form is not None
        page.form.judge()
        yield kind, window
    page.close_editor()
    window.navigation.go("campaigns")


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
