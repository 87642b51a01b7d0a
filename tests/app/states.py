"""What the window and its dialogs can show, one state after the other, for tests that look at them all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QApplication, QDialog, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from app.audiences.page import AudiencesPage
from app.campaign_list import loading
from app.campaign_list.rows import Row
from app.campaign_list.templates import shipped_starts
from app.command_palette.palette import CommandPalette
from app.editors.base import Context
from app.engine.held import HeldDialog
from app.messages.page import MessagesPage
from app.pickers.account_form import AccountDialog
from app.pickers.audience_form import AudienceDialog
from app.pickers.message_form import MessageDialog
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
from app.window import MainWindow
from engine.i18n import current_language
from engine.server.wire.base import VersionTag
from engine.server.wire.campaigns import BundleCheck, Lack, Version
from engine.server.wire.identity import Me
from engine.workspace import bundle as bundles
from engine.workspace.template import Words
from engine.workspace.workspace import Workspace
from tests.app.conftest import (
    MOMENT,
    change_on_disk,
    close_dialogs,
    complete,
    open_draft,
    settle,
)
from tests.app.panels.samples import CONFIGS, sample_document

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
