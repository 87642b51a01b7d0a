"""Notes and frames on the canvas: mirrored, selected, written, moved and resized by real events."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from canvas_widgets.commands import UndoStack
from canvas_widgets.items.note import wrapped
from canvas_widgets.items.paints import Paints
from canvas_widgets.look import Look, Theme
from canvas_widgets.scene import CampaignScene
from engine.campaign import edits
from engine.campaign.edits import Edit
from engine.campaign.model import START_ID, Note, Point
from engine.campaign.notes import Group
from engine.campaign.ops import Op, Table
from tests.canvas_widgets.conftest import Everything, Flow, Shown, paint
from tests.canvas_widgets.mirroring import assert_shows_notes
from tests.engine.campaign.test_notes import random_note_edit

Show = Callable[..., Shown]


def add(flow: Flow, edit: Edit) -> str:
    """Apply an edit that adds a note or a frame; its id."""
    flow.document.apply(edit.ops)
    return edit.ops[0].id


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_scene_shows_the_notes_after_any_edits(qapp: QApplication, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:  # hypothesis needs the same ids in every run
        patch.setattr("engine.shapes.text.secrets.randbits", random.Random(0).getrandbits)
        live(data)


def live(data: st.DataObject) -> None:
    look, flow, stack = Look(motion=False), Flow(), UndoStack()
    flow.chain("target_audience", "issue_coupon")
    scene = CampaignScene(flow.document, Everything(), look)
    scene.load()
    for step in range(data.draw(st.integers(1, 8))):
        action = data.draw(st.sampled_from(["edit", "edit", "edit", "undo", "redo", "select"]))
        if action == "edit":
            stack.push_edit(flow.document, random_note_edit(flow.document, data))
        elif action == "undo":
            stack.undo()
        elif action == "redo":
            stack.redo()
        elif notes := sorted(scene.notes.items):
            chosen = data.draw(st.sets(st.sampled_from(notes)))
            scene.select(data.draw(st.sampled_from([[], [START_ID]])), chosen)
        if step % 4 == 0:
            paint(scene)
        assert_shows_notes(scene)
    scene.close()


def test_notes_are_loaded_with_the_campaign(look: Look, flow: Flow) -> None:
    note = add(flow, edits.add_note(flow.document, Point(600, 300)))
    frame = add(flow, edits.add_frame(flow.document, Group(frozenset(), frozenset({note})), Point(0, 0), "A"))
    scene = CampaignScene(flow.document, Everything(), look)
    scene.load()
    assert_shows_notes(scene)
    assert scene.extent.content().contains(scene.notes.items[frame].scene_rect)
    assert scene.notes.items[frame].zValue() < 0 < scene.cards[START_ID].zValue()
    assert scene.notes.items[note].zValue() > scene.cards[START_ID].zValue()
    scene.close()


def test_cards_and_notes_are_selected_together(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    note = add(flow, edits.add_note(flow.document, Point(300, 200)))
    scene = show(flow).scene
    told: list[bool] = []
    scene.selection_changed.connect(lambda: told.append(True))
    scene.select([audience], [note])
    assert scene.selection == {audience}
    assert scene.selected_notes == {note}
    assert not scene.notes.items[note].resizable
    scene.select((), [note])
    assert scene.notes.items[note].resizable
    scene.select([audience])
    assert scene.selection == {audience}
    assert not scene.selected_notes
    assert len(told) == 3
    scene.select((), [note])
    flow.document.apply(edits.delete_notes(flow.document, [note]).ops)
    assert scene.selected_notes == frozenset()


def test_a_frame_is_held_by_its_title_and_edge_and_a_note_anywhere(show: Show, flow: Flow) -> None:
    frame = add(
        flow, edits.add_frame(flow.document, Group(frozenset(), frozenset()), Point(600, 400), "Here")
    )
    scene = show(flow).scene
    rect = scene.notes.items[frame].scene_rect
    title, middle = rect.topLeft() + QPointF(40, 16), rect.center()
    assert scene.notes.grip_at(title, 1.0, behind=True) is not None
    assert scene.notes.grip_at(title, 1.0, behind=False) is None
    assert scene.notes.grip_at(middle, 1.0, behind=True) is None
    assert scene.notes.grip_at(rect.bottomRight(), 1.0, behind=True) is not None
    note = add(flow, edits.add_note(flow.document, Point(round(middle.x()), round(middle.y()))))
    grip = scene.notes.grip_at(scene.notes.items[note].scene_rect.center(), 1.0, behind=False)
    assert grip is not None
    assert grip.note_id == note


def test_what_does_not_fit_ends_in_an_ellipsis(look: Look) -> None:
    paints = Paints(look)
    font, metrics = paints.note_font, paints.note_metrics
    assert wrapped("one\n\ntwo", font, metrics, 200, 5) == ["one", "", "two"]
    assert wrapped("one\n\ntwo", font, metrics, 200, 2) == ["one", "…"]
    lines = wrapped("word " * 100_000, font, metrics, 120, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(metrics.horizontalAdvance(line) <= 120 for line in lines)
    assert (
        wrapped("没有空格的很长的一句话也要换行", font, metrics, 60, 9)[0] != "没有空格的很长的一句话也要换行"
    )


def test_notes_follow_the_theme_and_are_seen_from_far_away(show: Show, flow: Flow, look: Look) -> None:
    note = Note(text="Ask the shop", at=Point(0, 100), size=Point(400, 200))
    frame = Note(title="Step", at=Point(-50, -50), size=Point(800, 500), colour="green")
    flow.document.apply(edits.add_note(flow.document, Point(0, 0)).ops)
    stage = show(flow)
    empty = paint(stage.scene)
    for note_id, value in (("note_1", note), ("note_2", frame)):
        flow.document.apply([Op(Table.NOTES, note_id, None, value)])
    light = paint(stage.scene)
    assert light != empty
    look.set_theme(Theme.DARK)
    assert paint(stage.scene) != light
    overview = QImage(400, 300, QImage.Format.Format_ARGB32_Premultiplied)
    overview.fill(0)
    with QPainter(overview) as painter:
        painter.scale(0.2, 0.2)
        painter.translate(200, 200)
        stage.scene.draw_overview(painter)
    assert overview.pixelColor(round(0.2 * 380), round(0.2 * 380)) == look.notes["yellow"].paper
    assert overview.pixelColor(round(0.2 * 900), round(0.2 * 600)) == look.notes["green"].paper
