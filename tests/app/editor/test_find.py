"""Find: what components are found by, and the bar that goes from one to the next."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import language
from app.editor.find.finding import Finding
from app.editor.find.index import FindIndex
from app.editor.find.texts import texts_of
from app.editor.page import EditorPage
from app.window import MainWindow
from engine.campaign import edits
from engine.campaign.document import CampaignDocument
from engine.campaign.model import Attributes, Node
from engine.components.registry import COMPONENTS
from engine.workspace.workspace import Workspace
from tests.app.conftest import open_draft, settle
from tests.app.panels.samples import CONFIGS

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


def document_of(**nodes: Node) -> CampaignDocument:
    return CampaignDocument(Attributes(id="c_1", name="Spring sale"), nodes, {}, {}, {})


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("welcome", {"sms"}),
        ("Text SMS", {"sms"}),
        ("wenben", {"sms"}),
        ("wbdx", {"sms"}),
        ("文本短信", {"sms"}),
        ("remind", {"tag"}),
        ("vip", {"tag"}),
        ("level", {"tag"}),
        ("hyr", {"tag"}),
        ("alibaba", {"sms"}),
        ("welcome alibaba", {"sms"}),
        ("welcome vip", set()),
        ("promotional", set()),
        ("  ", set()),
    ],
)
def test_name_kind_memo_and_content_are_found(workspace: Workspace, typed: str, found: set[str]) -> None:
    document = document_of(
        sms=Node(kind="text_sms", name="Welcome", config=CONFIGS["text_sms"][0], confirmed=True),
        tag=Node(
            kind="tag",
            name="会员日",
            memo="Remind the team",
            config={"on_conflict": "overwrite", "assignments": [{"tag": "level", "value": "VIP"}]},
        ),
    )
    assert FindIndex(document, workspace).find(typed) == found


def test_what_a_message_says_is_found(workspace: Workspace) -> None:
    node = Node(kind="text_sms", name="1", config=CONFIGS["text_sms"][0])
    template = workspace.messages[str(node.config["template"])]
    said = str(template.content.model_dump()["text"])
    index = FindIndex(document_of(sms=node), workspace)
    assert index.find(said.rsplit(maxsplit=1)[-1]) == {"sms"}
    assert index.find(template.name) == {"sms"}


@pytest.mark.parametrize("kind", COMPONENTS)
def test_every_kind_has_texts_also_unconfigured(workspace: Workspace, kind: str) -> None:
    assert texts_of(Node(kind=kind, name="X"), workspace).names[0] == "X"
    for config in CONFIGS.get(kind, ()):
        assert texts_of(Node(kind=kind, name="X", config=config), workspace).said


def test_the_index_follows_what_changes(workspace: Workspace) -> None:
    document = document_of(one=Node(kind="end", name="Eins"), two=Node(kind="end", name="Zwei"))
    index = FindIndex(document, workspace)
    assert index.find("eins") == {"one"}
    document.apply(edits.configure(document, "one", name="Zwei", memo="", config={}).ops)
    index.forget(["one"])
    assert not index.is_complete
    assert index.find("eins") == frozenset()
    assert index.find("zwei") == {"one", "two"}
    document.apply(edits.delete_behind(document, "two").ops)
    index.forget(["two"])
    assert index.find("zwei") == {"one"}


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    """Start, an audience, a wait, and a tag, in a row."""
    window.activateWindow()
    page = open_draft(qtbot, window, kinds=("target_audience", "wait_until", "tag"))
    page.scene.select([])
    return page


def find(qtbot: QtBot, window: MainWindow, typed: str) -> Finding:
    """Ctrl+F, and type."""
    window.actions_["campaign.search"].trigger()
    finding = window.the_editor.finding
    assert QApplication.focusWidget() is finding.bar.search
    QTest.keyClicks(finding.bar.search, typed)
    settle(qtbot)
    return finding


def lit(page: EditorPage) -> frozenset[str] | None:
    """The cards that stand out; None where nothing is sought."""
    return page.scene.stage.found


def kinds(page: EditorPage, node_ids: frozenset[str] | None) -> set[str] | None:
    return None if node_ids is None else {page.session.document.node(id).kind for id in node_ids}


def test_typing_lights_up_what_fits_and_fades_the_rest(
    qtbot: QtBot, window: MainWindow, page: EditorPage
) -> None:
    finding = find(qtbot, window, "dbq")
    assert kinds(page, lit(page)) == {"tag"}
    assert finding.bar.count.text() == "1 found"
    assert page.scene.selected_node is None
    finding.bar.search.setText("zzz")
    assert lit(page) == frozenset()
    assert finding.bar.count.text() == "Nothing found."
    finding.bar.search.clear()
    assert lit(page) is None
    assert finding.bar.count.text() == ""


def test_enter_goes_from_one_to_the_next_and_escape_leaves_it_selected(
    qtbot: QtBot, window: MainWindow, page: EditorPage
) -> None:
    finding = find(qtbot, window, "1")
    seen = []
    for _ in range(4):
        QTest.keyClick(finding.bar.search, Qt.Key.Key_Return)
        seen.append((kinds(page, page.scene.selection), finding.bar.count.text()))
    assert seen == [
        ({"target_audience"}, "1 of 3"),
        ({"wait_until"}, "2 of 3"),
        ({"tag"}, "3 of 3"),
        ({"target_audience"}, "1 of 3"),
    ]
    QTest.keyClick(finding.bar.search, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert kinds(page, page.scene.selection) == {"tag"}
    QTest.keyClick(finding.bar.search, Qt.Key.Key_Escape)
    assert finding.bar.isHidden()
    assert lit(page) is None
    assert kinds(page, page.scene.selection) == {"tag"}
    assert QApplication.focusWidget() is page.view


def test_next_and_previous_begin_at_what_is_selected(
    qtbot: QtBot, window: MainWindow, page: EditorPage
) -> None:
    finding = find(qtbot, window, "1")
    wait = next(id for id, node in page.session.document.nodes.items() if node.kind == "wait_until")
    finding.bar.search.setText("人群")
    finding.bar.search.setText("Tag 1")
    page.scene.select([wait])
    window.actions_["editor.find_previous"].trigger()
    assert kinds(page, page.scene.selection) == {"tag"}
    page.scene.select([wait])
    window.actions_["editor.find_next"].trigger()
    assert kinds(page, page.scene.selection) == {"tag"}


def test_the_next_is_found_again_after_the_bar_was_closed(
    qtbot: QtBot, window: MainWindow, page: EditorPage
) -> None:
    finding = find(qtbot, window, "1")
    finding.close()
    window.actions_["editor.find_next"].trigger()
    settle(qtbot)
    assert not finding.bar.isHidden()
    assert kinds(page, page.scene.selection) == {"target_audience"}


def test_edits_and_the_language_are_followed_while_the_bar_is_open(
    qtbot: QtBot, window: MainWindow, page: EditorPage
) -> None:
    finding = find(qtbot, window, "wait")
    assert finding.bar.count.text() == "1 found"
    page.scene.select([next(iter(lit(page) or ()))])
    page.commands.add_kind("wait_until")
    assert finding.bar.count.text() == "2 of 2"
    page.commands.undo()
    language.use_language("zh")
    assert finding.bar.search.placeholderText() == "名称、类型、备注或内容"
    assert kinds(page, lit(page)) == {"wait_until"}


def test_the_index_is_filled_in_slices(
    qtbot: QtBot, window: MainWindow, page: EditorPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("canvas_widgets.slicing.SLICE_SECONDS", 0.0)
    window.actions_["campaign.search"].trigger()
    finding = page.finding
    QTest.keyClicks(finding.bar.search, "1")
    QTest.keyClick(finding.bar.search, Qt.Key.Key_Return)
    assert lit(page) is None
    assert page.scene.selected_node is None
    qtbot.waitUntil(lambda: lit(page) is not None)
    assert kinds(page, page.scene.selection) == {"target_audience"}


def test_what_is_out_of_sight_comes_into_it(qtbot: QtBot, window: MainWindow, page: EditorPage) -> None:
    page.view.zoom_to(1.0)
    page.view.centerOn(QPoint(-3000, 0))
    find(qtbot, window, "Tag 1")
    (tag,) = lit(page) or frozenset()
    seen = page.view.mapToScene(page.view.viewport().rect()).boundingRect()
    assert seen.contains(page.scene.cards[tag].scene_rect)


def test_in_the_list_the_same_keys_search_campaigns(window: MainWindow) -> None:
    window.activateWindow()
    window.actions_["campaign.search"].trigger()
    assert QApplication.focusWidget() is window.list_page.search
    assert window.actions_["campaign.search"].text() == "Search campaigns"
