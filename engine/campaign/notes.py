"""Where notes and frames stand, and what a frame holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from engine.campaign.document import CampaignDocument
from engine.campaign.layout import CARD_HEIGHT, GRID, card_width, place_of
from engine.campaign.model import MAX_COORDINATE, START_ID, Note, Point

MIN_SIZE = Point(64, 40)
"""A file may say less, even nothing or below: what is shown is never smaller."""


class Box(NamedTuple):
    """A rectangle of the canvas in scene units."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height

    def holds(self, other: Box) -> bool:
        """Whether the other stands wholly inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def grown(self, left: int, top: int, right: int, bottom: int) -> Box:
        return Box(self.left - left, self.top - top, self.width + left + right, self.height + top + bottom)


class Group(NamedTuple):
    """Cards and notes that are meant together."""

    nodes: frozenset[str]
    notes: frozenset[str]


NOTHING = Group(frozenset(), frozenset())


def note_box(note: Note) -> Box:
    """What a note or a frame covers."""
    return Box(*note.at, max(note.size.x, MIN_SIZE.x), max(note.size.y, MIN_SIZE.y))


def card_box(document: CampaignDocument, node_id: str) -> Box:
    """What a card covers."""
    return Box(*place_of(document, node_id), card_width(node_id), CARD_HEIGHT)


def around(boxes: Iterable[Box]) -> Box | None:
    """The smallest box that holds all of them; None around nothing."""
    found = list(boxes)
    if not found:
        return None
    left, top = min(box.left for box in found), min(box.top for box in found)
    right, bottom = max(box.right for box in found), max(box.bottom for box in found)
    return Box(left, top, right - left, bottom - top)


def contents(document: CampaignDocument, frame_id: str) -> Group:
    """The cards and notes that stand wholly inside a frame; Start, which never moves, is none of them."""
    frame = note_box(document.notes[frame_id])
    return Group(
        frozenset(id for id in document.nodes if frame.holds(card_box(document, id))),
        frozenset(
            id for id in document.notes if id != frame_id and frame.holds(note_box(document.notes[id]))
        ),
    )


def carried(document: CampaignDocument, nodes: Iterable[str], notes: Iterable[str]) -> Group:
    """What moves when these do: frames take along what they hold; Start stays."""
    all_nodes, all_notes = set(nodes), set(notes)
    for note_id in list(all_notes):
        if document.notes[note_id].is_frame:
            held = contents(document, note_id)
            all_nodes |= held.nodes
            all_notes |= held.notes
    return Group(frozenset(all_nodes - {START_ID}), frozenset(all_notes))


def off(box: Box, others: Collection[Box]) -> Box:
    """The box, moved up or down by as little as lets it cover none of the others."""
    below = above = box
    while met := [other for other in others if other.meets(below)]:
        below = below._replace(top=max(other.bottom for other in met) + GRID)
    while met := [other for other in others if other.meets(above)]:
        above = above._replace(top=min(other.top for other in met) - GRID - box.height)
    return below if below.top - box.top <= box.top - above.top else above


def within_reach(box: Box) -> Box:
    """The box, moved and cut to what a file can hold."""

    def bounded(value: int) -> int:
        return max(-MAX_COORDINATE, min(MAX_COORDINATE, value))

    width = max(MIN_SIZE.x, bounded(box.width))
    return Box(bounded(box.left), bounded(box.top), width, max(MIN_SIZE.y, bounded(box.height)))
