"""The open campaign's file changes on disk: read again, or said; never overwritten without a question."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.widgets.differences import DifferencesDialog
from app.window import MainWindow
from engine.campaign import campaign_file
from tests.app.conftest import change_on_disk, close_dialogs, dialog, dialogs, open_draft, settle


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    page = open_draft(qtbot, window)
    page.commands.add_kind("target_audience")
    page.save()
    settle(qtbot)
    return page


def is_in(page: EditorPage, group: str) -> bool:
    return page.session.document.attributes.group == group


def content(page: EditorPage) -> bytes:
    assert page.session.path is not None
    return page.session.path.read_bytes()


def test_the_system_tells_of_a_change(qtbot: QtBot, page: EditorPage) -> None:
    assert page.session.path is not None
    data = content(page).replace(b'"Retention"', b'"Elsewhere"')
    page.session.path.write_bytes(data)
    qtbot.waitUntil(lambda: page.session.document.attributes.group == "Elsewhere")


def test_a_file_that_is_replaced_is_still_watched(qtbot: QtBot, page: EditorPage) -> None:
    for group in ("One", "Two"):
        change_on_disk(page, group=group)
        qtbot.waitUntil(partial(is_in, page, group))
        settle(qtbot)


def test_without_unsaved_changes_it_is_read_again_and_all_stays_in_place(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    (node,) = page.session.document.nodes
    page.scene.select([node])
    page.view.zoom_to(0.75)
    data = change_on_disk(page)
    settle(qtbot)
    assert campaign_file.dump(page.session.document) == data
    assert "read again" in window.toast.message
    assert page.scene.selected_node == node
    assert page.view.transform().m11() == pytest.approx(0.75)
    assert not page.unsaved()
    assert not page.session.undo_stack.canUndo()
    assert page.notices.notices == []


def test_with_unsaved_changes_it_is_said_above_the_canvas(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    page.commands.add_kind("tag")
    change_on_disk(page)
    settle(qtbot)
    (notice,) = page.notices.notices
    assert notice.tone == "warn"
    assert "changed on disk" in notice.text
    assert len(page.session.document.nodes) == 2
    assert dialogs(window) == []
    window.actions_["editor.disk_differences"].trigger()
    shown = dialog(window)
    assert isinstance(shown, DifferencesDialog)
    titles = [item.text(0) for item in map(shown.view.topLevelItem, range(9)) if item is not None]
    assert "Campaign" in titles
    assert "Tag 1 (Tag)" in titles


def test_reloading_asks_and_drops_what_is_here(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    page.commands.add_kind("tag")
    assert page.panel.content is not None
    page.panel.content.name.setText("Typed")
    page.panel.content.changed.emit()
    data = change_on_disk(page)
    settle(qtbot)
    window.actions_["editor.disk_reload"].trigger()
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    assert campaign_file.dump(page.session.document) == data
    assert not page.unsaved()
    assert page.notices.notices == []


def test_keeping_mine_lets_the_next_save_overwrite(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    page.commands.add_kind("tag")
    change_on_disk(page)
    settle(qtbot)
    window.actions_["editor.disk_keep"].trigger()
    assert page.notices.notices == []
    assert page.save()
    assert dialogs(window) == []
    assert content(page) == campaign_file.dump(page.session.document)


def test_saving_over_a_change_asks_first_also_one_that_nobody_told_of(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    page.commands.add_kind("tag")
    page.safekeeping.watch.close()
    data = change_on_disk(page)
    assert not page.save()
    assert content(page) == data
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    assert content(page) == campaign_file.dump(page.session.document)
    close_dialogs(window)


def test_our_own_saves_are_not_news(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    page.commands.add_kind("tag")
    page.save()
    with qtbot.waitSignal(page.safekeeping.watch.looked):
        page.safekeeping.watch.look()
    assert page.notices.notices == []
    assert page.session.undo_stack.canUndo()


def test_a_file_that_is_gone_is_said_and_saving_writes_it_again(qtbot: QtBot, page: EditorPage) -> None:
    assert page.session.path is not None
    data = content(page)
    page.session.path.unlink()
    page.safekeeping.watch.look()
    settle(qtbot)
    assert "deleted or moved" in page.notices.notices[0].text
    assert page.unsaved()
    assert page.save()
    assert content(page) == data
    assert page.notices.notices == []
    assert not page.unsaved()


def test_a_file_that_comes_back_is_no_news(qtbot: QtBot, page: EditorPage) -> None:
    assert page.session.path is not None
    data = content(page)
    page.session.path.unlink()
    page.safekeeping.watch.look()
    settle(qtbot)
    page.session.path.write_bytes(data)
    page.safekeeping.watch.look()
    settle(qtbot)
    assert page.notices.notices == []
    assert not page.unsaved()


def test_a_renamed_file_is_followed(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    assert page.session.path is not None
    other = page.session.path.with_name("other.campaign.json")
    page.session.path.rename(other)
    page.safekeeping.watch.look()
    settle(qtbot)
    assert page.session.path == other
    assert "other.campaign.json" in window.toast.message
    assert not page.unsaved()


def test_a_file_that_cannot_be_read_any_more_is_said(qtbot: QtBot, page: EditorPage) -> None:
    assert page.session.path is not None
    page.session.path.write_bytes(b'{"format": "campaign"')
    page.safekeeping.watch.look()
    settle(qtbot)
    (notice,) = page.notices.notices
    assert notice.tone == "danger"
    assert len(page.session.document.nodes) == 1


def test_a_campaign_that_is_only_viewed_follows_its_file(qtbot: QtBot, window: MainWindow) -> None:
    window.list_page.table.selectRow(0)
    window.view_selected()
    qtbot.waitUntil(lambda: window.editor is not None)
    data = change_on_disk(window.the_editor)
    settle(qtbot)
    assert campaign_file.dump(window.the_editor.session.document) == data
