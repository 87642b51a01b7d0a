"""The place of messages: the list, the editor with its preview, and the way to approval."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.editors.base import Context
from app.editors.short_links import LinksEditor, _LinkRow
from app.editors.spec import FieldSpec
from app.editors.variable_text import Choice, VariableText, variable_name
from app.messages.editing import MessageForm
from app.messages.page import MessagesPage
from app.widgets.ask import Question
from app.window import MainWindow
from engine.shapes.variables import Binding
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, settle
from tests.naughty_strings import naughty_strings

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


@pytest.fixture
def page(qtbot: QtBot, make_window: MakeWindow, workspace: Workspace) -> MessagesPage:
    window = make_window(workspace)
    window.navigation.go("messages")
    settle(qtbot)
    found = window.navigation.page("messages")
    assert isinstance(found, MessagesPage)
    return found


@pytest.fixture
def shop(page: MessagesPage) -> Workspace:
    """The workspace as the window has it."""
    assert page._workspace is not None
    return page._workspace


@pytest.fixture
def window(page: MessagesPage) -> MainWindow:
    found = page.window()
    assert isinstance(found, MainWindow)
    return found


def names(page: MessagesPage) -> list[str]:
    return [row.message.name for row in page.table.model_.rows]


def begin(qtbot: QtBot, page: MessagesPage, kind: str) -> MessageForm:
    page.actions_[f"message.new_{kind}"].trigger()
    settle(qtbot)
    assert page.form is not None
    return page.form


def text_of(form: MessageForm, name: str = "text") -> VariableText:
    editor = form.form.editor(name)
    assert isinstance(editor, VariableText)
    return editor


def write(form: MessageForm, text: str, name: str = "text") -> None:
    field = text_of(form, name).field
    field.setFocus()
    QTest.keyClicks(field, text)


def test_the_keyboard_begins_in_the_list(page: MessagesPage) -> None:
    assert names(page)
    assert page.table.hasFocus()


def test_the_list_is_searched_and_filtered(qtbot: QtBot, page: MessagesPage) -> None:
    everything = names(page)
    assert len(everything) == 5
    page.search.setText("care")
    assert names(page) == ["Care"]
    page.search.setText("nothing like it")
    assert page._stack.currentWidget() is page._nothing_found
    page._clear_filters()
    assert names(page) == everything


def test_a_new_message_is_written_and_saved_in_its_state(
    qtbot: QtBot, page: MessagesPage, shop: Workspace
) -> None:
    form = begin(qtbot, page, "text_sms")
    form.form.editor("name").set_value("Hello")
    form.form.editor("platform").set_value("acc_sms")
    form.form.editor("code").set_value("SMS_1")
    write(form, "Hi ${nobody}")
    assert page.unsaved
    assert page.save_message()
    saved = shop.messages.by_name("Hello")
    assert saved is not None
    assert saved.status == "draft"  # its variable is not bound
    error = form.form.editor("variables").cards()[0]._error  # type: ignore[attr-defined]
    assert error.text() == "Choose a source"
    form.bind("nobody", {"from": "constant", "value": "you"})
    assert page.save_message()
    settle(qtbot)
    assert [(one.name, one.status) for one in shop.messages.values() if one.id == saved.id] == [
        ("Hello", "approved")
    ]
    assert page.state.text() == "Approved"
    assert "Hello" in [row.message.name for row in page._rows]


def test_variables_are_inserted_bound_and_completed(qtbot: QtBot, page: MessagesPage) -> None:
    form = begin(qtbot, page, "text_sms")
    editor = text_of(form)
    write(form, "Dear ")
    editor.put(Choice("city", {"from": "attribute", "key": "city", "when_empty": "nothing"}, "city"))
    assert editor.value() == "Dear ${city}"
    write(form, " ${first")
    popup = editor.completing.completer.popup()
    assert popup is not None
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Return)  # where a desktop sends the keys
    assert editor.value() == "Dear ${city} ${first_name}"
    bound = form.values()["variables"]
    assert isinstance(bound, dict)
    assert {name: raw["key"] for name, raw in bound.items() if isinstance(raw, dict)} == {
        "city": "city",
        "first_name": "first_name",
    }
    form._show_preview()
    view = form.preview.view
    assert view is not None
    assert "${" not in view.text.accessibleDescription()  # type: ignore[attr-defined]


def test_names_of_variables_are_made_of_anything() -> None:
    assert variable_name("first name") == "first_name"
    assert variable_name("2nd") == "_2nd"
    assert variable_name("城市") == "城市"
    assert variable_name("!!") == "value"
    assert variable_name("a" * 40, {"a" * 32}) == "a" * 29 + "_2"


def test_what_is_used_is_not_deleted(qtbot: QtBot, page: MessagesPage, shop: Workspace) -> None:
    page._rows = [
        row if row.message.name != "Care" else type(row)(row.message, row.account, ("Spring sale",))
        for row in page._rows
    ]
    page.table.select("m_care")
    page.actions_["message.delete"].trigger()
    question = page.window().findChild(Question)
    assert question is not None
    assert "Spring sale" in question.sentence.text()
    assert question.buttons == []
    question.reject()
    page.table.select("m_any")
    page.actions_["message.delete"].trigger()
    question = [one for one in page.window().findChildren(Question) if one.isVisible()][-1]
    question.buttons[-1].click()
    settle(qtbot)
    assert "m_any" not in shop.messages


def test_the_way_to_approval(qtbot: QtBot, page: MessagesPage, shop: Workspace) -> None:
    shop.save_settings(shop.settings.model_copy(update={"auto_approve": False}))
    care = shop.messages["m_care"]
    shop.save_message(care.model_copy(update={"status": "draft"}))
    page.table.select("m_care")
    page.actions_.refresh()
    page.actions_["message.approve"].trigger()  # refused, for one of its variables is not bound
    settle(qtbot)
    assert page.form is not None
    assert shop.messages["m_care"].status == "draft"
    page.close_editor()
    bound = {"code": Binding.model_validate({"from": "constant", "value": "X"})}
    shop.save_message(care.model_copy(update={"status": "draft", "variables": bound}))
    page.table.select("m_care")
    states = []
    for action in ("message.submit", "message.reject", "message.submit", "message.approve"):
        page.actions_.refresh()
        assert page.actions_[action].isEnabled(), action
        page.actions_[action].trigger()
        settle(qtbot)
        states.append(shop.messages["m_care"].status)
    assert states == ["pending", "rejected", "pending", "approved"]


def test_leaving_asks_what_becomes_of_changes(
    qtbot: QtBot, page: MessagesPage, window: MainWindow, shop: Workspace
) -> None:
    page.open_message("m_care")
    assert page.form is not None
    write(page.form, "!")
    window.navigation.go("campaigns")
    left: list[bool] = []
    window.navigation.leave_all(lambda: left.append(True))
    assert window.navigation.current == "messages"
    question = [one for one in window.findChildren(Question) if one.isVisible()][-1]
    assert left == []
    question.buttons[-1].click()  # save and leave
    settle(qtbot)
    assert left == [True]
    text = shop.messages["m_care"].content.text  # type: ignore[attr-defined]
    assert "!" in text


def test_what_others_saved_is_not_overwritten_unasked(
    qtbot: QtBot, page: MessagesPage, shop: Workspace
) -> None:
    page.open_message("m_any")
    assert page.form is not None
    theirs = shop.messages["m_any"].model_copy(update={"name": "Theirs"})
    shop.save_message(theirs)
    write(page.form, "!")
    assert not page.save_message()
    assert shop.messages["m_any"] == theirs
    question = [one for one in page.window().findChildren(Question) if one.isVisible()][-1]
    question.buttons[-1].click()
    settle(qtbot)
    assert shop.messages["m_any"].name != "Theirs"


def test_texts_that_no_field_can_lay_out_are_kept(workspace: Workspace, qtbot: QtBot) -> None:
    editor = VariableText(Context(workspace), FieldSpec("html", "HTML"), lambda _name, _raw: None, 5)
    qtbot.addWidget(editor)
    book = "word " * 100_000
    editor.set_value(book)
    assert editor.value() == book
    assert editor.field.isReadOnly()
    assert "500,000 characters" in editor._shown()


def test_a_copy_is_opened_as_a_draft(qtbot: QtBot, page: MessagesPage, shop: Workspace) -> None:
    page.table.select("m_care")
    page.actions_["message.copy"].trigger()
    settle(qtbot)
    copy = shop.messages.by_name("Care 2")
    assert copy is not None
    assert copy.status == "draft"
    assert page.current() == copy


def test_links_are_shortened_with_the_address_of_the_workspace(qtbot: QtBot, page: MessagesPage) -> None:
    form = begin(qtbot, page, "text_sms")
    write(form, "See https://shop.example.com/x.")
    links = form.form.editor("links")
    assert isinstance(links, LinksEditor)
    links.set_value({"address": "https://s.example.com", "shorten": []})
    row = links.findChild(_LinkRow)
    assert row is not None
    row.short.click()
    assert form.values()["links"] == {
        "address": "https://s.example.com",
        "shorten": [{"url": "https://shop.example.com/x", "per_person": True}],
    }


def test_a_further_language_begins_with_the_text_to_translate(qtbot: QtBot, page: MessagesPage) -> None:
    form = begin(qtbot, page, "text_sms")
    write(form, "Hello")
    languages = form.form.editor("languages")
    languages._on_added("de")  # type: ignore[attr-defined]
    languages.attribute.set_value("city")  # type: ignore[attr-defined]
    assert form.values()["languages"] == {"attribute": "city", "contents": {"de": {"text": "Hello"}}}
    form._show_preview()
    form.preview.language.buttons()["de"].click()
    assert form.preview.language.value() == "de"


def test_naughty_strings_survive_the_fields(qtbot: QtBot, workspace: Workspace) -> None:
    for lines in (1, 5):
        editor = VariableText(Context(workspace), FieldSpec("text", "Text"), lambda _name, _raw: None, lines)
        qtbot.addWidget(editor)
        for text in naughty_strings():
            editor.set_value(text)
            assert (editor.value() or "") == text


def test_a_long_message_is_whole_before_all_of_its_rows_are_made(
    qtbot: QtBot, page: MessagesPage, shop: Workspace
) -> None:
    """Opening it makes what is in sight; the rest comes between turns of the event loop."""
    names_ = [f"v{n}" for n in range(12)]
    text = (
        " ".join(f"${{{name}}}" for name in names_)
        + " "
        + " ".join(f"https://e.example/{n}" for n in range(30))
    )
    content = {"text": text}
    bound = {name: {"from": "constant", "value": name} for name in names_}
    raw: Any = {
        "id": "m_long", "name": "Long", "kind": "text_sms", "sms_type": "promotional", "content": content,
        "variables": bound, "languages": {"attribute": "city", "contents": {"zh": content, "ja": content}},
    }  # fmt: skip
    page.edit(raw, None)
    form: Any = page.form
    variables = form.form.editor("variables")
    assert len(variables._cards) < len(names_)
    values = form.values()
    assert values["variables"] == bound
    assert list(values["languages"]["contents"]) == ["zh", "ja"]
    qtbot.waitUntil(lambda: len(variables._cards) == len(names_))
    qtbot.waitUntil(lambda: len(form.form.editor("languages")._cards) == 2)
    qtbot.waitUntil(lambda: len(form.findChildren(_LinkRow)) == 30)
    assert form.values() == values


def test_what_others_add_to_the_catalogue_is_no_change_of_the_message(
    qtbot: QtBot, page: MessagesPage, shop: Workspace
) -> None:
    """Its variables only take another colour."""
    raw: Any = {"id": "m_new", "name": "New", "kind": "text_sms", "content": {"text": "Hi ${shoe}"}}
    page.edit(raw, None)
    assert page.form is not None
    page.unsaved = page._touched = False
    shop.save_catalog(
        shop.catalog.model_copy(update={"attributes": {**shop.catalog.attributes, "shoe": "text"}})
    )
    page.form.show_workspace(shop)
    settle(qtbot)
    assert not page.at_stake()
