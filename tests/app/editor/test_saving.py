"""A large draft is written in the background, as it was when that was begun; one goes on meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app import tasks
from app.editor import session
from app.editor.page import EditorPage
from app.window import MainWindow
from engine.campaign import campaign_file, edits
from engine.campaign.campaign_file import digest, dump
from engine.files import FileError
from engine.i18n import Message
from engine.workspace import recovery
from engine.workspace.journal import FOLDER_NAME, Encoded, Journal
from engine.workspace.workspace import Workspace
from tests.app.conftest import dialog, dialogs, open_draft, settle

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> EditorPage:
    page = open_draft(qtbot, window, kinds=("target_audience",))
    settle(qtbot)
    monkeypatch.setattr(session, "LARGE", 0)
    return page


class Disk:
    """Where saves wait until they are let through; `trouble` is what they then run into.

    `written` is set once the file is there, and `told` lets the save end.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go_on, self.trouble = threading.Event(), ""
        self.written, self.told = threading.Event(), threading.Event()
        self.told.set()
        save = Workspace.save_campaign

        def slow(workspace: Workspace, *arguments: Any, **how: Any) -> Path:
            assert self.go_on.wait(20)
            if self.trouble:
                raise FileError(workspace.folder, None, "", Message(self.trouble))
            path = save(workspace, *arguments, **how)
            self.written.set()
            assert self.told.wait(20)
            return path

        monkeypatch.setattr(Workspace, "save_campaign", slow)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk(monkeypatch)
    yield disk
    disk.go_on.set()
    disk.told.set()


def on_disk(page: EditorPage) -> str:
    assert page.session.path is not None
    return digest(page.session.path.read_bytes())


def now(page: EditorPage) -> str:
    return digest(dump(page.session.document))


def ended(qtbot: QtBot, disk: Disk) -> None:
    disk.go_on.set()
    settle(qtbot)


def test_the_draft_counts_as_saved_once_it_is_on_the_disk(
    qtbot: QtBot, page: EditorPage, window: MainWindow, disk: Disk
) -> None:
    saved: list[str] = []
    assert page.save(lambda: saved.append(on_disk(page)))
    assert page.unsaved()
    assert not saved
    assert window.toast.message != "Draft saved."
    ended(qtbot, disk)
    assert saved == [now(page)]
    assert not page.unsaved()
    assert window.toast.message == "Draft saved."
    assert window.workspace is not None
    assert not (window.workspace.folder / FOLDER_NAME).exists()


def test_what_is_done_meanwhile_is_not_saved(
    qtbot: QtBot, page: EditorPage, window: MainWindow, disk: Disk, workspace: Workspace
) -> None:
    page.session.keeper.flush()
    qtbot.waitUntil(lambda: not tasks.running())
    begun = now(page)
    page.save()
    page.commands.add_kind("tag")
    ended(qtbot, disk)
    assert on_disk(page) == begun
    assert page.unsaved()
    (left,) = (workspace.folder / FOLDER_NAME).glob("*.journal")
    unsaved = recovery.read(left)
    assert digest(dump(unsaved.document)) == now(page)
    assert unsaved.base == begun, "it builds on what is in the file"
    page.commands.undo()
    assert now(page) == begun
    assert not page.unsaved(), "the mark stands where the save was begun"


def test_saves_come_one_after_the_other(qtbot: QtBot, page: EditorPage, disk: Disk) -> None:
    seen: list[tuple[int, str]] = []
    for turn, kind in enumerate(("tag", "wait_until", "tag")):
        page.commands.add_kind(kind)
        page.save(lambda turn=turn: seen.append((turn, on_disk(page))))  # type: ignore[misc]
    ended(qtbot, disk)
    assert [turn for turn, _ in seen] == [0, 1, 2]
    assert seen[-1][1] == now(page)
    assert not page.unsaved()


def test_a_save_that_fails_leaves_the_old_file_and_says_so(
    qtbot: QtBot, page: EditorPage, window: MainWindow, disk: Disk
) -> None:
    before, then = on_disk(page), []
    disk.trouble = "The disk is full."
    page.save(lambda: then.append(True))
    ended(qtbot, disk)
    assert "disk is full" in window.toast.message
    assert on_disk(page) == before
    assert page.unsaved()
    assert not then
    disk.trouble = ""
    page.save()
    settle(qtbot)
    assert on_disk(page) == now(page)
    assert not page.unsaved()


def test_what_looks_at_the_file_meanwhile_takes_nothing_for_a_change_by_others(
    qtbot: QtBot, page: EditorPage, disk: Disk
) -> None:
    disk.told.clear()
    disk.go_on.set()
    page.save()
    qtbot.waitUntil(disk.written.is_set)
    with qtbot.waitSignal(page.safekeeping.watch.looked):
        page.safekeeping.watch.look()
    assert page.safekeeping.standing is None, "it is there, and nobody has said yet that it is ours"
    disk.told.set()
    settle(qtbot)
    page.safekeeping.watch.look()
    settle(qtbot)
    assert page.safekeeping.standing is None
    assert page.session.document.origin == on_disk(page)


def leave(window: MainWindow, page: EditorPage) -> list[bool]:
    left: list[bool] = []
    window.open_campaigns.leave([page], lambda: left.append(True))
    return left


