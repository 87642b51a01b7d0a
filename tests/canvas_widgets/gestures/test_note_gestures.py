"""Notes and frames by hand: moved, resized, selected and written in, by real events on the viewport."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from canvas_widgets.items.note_layer import Corner, resized
from engine.campaign import edits
from engine.campaign.model import Point
from engine.campaign.notes import MIN_SIZE, Box, Group
from tests.canvas_widgets.conftest import Flow, Shown
from tests.canvas_widgets.items.test_notes import add
from tests.canvas_widgets.mirroring import assert_shows_notes

LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
Show = Callable[..., Shown]


class Scene:
    """A flow with a note below it and a frame around its two cards, on show."""

    def __init__(self, show: Show, flow: Flow, **options: bool) -> None:
        self.audience, self.coupon = flow.chain("target_audience", "issue_coupon")
        self.note = add(flow, edits.add_note(flow.document, Point(400, 240)))
        around = Group(frozenset({self.audience, self.coupon}), frozenset())
        self.frame = add(flow, edits.add_frame(flow.document, around, Point(0, 0), "Step 1"))
        self.stage = show(flow, **options)
        self.view, self.scene, self.document = self.stage.view, self.stage.scene, flow.document

    def rect(self, note_id: str) -> QPoint:
        return self.view.mapFromScene(self.scene.notes.items[note_id].scene_rect.topLeft())

    def middle(self, note_id: str) -> QPoint:
        return self.view.mapFromScene(self.scene.notes.items[note_id].scene_rect.center())

    def title(self) -> QPoint:
        return self.rect(self.frame) + QPoint(60, 12)

    def corner(self, note_id: str) -> QPoint:
        return self.view.mapFromScene(self.scene.notes.items[note_id].scene_rect.bottomRight())

    def drag(
        self, start: QPoint, by: QPoint, keys: Qt.KeyboardModifier = NONE, *, release: bool = True
    ) -> None:
        viewport = self.view.viewport()
        QTest.mousePress(viewport, LEFT, keys, start)
        for share in (0.5, 1.0):
            place = start + QPoint(round(by.x() * share), round(by.y() * share))
            there = QPointF(viewport.mapToGlobal(place))
            move = QMouseEvent(QEvent.Type.MouseMove, QPointF(place), there, LEFT, LEFT, keys)
            QApplication.sendEvent(viewport, move)
        if release:
            QTest.mouseRelease(viewport, LEFT, keys, start + by)

    def click(self, place: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, keys, place)


@pytest.fixture
def canvas(show: Show, flow: Flow) -> Scene:
    return Scene(show, flow)


def test_a_note_is_dragged_in_one_step(canvas: Scene) -> None:
    before = canvas.document.notes[canvas.note].at
    canvas.drag(canvas.middle(canvas.note), QPoint(203, 97))
    after = canvas.document.notes[canvas.note].at
    assert abs(after.x - before.x - 203) <= 8
    assert abs(after.y - before.y - 97) <= 8
    assert canvas.scene.selected_notes == {canvas.note}
    assert canvas.stage.stack.undo_label() == "Undo Move note"
    canvas.stage.stack.undo()
    assert canvas.document.notes[canvas.note].at == before
    assert_shows_notes(canvas.scene)


def test_a_frame_dragged_by_its_title_takes_its_cards_along(canvas: Scene) -> None:
    before = dict(canvas.document.layout)
    canvas.drag(canvas.title(), QPoint(0, 160), release=False)
    shown = canvas.scene.cards[canvas.audience].pos().y()
    assert shown > before[canvas.audience].y  # already while it is dragged
    QTest.mouseRelease(canvas.view.viewport(), LEFT, NONE, canvas.title())
    canvas.stage.stack.undo()
    canvas.drag(canvas.title(), QPoint(0, 160))
    moved = canvas.document.layout[canvas.audience].y - before[canvas.audience].y
    assert moved > 0
    assert canvas.document.layout[canvas.coupon].y - before[canvas.coupon].y == moved
    assert len(canvas.stage.edits) == 2
    canvas.stage.stack.undo()
    assert dict(canvas.document.layout) == before


def test_with_alt_a_frame_goes_alone(canvas: Scene) -> None:
    before, at = dict(canvas.document.layout), canvas.document.notes[canvas.frame].at
    canvas.drag(canvas.title(), QPoint(0, 160), ALT)
    assert dict(canvas.document.layout) == before
    assert canvas.document.notes[canvas.frame].at == (at.x, at.y + 160)


def test_escape_gives_up_a_drag_of_a_frame(canvas: Scene) -> None:
    canvas.drag(canvas.title(), QPoint(0, 160), release=False)
    QTest.keyClick(canvas.view, Qt.Key.Key_Escape)
    assert canvas.stage.edits == []
    assert_shows_notes(canvas.scene)
    assert canvas.scene.cards[canvas.audience].pos().toTuple() == canvas.document.layout[canvas.audience]


def test_inside_a_frame_is_canvas_and_cards_come_first(canvas: Scene) -> None:
    canvas.click(canvas.view.mapFromScene(canvas.scene.cards[canvas.audience].scene_rect.center()))
    assert canvas.scene.selection == {canvas.audience}
    assert not canvas.scene.selected_notes
    canvas.click(canvas.title())
    assert canvas.scene.selected_notes == {canvas.frame}
    assert not canvas.scene.selection
    canvas.click(canvas.middle(canvas.frame) + QPoint(0, 50))
    assert not canvas.scene.selected_notes


def test_shift_adds_notes_to_cards_and_a_band_takes_both(canvas: Scene) -> None:
    canvas.click(canvas.view.mapFromScene(canvas.scene.cards[canvas.audience].scene_rect.center()))
    canvas.click(canvas.middle(canvas.note), SHIFT)
    assert canvas.scene.chosen == Group(frozenset({canvas.audience}), frozenset({canvas.note}))
    canvas.click(canvas.middle(canvas.note), SHIFT)
    assert canvas.scene.chosen.notes == frozenset()
    far = canvas.view.mapFromScene(QPointF(900, 500))
    canvas.drag(far, canvas.middle(canvas.note) - far)
    assert canvas.scene.chosen == Group(frozenset(), frozenset({canvas.note}))
    canvas.drag(far, QPoint(-880, -650))
    assert canvas.scene.selected_notes == {canvas.note, canvas.frame}
    assert {canvas.audience, canvas.coupon} <= canvas.scene.selection


def test_a_corner_resizes_in_one_step(canvas: Scene) -> None:
    canvas.click(canvas.middle(canvas.note))
    before = canvas.document.notes[canvas.note]
    canvas.drag(canvas.corner(canvas.note) + QPoint(9, 9), QPoint(81, 39))
    after = canvas.document.notes[canvas.note]
    assert after.at == before.at
    assert after.size == (before.size.x + 80, before.size.y + 40)
    assert canvas.stage.stack.undo_label() == "Undo Resize note"
    canvas.drag(canvas.corner(canvas.note), QPoint(-2000, -2000), release=False)
    QTest.keyClick(canvas.view, Qt.Key.Key_Escape)
    assert canvas.document.notes[canvas.note] == after
    assert_shows_notes(canvas.scene)


def test_no_corner_passes_the_one_across() -> None:
    box = Box(0, 0, 160, 80)
    for corner in Corner:
        for by in (QPointF(5000, 5000), QPointF(-5000, -5000)):
            made = resized(box, corner, by)
            assert made.width >= MIN_SIZE.x
            assert made.height >= MIN_SIZE.y
    assert resized(box, Corner.TOP_LEFT, QPointF(-16, 8)) == Box(-16, 8, 176, 72)
    assert resized(box, Corner.TOP_RIGHT, QPointF(-16, 8)) == Box(0, 8, 144, 72)


def test_a_line_over_the_edge_of_a_frame_comes_first(canvas: Scene) -> None:
    (link_id,) = canvas.document.out_links(canvas.coupon)
    line = canvas.scene.links[link_id].line
    assert line is not None
    edge = canvas.scene.notes.items[canvas.frame].scene_rect.right()
    crossing = QPointF(edge, line.start.y())
    assert canvas.view.notes.grip_at(crossing) is None
    assert canvas.view.notes.grip_at(crossing + QPointF(0, 40)) is not None


def test_the_pointer_says_what_can_be_dragged(canvas: Scene) -> None:
    def cursor_at(place: QPoint) -> Qt.CursorShape:
        there = QPointF(canvas.view.viewport().mapToGlobal(place))
        none = Qt.MouseButton.NoButton
        event = QMouseEvent(QEvent.Type.MouseMove, QPointF(place), there, none, none, NONE)
        QApplication.sendEvent(canvas.view.viewport(), event)
        return canvas.view.viewport().cursor().shape()

    assert cursor_at(canvas.title()) is Qt.CursorShape.SizeAllCursor
    assert cursor_at(canvas.middle(canvas.frame) + QPoint(0, 50)) is not Qt.CursorShape.SizeAllCursor
    canvas.click(canvas.middle(canvas.note))
    assert cursor_at(canvas.corner(canvas.note)) is Qt.CursorShape.SizeFDiagCursor


def test_delete_removes_selected_notes(canvas: Scene) -> None:
    canvas.click(canvas.title())
    QTest.keyClick(canvas.view, Qt.Key.Key_Delete)
    assert set(canvas.document.notes) == {canvas.note}
    assert canvas.audience in canvas.document.nodes
    assert canvas.stage.deletions == []


# Writing ----------------------------------------------------------------------------------------------------


def double_click(canvas: Scene, place: QPoint) -> None:
    viewport = canvas.view.viewport()
    QTest.mouseClick(viewport, LEFT, NONE, place)
    QTest.mouseDClick(viewport, LEFT, NONE, place)


def test_a_double_click_writes_and_ctrl_enter_keeps(canvas: Scene) -> None:
    double_click(canvas, canvas.middle(canvas.note))
    editor = canvas.view.notes.editor
    assert editor.isVisible()
    assert editor.accessibleName()
    QTest.keyClicks(editor, "Ask first")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "then send")
    assert canvas.view.notes.changed
    assert canvas.document.notes[canvas.note].text == ""
    QTest.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert canvas.document.notes[canvas.note].text == "Ask first\nthen send"
    assert not editor.isVisible()
    assert [str(edit.label) for edit in canvas.stage.edits] == ["Edit note"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_F2])
def test_keys_write_in_what_is_selected_and_escape_keeps_it(canvas: Scene, key: Qt.Key) -> None:
    canvas.click(canvas.title())
    QTest.keyClick(canvas.view, key)
    editor = canvas.view.notes.editor
    assert editor.toPlainText() == "Step 1"
    QTest.keyClicks(editor, "Other")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert not editor.isVisible()
    assert canvas.document.notes[canvas.frame].title == "Other"
    canvas.stage.stack.undo()
    assert canvas.document.notes[canvas.frame].title == "Step 1"


def test_the_window_does_not_get_the_keys_of_writing(canvas: Scene) -> None:
    canvas.click(canvas.title())
    for key, target in ((Qt.Key.Key_F2, canvas.view), (Qt.Key.Key_Escape, canvas.view.notes.editor)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key.value, NONE)
        event.ignore()
        QApplication.sendEvent(target, event)
        assert event.isAccepted()


def test_enter_is_enough_for_a_title_which_is_one_line(canvas: Scene) -> None:
    double_click(canvas, canvas.title())
    editor = canvas.view.notes.editor
    editor.setPlainText("Welcome\nagain")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert canvas.document.notes[canvas.frame].title == "Welcome again"


def test_a_click_elsewhere_keeps_what_is_written_with_an_input_method(canvas: Scene) -> None:
    double_click(canvas, canvas.middle(canvas.note))
    editor = canvas.view.notes.editor
    QApplication.sendEvent(editor, QInputMethodEvent("ni hao", []))
    assert editor.toPlainText() == ""
    committed = QInputMethodEvent()
    committed.setCommitString("你好")
    QApplication.sendEvent(editor, committed)
    canvas.click(canvas.view.mapFromScene(QPointF(900, 500)))
    assert canvas.document.notes[canvas.note].text == "你好"
    assert len(canvas.stage.edits) == 1


def test_what_is_unchanged_is_no_step(canvas: Scene) -> None:
    double_click(canvas, canvas.title())
    canvas.click(canvas.view.mapFromScene(QPointF(900, 500)))
    assert canvas.stage.edits == []


def test_writing_ends_with_the_note(canvas: Scene) -> None:
    double_click(canvas, canvas.middle(canvas.note))
    QTest.keyClicks(canvas.view.notes.editor, "lost")
    canvas.document.apply(edits.delete_notes(canvas.document, [canvas.note]).ops)
    assert not canvas.view.notes.editor.isVisible()
    assert canvas.stage.edits == []


def test_the_field_follows_the_view_and_is_large_enough_far_away(canvas: Scene) -> None:
    canvas.view.zoom_to(0.3, glide=False)
    canvas.view.notes.write(canvas.note)
    assert canvas.view.zoom == pytest.approx(0.3)
    editor = canvas.view.notes.editor
    assert editor.width() >= 160
    assert editor.height() >= 32
    assert editor.geometry().topLeft() == canvas.rect(canvas.note)
    canvas.view.zoom_to(2.0, glide=False)
    assert editor.geometry().topLeft() == canvas.rect(canvas.note)
    canvas.view.verticalScrollBar().setValue(canvas.view.verticalScrollBar().value() + 30)
    assert editor.geometry().topLeft() == canvas.rect(canvas.note)


def test_a_read_only_view_selects_notes_and_changes_nothing(show: Show, flow: Flow) -> None:
    canvas = Scene(show, flow, read_only=True)
    double_click(canvas, canvas.middle(canvas.note))
    canvas.drag(canvas.title(), QPoint(100, 100))
    QTest.keyClick(canvas.view, Qt.Key.Key_F2)
    QTest.keyClick(canvas.view, Qt.Key.Key_Delete)
    assert not canvas.view.notes.editor.isVisible()
    assert canvas.stage.edits == []
    assert canvas.scene.selected_notes == {canvas.frame}
    assert not canvas.scene.notes.items[canvas.frame].resizable
