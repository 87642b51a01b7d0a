"""The editor keeps unsaved work in the journal, and lets go of it once it is saved or given up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.editor import keeping
from app.editor.page import EditorPage
from app.window import MainWindow
from engine.campaign import campaign_file, edits
from engine.campaign.model import Point
from engine.files import FileError
from engine.i18n import Message
from engine.workspace import recovery
from engine.workspace.journal import FOLDER_NAME, Journal, Part
from engine.workspace.workspace import Workspace
from tests.app.conftest import open_draft, settle


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    return open_draft(qtbot, window)


def journals(workspace: Workspace) -> list[Path]:
    return sorted((workspace.folder / FOLDER_NAME).glob("*.journal"))


def flush(qtbot: QtBot, page: EditorPage) -> None:
    """As the timer does when it is due."""
    page.session.keeper.flush()
    settle(qtbot)


def kept(workspace: Workspace) -> recovery.Unsaved:
    (path,) = journals(workspace)
    return recovery.read(path)


def test_a_flush_is_due_a_second_after_the_first_change(page: EditorPage) -> None:
    timer = page.session.keeper._timer
    assert not timer.isActive()
    page.commands.add_kind("target_audience")
    assert timer.isActive()
    assert timer.isSingleShot()
    assert timer.interval() == keeping.FLUSH_MS <= 1000


def test_every_change_is_in_the_journal_after_the_next_flush(
    qtbot: QtBot, page: EditorPage, workspace: Workspace
) -> None:
    steps: list[Callable[[], None]] = [
        lambda: page.commands.add_kind("target_audience"),
        lambda: page.commands.add_kind("tag"),
        page.commands.undo,
        page.commands.redo,
        page.commands.add_ends,
    ]
    for step in steps:
        step()
        flush(qtbot, page)
        assert campaign_file.dump(kept(workspace).document) == campaign_file.dump(page.session.document)


def test_looking_leaves_no_trace(qtbot: QtBot, page: EditorPage, workspace: Workspace) -> None:
    flush(qtbot, page)
    assert journals(workspace) == []


def test_it_is_gone_once_everything_is_saved_or_taken_back(
    qtbot: QtBot, page: EditorPage, workspace: Workspace
) -> None:
    page.commands.add_kind("target_audience")
    flush(qtbot, page)
    assert kept(workspace).file == page.session.path.name if page.session.path else None
    page.save()
    settle(qtbot)
    assert journals(workspace) == []
    page.commands.add_kind("tag")
    flush(qtbot, page)
    assert kept(workspace).base == page.session.document.origin
    page.commands.undo()
    flush(qtbot, page)
    assert journals(workspace) == []


def test_leaving_without_saving_gives_it_up(
    qtbot: QtBot, window: MainWindow, page: EditorPage, workspace: Workspace
) -> None:
    page.commands.add_kind("target_audience")
    flush(qtbot, page)
    window.open_campaigns.close(window.the_editor, to_list=True)
    settle(qtbot)
    assert not (workspace.folder / FOLDER_NAME).exists()


def test_input_that_was_not_confirmed_is_kept(qtbot: QtBot, page: EditorPage, workspace: Workspace) -> None:
    page.commands.add_kind("target_audience")
    page.save()
    settle(qtbot)
    (node,) = page.session.document.nodes
    assert page.panel.content is not None
    page.panel.content.name.setText("Bought once")
    page.panel.content.changed.emit()
    assert page.session.keeper._timer.isActive()
    flush(qtbot, page)
    assert kept(workspace).inputs[node].name == "Bought once"
    page.panel.cancel()
    flush(qtbot, page)
    assert journals(workspace) == []


def test_a_note_is_kept_while_it_is_written(qtbot: QtBot, page: EditorPage, workspace: Workspace) -> None:
    page.session.push(edits.add_note(page.session.document, Point(0, 0)))
    page.save()
    settle(qtbot)
    (note,) = page.session.document.notes
    text = page.session.document.notes[note].text
    page.view.notes.write(note)
    page.view.notes.editor.setPlainText("Ask Li")
    assert page.session.keeper._timer.isActive()
    flush(qtbot, page)
    assert kept(workspace).document.notes[note].text == "Ask Li"
    page.commands.add_kind("target_audience")
    page.view.notes.write(note)
    page.view.notes.editor.setPlainText("Ask Li again")
    flush(qtbot, page)
    assert kept(workspace).document.notes[note].text == "Ask Li again"
    page.view.notes.finish(keep=False)
    page.commands.add_kind("tag")
    flush(qtbot, page)
    assert kept(workspace).document.notes[note].text in (text, "Ask Li")
    assert campaign_file.dump(kept(workspace).document) == campaign_file.dump(page.session.document)


def test_a_change_during_a_write_is_written_right_after_it(
    qtbot: QtBot, page: EditorPage, workspace: Workspace
) -> None:
    page.commands.add_kind("target_audience")
    page.session.keeper.flush()
    page.commands.add_kind("tag")
    page.session.keeper.flush()
    settle(qtbot)
    settle(qtbot)
    assert len(kept(workspace).document.nodes) == 2


def test_a_disk_that_is_full_is_said_once_and_editing_goes_on(
    qtbot: QtBot, page: EditorPage, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(journal: Journal, part: Part) -> None:
        journal._whole = True
        raise FileError(journal.path, None, "", keeping_message())

    monkeypatch.setattr(Journal, "write", full)
    for kind in ("target_audience", "tag"):
        page.commands.add_kind(kind)
        flush(qtbot, page)
    assert [notice.tone for notice in page.notices.notices] == ["danger"]
    assert "No space left" in page.notices.notices[0].text
    assert page.session.keeper._timer.interval() == keeping.RETRY_MS
    monkeypatch.undo()
    flush(qtbot, page)
    assert page.notices.notices == []
    assert len(kept(workspace).document.nodes) == 2


def keeping_message() -> Message:
    return Message("Unsaved work cannot be kept: {reason}.", reason="No space left on device")
