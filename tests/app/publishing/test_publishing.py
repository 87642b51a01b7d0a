"""Publishing to the bundled engine: problems first, then what it does, then the bundle is sent."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.campaign_list import loading
from app.campaign_list.status import Status
from app.window import MainWindow
from engine.campaign import edits
from engine.client import EngineUnreachable
from engine.i18n import Message
from engine.server.wire.campaigns import PublishAnswer
from engine.workspace import bundle
from engine.workspace.workspace import Workspace
from tests.app.conftest import FakeEngine, MakeWindow, complete, dialog, dialogs, open_draft, settle
from tests.app.publishing.steps import publish, publish_now, rename_on_disk


def test_publish_lists_the_problems_and_publishes_nothing(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    publish(qtbot, window, "Spring sale")
    page = window.the_editor
    assert page.problems.isVisible()
    assert page.problems.list.problems.rowCount() == len(page.session.problems) > 0
    assert not engine.published
    assert not dialogs(window)


def test_publish_sends_the_bundle(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    publish(qtbot, window, "Ready")
    (sent,) = engine.published
    assert bundle.read(sent).campaign.attributes.id == ready
    assert window.toast.message == "Published as version 1."


def test_overwriting_a_changed_file_goes_on_to_publish(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    (tag,) = (id for id, node in page.session.document.nodes.items() if node.kind == "tag")
    page.push(edits.rename(page.session.document, tag, "Mine"))
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    rename_on_disk(page, "By others")
    dialog(window).publish.click()
    settle(qtbot)
    assert dialog(window).windowTitle() == "Overwrite the file?"
    dialog(window).buttons[0].click()
    settle(qtbot)
    assert b"Mine" in engine.published[0]


@pytest.mark.parametrize("opened", [False, True])
def test_publish_pressed_twice_asks_once(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, ready: str, opened: bool
) -> None:
    window = make_window(workspace)
    if opened:
        open_draft(qtbot, window, "Ready")
    else:
        window.list_page.select(next(row.path for row in window.rows() if row.name == "Ready"))
    window.actions_["run.publish"].trigger()
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    settle(qtbot)
    assert len(dialogs(window)) == 1
    assert len(window.editors) == 1


def test_a_note_that_is_being_written_is_kept_and_nothing_is_asked_twice(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    page.note_commands.add_note()
    QTest.keyClicks(page.view.notes.editor, "hello")
    publish_now(qtbot, window)
    assert len(engine.published) == 1
    assert not dialogs(window)
    assert [note.text for note in page.session.document.notes.values()] == ["hello"]


def test_the_bar_and_the_tab_follow_at_once(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    assert "Draft" in window.tabs.bar.tabToolTip(1)
    assert window.service is not None
    window.service._timer.stop()  # nothing comes by polling
    engine.statuses[ready] = "in_progress"
    answer = PublishAnswer(campaign=ready, version=1, hash="")
    window.publishing._on_published_here(None, [], (answer, engine.campaigns()[0]))
    assert page.bar.pill.text() == "In progress"
    assert "In progress" in window.tabs.bar.tabToolTip(1)


def test_a_new_campaign_is_known_to_run(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> None:
    assert window.workspace is not None
    document = loading.new_document(window.workspace, None, "Brand new", "")
    complete(document)
    window.open_campaigns.open_document(document, None)
    publish_now(qtbot, window)
    engine.statuses[document.attributes.id] = "in_progress"
    assert window.service is not None
    with qtbot.waitSignal(window.service.runs_changed):
        window.service.poll()
    assert window.the_editor.bar.pill.text() == "In progress"
    assert window.actions_["run.stop"].isEnabled()
    window.close()
    assert len(dialogs(window)) == 1  # whether it goes on


def test_warnings_do_not_block(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    from engine.campaign.problem import Problem, Severity

    page.session.problems = [Problem("empty_audience", Severity.WARNING, Message("Nobody is in it."))]
    page.session.check = lambda then=lambda: None: then()  # type: ignore[method-assign]
    publish_now(qtbot, window)
    assert len(engine.published) == 1


def test_a_refused_publication_says_why(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    engine.error = EngineUnreachable(Message("Not today."))
    window = make_window(workspace)
    publish(qtbot, window, "Ready")
    assert window.toast.message == "Not today."


def test_publishing_what_runs_already_says_that_nothing_has_changed(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    engine.statuses[ready] = "in_progress"
    engine.published = [b""] * 3  # the next answer is that version 4 runs, which is so already
    window = make_window(workspace)
    qtbot.waitUntil(lambda: any(row.status is Status.IN_PROGRESS for row in window.rows()))
    publish(qtbot, window, "Ready")
    assert window.toast.message == "Nothing has changed since version 4."
    publish_now(qtbot, window)
    assert window.toast.message == "Published as version 5."


def test_publishing_names_what_was_not_confirmed(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    (tag,) = (id for id, node in page.session.document.nodes.items() if node.kind == "tag")
    page.show_node(tag)
    assert page.panel.content is not None
    page.panel.content.name.setText("Half a name")
    publish_now(qtbot, window)
    assert len(engine.published) == 1
    name = page.session.document.node(tag).name
    assert f"What was changed in the panel of “{name}” is left out" in window.toast.message


def test_what_is_left_out_is_told_of_the_campaign_that_was_published(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    other = loading.new_document(workspace, None, "Other", "")
    complete(other)
    workspace.save_campaign(other)
    window = make_window(workspace)
    beside = open_draft(qtbot, window, "Other")
    beside.show_node(next(id for id, node in beside.session.document.nodes.items() if node.kind == "tag"))
    assert beside.panel.content is not None
    beside.panel.content.name.setText("Half a name")
    window.tabs.show_page(None)
    open_draft(qtbot, window, "Ready")
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    dialog(window).publish.click()
    window.tabs.show_page(beside)
    settle(qtbot)
    assert len(engine.published) == 1
    assert window.toast.message == "Published as version 1."
