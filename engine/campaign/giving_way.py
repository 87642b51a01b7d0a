"""Notes and frames where an edit brings cards: notes make way for them, frames still hold what they held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.campaign.document import CampaignDocument
from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH
from engine.campaign.model import START_ID, Point
from engine.campaign.notes import Box, around, card_box, note_box, off
from engine.campaign.places import Places

_FAR = 1 << 24
"""Beyond all places."""


def giving_way(document: CampaignDocument, placed: Mapping[str, Point | None]) -> dict[str, Box]:
    """New boxes of notes and frames, by id.

    `placed`: the cards that have another place than in the document, None for those that go.
    """
    if not document.notes:
        return {}
    before = document.layout
    arrived = {id: at for id, at in placed.items() if at is not None and before.get(id) != at}
    if not arrived:
        return {}
    moved = _Moved(document, placed, Places(arrived))
    boxes: dict[str, Box] = {}
    for note_id, note in document.notes.items():
        if not note.is_frame and (box := moved.note(note_box(note), boxes)) is not None:
            boxes[note_id] = box
    for note_id, note in document.notes.items():
        if note.is_frame and (box := moved.frame(note_id, note_box(note), boxes)) is not None:
            boxes[note_id] = box
    return boxes


class _Moved:
    """Where cards stand before an edit and after it; `arrived` holds those that it places elsewhere."""

    def __init__(
        self, document: CampaignDocument, placed: Mapping[str, Point | None], arrived: Places
    ) -> None:
        self._document, self._placed, self._arrived = document, placed, arrived

    def note(self, here: Box, boxes: Mapping[str, Box]) -> Box | None:
        """Where a note goes that cards come to stand under; None where it may stay."""
        under = [_box(at) for id, at in _in(self._arrived, here) if not self._was_under(id, here)]
        if not under:
            return None
        document, column = self._document, here._replace(top=-_FAR, height=2 * _FAR)
        others = [card_box(document, START_ID)]
        others += [_box(at) for _, at in _in(self._arrived, column)]
        others += [_box(at) for id, at in _in(document.places, column) if id not in self._placed]
        others += [boxes.get(id, note_box(note)) for id, note in document.notes.items() if not note.is_frame]
        # What it lay on before, it may lie on.
        return off(here, [*under, *(box for box in others if not box.meets(here))])

    def frame(self, frame_id: str, here: Box, boxes: Mapping[str, Box]) -> Box | None:
        """The box of a frame that grows with what it holds; None where it need not."""
        document = self._document
        cards = {id: _box(at) for id, at in _in(document.places, here) if here.holds(_box(at))}
        notes = {id: note_box(note) for id, note in document.notes.items() if id != frame_id}
        notes = {id: box for id, box in notes.items() if here.holds(box)}
        was = around([*cards.values(), *notes.values()])
        if was is None:
            return None
        new = [_box(at) for id, at in _in(self._arrived, here) if id not in document.layout]
        stay = [boxes.get(id, box) for id, box in notes.items()]
        stay += [box for id, box in cards.items() if id not in self._placed]
        stay += [_box(at) for id in cards if (at := self._placed.get(id)) is not None]
        now = around([*stay, *new])
        if now is None:
            return None
        margins = (was.left - here.left, was.top - here.top, here.right - was.right, here.bottom - was.bottom)
        grown = around([here, now.grown(*margins)])
        return None if grown == here else grown

    def _was_under(self, node_id: str, note: Box) -> bool:
        at = self._document.layout.get(node_id)
        return at is not None and _box(at).meets(note)


def _in(places: Places, box: Box) -> Iterator[tuple[str, Point]]:
    """The cards that reach into a box."""
    for id, at in places.within(box.left, box.top, box.right, box.bottom):
        if _box(at).meets(box):
            yield id, at


def _box(at: Point) -> Box:
    return Box(*at, CARD_WIDTH, CARD_HEIGHT)
