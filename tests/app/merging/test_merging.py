"""Merging in the window: with the file that others changed, and where git left something to choose."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.merging.dialog import MergeDialog
from app.window import MainWindow
from engine.campaign import campaign_file, edits
from engine.campaign.document import CampaignDocument
from engine.campaign.merging import Side
from engine.workspace import merge_record
from tests.app.conftest import dialog, dialogs, leave_conflict, open_draft, settle


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    page = open_draft(qtbot, window)
    page.commands.add_kind("target_audience")
    page.commands.add_kind("tag")
    page.save()
    settle(qtbot)
    return page


def renamed(document: CampaignDocument, node: str, name: str) -> CampaignDocument:
    after = document.copy()
    config = dict(after.nodes[node].config)
    after.apply(edits.configure(after, node, name=name, memo="", config=config).ops)
    return after


def named(page: EditorPage, kind: str) -> str:
    return next(id for id, node in page.session.document.nodes.items() if node.kind == kind)


def rename_here(page: EditorPage, node: str, name: str) -> None:
    document = page.session.document
    config = dict(document.nodes[node].config)
    page.push(edits.configure(document, node, name=name, memo="", config=config))


def rename_on_disk(page: EditorPage, node: str, name: str) -> None:
    assert page.session.path is not None
    campaign_file.save(renamed(campaign_file.load(page.session.path), node, name), page.session.path)
    page.safekeeping.watch.look()


def names(page: EditorPage) -> set[str]:
    return {node.name for node in page.session.document.nodes.values()}


def test_what_does_not_touch_is_put_together_at_once(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    rename_here(page, named(page, "tag"), "Here")
    rename_on_disk(page, named(page, "target_audience"), "There")
    settle(qtbot)
    (notice,) = page.notices.notices
    assert notice.action == "editor.disk_merge"
    window.actions_["editor.disk_merge"].trigger()
    settle(qtbot)
    assert dialogs(window) == []
    assert names(page) == {"Here", "There"}
    assert page.notices.notices == []
    page.save()
    settle(qtbot)
    assert page.session.path is not None
    assert {node.name for node in campaign_file.load(page.session.path).nodes.values()} == {"Here", "There"}


def test_conflicts_are_chosen_and_become_one_step(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    tag = named(page, "tag")
    rename_here(page, tag, "Here")
    rename_on_disk(page, tag, "There")
    settle(qtbot)
    window.actions_["editor.disk_merge"].trigger()
    settle(qtbot)
    shown = dialog(window)
    assert isinstance(shown, MergeDialog)
    assert not shown.apply.isEnabled()
    assert "“Here”" in shown.sides[Side.OURS].sentences.text()
    assert "“There”" in shown.sides[Side.THEIRS].sentences.text()
    QTest.keyClick(shown.conflicts, Qt.Key.Key_Right)
    assert shown.sides[Side.THEIRS].take.isChecked()
    shown.apply.click()
    settle(qtbot)
    assert page.session.document.nodes[tag].name == "There"
    page.session.undo_stack.undo()
    assert page.session.document.nodes[tag].name == "Here"


def test_a_cancelled_merge_changes_nothing(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    tag = named(page, "tag")
    rename_here(page, tag, "Here")
    rename_on_disk(page, tag, "There")
    settle(qtbot)
    window.actions_["editor.disk_merge"].trigger()
    settle(qtbot)
    dialog(window).reject()
    settle(qtbot)
    assert page.session.document.nodes[tag].name == "Here"
    assert page.safekeeping.changed_on_disk()


def test_what_git_left_is_chosen_and_the_record_goes_with_the_save(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    node = leave_conflict(qtbot, page)
    other = next(id for id in page.session.document.nodes if id != node)
    rename_here(page, other, "Later")
    (notice,) = page.notices.notices
    assert "1 thing was changed on both sides" in notice.text
    window.actions_["editor.resolve_conflicts"].trigger()
    settle(qtbot)
    shown = dialog(window)
    assert isinstance(shown, MergeDialog)
    shown.take_all(Side.THEIRS)
    shown.apply.click()
    settle(qtbot)
    assert names(page) == {"Theirs", "Later"}
    assert page.session.document.nodes[node].name == "Theirs"
    assert page.session.path is not None
    record = merge_record.record_path(page.session.path)
    assert record.exists()
    page.save()
    settle(qtbot)
    assert not record.exists()
    assert page.notices.notices == []


def test_what_was_left_by_a_merge_that_is_over_is_not_offered(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    leave_conflict(qtbot, page)
    path = page.session.path
    assert path is not None
    record = merge_record.load(merge_record.record_path(path))
    campaign_file.save(record.merge.theirs, path)
    window.open_campaigns.close(page)
    settle(qtbot)
    again = open_draft(qtbot, window, record.merge.theirs.attributes.name)
    settle(qtbot)
    assert again.notices.notices == []
    assert not window.actions_["editor.resolve_conflicts"].isEnabled()


def test_mine_may_just_be_kept(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    node = leave_conflict(qtbot, page)
    window.actions_["editor.drop_conflicts"].trigger()
    assert page.session.path is not None
    assert not merge_record.record_path(page.session.path).exists()
    assert page.session.document.nodes[node].name == "Mine"
    assert not window.actions_["editor.resolve_conflicts"].isEnabled()