def test_leaving_waits_for_the_save_and_then_asks_about_the_rest(
    qtbot: QtBot, page: EditorPage, window: MainWindow, disk: Disk
) -> None:
    page.save()
    left = leave(window, page)
    assert not left
    assert dialogs(window) == [], "what is being saved is not asked about"
    page.commands.add_kind("tag")
    ended(qtbot, disk)
    assert not left
    press(dialog(window), "Save draft and leave")
    settle(qtbot)
    assert left == [True]
    assert on_disk(page) == now(page)


def test_leaving_after_the_save_asks_nothing(
    qtbot: QtBot, page: EditorPage, window: MainWindow, disk: Disk
) -> None:
    page.save()
    left = leave(window, page)
    ended(qtbot, disk)
    assert left == [True]
    assert dialogs(window) == []


def press(question: Any, text: str) -> None:
    buttons: list[QPushButton] = question.findChildren(QPushButton)
    click: Callable[[], None] = next(button.click for button in buttons if button.text() == text)
    click()


def change_by_others(path: Path) -> str:
    document = campaign_file.load(path)
    changed = document.attributes.model_copy(update={"group": "Elsewhere"})
    document.apply(edits.set_attributes(document, changed).ops)
    campaign_file.save(document, path)
    return digest(path.read_bytes())


def test_what_others_write_while_it_is_saved_is_not_overwritten_unasked(
    qtbot: QtBot, page: EditorPage, window: MainWindow, disk: Disk
) -> None:
    path, then = page.session.path, []
    assert path is not None
    page.save(lambda: then.append(on_disk(page)))
    theirs = change_by_others(path)
    ended(qtbot, disk)
    assert on_disk(page) == theirs
    assert page.unsaved()
    assert not then
    press(dialog(window), "Overwrite")
    settle(qtbot)
    assert then == [now(page)], "what the save was for goes on"


def test_saves_that_others_came_before_ask_once_for_all(
    qtbot: QtBot, page: EditorPage, window: MainWindow, disk: Disk
) -> None:
    path, then = page.session.path, []
    assert path is not None
    for turn in (1, 2):
        page.save(lambda turn=turn: then.append(turn))  # type: ignore[misc]
    change_by_others(path)
    ended(qtbot, disk)
    press(dialog(window), "Overwrite")
    settle(qtbot)
    assert then == [1, 2]
    assert not dialogs(window)


def test_a_draft_that_saves_itself_overwrites_nothing(
    qtbot: QtBot, page: EditorPage, window: MainWindow, disk: Disk
) -> None:
    path = page.session.path
    assert path is not None
    page.safekeeping.autosave.save()
    theirs = change_by_others(path)
    ended(qtbot, disk)
    qtbot.waitUntil(lambda: page.safekeeping.standing is not None)
    assert on_disk(page) == theirs
    assert not dialogs(window)


def test_overwriting_goes_on_to_leave(
    qtbot: QtBot, page: EditorPage, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LARGE", 500)
    assert page.session.path is not None
    change_by_others(page.session.path)
    left = leave(window, page)
    press(dialog(window), "Save draft and leave")
    assert not left
    press(dialog(window), "Overwrite")
    assert left == [True]
    assert on_disk(page) == now(page)


def test_who_waits_does_not_wait_for_ever(
    qtbot: QtBot, page: EditorPage, window: MainWindow, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_how: object) -> Path:
        assert disk.go_on.wait(20)
        raise ValueError("a fault of the program")

    monkeypatch.setattr(Workspace, "save_campaign", broken)
    page.save()
    leave(window, page)
    with qtbot.capture_exceptions() as raised:
        ended(qtbot, disk)
    assert [str(error) for _, error, _ in raised] == ["a fault of the program"]
    assert "Leave without saving" in [button.text() for button in dialog(window).findChildren(QPushButton)]


def test_a_campaign_deleted_meanwhile_does_not_come_again(
    qtbot: QtBot, page: EditorPage, window: MainWindow, disk: Disk
) -> None:
    path = page.session.path
    assert path is not None
    page.save()
    window.tabs.show_page(None)
    window.list_page.select(path)
    window.actions_["campaign.delete"].trigger()
    press(dialog(window), "Delete")
    ended(qtbot, disk)
    assert not path.exists()
    assert window.editors == ()


def test_a_journal_that_fails_while_it_is_replaced_is_replaced_nevertheless(
    qtbot: QtBot, page: EditorPage, disk: Disk, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.session.keeper.flush()
    qtbot.waitUntil(lambda: not tasks.running())
    go_on, write = threading.Event(), Journal.write

    def failing(journal: Journal, lines: Encoded) -> None:
        if go_on.is_set():
            write(journal, lines)
            return
        assert go_on.wait(20)
        raise FileError(journal.path, None, "", Message("The disk is full."))

    monkeypatch.setattr(Journal, "write", failing)
    page.save()
    page.commands.add_kind("tag")
    page.session.keeper.flush()
    disk.go_on.set()
    qtbot.waitUntil(lambda: not page.session.saving)
    go_on.set()
    qtbot.waitUntil(lambda: not tasks.running())
    (left,) = (workspace.folder / FOLDER_NAME).glob("*.journal")
    assert digest(dump(recovery.read(left).document)) == now(page)
    assert recovery.read(left).base == on_disk(page)


def test_a_tab_that_is_closed_meanwhile_does_not_wait(
    qtbot: QtBot, page: EditorPage, window: MainWindow, disk: Disk
) -> None:
    path, begun = page.session.path, now(page)
    assert path is not None
    page.save()
    window.open_campaigns.close(page, to_list=True)
    ended(qtbot, disk)
    assert digest(path.read_bytes()) == begun
    assert campaign_file.load(path).origin == begun
