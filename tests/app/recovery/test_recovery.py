"""Unsaved work after a crash: offered with its differences, restored, copied, discarded, kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app import language
from app.campaign_list import loading
from app.recovery.dialog import RecoveryDialog
from app.widgets.ask import Question
from app.window import MainWindow
from engine.campaign import campaign_file, edits
from engine.campaign.document import CampaignDocument
from engine.steps import finished
from engine.workspace.journal import FOLDER_NAME, Input, Inputs, Journal, line
from engine.workspace.offers import Standing, offers
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, close_dialogs, dialogs, open_draft, settle
from tests.engine.campaign.building import chain


def crash(
    workspace: Workspace, document: CampaignDocument, path: Path | None, inputs: Inputs | None = None
) -> Path:
    """What a process leaves that dies while a campaign is edited."""
    journal = Journal(workspace.folder, document.attributes.id, path, document.origin)
    journal.record_inputs(inputs or {})
    part = journal.collect(document)
    assert part is not None
    journal.write(finished(journal.encoded(part)))
    assert journal._hold is not None
    journal._hold.release()
    return journal.path


@pytest.fixture
def path(workspace: Workspace) -> Path:
    return workspace.campaigns()[0].path


@pytest.fixture
def edited(path: Path) -> CampaignDocument:
    """The saved draft with two components more."""
    document = campaign_file.load(path)
    chain(document, "target_audience", "tag")
    return document


@pytest.fixture
def begin(qtbot: QtBot, make_window: MakeWindow, workspace: Workspace) -> MakeWindow:
    """Open the workspace, and wait until unsaved work was looked for."""

    def opened(workspace: Workspace) -> MainWindow:
        window = make_window(workspace)
        settle(qtbot)
        return window

    return opened


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def offered(window: MainWindow) -> RecoveryDialog:
    found = window.recovery.dialog
    assert found is not None
    assert found.isVisible()
    return found


def texts(shown: RecoveryDialog) -> set[str]:
    """Everything that it says, but names."""
    words = {found.text() for found in shown.findChildren(QLabel) if found is not shown.name}
    words |= {found.text() for found in shown.findChildren(QPushButton)}
    return words | {shown.windowTitle(), shown.campaigns.accessibleName(), shown.view.accessibleName()}


def rows(shown: RecoveryDialog) -> list[str]:
    items = (shown.view.topLevelItem(row) for row in range(shown.view.topLevelItemCount()))
    return [f"{item.text(0)}: {item.text(1)}" for item in items if item is not None]


def journal_folder(workspace: Workspace) -> Path:
    return workspace.folder / FOLDER_NAME


def test_without_a_crash_nothing_is_offered(begin: MakeWindow, workspace: Workspace) -> None:
    window = begin(workspace)
    assert dialogs(window) == []
    assert not window.actions_["workspace.recover"].isEnabled()


def test_the_draft_is_offered_with_its_differences_and_restored_as_one_step(
    qtbot: QtBot, begin: MakeWindow, workspace: Workspace, path: Path, edited: CampaignDocument
) -> None:
    crash(workspace, edited, path)
    before = path.read_bytes()
    window = begin(workspace)
    shown = offered(window)
    assert shown.name.text() == "Spring sale"
    assert shown.campaigns.isHidden()
    assert shown.copy.isHidden()
    assert rows(shown)[-2:] == ["Target Audience 1 (Target Audience): Added", "Tag 1 (Tag): Added"]
    click(shown.restore)
    settle(qtbot)
    page = window.the_editor
    assert window.recovery.dialog is None
    assert campaign_file.dump(page.session.document) == campaign_file.dump(edited)
    assert page.unsaved()
    assert path.read_bytes() == before
    assert window.actions_["editor.undo"].text() == "Undo Restore unsaved work"
    (kept,) = journal_folder(workspace).glob("*.journal")
    page.commands.undo()
    assert campaign_file.dump(page.session.document) == before
    page.commands.redo()
    assert page.save()
    settle(qtbot)
    assert not kept.exists()
    assert not journal_folder(workspace).exists()


def test_what_was_restored_survives_the_next_crash(
    qtbot: QtBot, begin: MakeWindow, workspace: Workspace, path: Path, edited: CampaignDocument
) -> None:
    """The old journal goes only when the new one is on the disk; also of a campaign without a file."""
    new = loading.new_document(workspace, edited, "Never saved", "")
    crash(workspace, new, None)
    window = begin(workspace)
    click(offered(window).restore)
    settle(qtbot)
    (kept,) = journal_folder(workspace).glob("*.journal")
    window.the_editor.session.keeper.flush()
    settle(qtbot)
    assert list(journal_folder(workspace).glob("*.journal")) == [kept]
    assert offers(workspace) == [], "a living process has it"


def test_a_campaign_that_was_never_saved_is_restored_without_a_file(
    qtbot: QtBot, begin: MakeWindow, workspace: Workspace, edited: CampaignDocument
) -> None:
    crash(workspace, loading.new_document(workspace, edited, "Never saved", ""), None)
    window = begin(workspace)
    shown = offered(window)
    assert "never saved" in shown.standing.text()
    click(shown.restore)
    page = window.the_editor
    assert page.session.path is None
    assert page.unsaved()
    assert len(page.session.document.nodes) == 2
    assert page.save()
    settle(qtbot)
    assert not journal_folder(workspace).exists()


def test_a_file_that_changed_since_is_said_and_a_copy_is_offered(
    qtbot: QtBot, begin: MakeWindow, workspace: Workspace, path: Path, edited: CampaignDocument
) -> None:
    crash(workspace, edited, path)
    elsewhere = campaign_file.load(path)
    changed = elsewhere.attributes.model_copy(update={"group": "Elsewhere"})
    elsewhere.apply(edits.set_attributes(elsewhere, changed).ops)
    campaign_file.save(elsewhere, path)
    window = begin(workspace)
    shown = offered(window)
    assert "has changed since" in shown.standing.text()
    assert rows(shown)[0] == "Campaign: Edited"
    click(shown.copy)
    settle(qtbot)
    page = window.the_editor
    assert page.session.path is None
    assert page.session.document.attributes.name == "Copy of Spring sale"
    assert page.session.document.attributes.id != edited.attributes.id
    assert len(page.session.document.nodes) == 2
    assert path.read_bytes() == campaign_file.dump(elsewhere)


def test_a_file_that_is_gone_is_written_again(
    qtbot: QtBot, begin: MakeWindow, workspace: Workspace, path: Path, edited: CampaignDocument
) -> None:
    crash(workspace, edited, path)
    path.unlink()
    window = begin(workspace)
    assert "is gone" in offered(window).standing.text()
    click(offered(window).restore)
    settle(qtbot)
    assert window.the_editor.unsaved()
    assert window.the_editor.save()
    assert path.read_bytes() == campaign_file.dump(edited)


def test_discarding_asks_first(
    begin: MakeWindow, workspace: Workspace, path: Path, edited: CampaignDocument
) -> None:
    crash(workspace, edited, path)
    window = begin(workspace)
    shown = offered(window)
    click(shown.discard)
    click(question(shown).cancel)
    assert len(window.recovery.offers) == 1
    click(shown.discard)
    click(question(shown).buttons[0])
    assert window.recovery.offers == []
    assert window.recovery.dialog is None
    assert not journal_folder(workspace).exists()


def question(shown: RecoveryDialog) -> Question:
    return next(found for found in shown.findChildren(Question) if found.isVisible())


def test_later_keeps_it_for_another_time(
    begin: MakeWindow, workspace: Workspace, path: Path, edited: CampaignDocument
) -> None:
    kept = crash(workspace, edited, path)
    window = begin(workspace)
    click(offered(window).later)
    assert window.recovery.dialog is None
    assert kept.exists()
    window.actions_["workspace.recover"].trigger()
    assert offered(window).name.text() == "Spring sale"
    window.recovery.close()
    (again,) = offers(workspace)
    again.left.release()


def test_several_are_decided_one_by_one(
    qtbot: QtBot, begin: MakeWindow, workspace: Workspace, path: Path, edited: CampaignDocument
) -> None:
    crash(workspace, edited, path)
    crash(workspace, loading.new_document(workspace, edited, "Never saved", ""), None)
    window = begin(workspace)
    shown = offered(window)
    assert shown.campaigns.isVisible()
    names = {shown.campaigns.item(row).text() for row in range(2)}
    assert names == {"Spring sale", "Never saved"}
    click(shown.restore)
    assert shown.isVisible()
    click(shown.restore)
    assert window.recovery.dialog is None
    assert len(window.editors) == 2
    settle(qtbot)


def test_it_follows_the_language(
    begin: MakeWindow, workspace: Workspace, path: Path, edited: CampaignDocument
) -> None:
    crash(workspace, edited, path)
    crash(workspace, loading.new_document(workspace, edited, "Never saved", ""), None)
    shown = offered(begin(workspace))
    shown.campaigns.setCurrentRow(1)
    before = texts(shown)
    language.use_language("zh")
    assert not {text for text in texts(shown) & before if text and not text.startswith("Never saved")}
    assert shown.campaigns.currentRow() == 1
    language.use_language("en")
    assert texts(shown) == before


def test_input_that_was_not_confirmed_comes_back(
    qtbot: QtBot, begin: MakeWindow, workspace: Workspace, path: Path, edited: CampaignDocument
) -> None:
    (trigger, _) = sorted(edited.nodes, key=lambda id: edited.node(id).kind == "tag")
    crash(workspace, edited, path, {trigger: Input("Half typed", "memo", {"mode": "now"})})
    window = begin(workspace)
    assert rows(offered(window))[-1] == "Half typed (Target Audience): Not confirmed"
    click(offered(window).restore)
    page = window.the_editor
    qtbot.waitUntil(lambda: page.scene.is_loaded)
    assert page.scene.selected_node == trigger
    assert page.panel.content is not None
    assert page.panel.content.values().name == "Half typed"
    assert page.panel.unapplied() == [trigger]


def test_what_was_saved_just_before_the_crash_is_not_offered(
    begin: MakeWindow, workspace: Workspace, path: Path, edited: CampaignDocument
) -> None:
    crash(workspace, edited, path)
    campaign_file.save(edited, path)
    window = begin(workspace)
    assert dialogs(window) == []
    assert not journal_folder(workspace).exists()


def test_a_journal_that_cannot_be_read_is_said_and_can_be_discarded(
    begin: MakeWindow, workspace: Workspace
) -> None:
    journal_folder(workspace).mkdir()
    (journal_folder(workspace) / "c_x-abc.journal").write_bytes(b"\0garbage")
    window = begin(workspace)
    shown = offered(window)
    assert "no journal" in shown.standing.text()
    assert not shown.restore.isEnabled()
    click(shown.discard)
    click(question(shown).buttons[0])
    assert not journal_folder(workspace).exists()


def test_a_cut_end_is_said(
    begin: MakeWindow, workspace: Workspace, path: Path, edited: CampaignDocument
) -> None:
    kept = crash(workspace, edited, path)
    with kept.open("ab") as file:
        file.write(line({"nodes": {}})[:-4])
    window = begin(workspace)
    assert "last moments" in offered(window).trouble.text()
    close_dialogs(window)


def test_an_open_campaign_gives_way_unless_it_has_changes(
    qtbot: QtBot, begin: MakeWindow, workspace: Workspace, path: Path, edited: CampaignDocument
) -> None:
    crash(workspace, edited, path)
    window = begin(workspace)
    (offer,) = window.recovery.offers
    click(offered(window).later)
    page = open_draft(qtbot, window)
    page.commands.add_kind("target_audience")
    window.recovery.restore(offer)
    assert "has changes" in window.toast.message
    assert window.recovery.offers == [offer]
    page.commands.undo()
    window.recovery.restore(offer)
    settle(qtbot)
    assert len(window.editors) == 1
    assert len(window.the_editor.session.document.nodes) == 2


@pytest.mark.parametrize(
    ("happens", "standing"),
    [("nothing", Standing.SAME), ("renamed", Standing.SAME), ("broken", Standing.UNREADABLE)],
)
def test_how_the_file_stands(
    workspace: Workspace, path: Path, edited: CampaignDocument, happens: str, standing: Standing
) -> None:
    crash(workspace, edited, path)
    if happens == "renamed":
        path = path.rename(path.with_name("other.campaign.json"))
    elif happens == "broken":
        path.write_text("{")
    (offer,) = offers(workspace)
    assert offer.standing is standing
    assert offer.path == (None if happens == "broken" else path)
    offer.left.release()
