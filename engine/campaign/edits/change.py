"""Edits that change values only: places of cards, and the campaign's attributes."""

from __future__ import annotations

from collections.abc import Mapping

from engine.campaign.document import CampaignDocument
from engine.campaign.edits.edit import Draft, Edit, Refused
from engine.campaign.model import ATTRIBUTES_ID, Attributes, Point
from engine.campaign.ops import Table
from engine.i18n import Message
from engine.shapes.text import NAME_LENGTH


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


def rename(document: CampaignDocument, node_id: str, name: str) -> Edit:
    """Give a component another name; everything else of it stays. Raises `Refused`."""
    if not 1 <= len(name) <= NAME_LENGTH:
        raise Refused(Message("A name has 1 to {most} characters.", most=NAME_LENGTH))
    draft = Draft(document)
    draft.put_node(document.node(node_id).model_copy(update={"name": name}), node_id)
    return draft.edit(Message("Rename to “{name}”", name=name), node_id)


def set_attributes(document: CampaignDocument, attributes: Attributes) -> Edit:
    """Give the campaign other attributes. The id stays."""
    draft = Draft(document)
    draft.put(Table.ATTRIBUTES, ATTRIBUTES_ID, attributes.model_copy(update={"id": document.attributes.id}))
    return draft.edit(Message("Change the campaign's attributes"))
