"""Publishing and running: problems first, then the bundled engine or another machine's; and the end."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.campaign_list import loading
from app.campaign_list.status import Status
from app.editor.page import EditorPage
from app.editor.running import bundle_hash
from app.engine import bundled
from app.engine.service import EngineService
from app.engine.situation import State
from app.pickers import library
from app.publishing import publication, tokens
from app.publishing.dialog import PublishDialog
from app.publishing.summary import Summary
from app.window import MainWindow
from engine.campaign import campaign_file, edits
from engine.client import EngineUnreachable
from engine.i18n import Message
from engine.server.wire.campaigns import PublishAnswer
from engine.workspace import bundle
from engine.workspace.workspace import Workspace
from tests.app.conftest import FakeEngine, MakeWindow, complete, dialog, dialogs, open_draft, settle


@pytest.fixture
def ready(workspace: Workspace) -> str:
    """The id of a campaign that can be published."""
    document = loading.new_document(workspace, None, "Ready", "")
    complete(document)
    workspace.save_campaign(document)
    return document.attributes.id


def publish(qtbot: QtBot, window: MainWindow, name: str) -> None:
    row = next(row for row in window.rows() if row.name == name)
    window.list_page.select(row.path)
    publish_now(qtbot, window)


def publish_now(qtbot: QtBot, window: MainWindow) -> None:
    """Publish the campaign at hand, and press Enter where it is said what that does."""
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    for found in dialogs(window):
        QTest.keyClick(found, Qt.Key.Key_Return)
    settle(qtbot)


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


def summed_up(dialog: PublishDialog) -> str:
    return "\n".join(line for section in dialog.view.sections for line in section.lines)


def test_first_it_is_said_what_publishing_does(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    trigger = next(id for id, node in page.session.document.nodes.items() if node.kind == "target_audience")
    engine.sized["a_once"] = 1204
    page.commands.push_or_say(lambda: edits.rename(page.session.document, trigger, "Everybody"))
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    asked = dialog(window)
    assert "The first version" in summed_up(asked)
    assert "a list of 1,204 people" in summed_up(asked)
    QTest.keyClick(asked, Qt.Key.Key_Escape)
    settle(qtbot)
    assert not dialogs(window)
    assert not engine.published
    assert page.session.dirty  # nothing was saved either
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    QTest.keyClick(dialog(window), Qt.Key.Key_Return)
    settle(qtbot)
    assert len(engine.published) == 1
    assert not page.session.dirty


def rename_on_disk(page: EditorPage, name: str) -> None:
    """Another program gives the tag another name."""
    assert page.session.path is not None
    document = campaign_file.load(page.session.path)
    (tag,) = (id for id, node in document.nodes.items() if node.kind == "tag")
    document.apply(edits.rename(document, tag, name).ops)
    campaign_file.save(document, page.session.path)


def test_what_changed_since_it_was_shown_is_shown_anew(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    rename_on_disk(page, "By others")
    with qtbot.waitSignal(page.safekeeping.watch.looked):
        page.safekeeping.watch.look()
    dialog(window).publish.click()
    settle(qtbot)
    assert not engine.published
    said = [label.text() for label in dialog(window).findChildren(QLabel)]
    assert any("nothing is published yet" in text for text in said)
    dialog(window).publish.click()
    settle(qtbot)
    assert b"By others" in engine.published[0]


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


def test_an_audience_that_was_never_counted_is_estimated(
    qtbot: QtBot,
    make_window: MakeWindow,
    workspace: Workspace,
    engine: FakeEngine,
    ready: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Summary, "unknown_rules", lambda _self, _known: {"a_once": {}})
    window = make_window(workspace)
    window.list_page.select(next(row.path for row in window.rows() if row.name == "Ready"))
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    assert "1,234 people now" in summed_up(dialog(window))


def test_an_engine_that_cannot_be_asked_keeps_nobody_from_publishing(
    qtbot: QtBot,
    make_window: MakeWindow,
    workspace: Workspace,
    engine: FakeEngine,
    ready: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> Any:
        raise EngineUnreachable(Message("Not now."))

    window = make_window(workspace)
    monkeypatch.setattr(engine, "sizes", refuse)
    window.list_page.select(next(row.path for row in window.rows() if row.name == "Ready"))
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    assert "Not now." in summed_up(dialog(window))
    assert dialog(window).publish.isEnabled()


def test_the_next_version_says_what_it_changes(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    engine.published = [bundle.write(bundle.make(workspace, page.session.document.copy()))]
    engine.statuses[ready] = "in_progress"
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    assert "Nothing has changed since version 4" in summed_up(dialog(window))
    assert not dialog(window).changes.isVisible()
    dialog(window).reject()
    node = next(iter(page.session.document.nodes))
    page.commands.push_or_say(lambda: edits.rename(page.session.document, node, "Everybody"))
    settle(qtbot)
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    asked = dialog(window)
    assert "1 difference from version 4 on the canvas" in summed_up(asked)
    assert "3 people are inside" in summed_up(asked)
    asked.changes.click()
    settle(qtbot)
    assert len(dialogs(window)) == 2
    for shown in reversed(dialogs(window)):
        shown.close()


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


def test_sizes_are_shown_where_audiences_are_chosen(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    engine.sized = dict.fromkeys(workspace.audiences, 1204)
    engine.codes = dict.fromkeys(workspace.catalog.coupons, 7)
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    opened = page.session.workspace
    qtbot.waitUntil(lambda: bool(opened.sizes))
    page.show_node(next(i for i, n in page.session.document.nodes.items() if n.kind == "target_audience"))
    settle(qtbot)
    words = [shown.text() for shown in page.panel.findChildren(QLabel) if not shown.isHidden()]
    assert any("1,204 people" in text for text in words)
    assert {option.tail for option in library.coupon_options(opened)} == {"7 codes left"}
    engine.away = True
    assert window.service is not None
    window.service.poll()
    qtbot.waitUntil(lambda: not opened.sizes)
    assert {option.tail for option in library.audience_options(opened)} == {""}


def test_an_empty_audience_is_noted_before_publishing(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    engine.sized = dict.fromkeys(workspace.audiences, 0)
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    qtbot.waitUntil(lambda: any(problem.code == "empty_audience" for problem in page.session.problems))
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    assert "is empty" in summed_up(dialog(window))


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


def test_status_and_counts_follow_the_engine(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    node = next(iter(page.session.document.nodes))
    engine.statuses[ready] = "in_progress"
    numbers = {"arrived": 12457, "passed": 12457, "waiting": 0, "left": 0, "merged": 0, "failed": 0}
    engine.live = {
        "nodes": {node: numbers},
        "links": {},
        "entries": 12457,
        "inside": 0,
        "finished": 12457,
        "messages": {},
        "reasons": {node: {"sent": {"": 12457}}},
    }
    assert window.service is not None
    with qtbot.waitSignal(window.service.counts_changed):
        window.service.poll()
    assert page.bar.pill.text() == "In progress"
    assert page.scene.stage.counts is not None
    assert page.scene.stage.counts["nodes"][node]["arrived"] == 12457
    page.scene.select([node])
    assert [table.rows for table in page.panel.figures.tables] == [(("Sent", "12,457"),)]
    engine.statuses.pop(ready)
    window.service.poll()
    qtbot.waitUntil(lambda: page.status is Status.DRAFT)
    assert page.panel.figures.tables == []


def test_stop_asks_and_restart_goes_on(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    engine.statuses[ready] = "in_progress"
    window = make_window(workspace)
    qtbot.waitUntil(lambda: any(row.status is Status.IN_PROGRESS for row in window.rows()))
    row = next(row for row in window.rows() if row.id == ready)
    window.list_page.select(row.path)
    assert not window.actions_["campaign.delete"].isEnabled()
    window.actions_["run.stop"].trigger()
    assert not engine.calls
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.actions_["run.restart"].isEnabled())
    window.actions_["run.restart"].trigger()
    settle(qtbot)
    assert engine.calls == [("stop", ready), ("restart", ready)]


def test_closing_asks_whether_running_campaigns_go_on(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    engine.statuses[ready] = "in_progress"
    window = make_window(workspace)
    qtbot.waitUntil(lambda: any(row.status is Status.IN_PROGRESS for row in window.rows()))
    window.close()
    assert window.isVisible()
    QTest.mouseClick(dialog(window).cancel, Qt.MouseButton.LeftButton)
    assert window.isVisible()
    window.close()
    QTest.mouseClick(dialog(window).buttons[1], Qt.MouseButton.LeftButton)
    assert not window.isVisible()
    assert ("shutdown", "") not in engine.calls


def test_closing_can_stop_the_engine(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    engine.statuses[ready] = "in_progress"
    window = make_window(workspace)
    qtbot.waitUntil(lambda: any(row.status is Status.IN_PROGRESS for row in window.rows()))
    window.close()
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert ("shutdown", "") in engine.calls


def test_an_idle_engine_is_stopped_without_a_question(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    qtbot.waitUntil(lambda: window.service is not None and window.service.state is State.ON)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert ("shutdown", "") in engine.calls


def test_closing_while_the_engine_starts_waits_to_learn_what_runs(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine, tmp_path: Path
) -> None:
    """The engine must neither be left running unasked nor stopped with campaigns that nobody has heard of."""
    engine.statuses["c_1"] = "in_progress"
    up = threading.Event()

    def ensure(_folder: Path) -> Any:
        assert up.wait(30)
        return engine

    assert window.service is not None
    window.service.close()
    window.service = EngineService(tmp_path, lambda _: engine.found() if up.is_set() else None, ensure)
    window.service.begin(start=True)
    window.close()
    assert window.isVisible()
    assert not dialogs(window)
    up.set()
    qtbot.waitUntil(lambda: bool(dialogs(window)))
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert ("shutdown", "") in engine.calls


def test_closing_with_changes_asks_about_them_first(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    page = open_draft(qtbot, window)
    page.commands.add_kind("target_audience")
    window.close()
    assert "nothing is saved" in dialog(window).sentence.text()
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_publish_to_another_machine(
    qtbot: QtBot,
    make_window: MakeWindow,
    workspace: Workspace,
    ready: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, str]] = []

    def publish_at(url: str, token: str, _bundle: bytes) -> Any:
        asked.append((url, token))
        if token == "wrong":
            raise EngineUnreachable(Message("The token is not right."))
        return SimpleNamespace(version=3, lacks=[SimpleNamespace(text="It lacks the account Newsletter.")])

    monkeypatch.setattr(publication, "_publish_at", publish_at)
    window = make_window(workspace)
    row = next(row for row in window.rows() if row.name == "Ready")
    window.list_page.select(row.path)
    window.actions_["run.publish_remote"].trigger()
    qtbot.waitUntil(lambda: bool(dialogs(window)))
    form = dialog(window)
    form.url.setCurrentText("engine.example")
    form.publish.click()
    assert "http" in form.error.text()
    form.url.setCurrentText("https://engine.example/")
    form.token.setText("wrong")
    form.publish.click()
    settle(qtbot)
    assert form.error.text() == "The token is not right."
    form.token.setText("right")
    form.publish.click()
    settle(qtbot)
    assert not dialogs(window)
    assert asked[-1] == ("https://engine.example", "right")
    assert "It lacks the account Newsletter." in window.toast.message
    size, ratio = window.look.sizes.small_icon, window.devicePixelRatioF()
    warning = window.look.pixmap("alert-triangle", "warn", size, ratio)
    assert window.toast._icon.pixmap().toImage() == warning.toImage()
    assert [remote.url for remote in window.preferences.remotes] == ["https://engine.example"]
    assert tokens.load("https://engine.example") == "right"


@pytest.mark.parametrize("fails", [False, True])
def test_what_became_of_it_is_said_also_when_the_dialog_was_closed_meanwhile(
    qtbot: QtBot,
    make_window: MakeWindow,
    workspace: Workspace,
    ready: str,
    monkeypatch: pytest.MonkeyPatch,
    fails: bool,
) -> None:
    go_on = threading.Event()

    def publish_at(_url: str, _token: str, _bundle: bytes) -> Any:
        assert go_on.wait(20)
        if fails:
            raise EngineUnreachable(Message("Nobody answers."))
        return SimpleNamespace(version=3, lacks=[])

    monkeypatch.setattr(publication, "_publish_at", publish_at)
    window = make_window(workspace)
    window.list_page.select(next(row.path for row in window.rows() if row.name == "Ready"))
    window.actions_["run.publish_remote"].trigger()
    qtbot.waitUntil(lambda: bool(dialogs(window)))
    form = dialog(window)
    form.url.setCurrentText("https://engine.example")
    form.token.setText("right")
    form.publish.click()
    form.reject()
    qtbot.waitUntil(lambda: not isValid(form))
    go_on.set()
    settle(qtbot)
    assert window.toast.message == ("Nobody answers." if fails else "Published as version 3.")


def test_tokens_stand_in_a_file_of_their_owner_where_there_is_no_keyring(own_folders: Path) -> None:
    assert not tokens.store("https://one", "a")
    tokens.store("https://two", "b")
    path = own_folders / "config" / "tokens.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {"https://one": "a", "https://two": "b"}
    assert tokens.load("https://three") is None


def test_a_token_that_cannot_be_kept_does_not_hide_that_it_was_published(
    make_window: MakeWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_url: str, _token: str) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tokens, "store", full)
    window = make_window(workspace)
    window.publishing._remember("https://engine.example", "right")
    assert "No space left on device" in window.toast.message
    assert [remote.url for remote in window.preferences.remotes] == ["https://engine.example"]


# The bundled engine's process ---------------------------------------------------------------------------


class Process:
    """A process that ends at once, or not."""

    def __init__(self, status: int | None) -> None:
        self.status = status

    def poll(self) -> int | None:
        return self.status


def ticks() -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += 1.0


def ensure(workspace: Path, found: list[Any], process: Process) -> Any:
    started: list[Path] = []
    clock = ticks()

    def launch(folder: Path) -> Any:
        started.append(folder)
        return process

    client = bundled.ensure(
        workspace,
        launch=launch,
        find=lambda _: found.pop(0) if found else None,
        clock=lambda: next(clock),
        wait=lambda _: None,
    )
    return client, started


def test_a_running_engine_is_used(tmp_path: Path) -> None:
    engine = FakeEngine()
    assert ensure(tmp_path, [engine], Process(None)) == (engine, [])


def test_an_engine_is_started_and_waited_for(tmp_path: Path) -> None:
    engine = FakeEngine()
    assert ensure(tmp_path, [None, None, engine], Process(None)) == (engine, [tmp_path])


def test_an_engine_that_ends_at_once_says_why(tmp_path: Path) -> None:
    (tmp_path / ".engine").mkdir()
    (tmp_path / ".engine" / bundled.LOG).write_text("first\nAnother engine has the database.\n")
    with pytest.raises(EngineUnreachable, match="Another engine has the database"):
        ensure(tmp_path, [], Process(1))


def test_an_engine_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(EngineUnreachable, match="does not answer"):
        ensure(tmp_path, [], Process(None))


def test_the_log_of_the_engine_before_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "command", lambda _: [sys.executable, "-c", "print('the second')"])
    (tmp_path / ".engine").mkdir()
    (tmp_path / ".engine" / bundled.LOG).write_text("the first\n")
    assert bundled.launch(tmp_path).wait() == 0
    logs = [(tmp_path / ".engine" / name).read_text() for name in (bundled.EARLIER_LOG, bundled.LOG)]
    assert logs == ["the first\n", "the second\n"]


def test_the_command_runs_this_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = Path(bundled.command(tmp_path)[1])
    assert script.name == "main.py"
    assert script.exists()
    monkeypatch.setattr("sys.frozen", True, raising=False)
    assert bundled.command(tmp_path)[1:3] == ["engine", "run"]


def test_launch_writes_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "command", lambda _: ["python3", "-c", "print('up')"])
    process: subprocess.Popen[bytes] = bundled.launch(tmp_path)
    assert process.wait(30) == 0
    assert (tmp_path / ".engine" / bundled.LOG).read_text() == "up\n"


def test_the_service_notices_that_the_engine_went(qtbot: QtBot, tmp_path: Path) -> None:
    found: list[Any] = [FakeEngine(statuses={"c_1": "in_progress"}), None]
    service = EngineService(tmp_path, lambda _: found.pop(0), lambda _: FakeEngine().started())
    with qtbot.waitSignal(service.runs_changed):
        service.poll()
    assert service.runs["c_1"].entries == 10
    states: list[State] = [service.state]
    service.state_changed.connect(states.append)
    with qtbot.waitSignal(service.state_changed):
        service.poll()
    assert states == [State.ON, State.OFF]
    settle(qtbot)
    service.close()


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


def test_whoever_edits_what_runs_is_told_that_it_is_the_next_version(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    engine.statuses[ready] = "in_progress"
    engine.hash = bundle_hash(workspace, page.session.document)
    assert window.service is not None
    with qtbot.waitSignal(window.service.runs_changed):
        window.service.poll()
    settle(qtbot)
    assert said(page) == []
    node = next(iter(page.session.document.nodes))
    page.commands.push_or_say(lambda: edits.rename(page.session.document, node, "Everybody"))
    qtbot.waitUntil(lambda: said(page) != [])
    assert said(page)[0].startswith("Version 4 runs. What you change here goes out when you publish it")
    page.commands.undo()
    qtbot.waitUntil(lambda: said(page) == [])


def said(page: EditorPage) -> list[str]:
    """The notices above the canvas."""
    return [label.text() for label in page.notices.findChildren(QLabel) if label.isVisible() and label.text()]


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
