"""Edits: pure functions that read a document and return the ops of one undo step; nothing here mutates."""

from engine.campaign.edits.add import admissible, append, end_open_links, insert
from engine.campaign.edits.arrange import Direction, Side, align, distribute
from engine.campaign.edits.change import move, rename, set_attributes
from engine.campaign.edits.configure import configure, lost_by
from engine.campaign.edits.delete import delete_behind, delete_several, doomed, doomed_together, stranded
from engine.campaign.edits.edit import Edit, Refused
from engine.campaign.edits.lines import Leading, cut, grow, growable, join, why_uncut
from engine.campaign.edits.notes import (
    add_frame,
    add_note,
    colour_notes,
    delete_notes,
    move_group,
    resize_note,
    write_note,
)
from engine.campaign.edits.pasting import Pasting, paste
from engine.campaign.edits.prefill import prefill, prefilled
from engine.campaign.edits.reschedule import reschedule
from engine.campaign.edits.take_out import lost_without, take_out
from engine.campaign.edits.tidy import tidy, tidy_in_steps

__all__ = [
    "Direction",
    "Edit",
    "Leading",
    "Pasting",
    "Refused",
    "Side",
    "add_frame",
    "add_note",
    "admissible",
    "align",
    "append",
    "colour_notes",
    "configure",
    "cut",
    "delete_behind",
    "delete_notes",
    "delete_several",
    "distribute",
    "doomed",
    "doomed_together",
    "end_open_links",
    "grow",
    "growable",
    "insert",
    "join",
    "lost_by",
    "lost_without",
    "move",
    "move_group",
    "paste",
    "prefill",
    "prefilled",
    "rename",
    "reschedule",
    "resize_note",
    "set_attributes",
    "stranded",
    "take_out",
    "tidy",
    "tidy_in_steps",
    "why_uncut",
    "write_note",
]
