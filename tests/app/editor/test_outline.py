"""The outline beside the canvas: the same campaign, the same selection, all that the canvas can do."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.campaign_list.status import Status
from app.editor.outline import OutlineTree
from app.editor.outline.model import OutlineModel
from app.editor.page import EditorPage
from app.window import MainWindow
from canvas_widgets.component_list import MIME_TYPE
from canvas_widgets.gestures.asking import MenuRequest
from canvas_widgets.look import Look
from canvas_widgets.scene import CampaignScene
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import append, delete_behind, delete_several, insert
from engine.campaign.model import START_ID
from engine.campaign.ops import inverse
from engine.campaign.outline import Outline, Row
from tests.app.conftest import dialog, open_draft
from tests.canvas_widgets.conftest import Everything
from tests.engine.campaign.building import empty_campaign
from tests.engine.campaign.random_edits import random_edit

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    """An audience, groups, a touch behind the first; the outline has the focus."""
    window.activateWindow()
    page = open_draft(qtbot, window, kinds=("target_audience", "random_grouping", "text_sms"))
    window.actions_["editor.outline"].trigger()
    assert page.outline.hasFocus()
    return page


def node(page: EditorPage, kind: str) -> str:
    return next(id for id, found in page.session.document.nodes.items() if found.kind == kind)


def index(page: EditorPage, kind: str) -> QModelIndex:
    """The row of the first component of a kind."""
    return page.outline.outline.index_of(Row("node", node(page, kind)))


def texts(page: EditorPage) -> list[str]:
    """The rows that are to be seen, indented."""
    found, at = [], page.outline.model().index(0, 0)
    while at.isValid():
        depth, above = 0, at.parent()
        while above.isValid():
            depth, above = depth + 1, above.parent()
        found.append("  " * depth + str(at.data()))
        at = page.outline.indexBelow(at)
    return found


def click(page: EditorPage, at: QModelIndex) -> None:
    place = page.outline.visualRect(at).center()
    QTest.mouseClick(page.outline.viewport(), Qt.MouseButton.LeftButton, pos=place)


def key(page: EditorPage, pressed: Qt.Key) -> None:
    QTest.keyClick(page.outline, pressed)


def choose_kind(page: EditorPage, kind: str) -> None:
    chooser = page.view.chooser
    assert chooser is not None
    chooser.chosen.emit(kind)
    chooser.close()


def test_it_shows_the_flow(page: EditorPage) -> None:
    assert texts(page) == [
        "Start",
        "Target Audience 1",
        "Random Grouping 1",
        "  Group 1",
        "    Text SMS 1",
        "    Add a component…",
        "  Add a component…",
    ]


def test_selection_is_one_with_the_canvas(page: EditorPage) -> None:
    page.scene.select([node(page, "target_audience")])
    assert page.outline.currentIndex() == index(page, "target_audience")
    click(page, index(page, "text_sms"))
    assert page.scene.selection == {node(page, "text_sms")}
    assert page.panel.node_id == node(page, "text_sms")
    key(page, Qt.Key.Key_Down)  # an open end: no component
    assert page.scene.selection == frozenset()
    page.scene.select([node(page, "text_sms"), node(page, "target_audience")])
    assert len(page.outline.selectedIndexes()) == 2


def test_a_screen_reader_hears_what_a_row_is(page: EditorPage) -> None:
    def spoken(at: QModelIndex) -> object:
        return at.data(Qt.ItemDataRole.AccessibleTextRole)

    sms = index(page, "text_sms")
    assert spoken(sms) == "Text SMS 1, Marketing touch, not configured, branch Group 1 of Random Grouping 1"
    assert spoken(sms.parent()) == "branch Group 1 of Random Grouping 1"
    second = index(page, "random_grouping").model().index(1, 0, index(page, "random_grouping"))
    assert spoken(second) == "Add a component…, branch Group 2 of Random Grouping 1"
    assert page.outline.accessibleName() == "Outline"


def test_enter_configures_and_escape_comes_back(page: EditorPage) -> None:
    click(page, index(page, "text_sms"))
    key(page, Qt.Key.Key_Return)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert page.panel.isAncestorOf(focused)
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert page.outline.hasFocus()
    key(page, Qt.Key.Key_Escape)
    assert page.view.hasFocus()


def test_an_open_end_adds_and_the_keyboard_goes_on_there(page: EditorPage) -> None:
    sms = index(page, "text_sms")
    page.outline.setCurrentIndex(sms.siblingAtRow(sms.row() + 1))
    key(page, Qt.Key.Key_Return)
    choose_kind(page, "wait_until")
    assert "    Wait Until 1" in texts(page)
    assert page.outline.currentIndex() == index(page, "wait_until")
    assert page.outline.hasFocus()


def test_slash_adds_behind_and_a_key_inserts_in_front(page: EditorPage, window: MainWindow) -> None:
    click(page, index(page, "text_sms"))
    key(page, Qt.Key.Key_Slash)
    choose_kind(page, "end")
    click(page, index(page, "text_sms"))
    window.actions_["editor.insert"].trigger()
    choose_kind(page, "wait_until")
    assert texts(page)[3:7] == ["  Group 1", "    Wait Until 1", "    Text SMS 1", "    End 1"]


@pytest.fixture
def slow_typing(qapp: QApplication) -> Iterator[None]:
    """Letters belong together however long a busy machine takes between them."""
    before = qapp.keyboardInputInterval()
    qapp.setKeyboardInputInterval(60_000)
    yield
    qapp.setKeyboardInputInterval(before)


@pytest.mark.usefixtures("slow_typing")
def test_letters_find_rows_and_are_no_shortcuts_there(page: EditorPage) -> None:
    page.outline.setCurrentIndex(page.outline.model().index(0, 0))
    QTest.keyClick(page.outline, Qt.Key.Key_T)
    assert page.outline.currentIndex() == index(page, "target_audience")
    QTest.keyClick(page.outline, Qt.Key.Key_E)
    assert page.outline.currentIndex() == index(page, "text_sms")


def test_a_component_is_renamed_in_place(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    click(page, index(page, "text_sms"))
    window.actions_["editor.rename"].trigger()
    field = page.outline.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.setText("Welcome")
    QTest.keyClick(field, Qt.Key.Key_Return)
    document = page.session.document
    qtbot.waitUntil(lambda: document.node(node(page, "text_sms")).name == "Welcome")
    assert page.session.undo_stack.undo_label() == "Undo Rename to “Welcome”"
    assert index(page, "text_sms").data() == "Welcome"
    assert page.panel.content is not None
    assert page.panel.content.values().name == "Welcome"


def test_the_menu_is_that_of_the_canvas(page: EditorPage, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[MenuRequest] = []
    monkeypatch.setattr(page.menus, "open", opened.append)
    for at in (index(page, "text_sms"), index(page, "text_sms").parent()):
        place = page.outline.visualRect(at).center()
        click(page, at)
        viewport = page.outline.viewport()
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place), Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(viewport, event)
    (first,) = page.session.document.in_links(node(page, "text_sms"))
    assert [request.link_id for request in opened] == [None, first]


def test_delete_asks_as_on_the_canvas(page: EditorPage, window: MainWindow) -> None:
    click(page, index(page, "text_sms"))
    QTest.keyClick(page.outline, Qt.Key.Key_Delete)
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    assert texts(page)[3:] == ["  Add a component…", "  Add a component…"]


def test_a_double_click_shows_the_component(page: EditorPage) -> None:
    page.view.zoom_to(3.0)
    place = page.outline.visualRect(index(page, "text_sms")).center()
    QTest.mouseDClick(page.outline.viewport(), Qt.MouseButton.LeftButton, pos=place)
    card = page.scene.cards[node(page, "text_sms")]
    middle = page.view.mapToScene(page.view.viewport().rect().center())
    assert card.scene_rect.contains(middle)


def test_a_reference_leads_to_its_component(page: EditorPage) -> None:
    page.show_node(node(page, "target_audience"))
    document = page.session.document
    line = document.out_links(node(page, "target_audience"))[0]
    page.push(insert(document, line, "ab_test"))
    references = [line for line in texts(page) if "→" in line]
    assert references == ["  → Test Target 1"] * 2
    test = index(page, "ab_test")
    page.outline.setCurrentIndex(page.outline.model().index(1, 0, test))
    key(page, Qt.Key.Key_Return)
    assert page.scene.selected_node == node(page, "ab_target")


def test_a_component_is_dropped_on_a_row(page: EditorPage) -> None:
    data = QMimeData()
    data.setData(MIME_TYPE, b"wait_until")

    def drop(at: QPoint) -> bool:
        action, button, none = (
            Qt.DropAction.CopyAction,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        viewport = page.outline.viewport()
        QApplication.sendEvent(viewport, QDragEnterEvent(at, action, data, button, none))
        QApplication.sendEvent(viewport, QDragMoveEvent(at, action, data, button, none))
        event = QDropEvent(at.toPointF(), action, data, button, none)
        QApplication.sendEvent(viewport, event)
        return event.isAccepted()

    assert drop(page.outline.visualRect(index(page, "text_sms")).center())
    assert page.session.document.successors(node(page, "text_sms")) == [node(page, "wait_until")]
    assert not drop(page.outline.visualRect(page.outline.model().index(0, 0)).center())
    assert len(page.session.document.nodes) == 4


def test_counts_stand_at_the_rows(page: EditorPage) -> None:
    complete_ids = {START_ID: {"arrived": 5}, node(page, "text_sms"): {"arrived": 1200}}
    page.scene.set_counts({"nodes": complete_ids, "links": {}})
    row = page.outline.outline.row_at(index(page, "text_sms"))
    assert row is not None
    assert page.outline.outline.words.count(row).text == "1,200"
    spoken = index(page, "text_sms").data(Qt.ItemDataRole.AccessibleTextRole)
    assert "1,200" in str(spoken)


def test_a_view_has_the_outline_and_nothing_to_add(qtbot: QtBot, window: MainWindow) -> None:
    window.list_page.table.selectRow(0)
    window.view_selected()
    qtbot.waitUntil(lambda: window.editor is not None and window.editor.scene.is_loaded)
    page = window.the_editor
    assert page.side_bar.shown == "outline"
    assert not page.side_bar.tabs.isTabVisible(0)
    assert texts(page) == ["Start", "Open end"]


def test_the_end_of_editing_ends_adding_here_too(page: EditorPage) -> None:
    page.save()
    page.show_run(Status.FINISHED)
    assert page.side_bar.shown == "outline"
    assert "Add a component…" not in "".join(texts(page))


# Mirroring --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain_look(qapp: QApplication) -> Iterator[Look]:
    made = Look(motion=False)
    yield made
    made.deleteLater()


def rows_of(tree: OutlineTree) -> list[tuple[int, Row | None]]:
    """Every row with its depth, as the model has it."""
    model, found = tree.outline, []
    pending = [(0, model.index(row, 0)) for row in reversed(range(model.rowCount()))]
    while pending:
        depth, at = pending.pop()
        found.append((depth, model.row_at(at)))
        pending += [(depth + 1, model.index(row, 0, at)) for row in reversed(range(model.rowCount(at)))]
    return found


def expected(document: CampaignDocument) -> list[tuple[int, Row | None]]:
    outline = Outline(document)
    for _ in outline.read():
        pass
    children = outline.children()
    found: list[tuple[int, Row | None]] = []
    pending = [(0, row) for row in reversed(children[None])]
    while pending:
        depth, row = pending.pop()
        found.append((depth, row))
        pending += [(depth + 1, below) for below in reversed(children.get(row, []))]
    return found


@given(st.integers(0, 2**32))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_outline_mirrors_the_document(plain_look: Look, seed: int) -> None:
    choose = random.Random(seed)
    document = empty_campaign()
    scene = CampaignScene(document, Everything(), plain_look)
    scene.load()
    tree = OutlineTree(scene, plain_look, read_only=False)
    tree.show()
    tree.begin()
    while not tree.outline.is_filled:
        QApplication.processEvents()
    done = []
    for _ in range(14):
        edit = random_edit(document, choose)
        if edit is None:
            continue
        document.apply(edit.ops)
        done.append(edit.ops)
        if choose.random() < 0.3:
            document.apply(inverse(done[-1]))
            assert rows_of(tree) == expected(document)
            document.apply(done[-1])
        if choose.random() < 0.3 and document.nodes:
            scene.select([choose.choice(sorted(document.nodes))])
        assert rows_of(tree) == expected(document)
        selected = {tree.outline.row_at(at) for at in tree.selectedIndexes()}
        assert selected == {Row("node", node_id) for node_id in scene.selection}
    for ops in reversed(done):
        document.apply(inverse(ops))
    assert rows_of(tree) == expected(document)
    scene.close()
    tree.close()
    tree.deleteLater()
    scene.deleteLater()


def test_rows_that_are_deleted_together_leave_together(page: EditorPage) -> None:
    """Views look around after each removal: of thousands, one by one, that takes too long."""
    removed: list[tuple[object, ...]] = []
    page.outline.outline.rowsRemoved.connect(lambda *where: removed.append(where))
    document = page.session.document
    grouping = node(page, "random_grouping")
    page.push(delete_behind(document, grouping))
    assert rows_of(page.outline) == expected(document)
    (where,) = removed
    assert where[1:] == (2, 2)  # one row, with all below it
    page.commands.undo()
    assert rows_of(page.outline) == expected(document)


def test_rows_go_step_by_step(page: EditorPage) -> None:
    """Below each row that stays, what is gone goes in a step of its own."""
    document = page.session.document
    grouping = node(page, "random_grouping")
    for link in document.out_links(grouping):
        page.push(insert(document, link, "wait_until"))
    bare = next(id for id in document.successors(grouping) if not document.successors(id))
    page.push(append(document, document.out_links(bare)[0], "text_sms"))
    model = OutlineModel(page.scene, read_only=False)
    inserted: list[int] = []
    model.rowsInserted.connect(lambda _above, first, last: inserted.extend(range(first, last + 1)))
    assert sum(not model.is_filled for _ in model.filling()) > len(model.below(None))
    assert inserted == list(range(len(model.below(None))))  # the topmost, with all below them, at the end
    touches = [id for id, found in document.nodes.items() if found.kind == "text_sms"]
    edit = delete_several(document, touches)
    document.apply(edit.ops)
    model.follow(edit.ops)
    removed: list[int] = []
    step = 0
    model.rowsRemoved.connect(lambda *_where: removed.append(step))
    for _ in model.catching_up():
        step += 1
    assert len(set(removed)) == len(removed) == len(touches) == 2
    for branch in model.below(Row("node", grouping)):
        assert model.below(branch) == page.outline.outline.below(branch)


def test_the_rows_of_a_large_campaign_go_in_slices(
    qtbot: QtBot, page: EditorPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.editor.outline.tree.AT_ONCE", 2)
    monkeypatch.setattr("canvas_widgets.slicing.SLICE_SECONDS", 0.0)
    outline, done, left = page.outline, [], []
    rows = outline.outline.count
    outline.end()
    outline.clear_away(lambda: done.append(True))
    while not done:
        left.append(outline.outline.rowCount())
        outline._filling.advance()
    assert len(left) > rows
    assert outline.outline.count == outline.outline.rowCount() == 0
