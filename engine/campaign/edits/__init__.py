"""Edits: pure functions that read a document and return the ops of one undo step; nothing here mutates."""

from engine.campaign.edits.add import admissible, append, end_open_links, insert
from engine.campaign.edits.change import move, set_attributes
from engine.campaign.edits.configure import configure, lost_by
from engine.campaign.edits.delete import delete_behind, doomed
from engine.campaign.edits.edit import Edit, Refused

__all__ = [
    "Edit",
    "Refused",
    "admissible",
    "append",
    "configure",
    "delete_behind",
    "doomed",
    "end_open_links",
    "insert",
    "lost_by",
    "move",
    "set_attributes",
]
