"""Notes and frames: adding, writing, colouring, moving, resizing and deleting them."""

from __future__ import annotations

from collections.abc import Collection

from pydantic_core import PydanticCustomError

from engine.campaign.document import CampaignDocument
from engine.campaign.edits.change import move
from engine.campaign.edits.edit import Draft, Edit, Refused
from engine.campaign.layout import GRID, on_grid, place_of
from engine.campaign.model import START_ID, Note, NoteColour, Point
from engine.campaign.notes import Box, Group, around, card_box, carried, note_box, within_reach
from engine.campaign.ops import Table
from engine.i18n import Message
from engine.shapes.text import storable

NOTE_SIZE = Point(192, 96)
EMPTY_FRAME_SIZE = Point(320, 192)
FRAME_TITLE = 32
"""The height of a frame's title, above what the frame holds."""

_FRAME_MARGIN = 3 * GRID


def add_note(document: CampaignDocument, centre: Point) -> Edit:
    """Add an empty note around a point, or at the first place below where it covers nothing."""
    width, height = NOTE_SIZE
    box = Box(on_grid(centre.x - width // 2), on_grid(centre.y - height // 2), width, height)
    taken = [card_box(document, node_id) for node_id, _ in document.all_nodes()]
    taken += [note_box(note) for note in document.notes.values() if not note.is_frame]
    while covered := [other.bottom for other in taken if box.meets(other)]:
        box = box._replace(top=on_grid(max(covered) + 2 * GRID))
    draft = Draft(document)
    box = within_reach(box)
    draft.put_note(Note(at=Point(box.left, box.top), size=NOTE_SIZE))
    return draft.edit(Message("Add note"))


def add_frame(document: CampaignDocument, group: Group, centre: Point, title: str) -> Edit:
    """Add a frame around cards and notes, or an empty one around a point where nothing is given."""
    held = around(
        [
            *(card_box(document, node_id) for node_id in group.nodes),
            *(note_box(document.notes[note_id]) for note_id in group.notes),
        ]
    )
    if held is None:
        width, height = EMPTY_FRAME_SIZE
        box = Box(on_grid(centre.x - width // 2), on_grid(centre.y - height // 2), width, height)
    else:
        margin = _FRAME_MARGIN
        box = held.grown(margin, margin + FRAME_TITLE, margin, margin + GRID)  # counts stand under cards
    box = within_reach(box)
    draft = Draft(document)
    size = Point(box.width, box.height)
    draft.put_note(Note(at=Point(box.left, box.top), size=size, title=_stored(title)))
    return draft.edit(Message("Add frame"))


def write_note(document: CampaignDocument, note_id: str, text: str) -> Edit:
    """Change what a note says, or a frame's title. Raises `Refused` for characters that cannot be stored."""
    note = document.notes[note_id]
    field = "title" if note.is_frame else "text"
    label = Message("Rename frame") if note.is_frame else Message("Edit note")
    draft = Draft(document)
    draft.put_note(note.model_copy(update={field: _stored(text)}), note_id)
    return draft.edit(label)


def colour_notes(document: CampaignDocument, note_ids: Collection[str], colour: NoteColour) -> Edit:
    """Give notes and frames a colour."""
    draft = Draft(document)
    for note_id in note_ids:
        draft.put_note(document.notes[note_id].model_copy(update={"colour": colour}), note_id)
    many = Message("Colour {count} notes", count=len(note_ids))
    return draft.edit(_named(document, note_ids, Message("Colour note"), Message("Colour frame"), many))


def resize_note(document: CampaignDocument, note_id: str, box: Box) -> Edit:
    """Give a note or a frame another size, and with it perhaps another place. What it holds stays."""
    box = within_reach(box)
    note = document.notes[note_id]
    draft = Draft(document)
    changed = {"at": Point(box.left, box.top), "size": Point(box.width, box.height)}
    draft.put_note(note.model_copy(update=changed), note_id)
    return draft.edit(Message("Resize frame") if note.is_frame else Message("Resize note"))


def move_group(document: CampaignDocument, group: Group, by: Point, *, alone: bool = False) -> Edit:
    """Move cards and notes by a step; frames take along what they hold, unless they move `alone`."""
    nodes = group.nodes - {START_ID}
    moved = Group(nodes, group.notes) if alone else carried(document, nodes, group.notes)
    before = {node_id: place_of(document, node_id) for node_id in sorted(moved.nodes)}
    edit = move(document, {id: Point(at.x + by.x, at.y + by.y) for id, at in before.items()})
    if not moved.notes:
        return edit
    draft = Draft(document)
    for note_id in sorted(moved.notes):
        note = document.notes[note_id]
        box = within_reach(Box(note.at.x + by.x, note.at.y + by.y, *note.size))
        draft.put_note(note.model_copy(update={"at": Point(box.left, box.top)}), note_id)
    if nodes:
        label = Message("Move {count} things", count=len(nodes) + len(group.notes))
    else:
        many = Message("Move {count} notes", count=len(group.notes))
        label = _named(document, group.notes, Message("Move note"), Message("Move frame"), many)
    return Edit(edit.ops + draft.edit(label).ops, label)


def delete_notes(document: CampaignDocument, note_ids: Collection[str]) -> Edit:
    """Delete notes and frames. What a frame holds stays."""
    draft = Draft(document)
    for note_id in note_ids:
        draft.remove(Table.NOTES, note_id)
    many = Message("Delete {count} notes", count=len(note_ids))
    return draft.edit(_named(document, note_ids, Message("Delete note"), Message("Delete frame"), many))


def _named(
    document: CampaignDocument, note_ids: Collection[str], note: Message, frame: Message, many: Message
) -> Message:
    """The label for one note, one frame, or several of them."""
    if len(note_ids) != 1:
        return many
    (only,) = note_ids
    return frame if document.notes[only].is_frame else note


def _stored(text: str) -> str:
    try:
        return storable(text)
    except PydanticCustomError as error:
        raise Refused((error.context or {})["message"]) from None
