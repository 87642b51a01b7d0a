"""The template guide: what its window lists, what its bubbles open, and how it goes on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import language
from app.editor.guide.guide import TemplateGuide
from app.editor.page import EditorPage
from app.pickers.audience_form import AudienceDialog
from app.pickers.message_form import MessageDialog
from app.window import MainWindow
from engine.campaign import edits
from engine.i18n import Message
from engine.workspace.workspace import Workspace
from tests.app.conftest import dialog
from tests.app.editor.guide.guiding import (
    HIGH_VALUE,
    begin,
    card_of,
    click,
    configure,
    fill_sms,
    guide_of,
    names,
)
from tests.app.panels.filling import choose, combo


def test_the_window_lists_what_is_left(page: EditorPage, guide: TemplateGuide) -> None:
    assert guide.window.isVisible()
    assert names(guide) == [
        "Bought once: still to configure",
        "Second order coupon: still to configure",
        "Use your coupon: still to configure",
    ]
    place, view = guide.window.geometry(), page.view.rect()
    assert (view.right() - place.right(), view.bottom() - place.bottom()) == (16, 16)
    configure(page, "n_coupon")
    assert names(guide)[1] == "Second order coupon: configured"
    page.commands.undo()
    QApplication.processEvents()
    assert names(guide)[1] == "Second order coupon: still to configure"


def test_a_click_centres_selects_and_prompts(page: EditorPage, guide: TemplateGuide) -> None:
    click(guide.window.buttons[1])
    assert page.scene.selected_node == "n_coupon"
    assert page.panel.node_id == "n_coupon"
    assert guide.bubble.isVisible()
    assert guide.bubble.prompt.text().startswith("Choose the coupon for the second order.")
    assert not guide.bubble.look_button.isVisible()  # nothing is recommended for a coupon
    assert not guide.bubble.make_button.isVisible()
    card = card_of(page, "n_coupon")
    assert abs(card.center().x() - page.view.rect().center().x()) <= 2
    assert guide.bubble.geometry().bottom() <= card.top()


def test_configured_moves_the_bubble_on_until_all_is_done(page: EditorPage, guide: TemplateGuide) -> None:
    before = page.session.errors
    click(guide.window.buttons[0])
    configure(page, "n_audience")
    assert guide.bubble.node_id == "n_coupon"
    assert page.scene.selected_node == "n_coupon"
    click(guide.window.buttons[2])
    fill_sms(page)
    click(page.panel.footer.ok)
    assert guide.bubble.node_id == "n_coupon"  # the one that was left out
    configure(page, "n_coupon")
    assert guide.bubble.title.text() == "Key components configured"
    assert guide.window.pill.text() == "Template guide: 3 of 3"
    assert guide.bubble.prompt.text() == "Ready to publish."
    assert guide.bubble.publish_button.isVisible()
    assert not guide.bubble.problems_button.isVisible()
    page.session.problems = before
    page.session.problems_changed.emit()
    assert guide.bubble.prompt.text() == f"{len(before)} problems are left to solve before you publish."
    assert guide.bubble.problems_button.isVisible()
    assert not guide.bubble.publish_button.isVisible()


def test_the_rule_is_shown_in_words(page: EditorPage, guide: TemplateGuide) -> None:
    click(guide.window.buttons[0])
    click(guide.bubble.look_button)
    lines = guide.bubble.recommended.text.splitlines()
    assert lines == [
        "Order: exactly once, at any time until now",
        "And",
        "Order: never, in the last 30 days",
    ]
    assert guide.bubble.recommended.isVisible()
    assert guide.bubble.recommended.height() > 40
    click(guide.bubble.look_button)
    assert not guide.bubble.recommended.isVisible()


def test_an_audience_is_created_and_put_into_the_panel(
    page: EditorPage, guide: TemplateGuide, window: MainWindow, workspace: Workspace
) -> None:
    click(guide.window.buttons[0])
    click(guide.bubble.make_button)
    form = dialog(window)
    assert isinstance(form, AudienceDialog)
    assert form.form.values()["name"] == "Bought once 2"  # the sample has one of that name
    assert len(form.form.values()["cards"]) == 2  # type: ignore[arg-type]
    click(form.create_button)
    workspace.audiences.reload()
    made = workspace.audiences.by_name("Bought once 2")
    assert made is not None
    assert page.panel.unapplied() == ["n_audience"]
    assert "stands in the panel" in guide.bubble.note.text()
    assert window.focusWidget() is page.panel.footer.ok
    QTest.keyClick(page.panel.footer.ok, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert page.session.document.node("n_audience").config["audiences"] == [made.id]
    assert guide.bubble.node_id == "n_coupon"


def test_the_content_can_be_copied_and_made_a_template(
    page: EditorPage, guide: TemplateGuide, window: MainWindow
) -> None:
    click(guide.window.buttons[2])
    click(guide.bubble.look_button)
    click(guide.bubble.recommended.copy_button)
    text = guide.bubble.recommended.text
    assert text.startswith("Thank you for your first order!")
    assert QGuiApplication.clipboard().text() == text
    assert guide.bubble.recommended.copy_button.text() == "Copied"
    choose(combo(page.panel, "platform"), "acc_sms")
    click(guide.bubble.make_button)
    form = dialog(window)
    assert isinstance(form, MessageDialog)
    values = form.form.values()
    assert (values["platform"], values["sms_type"], values["text"]) == ("acc_sms", "promotional", text)
    QTest.keyClicks(form.form.editor("code").focus_target(), "SMS_1")  # Alibaba Cloud knows templates by it
    click(form.create_button)
    chosen = combo(page.panel, "template").value()
    assert page.session.workspace.messages[chosen].name == "Use your coupon"
    assert page.panel.unapplied() == ["n_sms"]  # the signature is still to choose
    assert not page.session.document.node("n_sms").confirmed


def test_texts_follow_the_language(page: EditorPage, guide: TemplateGuide) -> None:
    click(guide.window.buttons[2])
    click(guide.bubble.look_button)
    language.use_language("zh")
    QApplication.processEvents()
    assert guide.bubble.recommended.text.startswith("感谢您的首次购买")
    assert guide.bubble.make_button.text() == "创建模板"
    assert guide.window.never.text() == "不再显示"


def test_the_bubble_goes_with_the_selection(page: EditorPage, guide: TemplateGuide) -> None:
    click(guide.window.buttons[0])
    page.scene.select(["n_sms"])
    assert guide.bubble.node_id == "n_sms"
    page.scene.select(["n_issued"])
    assert not guide.bubble.isVisible()


def test_what_is_deleted_leaves_the_list(page: EditorPage, guide: TemplateGuide) -> None:
    click(guide.window.buttons[1])
    page.push(edits.delete_behind(page.session.document, "n_coupon"))
    QApplication.processEvents()
    assert names(guide) == ["Bought once: still to configure"]
    assert not guide.bubble.isVisible()
    page.push(edits.delete_behind(page.session.document, "n_audience"))
    assert not guide.window.isVisible()
    page.commands.undo()
    assert guide.window.isVisible()


def test_what_was_made_is_said_in_the_language_of_the_moment(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window, HIGH_VALUE)
    guide = guide_of(page)
    guide.show_entry(next(iter(guide._entries)))
    node_id = guide.bubble.node_id
    assert node_id is not None
    guide._on_made(node_id, Message("Configured."))
    english = guide.bubble.note.text()
    language.use_language("zh")
    try:
        assert guide.bubble.note.text() not in ("", english)
    finally:
        language.use_language("en")
