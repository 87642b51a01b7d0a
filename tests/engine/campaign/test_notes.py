"""Notes and frames: what each edit does, what a frame holds, and that files keep them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import (
    Edit,
    Refused,
    add_frame,
    add_note,
    colour_notes,
    delete_notes,
    move_group,
    resize_note,
    write_note,
)
from engine.campaign.model import MAX_COORDINATE, START_ID, Note, Point
from engine.campaign.notes import Box, Group, around, card_box, contents, note_box
from engine.campaign.ops import Table, inverse
from tests.engine.campaign.building import chain, empty_campaign, run

COLOURS = ["grey", "blue", "green", "yellow", "red", "purple"]
NOTHING = Group(frozenset(), frozenset())


def added(edit: Edit) -> str:
    (op,) = edit.ops
    assert op.table is Table.NOTES
    assert op.before is None
    return op.id


def group(nodes: set[str] | None = None, notes: set[str] | None = None) -> Group:
    return Group(frozenset(nodes or ()), frozenset(notes or ()))


@pytest.fixture
def document() -> CampaignDocument:
    made = empty_campaign()
    chain(made, "target_audience", "issue_coupon", "end")
    return made


def test_a_new_note_covers_nothing(document: CampaignDocument) -> None:
    audience = next(iter(document.nodes))
    centre = Point(document.layout[audience].x + 90, document.layout[audience].y + 30)
    for _ in range(3):
        edit = add_note(document, centre)
        box = note_box(document_after(document, edit).notes[added(edit)])
        others = [card_box(document, node_id) for node_id, _ in document.all_nodes()]
        others += [note_box(note) for note in document.notes.values()]
        assert not any(box.meets(other) for other in others)
        run(document, edit)


def document_after(document: CampaignDocument, edit: Edit) -> CampaignDocument:
    copy = CampaignDocument(
        document.attributes, document.nodes, document.links, document.notes, document.layout
    )
    copy.apply(edit.ops)
    return copy


def test_a_frame_holds_what_it_was_made_around(document: CampaignDocument) -> None:
    audience, coupon, _ = document.nodes
    edit = add_frame(document, group({audience, coupon}), Point(0, 0), "First")
    run(document, edit)
    frame = document.notes[added(edit)]
    assert (frame.title, frame.is_frame, frame.shown_colour) == ("First", True, "grey")
    assert contents(document, added(edit)) == group({audience, coupon})


def test_a_frame_around_nothing_stands_at_the_point(document: CampaignDocument) -> None:
    edit = add_frame(document, NOTHING, Point(4000, 4000), "")
    run(document, edit)
    box = note_box(document.notes[added(edit)])
    assert box.holds(Box(4000, 4000, 0, 0))
    assert contents(document, added(edit)) == NOTHING


def test_moving_a_frame_moves_what_stands_wholly_inside_but_not_start(document: CampaignDocument) -> None:
    audience, coupon, end = document.nodes
    edit = add_frame(document, group({START_ID, audience, coupon}), Point(0, 0), "All")
    run(document, edit)
    frame_id = added(edit)
    inside = run(document, add_note(document, Point(document.layout[coupon].x, 0)))
    before = dict(document.layout)
    moved = move_group(document, group(notes={frame_id}), Point(80, 40))
    assert str(moved.label) == "Move frame"
    run(document, moved)
    assert document.layout[audience] == (before[audience].x + 80, before[audience].y + 40)
    assert document.layout[end] == before[end]
    assert START_ID not in document.layout
    assert inside is not None
    document.apply(inverse(moved.ops))
    assert dict(document.layout) == before


def test_a_frame_can_move_alone(document: CampaignDocument) -> None:
    edit = add_frame(document, group(set(document.nodes)), Point(0, 0), "All")
    run(document, edit)
    moved = move_group(document, group(notes={added(edit)}), Point(80, 40), alone=True)
    assert [op.table for op in moved.ops] == [Table.NOTES]


def test_a_card_in_a_frame_moves_once_when_both_are_selected(document: CampaignDocument) -> None:
    audience = next(iter(document.nodes))
    edit = add_frame(document, group({audience}), Point(0, 0), "One")
    run(document, edit)
    before = document.layout[audience]
    moved = move_group(document, group({audience}, {added(edit)}), Point(8, 8))
    assert str(moved.label) == "Move 2 things"
    run(document, moved)
    assert document.layout[audience] == (before.x + 8, before.y + 8)


def test_a_note_says_what_is_written_and_a_frame_is_called_so(document: CampaignDocument) -> None:
    note, frame = add_note(document, Point(0, 500)), add_frame(document, NOTHING, Point(900, 900), "")
    run(document, note)
    run(document, frame)
    edits = [
        write_note(document, added(note), "Ask 小王\nfirst"),
        write_note(document, added(frame), "第一步"),
    ]
    assert [str(edit.label) for edit in edits] == ["Edit note", "Rename frame"]
    for edit in edits:
        run(document, edit)
    assert document.notes[added(note)].text == "Ask 小王\nfirst"
    assert document.notes[added(frame)].title == "第一步"
    with pytest.raises(Refused):
        write_note(document, added(note), "a\0b")
    assert write_note(document, added(note), "Ask 小王\nfirst").ops == ()


def test_deleting_a_frame_leaves_what_it_holds(document: CampaignDocument) -> None:
    edit = add_frame(document, group(set(document.nodes)), Point(0, 0), "All")
    run(document, edit)
    nodes = dict(document.nodes)
    gone = delete_notes(document, [added(edit)])
    assert str(gone.label) == "Delete frame"
    run(document, gone)
    assert (dict(document.nodes), dict(document.notes)) == (nodes, {})


def test_sizes_in_a_file_that_nobody_could_see_are_shown_larger() -> None:
    box = note_box(Note(at=Point(0, 0), size=Point(-5, 0)))
    assert box.width > 0
    assert box.height > 0


def random_note_edit(document: CampaignDocument, data: st.DataObject) -> Edit:
    """Any edit of notes that the editor offers."""
    far = st.integers(-MAX_COORDINATE, MAX_COORDINATE)
    point = st.builds(Point, far | st.integers(-900, 900), far | st.integers(-900, 900))
    notes = sorted(document.notes)
    nodes = st.sets(st.sampled_from([START_ID, *document.nodes]))
    if not notes or (choice := data.draw(st.sampled_from("nfwcmrd"))) == "n":
        return add_note(document, data.draw(point))
    chosen = data.draw(st.sets(st.sampled_from(notes), min_size=1))
    only = data.draw(st.sampled_from(notes))
    match choice:
        case "f":
            held = group(data.draw(nodes), data.draw(st.sets(st.sampled_from(notes))))
            return add_frame(document, held, data.draw(point), data.draw(st.text("aé首 \n", max_size=5)))
        case "w":
            return write_note(document, only, data.draw(st.text("aé首 \n", max_size=5)))
        case "c":
            return colour_notes(document, chosen, data.draw(st.sampled_from(COLOURS)))
        case "m":
            moved = group(data.draw(nodes) if data.draw(st.booleans()) else None, chosen)
            step = Point(data.draw(st.integers(-900, 900)), data.draw(st.integers(-900, 900)))
            return move_group(document, moved, step, alone=data.draw(st.booleans()))
        case "r":
            return resize_note(document, only, Box(*data.draw(point), *data.draw(point)))
    return delete_notes(document, chosen)


@given(data=st.data())
def test_any_edits_of_notes_can_be_undone_and_stored(data: st.DataObject) -> None:
    document = empty_campaign()
    chain(document, "target_audience", "issue_coupon")
    states, done = [campaign_file.dump(document)], []
    for _ in range(data.draw(st.integers(1, 8))):
        edit = random_note_edit(document, data)
        document.apply(edit.ops)
        assert str(edit.label)
        states.append(campaign_file.dump(document))
        done.append(edit)
        read = campaign_file.parse(states[-1], Path("a.campaign.json"))
        assert dict(read.notes) == dict(document.notes)
        assert set(document.nodes) == set(read.nodes)
    for edit, before in zip(reversed(done), reversed(states[:-1]), strict=True):
        document.apply(inverse(edit.ops))
        assert campaign_file.dump(document) == before


def test_around_nothing_is_nothing() -> None:
    assert around([]) is None
