"""Drafts save themselves where the user wants that: after some minutes, in a pause, and never over others."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.editor import autosave
from app.editor.page import EditorPage
from app.editor.session import Failed, Then
from app.window import MainWindow
from engine.campaign import campaign_file
from engine.files import FileError
from engine.i18n import Message
from tests.app.conftest import change_on_disk, dialogs, open_draft, settle


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    window.preferences.autosave = 5
    return open_draft(qtbot, window)


def due(page: EditorPage) -> None:
    """The minutes are over."""
    page.safekeeping.autosave._minutes.timeout.emit()


def pause(page: EditorPage) -> None:
    """Nothing was done for a moment."""
    page.safekeeping.autosave._pause.timeout.emit()


def on_disk(page: EditorPage) -> bool:
    assert page.session.path is not None
    return page.session.path.read_bytes() == campaign_file.dump(page.session.document)


def test_it_saves_in_the_first_pause_after_the_minutes_and_says_so_in_the_bar(
    page: EditorPage, window: MainWindow
) -> None:
    saver = page.safekeeping.autosave
    assert not saver._minutes.isActive()
    page.commands.add_kind("target_audience")
    assert saver._minutes.interval() == 5 * autosave.MINUTE_MS
    due(page)
    page.commands.add_kind("tag")
    assert saver._pause.isActive()
    assert not on_disk(page)
    pause(page)
    assert on_disk(page)
    assert not page.session.dirty
    assert page.bar.saved.isVisible()
    assert page.bar.saved.text().startswith("Saved by itself at ")
    assert not window.toast.message
    page.commands.add_kind("end")
    assert not page.bar.saved.isVisible()


def test_typing_is_not_interrupted(page: EditorPage) -> None:
    page.commands.add_kind("target_audience")
    due(page)
    page.safekeeping.autosave._pause.stop()
    content = page.panel.content
    assert content is not None
    content.name.setText("Half")
    content.changed.emit()
    assert page.safekeeping.autosave._pause.isActive()
    pause(page)
    assert page.panel.content is content
    assert content.name.text() == "Half"
    assert page.panel.unapplied()


def test_without_the_preference_nothing_is_saved(page: EditorPage, window: MainWindow) -> None:
    window.preferences.autosave = 0
    page.commands.add_kind("target_audience")
    assert not page.safekeeping.autosave._minutes.isActive()


def test_a_draft_without_a_file_waits_for_the_user(page: EditorPage, window: MainWindow) -> None:
    page.session.path = None
    page.commands.add_kind("target_audience")
    due(page)
    pause(page)
    assert page.session.path is None
    assert page.session.dirty


def test_it_never_overwrites_what_others_changed(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    page.commands.add_kind("target_audience")
    data = change_on_disk(page)
    due(page)
    pause(page)
    settle(qtbot)
    assert page.session.path is not None
    assert page.session.path.read_bytes() == data
    assert dialogs(window) == []
    assert "changed on disk" in page.notices.notices[0].text


def test_a_save_that_fails_is_said_once(
    page: EditorPage, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[object] = []
    page.safekeeping.autosave.failed.connect(said.append)

    def full(_then: Then, failed: Failed) -> None:
        failed(FileError(page.session.path or window.workspace.folder, None, "", Message("No space left.")))  # type: ignore[union-attr]

    monkeypatch.setattr(page.session, "save", full)
    page.commands.add_kind("target_audience")
    for _ in range(2):
        due(page)
        pause(page)
    assert len(said) == 1
    assert "No space left" in window.toast.message
    assert page.safekeeping.autosave._minutes.isActive(), "it tries again"


def test_it_saves_when_the_program_is_left_where_that_is_wanted(page: EditorPage, window: MainWindow) -> None:
    page.commands.add_kind("target_audience")
    inactive = Qt.ApplicationState.ApplicationInactive
    page.safekeeping.autosave._on_application_state(inactive)
    assert not on_disk(page)
    window.preferences.autosave_on_leave = True
    page.safekeeping.autosave._on_application_state(inactive)
    assert on_disk(page)
