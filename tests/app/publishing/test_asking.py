"""What publishing would do, as it is said before: with what the engine knows, or without."""

from __future__ import annotations

from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.pickers import library
from app.publishing import asking
from app.publishing.summary import Summary
from engine.campaign import edits
from engine.client import EngineClient, EngineUnreachable
from engine.i18n import Message
from engine.workspace import bundle
from engine.workspace.workspace import Workspace
from tests.app.conftest import FakeEngine, MakeWindow, dialog, dialogs, open_draft, settle
from tests.app.publishing.steps import rename_on_disk, summed_up


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


def test_a_schedule_that_is_another_is_known_as_such(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    """It counts from now on, and not from when the campaign began."""
    window = make_window(workspace)
    document = open_draft(qtbot, window, "Ready").session.document
    engine.published = [bundle.write(bundle.make(workspace, document.copy()))]
    engine.statuses[ready] = "in_progress"

    def rescheduled() -> bool:
        published = asking.known(cast("EngineClient", engine), workspace, document).published
        assert published is not None
        return published.rescheduled

    assert not rescheduled()
    trigger = next(id for id, node in document.nodes.items() if node.kind == "target_audience")
    every = {"unit": "day", "interval": 1, "time": "18:00"}
    config: dict[str, Any] = {**(document.nodes[trigger].config or {}), "mode": "recurring", "every": every}
    document.apply(edits.configure(document, trigger, name="Everybody", memo="", config=config).ops)
    assert rescheduled()


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


def test_whoever_edits_what_runs_is_told_that_it_is_the_next_version(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    engine.statuses[ready] = "in_progress"
    engine.hash = bundle.make(workspace, page.session.document).hash
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
