"""Edits that change values only: places of cards, and the campaign's attributes."""

from __future__ import annotations

from collections.abc import Mapping

from engine.campaign.document import CampaignDocument
from engine.campaign.edits.edit import Draft, Edit
from engine.campaign.model import ATTRIBUTES_ID, Attributes, Point
from engine.campaign.ops import Table
from engine.i18n import Message


def move(document: CampaignDocument, places: Mapping[str, Point]) -> Edit:
    """Put cards at new places."""
    draft = Draft(document)
    for node_id, point in places.items():
        draft.place(node_id, point)
    names = [document.node(node_id).name for node_id in places]
    label = (
        Message("Move {name}", name=names[0])
        if len(names) == 1
        else Message("Move {count} components", count=len(names))
    )
    return draft.edit(label)


def set_attributes(document: CampaignDocument, attributes: Attributes) -> Edit:
    """Give the campaign other attributes. The id stays."""
    draft = Draft(document)
    draft.put(Table.ATTRIBUTES, ATTRIBUTES_ID, attributes.model_copy(update={"id": document.attributes.id}))
    return draft.edit(Message("Change the campaign's attributes"))
