"""Campaign tests in the editor: run on what is on the canvas, told person by person, a click goes there."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.window import MainWindow
from engine.campaign import edits
from engine.files import canonical
from tests.app.conftest import open_draft, settle
from tests.app.panels.samples import CONFIGS

CONFIG, *_ = CONFIGS["target_audience"]


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    page = open_draft(qtbot, window)
    page.commands.add_kind("target_audience")
    document = page.session.document
    (trigger,) = document.nodes
    page.push(edits.configure(document, trigger, name="Who", memo="", config=CONFIG))
    page.push(edits.end_open_links(document))
    page.save()
    settle(qtbot)
    return page


def write_test(page: EditorPage, path: list[str], **fields: Any) -> None:
    assert page.session.path is not None
    test = {
        "format": "campaigntest",
        "version": 1,
        "campaign": page.session.document.attributes.id,
        "from": "2026-12-01T09:00:00+08:00",
        "people": [{"person": "eve"}],
        "expect": [{"person": "eve", "path": path}],
        **fields,
    }
    page.session.path.with_name("it.campaigntest.json").write_bytes(canonical(test))


def run(qtbot: QtBot, window: MainWindow, page: EditorPage) -> None:
    window.actions_["editor.run_tests"].trigger()
    assert page.tests.drawer.isVisible()
    assert page.tests.drawer.results is None
    qtbot.waitUntil(lambda: page.tests.drawer.results is not None, timeout=20_000)


def lines(page: EditorPage) -> list[str]:
    """The texts of the first file, its people and their lines."""
    tree = page.tests.drawer.list
    found, item = [], tree.topLevelItem(0)
    while item is not None:
        found.append(f"{item.text(0)} | {item.text(1)}")
        item = tree.itemBelow(item)
    return found


def test_who_takes_the_expected_path_passes(qtbot: QtBot, window: MainWindow, page: EditorPage) -> None:
    write_test(page, [])
    run(qtbot, window, page)
    assert lines(page) == ["it.campaigntest.json | ", "eve | passed"]
    QTest.keyClick(page.tests.drawer, Qt.Key.Key_Escape)
    assert not page.tests.drawer.isVisible()


def test_a_click_on_what_failed_goes_to_the_component(
    qtbot: QtBot, window: MainWindow, page: EditorPage
) -> None:
    trigger = next(id for id, node in page.session.document.nodes.items() if node.kind == "target_audience")
    write_test(page, [trigger])
    run(qtbot, window, page)
    assert lines(page)[1:] == ["eve | FAILED", "Path | ", f"{trigger} Who | –"]
    page.scene.select([])
    drawer = page.tests.drawer
    drawer.list.itemClicked.emit(drawer.list.currentItem(), 0)
    assert page.scene.selected_node == trigger


def test_what_is_on_the_canvas_is_tested_and_what_cannot_run_says_why(
    qtbot: QtBot, window: MainWindow, page: EditorPage
) -> None:
    write_test(page, [])
    page.commands.add_kind("tag")  # not configured, and not saved
    run(qtbot, window, page)
    results = page.tests.drawer.results
    assert results is not None
    (result,) = results
    assert result.run is None
    assert result.error
    assert result.node == page.scene.selected_node


def test_without_tests_it_is_said_what_one_is(qtbot: QtBot, window: MainWindow, page: EditorPage) -> None:
    run(qtbot, window, page)
    assert page.tests.drawer.results == []
    assert not page.tests.drawer.list.isVisible()
