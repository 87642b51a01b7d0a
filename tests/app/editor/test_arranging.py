"""Several components at once: selecting, moving, aligning, deleting; and the menu of a right click."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.window import MainWindow
from canvas_widgets.gestures.asking import beside_selection
from engine.campaign import edits
from engine.campaign.model import START_ID, Point
from engine.campaign.notes import Box, note_box
from tests.app.conftest import dialog, open_draft

# The platform of tests cannot show a menu the way a desktop does, and says so.
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    window.activateWindow()
    page = open_draft(qtbot, window, kinds=("target_audience", "random_grouping", "tag"))
    page.commands.add_ends()
    page.view.fit(glide=False)
    page.view.setFocus()
    page.scene.select([])
    return page


def node(page: EditorPage, kind: str) -> str:
    return next(id for id, found in page.session.document.nodes.items() if found.kind == kind)


def kinds(page: EditorPage) -> set[str]:
    """The kinds of what is selected."""
    return {page.session.document.node(id).kind for id in page.scene.selection}


def place(page: EditorPage, kind: str) -> Point:
    return page.session.document.layout[node(page, kind)]


def on_screen(page: EditorPage, node_id: str) -> QPoint:
    return page.view.mapFromScene(page.scene.cards[node_id].scene_rect.center())


def key(
    page: EditorPage, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(page.view, key, modifiers)


# Selecting --------------------------------------------------------------------------------------------------


def test_ctrl_a_selects_all_but_start_and_escape_nothing(page: EditorPage) -> None:
    key(page, Qt.Key.Key_A, CONTROL)
    assert page.scene.selection == set(page.session.document.nodes)
    key(page, Qt.Key.Key_Escape)
    assert not page.scene.selection


def test_everything_behind_is_selected_with_its_beginning(page: EditorPage) -> None:
    page.scene.select([node(page, "random_grouping")])
    key(page, Qt.Key.Key_Right, CONTROL | SHIFT)
    assert kinds(page) == {"random_grouping", "tag", "end"}


def test_shift_and_an_arrow_extend_the_selection(page: EditorPage) -> None:
    page.scene.select([START_ID])
    for _ in range(3):
        key(page, Qt.Key.Key_Right, SHIFT)
    assert kinds(page) == {"start", "target_audience", "random_grouping", "tag"}
    key(page, Qt.Key.Key_Down, SHIFT)
    assert "end" in kinds(page)
    key(page, Qt.Key.Key_Up)
    assert kinds(page) == {"tag"}


# The panel --------------------------------------------------------------------------------------------------


def test_the_panel_says_how_many_are_selected_and_offers_what_can_be_done(page: EditorPage) -> None:
    page.scene.select([node(page, "tag")])
    assert page.panel.isVisible()
    page.scene.select([node(page, "tag"), node(page, "target_audience"), node(page, "end")])
    assert page.several.isVisible()
    assert not page.panel.isVisible()
    assert page.several.title.text() == "3 components selected"
    assert page.several.state.text() == "2 of them are not configured."
    page.scene.select([node(page, "tag")])
    assert page.panel.isVisible()
    assert not page.several.isVisible()
    page.scene.select([])
    assert not page.panel.isVisible()


def test_nothing_slides_in_for_several_that_are_only_looked_at(qtbot: QtBot, window: MainWindow) -> None:
    row = window.rows()[0]
    window.list_page.select(row.path)
    window.view_selected()
    qtbot.waitUntil(lambda: window.editor is not None and window.editor.scene.is_loaded)
    page = window.the_editor
    page.scene.select(page.scene.cards)
    assert not page.several.isVisible()


# Moving and aligning ----------------------------------------------------------------------------------------


def test_alt_and_arrows_move_by_the_grid_as_one_step(page: EditorPage) -> None:
    steps, before = page.session.undo_stack.count(), place(page, "tag")
    page.scene.select([node(page, "tag"), node(page, "random_grouping"), START_ID])
    for pressed in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        key(page, pressed, ALT)
    assert place(page, "tag") == Point(before.x + 16, before.y + 8)
    assert page.session.undo_stack.count() == steps + 1
    assert page.session.undo_stack.undo_label() == "Undo Move 2 components"
    page.commands.undo()
    assert place(page, "tag") == before


def test_another_selection_or_a_pause_begins_another_step(page: EditorPage) -> None:
    steps = page.session.undo_stack.count()
    page.scene.select([node(page, "tag")])
    key(page, Qt.Key.Key_Up, ALT)
    page.scene.select([node(page, "end")])
    key(page, Qt.Key.Key_Left, ALT)
    assert page.session.undo_stack.count() == steps + 2
    page.arranging._pause.timeout.emit()  # as after a second
    key(page, Qt.Key.Key_Left, ALT)
    assert page.session.undo_stack.count() == steps + 3


def test_keys_in_the_panel_move_no_card(page: EditorPage) -> None:
    page.scene.select([node(page, "tag")])
    before = place(page, "tag")
    page.panel.focus_first()
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Left, ALT)
    assert place(page, "tag") == before


def test_aligning_is_one_step_with_words(page: EditorPage, window: MainWindow) -> None:
    action = window.actions_["editor.align_left"]
    page.scene.select([node(page, "tag")])
    assert not action.isEnabled()
    page.scene.select([node(page, "tag"), node(page, "target_audience")])
    assert action.isEnabled()
    assert not window.actions_["editor.distribute_down"].isEnabled()
    key(page, Qt.Key.Key_A, ALT)
    assert place(page, "tag").x == place(page, "target_audience").x
    assert page.session.undo_stack.undo_label() == "Undo Align left edges"


# Tidying ----------------------------------------------------------------------------------------------------


def scatter(page: EditorPage) -> None:
    document = page.session.document
    places = {id: Point(160 + 400 * n, 8 * (n % 3)) for n, id in enumerate(document.nodes)}
    page.push(edits.move(document, places))


def test_tidying_is_one_step_and_shows_everything(page: EditorPage) -> None:
    before = place(page, "tag")
    scatter(page)
    page.view.zoom_to(2.0)
    key(page, Qt.Key.Key_L, CONTROL)
    assert place(page, "tag") == before
    assert page.session.undo_stack.undo_label() == "Undo Tidy up"
    seen = page.view.mapToScene(page.view.viewport().rect()).boundingRect()
    assert all(seen.contains(card.scene_rect) for card in page.scene.cards.values())
    page.commands.undo()
    assert place(page, "tag") != before


def test_what_is_selected_is_tidied_alone(page: EditorPage) -> None:
    scatter(page)
    page.scene.select([node(page, "random_grouping"), node(page, "tag")])
    before = place(page, "target_audience"), place(page, "random_grouping")
    page.tidying.tidy()
    assert (place(page, "target_audience"), place(page, "random_grouping")) == before
    assert place(page, "tag").y == place(page, "random_grouping").y


def test_a_tidy_campaign_says_so(page: EditorPage, window: MainWindow) -> None:
    scatter(page)
    page.tidying.tidy()
    steps = page.session.undo_stack.count()
    page.tidying.tidy()
    assert page.session.undo_stack.count() == steps
    assert window.toast.message == "Everything is in its place already."


def test_a_large_campaign_is_tidied_in_slices_and_anew_if_it_changed_meanwhile(
    page: EditorPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    scatter(page)
    monkeypatch.setattr("app.editor.session.LARGE", 2)
    before = page.session.undo_stack.count()
    page.tidying.tidy()
    assert page.session.undo_stack.count() == before, "nothing yet: the window goes on"
    page.scene.select([node(page, "tag")])
    page.commands.add_kind("wait_until")
    qtbot.waitUntil(lambda: page.session.undo_stack.undo_label() == "Undo Tidy up")
    assert place(page, "wait_until").y == place(page, "tag").y
    assert page.session.undo_stack.count() == before + 2


# Deleting ---------------------------------------------------------------------------------------------------


def test_deleting_several_asks_once_with_the_count(page: EditorPage, window: MainWindow) -> None:
    page.scene.select([START_ID, node(page, "random_grouping"), node(page, "tag")])
    key(page, Qt.Key.Key_Delete)
    question = dialog(window)
    assert question.windowTitle() == "Delete 2 components?"
    assert question.sentence.text() == "2 components behind them, which nothing else leads to, go too."
    question.buttons[0].click()
    assert [found.kind for found in page.session.document.nodes.values()] == ["target_audience"]
    assert page.session.undo_stack.undo_label() == "Undo Delete 4 components"


def test_a_test_target_among_several_is_refused_with_a_reason(page: EditorPage, window: MainWindow) -> None:
    page.scene.select([node(page, "tag")])
    page.commands.add_kind("ab_test")
    page.scene.select([node(page, "ab_target"), node(page, "end")])
    page.commands.delete_selected()
    assert "belongs to its AB Test" in window.toast.message


def test_nothing_is_deleted_in_the_middle_of_a_gesture(page: EditorPage, window: MainWindow) -> None:
    page.scene.select([node(page, "tag")])
    page.view.holding.begin()
    assert page.commands.delete_selected() is None
    page.view.holding.end()
    question = page.commands.delete_selected()
    assert question is not None
    question.reject()


# Right click ------------------------------------------------------------------------------------------------


def menu_at(page: EditorPage, point: QPoint) -> list[str]:
    """The texts of the menu that a right click opens; titles of menus in it among them.

    The menu opens as the button is pressed, and gets its release.
    """
    viewport = page.view.viewport()
    right, above = Qt.MouseButton.RightButton, QPointF(viewport.mapToGlobal(point))
    pressed = QMouseEvent(
        QEvent.Type.MouseButtonPress, QPointF(point), above, right, right, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(viewport, pressed)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(viewport, QContextMenuEvent(reason, point, viewport.mapToGlobal(point)))
    return opened(page)


def opened(page: EditorPage) -> list[str]:
    (menu,) = (found for found in page.findChildren(QMenu) if found.isVisible() and found.parent() is page)
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def choose(page: EditorPage, text: str) -> None:
    """Choose from the open menu, as a click does: the menu hides first."""
    (menu,) = (found for found in page.findChildren(QMenu) if found.isVisible() and found.parent() is page)
    action = next(action for action in menu.actions() if action.text() == text)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_a_right_click_on_a_card_selects_it_and_offers_what_it_takes(page: EditorPage) -> None:
    texts = menu_at(page, on_screen(page, node(page, "tag")))
    assert kinds(page) == {"tag"}
    assert "Add a component…" in texts
    assert "Delete with what follows…" in texts
    assert "Select all" not in texts
    choose(page, "Select everything behind")
    assert kinds(page) == {"tag", "end"}


def test_a_right_click_on_one_of_several_keeps_them(page: EditorPage, window: MainWindow) -> None:
    both = {node(page, "tag"), node(page, "target_audience")}
    page.scene.select(both)
    texts = menu_at(page, on_screen(page, node(page, "tag")))
    assert page.scene.selection == both
    assert "Arrange" in texts
    assert "Add a component…" not in texts
    choose(page, "Delete with what follows…")
    assert dialog(window).windowTitle() == "Delete 2 components?"


def test_a_right_click_on_a_line_adds_there(page: EditorPage) -> None:
    audience, groups = node(page, "target_audience"), node(page, "random_grouping")
    line = page.scene.links[next(iter(page.session.document.in_links(groups)))].line
    assert line is not None
    texts = menu_at(page, page.view.mapFromScene(line.handle))
    assert "Add a component…" in texts
    choose(page, "Add a component…")
    chooser = page.view.chooser
    assert chooser is not None
    chooser.chosen.emit("wait_until")
    chooser.close()
    assert page.session.document.successors(audience) == [node(page, "wait_until")]
    QApplication.processEvents()
    assert page.menus.link_id is None


def test_a_right_click_on_the_empty_canvas_is_about_all_of_it(page: EditorPage) -> None:
    page.scene.select([node(page, "tag")])
    texts = menu_at(page, QPoint(4, 4))
    assert not page.scene.selection
    assert {"Select all", "Fit to screen", "Undo Add End to open lines"} <= set(texts)
    choose(page, "Select all")
    assert len(page.scene.selection) == len(page.session.document.nodes)


def test_a_right_click_on_a_note_is_about_the_note(page: EditorPage) -> None:
    page.push(edits.add_note(page.session.document, Point(300, 600)))
    (note,) = page.session.document.notes
    page.scene.select([node(page, "tag")])
    page.view.fit(glide=False)
    texts = menu_at(page, page.view.mapFromScene(page.scene.notes.items[note].scene_rect.center()))
    assert page.scene.selected_notes == {note}
    assert not page.scene.selection
    assert {"Edit note or title", "Colour…", "Delete notes and frames"} <= set(texts)
    choose(page, "Delete notes and frames")
    assert not page.session.document.notes


def test_the_keyboard_opens_the_menu_at_the_selected_card(page: EditorPage) -> None:
    page.scene.select([node(page, "tag")])
    key(page, Qt.Key.Key_F10, SHIFT)
    assert "Delete with what follows…" in opened(page)
    card = page.scene.cards[node(page, "tag")].scene_rect
    corner = page.view.viewport().mapToGlobal(page.view.mapFromScene(card.bottomLeft()))
    assert beside_selection(page.view, page.scene) == corner


def test_a_double_click_goes_into_the_panel(page: EditorPage) -> None:
    point = on_screen(page, node(page, "tag"))
    viewport = page.view.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=point)
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=point)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert page.panel.isAncestorOf(focused)


def test_a_note_of_the_menu_comes_where_the_right_click_was(page: EditorPage) -> None:
    cards = [card.scene_rect for card in page.scene.cards.values()]
    free = QPointF(min(rect.left() for rect in cards), max(rect.bottom() for rect in cards) + 150)
    page.view.centerOn(free + QPointF(100, -100))
    asked = page.view.mapFromScene(free)
    assert page.view.viewport().rect().contains(asked)
    menu_at(page, asked)
    choose(page, "Add note")
    (note,) = page.session.document.notes.values()
    assert note_box(note).meets(Box(round(free.x()) - 1, round(free.y()) - 1, 2, 2))
