"""The versions of a running campaign in the editor: who is in which, and each as it was published."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.campaign_list import loading
from app.editor.page import EditorPage
from app.engine.situation import VersionRow, Watched
from app.window import MainWindow
from engine.campaign import edits
from engine.workspace import bundle
from engine.workspace.workspace import Workspace
from tests.app.conftest import MOMENT, FakeEngine, MakeWindow, complete, open_draft, settle, versions


@pytest.fixture
def page(qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine) -> EditorPage:
    """The draft of a campaign whose first version has people, and was published with other names."""
    document = loading.new_document(workspace, None, "Ready", "")
    complete(document)
    engine.published = [bundle.write(bundle.make(workspace, document))]
    node = next(iter(document.nodes))
    document.apply(edits.rename(document, node, "As it is now").ops)
    workspace.save_campaign(document)
    engine.statuses[document.attributes.id] = "in_progress"
    engine.all_versions = versions(1204, 3, through=296)
    nodes = {id: {"arrived": 7, "passed": 7} for id in document.nodes}
    earlier = {id: {"arrived": 1500, "passed": 1500} for id in document.nodes}
    engine.by_version = {
        4: {"nodes": nodes, "links": {}, "entries": 7},
        1: {"nodes": earlier, "links": {}, "entries": 1500},
    }
    window = make_window(workspace)
    opened = open_draft(qtbot, window, "Ready")
    qtbot.waitUntil(lambda: bool(opened.bar.versions.rows) and opened.scene.stage.counts is not None)
    return opened


def said(page: EditorPage) -> str:
    return "\n".join(notice.text for notice in page.notices.notices)


def arrived(page: EditorPage) -> set[int]:
    counts = page.scene.stage.counts
    return set() if counts is None else {one["arrived"] for one in counts["nodes"].values()}


def test_the_newest_is_on_show_and_who_is_in_another_is_said(page: EditorPage) -> None:
    assert page.bar.versions.isVisible()
    assert page.bar.versions.text() == "Version 2"
    assert "1,204 people are still in version 1" in said(page)
    assert arrived(page) == {7}


def test_an_earlier_version_is_shown_as_it_was_published(
    qtbot: QtBot, page: EditorPage, engine: FakeEngine
) -> None:
    window = page.window()
    assert isinstance(window, MainWindow)
    window.actions_["run.earlier"].trigger()
    qtbot.waitUntil(lambda: window.editor is not page)
    earlier = window.the_editor
    assert (earlier.shown_version, earlier.read_only, earlier.unsaved()) == (1, True, False)
    assert window.windowTitle().startswith("Version 1 · Ready")
    assert "As it is now" not in {node.name for node in earlier.session.document.nodes.values()}
    qtbot.waitUntil(lambda: arrived(earlier) == {1500})
    assert arrived(page) == {7}
    assert "This is version 1" in said(earlier)
    assert not earlier.bar.edit.isVisible()
    assert not window.actions_["editor.edit"].isEnabled()
    window.actions_["run.newest"].trigger()
    assert window.editor is page
    window.versions.show(1)  # it is open already
    settle(qtbot)
    assert window.editor is earlier
    assert len(window.editors) == 2


def test_what_went_from_the_workspace_since_is_no_problem_of_an_earlier_version(
    qtbot: QtBot, page: EditorPage, engine: FakeEngine
) -> None:
    window = page.window()
    assert isinstance(window, MainWindow)
    window.actions_["run.earlier"].trigger()
    qtbot.waitUntil(lambda: window.editor is not page)
    earlier, opened = window.the_editor, page.session.workspace
    for id in list(opened.audiences):
        opened.audiences.delete(id)
    for shown in (page, earlier):
        shown.refresh_workspace()
    settle(qtbot)
    assert page.session.errors
    assert earlier.session.problems == []
    assert all(card.configured for card in earlier.scene.cards.values())
    trigger = next(
        id for id, node in earlier.session.document.nodes.items() if node.kind == "target_audience"
    )
    earlier.scene.select([trigger])
    texts = [label.text() for label in earlier.panel.findChildren(QLabel) if label.isVisible()]
    assert "Bought once" in texts
    assert not [text for text in texts if "not in this workspace" in text]


def test_the_switch_offers_all_with_who_is_inside(qtbot: QtBot, page: EditorPage) -> None:
    switch = page.bar.versions
    switch.menu().aboutToShow.emit()
    entries = switch.menu().actions()
    assert [entry.text() for entry in entries] == [
        "Version 2 · newest · 3 entered, 3 inside",
        "Version 1 · 1,500 entered, 1,204 inside",
    ]
    assert [entry.isChecked() for entry in entries] == [True, False]
    with qtbot.waitSignal(switch.chosen) as chosen:
        entries[1].trigger()
    assert chosen.args == [1]


def test_of_very_many_versions_the_last_and_those_with_people_are_offered(page: EditorPage) -> None:
    rows = [VersionRow(n, MOMENT, n == 40, 9, 5 if n == 3 else 0) for n in range(1, 41)]
    page.running.show_versions(rows)
    page.bar.versions.menu().aboutToShow.emit()
    texts = [entry.text() for entry in page.bar.versions.menu().actions()]
    assert len(texts) == 13
    assert texts[-1] == "Version 3 · 9 entered, 5 inside"
    assert texts[1] == "Version 39 · 9 entered, 0 inside"


def test_who_went_through_an_earlier_version_is_still_said_when_all_have_finished(
    qtbot: QtBot, page: EditorPage
) -> None:
    page.running.show_versions([VersionRow(1, MOMENT, False, 1604, 0), VersionRow(2, MOMENT, True, 0, 0)])
    assert "1,604 people went through version 1" in said(page)
    window = page.window()
    assert isinstance(window, MainWindow)
    window.actions_.refresh()
    window.actions_["run.earlier"].trigger()
    qtbot.waitUntil(lambda: window.editor is not page)
    assert window.the_editor.shown_version == 1


def test_nothing_is_said_of_earlier_versions_that_nobody_entered(page: EditorPage) -> None:
    page.running.show_versions([VersionRow(1, MOMENT, False, 0, 0), VersionRow(2, MOMENT, True, 0, 0)])
    assert "version 1" not in said(page)


def test_a_campaign_with_one_version_has_no_switch(page: EditorPage) -> None:
    page.running.show_versions([VersionRow(1, MOMENT, True, 3, 3)])
    assert not page.bar.versions.isVisible()
    assert "still in version" not in said(page)


def test_the_link_of_the_notice_leads_there(qtbot: QtBot, page: EditorPage) -> None:
    links = [found for found in page.notices.findChildren(QPushButton) if found.text() == "Show version 1"]
    link = links[-1]  # one of an earlier answer may be about to go
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    window = page.window()
    assert isinstance(window, MainWindow)
    qtbot.waitUntil(lambda: window.editor is not page)
    assert window.the_editor.shown_version == 1


def test_a_notice_moves_neither_the_palette_nor_the_canvas(page: EditorPage) -> None:
    page.notices.show_notices([])
    places = page.side_bar.geometry(), page.view.mapTo(page, QPoint()), page.view.size()
    page.running.show_notices()
    assert page.notices.isVisible()
    assert (page.side_bar.geometry(), page.view.mapTo(page, QPoint()), page.view.size()) == places
    assert page.notices.mapTo(page, QPoint()) == places[1]
    page.finding.open()  # what floats there stands below it
    assert page.finding.bar.geometry().top() >= page.notices.height()


def test_the_switch_is_there_at_once(qtbot: QtBot, page: EditorPage, engine: FakeEngine) -> None:
    window = page.window()
    assert isinstance(window, MainWindow)
    assert window.service is not None
    window.service.close()  # nothing is heard of the engine any more
    window.versions.show(1)
    qtbot.waitUntil(lambda: window.editor is not page)
    assert window.the_editor.bar.versions.isVisible()
    assert window.the_editor.bar.versions.text() == "Version 1"


def test_what_is_asked_while_an_answer_is_awaited_is_asked_next(
    qtbot: QtBot, page: EditorPage, engine: FakeEngine
) -> None:
    window = page.window()
    assert isinstance(window, MainWindow)
    service = window.service
    assert service is not None
    settle(qtbot)
    service._timer.stop()
    service.poll()
    service.watch(Watched(page.session.document.attributes.id, 1))
    with qtbot.waitSignal(service.counts_changed) as heard:
        pass
    assert heard.args[1]["entries"] == 1500


def test_back_to_the_newest_says_where_the_file_is_gone(qtbot: QtBot, page: EditorPage) -> None:
    window = page.window()
    assert isinstance(window, MainWindow)
    window.versions.show(1)
    qtbot.waitUntil(lambda: window.editor is not page)
    earlier = window.the_editor
    assert page.session.path is not None
    page.session.path.unlink()
    window.open_campaigns.close(page)
    window.reload()
    settle(qtbot)
    window.actions_["run.newest"].trigger()
    settle(qtbot)
    assert window.editor is earlier
    assert "file is gone" in window.toast.message


def test_with_a_campaign_the_tabs_of_its_versions_go(qtbot: QtBot, page: EditorPage) -> None:
    window = page.window()
    assert isinstance(window, MainWindow)
    window.versions.show(1)
    qtbot.waitUntil(lambda: window.editor is not page)
    window.tabs.show_page(None)
    settle(qtbot)
    assert page.session.path is not None
    window.list_page.select(page.session.path)
    question = window.campaigns.delete_selected()
    (delete,) = [found for found in question.findChildren(QPushButton) if found.text() == "Delete"]
    QTest.mouseClick(delete, Qt.MouseButton.LeftButton)
    settle(qtbot)
    assert window.editors == ()
