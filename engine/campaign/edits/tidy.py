"""Tidying up as one undo step."""

from __future__ import annotations

from collections.abc import Collection

from engine.campaign.document import CampaignDocument
from engine.campaign.edits.edit import Draft, Edit
from engine.campaign.model import Point
from engine.campaign.notes import within_reach
from engine.campaign.tidy import tidied
from engine.i18n import Message
from engine.steps import Steps, finished


def tidy(document: CampaignDocument, node_ids: Collection[str]) -> Edit:
    """Lay these components out in columns and rows, with the notes and frames that are about them."""
    return finished(tidy_in_steps(document, node_ids))


def tidy_in_steps(document: CampaignDocument, node_ids: Collection[str]) -> Steps[Edit]:
    """`tidy`, step by step; the document must not change meanwhile."""
    found = yield from tidied(document, node_ids)
    draft = Draft(document)
    for node_id, place in found.cards.items():
        draft.place(node_id, place)
        yield
    for note_id, box in found.notes.items():
        box = within_reach(box)
        changed = {"at": Point(box.left, box.top), "size": Point(box.width, box.height)}
        draft.put_note(document.notes[note_id].model_copy(update=changed), note_id)
    return draft.edit(Message("Tidy up"))
