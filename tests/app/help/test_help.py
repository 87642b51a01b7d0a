"""Help: the calls that send events, the shortcuts, and what the program is."""

from __future__ import annotations

import ast
import json
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QPoint, QUrl
from PySide6.QtGui import QGuiApplication, QTextTable
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app import language
from app.actions import ACTIONS
from app.help.events import curl_call, example_event, python_call
from app.help.gestures import KEYS, MOUSE
from app.help.manual import FOLDER, Manual, first_page
from app.window import MainWindow
from canvas_widgets.look import Look, Theme
from engine.server.wire.data import Event
from engine.workspace.catalog import CATALOG, Catalog
from tests.app.conftest import FakeEngine, dialog, settle
from tests.app.panels.samples import CATALOG_JSON

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def catalog() -> Catalog:
    data = json.dumps({"format": "catalog", "version": 1, **CATALOG_JSON}).encode()
    return CATALOG.parse(data, Path("catalog.json"))


def test_the_example_is_an_event_that_the_engine_takes() -> None:
    event = Event.model_validate(example_event(catalog(), NOW))
    assert event.event == "order"
    assert event.attributes["amount"] == 99.5
    assert Event.model_validate(example_event(Catalog(), NOW)).event == "order"


def test_the_curl_call_carries_json_and_the_token_file() -> None:
    call = curl_call("http://127.0.0.1:4711", Path("/it's here/token"), example_event(catalog(), NOW))
    body = call.split("--data '")[1].rsplit("'", 1)[0]
    assert json.loads(body)["events"][0]["event"] == "order"
    assert "http://127.0.0.1:4711/api/v1/events" in call
    assert "/it'\\''s here/token" in call


def test_the_python_call_is_python() -> None:
    call = python_call("http://127.0.0.1:4711", Path("/shop/token"), example_event(catalog(), NOW))
    ast.parse(call)
    assert "http://127.0.0.1:4711/api/v1/events" in call


def test_help_shows_the_address_of_the_running_engine(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    window.actions_["help.events"].trigger()
    settle(qtbot)
    shown = dialog(window)
    assert engine.base_url in shown.curl.toPlainText()
    assert engine.base_url in shown.python.toPlainText()
    assert str(window.workspace.folder) in shown.curl.toPlainText()  # type: ignore[union-attr]
    shown.copy_shown()
    assert QGuiApplication.clipboard().text() == shown.curl.toPlainText()


def test_every_shortcut_is_listed(window: MainWindow) -> None:
    window.actions_["help.shortcuts"].trigger()
    texts = {found.text() for found in dialog(window).findChildren(QLabel)}
    for spec in ACTIONS:
        assert window.actions_[spec.id].shortcut().toString() in texts


def test_about_names_the_workspace(window: MainWindow) -> None:
    window.actions_["help.about"].trigger()
    texts = " ".join(found.text() for found in dialog(window).findChildren(QLabel))
    assert str(window.workspace.folder) in texts  # type: ignore[union-attr]


def test_keys_and_mouse_on_the_canvas_are_listed_and_everything_is_found(window: MainWindow) -> None:
    window.actions_["help.shortcuts"].trigger()
    shown = dialog(window)

    def visible() -> set[str]:
        return {found.text() for found in shown.findChildren(QLabel) if found.isVisible()}

    assert {gesture.how for gesture in (*KEYS, *MOUSE)} <= visible()
    shown.search.setText("cx")
    assert {"Undo", "Ctrl+Z", "Editor"} <= visible()
    assert "Arrow keys" not in visible()
    shown.search.setText("wheel")
    assert {"Zoom at the pointer", "Mouse on the canvas"} <= visible()
    assert "Keys on the canvas" not in visible()
    shown.search.setText("zzzz")
    assert "Nothing found." in visible()


def test_the_keys_that_the_user_chose_are_listed(window: MainWindow) -> None:
    window.actions_.apply_shortcuts({"editor.undo": "Ctrl+Alt+Z"})
    window.actions_["help.shortcuts"].trigger()
    texts = {found.text() for found in dialog(window).findChildren(QLabel)}
    assert "Ctrl+Alt+Z" in texts
    assert "Ctrl+Z" not in texts


def test_f1_opens_the_manual_and_its_links_lead_on(window: MainWindow) -> None:
    assert window.actions_["help.manual"].shortcut().toString() == "F1"
    window.actions_["help.manual"].trigger()
    (manual,) = window.findChildren(Manual)
    assert manual.pages.page == FOLDER / "README.md"
    assert "Getting started" in manual.pages.toPlainText()
    manual.pages.follow(QUrl("drawing.md"))
    assert manual.pages.page == FOLDER / "drawing.md"
    assert manual.back.isEnabled()
    manual.back.click()
    assert manual.pages.page == FOLDER / "README.md"
    manual.pages.follow(QUrl("../main.py"))  # nothing but its own pages
    assert manual.pages.page == FOLDER / "README.md"


def test_links_of_the_manual_lead_to_headings(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_["help.manual"].trigger()
    (manual,) = window.findChildren(Manual)
    pages = manual.pages
    pages.follow(QUrl("drawing.md#copy-and-paste"))
    heading = pages.cursorForPosition(QPoint(40, 10)).block()
    assert (pages.page.name, heading.text()) == ("drawing.md", "Copy and paste")
    pages.follow(QUrl("#delete-undo"))
    assert pages.cursorForPosition(QPoint(40, 10)).block().text() == "Delete, undo"


def test_tables_of_the_manual_are_drawn_in_the_colours_of_the_theme(window: MainWindow, look: Look) -> None:
    window.actions_["help.manual"].trigger()
    (manual,) = window.findChildren(Manual)
    for theme in (Theme.DARK, Theme.LIGHT):
        look.set_theme(theme)
        frames = manual.pages.document().rootFrame().childFrames()
        (table, *_others) = [frame for frame in frames if isinstance(frame, QTextTable)]
        assert table.format().borderBrush().color() == look.colours.border


def test_the_manual_is_in_the_language_of_the_program(window: MainWindow) -> None:
    language.use_language("zh")
    try:
        window.actions_["help.manual"].trigger()
        (manual,) = window.findChildren(Manual)
        assert manual.pages.page == FOLDER / "zh" / "README.md" == first_page("zh")
    finally:
        language.use_language("en")
