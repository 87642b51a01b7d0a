"""The template guide: its window, the bubble, what they open, and what puts them away."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import JsonValue
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import language, preferences
from app.campaign_list.templates import own_starts, shipped_starts
from app.editor.guide.guide import TemplateGuide
from app.editor.page import EditorPage
from app.pickers.audience_form import AudienceDialog
from app.pickers.message_form import MessageDialog
from app.window import MainWindow
from engine.campaign import edits
from engine.campaign.model import Point
from engine.campaign.ops import Op, Table
from engine.i18n import Message
from engine.workspace.message import TextSms
from engine.workspace.own_templates import save_own
from engine.workspace.template import GuideEntry, Recommendation, Words, load_templates
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, dialog, open_draft, settle
from tests.app.panels.filling import choose, combo

FIRST_ORDER, SECOND_ORDER, HIGH_VALUE = "t_first_order", "t_second_order", "t_high_value"


def begin(qtbot: QtBot, window: MainWindow, id: str) -> EditorPage:
    """A new campaign from a template, with its guide on show."""
    start = next(start for start in shipped_starts("en") if start.id == id)
    window.campaigns.begin(start)
    page = window.the_editor
    qtbot.waitUntil(lambda: page.scene.is_loaded and page.guide.guide is not None)
    QApplication.processEvents()
    return page


def guide_of(page: EditorPage) -> TemplateGuide:
    assert page.guide.guide is not None
    return page.guide.guide


def click(widget: QWidget) -> None:
    assert widget.isVisible()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def names(guide: TemplateGuide) -> list[str]:
    return [button.accessibleName() for button in guide.window.buttons]


def configure(page: EditorPage, node_id: str) -> None:
    """Confirm a coupon or an audience, as OK does."""
    node = page.session.document.node(node_id)
    config: dict[str, JsonValue] = (
        {"coupon": "cp_1"}
        if node.kind == "issue_coupon"
        else {"audiences": ["a_once"], "mode": "now", "repeat_unchanged": False}
    )
    edit = edits.configure(page.session.document, node_id, name=node.name, memo="", config=config)
    page.panel.confirmed.emit(edit)
    QApplication.processEvents()


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    return begin(qtbot, window, SECOND_ORDER)


@pytest.fixture
def guide(page: EditorPage) -> TemplateGuide:
    return guide_of(page)


def test_the_window_lists_what_is_left(page: EditorPage, guide: TemplateGuide) -> None:
    assert guide.window.isVisible()
    assert names(guide) == [
        "Bought once: still to configure",
        "Second order coupon: still to configure",
        "Use your coupon: still to configure",
    ]
    place, view = guide.window.geometry(), page.view.rect()
    beside = page.view.mapFrom(page, QPoint(page.width() - page.panel.width(), 0)).x()  # the panel's place
    assert (beside - 1 - place.right(), view.bottom() - place.bottom()) == (16, 16)
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


def card_of(page: EditorPage, node_id: str) -> QRect:
    return page.view.mapFromScene(page.scene.cards[node_id].scene_rect).boundingRect()


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


def fill_sms(page: EditorPage) -> None:
    choose(combo(page.panel, "platform"), "acc_sms")
    choose(combo(page.panel, "signature"), "Brand")
    choose(combo(page.panel, "template"), "m_any")
    QApplication.processEvents()


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


class TestMissing:
    @pytest.fixture
    def bare(self, workspace: Workspace, make_window: MakeWindow) -> MainWindow:
        """A shop whose catalogue knows no events."""
        workspace.save_catalog(workspace.catalog.model_copy(update={"events": {}}))
        return make_window(workspace)

    def test_rows_are_marked_and_one_click_creates(self, qtbot: QtBot, bare: MainWindow) -> None:
        page = begin(qtbot, bare, HIGH_VALUE)
        click(guide_of(page).window.buttons[0])
        click(guide_of(page).bubble.make_button)
        form = dialog(bare)
        cards = form.form.editor("cards").cards()
        assert [card._error.text() for card in cards] == ["The catalogue has no event “order” yet."] * 2
        assert [button.text() for button in form.needs.buttons] == ["Create event “order”"]
        form.on_create()
        assert form.isVisible()  # not as long as rows are wrong
        click(form.needs.buttons[0])
        assert not form.needs.isVisible()
        assert [card._error.text() for card in cards] == ["", ""]
        catalog = Workspace.open(page.session.workspace.folder).catalog
        assert catalog.events["order"].attributes == {"amount": "number"}
        click(form.create_button)
        made = page.session.workspace.audiences.by_name("High value, few orders")
        assert made is not None
        page.commands.undo()  # of the campaign: the catalogue keeps what was created
        assert "order" in page.session.workspace.catalog.events

    def test_a_catalogue_that_cannot_be_written_says_so(self, qtbot: QtBot, bare: MainWindow) -> None:
        page = begin(qtbot, bare, HIGH_VALUE)
        click(guide_of(page).window.buttons[0])
        click(guide_of(page).bubble.make_button)
        path = page.session.workspace.folder / "catalog.json"
        path.write_bytes(b"{")
        form = dialog(bare)
        click(form.needs.buttons[0])
        assert form.needs.isVisible()
        assert form.needs.error != ""
        assert path.read_bytes() == b"{"

    def test_the_bubble_of_an_event_creates_it(self, qtbot: QtBot, bare: MainWindow) -> None:
        page = begin(qtbot, bare, FIRST_ORDER)
        guide = guide_of(page)
        click(guide.window.buttons[0])
        assert [button.text() for button in guide.bubble.needs.buttons] == ["Create event “register”"]
        click(guide.bubble.needs.buttons[0])
        assert not guide.bubble.needs.isVisible()
        click(page.panel.footer.ok)
        assert page.scene.cards["n_register"].configured
        assert guide.bubble.node_id == "n_coupon"


class TestPlace:
    def pan(self, page: EditorPage, across: int, down: int) -> None:
        for bar, by in ((page.view.horizontalScrollBar(), across), (page.view.verticalScrollBar(), down)):
            bar.setValue(bar.value() + by)

    def test_it_follows_the_card(self, page: EditorPage, guide: TemplateGuide) -> None:
        click(guide.window.buttons[1])
        before = guide.bubble.pos()
        self.pan(page, 50, -30)
        assert guide.bubble.pos() == before + QPoint(-50, 30)
        wheel(page.view.viewport(), 120, Qt.KeyboardModifier.ControlModifier)
        card = card_of(page, "n_coupon")
        assert abs(guide.bubble.geometry().center().x() - card.center().x()) <= 1
        moved = Point(*page.session.document.layout["n_coupon"])._replace(y=200)
        op = Op(Table.LAYOUT, "n_coupon", page.session.document.layout["n_coupon"], moved)
        page.session.document.apply([op])
        assert guide.bubble.geometry().bottom() <= card_of(page, "n_coupon").top()

    @pytest.mark.parametrize(("across", "down"), [(0, 360), (0, -5000), (5000, 0), (-5000, 0), (300, 420)])
    def test_it_is_never_clipped(
        self, page: EditorPage, guide: TemplateGuide, across: int, down: int
    ) -> None:
        click(guide.window.buttons[1])
        click_down = guide.bubble.geometry()
        self.pan(page, across, down)
        assert guide.bubble.geometry() != click_down
        assert page.view.rect().contains(guide.bubble.geometry())

    def test_it_stands_below_a_card_at_the_upper_edge(self, page: EditorPage, guide: TemplateGuide) -> None:
        click(guide.window.buttons[1])
        self.pan(page, 0, card_of(page, "n_coupon").top() - 20)
        assert guide.bubble.geometry().top() >= card_of(page, "n_coupon").bottom()

    def test_the_canvas_below_hears_nothing(self, page: EditorPage, guide: TemplateGuide) -> None:
        click(guide.window.buttons[1])
        before = page.view.horizontalScrollBar().value()
        QTest.mouseClick(guide.bubble, Qt.MouseButton.LeftButton, pos=guide.bubble.rect().center())
        wheel(guide.bubble, 120, Qt.KeyboardModifier.ShiftModifier)
        assert page.scene.selected_node == "n_coupon"
        assert page.view.horizontalScrollBar().value() == before


def wheel(widget: QWidget, turned: int, keys: Qt.KeyboardModifier) -> None:
    at = QPointF(widget.rect().center())
    place, buttons = QPointF(widget.mapToGlobal(at.toPoint())), Qt.MouseButton.NoButton
    phase = Qt.ScrollPhase.NoScrollPhase
    turn = QWheelEvent(at, place, QPoint(), QPoint(0, turned), buttons, keys, phase, False)
    QApplication.sendEvent(widget, turn)


class TestKeyboard:
    def test_through_the_guide_without_a_mouse(
        self, page: EditorPage, guide: TemplateGuide, window: MainWindow
    ) -> None:
        window.actions_["help.guide"].trigger()
        assert guide.window.buttons[0].hasFocus()
        QTest.keyClick(guide.window.buttons[0], Qt.Key.Key_Space)
        QApplication.processEvents()
        assert guide.bubble.look_button.hasFocus()
        QTest.keyClick(guide.bubble.look_button, Qt.Key.Key_Space)
        assert guide.bubble.recommended.isVisible()
        QTest.keyClick(guide.bubble.look_button, Qt.Key.Key_Tab)
        assert guide.bubble.make_button.hasFocus()
        QTest.keyClick(guide.bubble.make_button, Qt.Key.Key_Escape)
        assert not guide.bubble.isVisible()
        assert page.view.hasFocus()

    def test_what_scrolls_can_be_reached(self, guide: TemplateGuide) -> None:
        long = TextSms(text="One more line.\n" * 60)
        entry = guide._entries["n_sms"]
        guide._entries["n_sms"] = entry.model_copy(update={"content": Recommendation(en=long, zh=long)})
        click(guide.window.buttons[2])
        click(guide.bubble.look_button)
        guide.bubble.look_button.setFocus()
        QTest.keyClick(guide.bubble.look_button, Qt.Key.Key_Tab)
        assert guide.bubble.recommended.hasFocus()
        QTest.keyClick(guide.bubble.recommended, Qt.Key.Key_PageDown)
        assert guide.bubble.recommended.verticalScrollBar().value() > 0
        QTest.keyClick(guide.bubble.recommended, Qt.Key.Key_Tab)
        assert guide.bubble.recommended.copy_button.hasFocus()

    def test_escape_on_the_canvas_closes_the_bubble(self, page: EditorPage, guide: TemplateGuide) -> None:
        click(guide.window.buttons[1])
        assert page.view.hasFocus()
        QTest.keyClick(page.view, Qt.Key.Key_Escape)
        assert not guide.bubble.isVisible()
        assert guide.window.isVisible()

    def test_everything_has_a_name_and_is_large_enough(self, guide: TemplateGuide) -> None:
        click(guide.window.buttons[0])
        for control in (*guide.window.tab_order()[1:], *guide.bubble.tab_order()):
            if control.isVisible():
                assert control.accessibleName() or control.text()  # type: ignore[attr-defined]
                assert control.height() >= 24


def test_it_folds_to_a_pill_and_back(page: EditorPage, guide: TemplateGuide) -> None:
    whole = guide.window.height()
    click(guide.window.fold_button)
    assert guide.window.height() < whole / 2
    assert guide.window.pill.text() == "Template guide: 0 of 3"
    assert page.view.rect().bottom() - guide.window.geometry().bottom() == 16
    click(guide.window.pill)
    assert guide.window.height() == whole


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


def test_do_not_show_again_holds_until_help_brings_it_back(
    qtbot: QtBot, page: EditorPage, guide: TemplateGuide, window: MainWindow
) -> None:
    click(guide.window.buttons[0])
    click(guide.window.never)
    assert not guide.window.isVisible()
    assert not guide.bubble.isVisible()
    assert not preferences.load().template_guide
    other = begin(qtbot, window, HIGH_VALUE)
    assert not guide_of(other).window.isVisible()
    window.actions_["help.guide"].trigger()
    assert guide_of(other).window.isVisible()
    assert preferences.load().template_guide


def test_put_away_goes_for_every_open_campaign(
    qtbot: QtBot, page: EditorPage, guide: TemplateGuide, window: MainWindow
) -> None:
    other = guide_of(begin(qtbot, window, HIGH_VALUE))
    click(other.window.never)
    assert guide.window.isHidden()
    window.actions_["help.guide"].trigger()
    assert not guide.window.isHidden()
    assert not other.window.isHidden()


def test_nothing_left_opens_folded(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    for node_id in ("n_audience", "n_coupon"):
        configure(page, node_id)
    click(guide_of(page).window.buttons[2])
    fill_sms(page)
    click(page.panel.footer.ok)
    assert page.save()
    window.open_campaigns.close(window.the_editor, to_list=True)
    settle(qtbot)
    again = open_draft(qtbot, window, "First purchase, lead to the second")
    qtbot.waitUntil(lambda: again.guide.guide is not None)
    assert guide_of(again).window.folded
    assert guide_of(again).window.isVisible()


def test_many_components_scroll_in_a_low_view(qtbot: QtBot, window: MainWindow, workspace: Workspace) -> None:
    source = load_templates()[0][0]
    long = Words(en="Read this. " * 2000, zh="")
    guide = tuple(GuideEntry(node=node, prompt=long) for node in source.document().nodes)
    made = source.model_copy(update={"id": "t_many", "guide": guide})
    save_own(workspace.templates_folder, made.model_copy(update={"name": Words(en="Many", zh="很多")}))
    start = next(start for start in own_starts(workspace.templates_folder, "en")[0])
    window.campaigns.begin(start)
    page = window.the_editor
    qtbot.waitUntil(lambda: page.scene.is_loaded and page.guide.guide is not None)
    shown = guide_of(page)
    assert len(shown.window.buttons) == 9
    for size in ((1200, 900), (1000, 420)):
        window.resize(*size)
        QApplication.processEvents()
        assert page.view.rect().contains(shown.window.geometry())
        shown.show_entry("n_expiry")
        QApplication.processEvents()
        assert page.view.rect().contains(shown.bubble.geometry())


def test_help_says_so_where_there_is_no_guide(qtbot: QtBot, window: MainWindow) -> None:
    open_draft(qtbot, window)
    window.actions_["help.guide"].trigger()
    assert "made from a template" in window.toast.message


@pytest.fixture
def saved(qtbot: QtBot, page: EditorPage, window: MainWindow) -> Path:
    assert page.save()
    assert page.session.path is not None
    window.actions_["editor.back"].trigger()
    settle(qtbot)
    return page.session.path


def test_it_opens_again_with_the_campaign(qtbot: QtBot, saved: Path, window: MainWindow) -> None:
    again = open_draft(qtbot, window, "First purchase, lead to the second")
    qtbot.waitUntil(lambda: again.guide.guide is not None)
    assert guide_of(again).window.isVisible()


def test_a_view_has_none(qtbot: QtBot, saved: Path, window: MainWindow) -> None:
    window.list_page.select(saved)
    window.actions_["campaign.view"].trigger()
    qtbot.waitUntil(lambda: window.editor is not None and window.editor.scene.is_loaded)
    settle(qtbot)
    assert window.the_editor.guide.guide is None


def test_a_template_that_is_gone_leaves_the_campaign_alone(qtbot: QtBot, window: MainWindow) -> None:
    opened = open_draft(qtbot, window)
    attributes = opened.session.document.attributes.model_copy(update={"template": "t_gone"})
    opened.push(edits.set_attributes(opened.session.document, attributes))
    assert opened.save()
    window.open_campaigns.close(window.the_editor, to_list=True)
    settle(qtbot)
    again = open_draft(qtbot, window)
    settle(qtbot)
    assert again.guide.guide is None


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


def test_the_guide_stays_where_it_is_when_the_panel_opens(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window, HIGH_VALUE)
    guide = guide_of(page)
    before = guide.window.mapTo(window, QPoint())
    click(guide.window.buttons[0])
    settle(qtbot)
    assert page.panel.isVisible()
    assert guide.window.mapTo(window, QPoint()) == before


def test_a_message_makes_way_for_the_guide_that_comes_later(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window, HIGH_VALUE)
    guide = guide_of(page)
    guide.window.hide()
    window.toast.show_message("Restored. Save the draft to keep it." * 3)
    over = window.toast.geometry()
    guide.window.show()
    guide.window.move(page.view.mapFrom(window, over.topLeft()))
    qtbot.waitUntil(
        lambda: (
            not window.toast.geometry().intersects(
                QRect(guide.window.mapTo(window, QPoint()), guide.window.size())
            )
        )
    )
