"""Taking a bundle into a workspace: nothing that is there already is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from engine.campaign.document import CampaignDocument
from engine.shapes.text import new_id
from engine.workspace.audience import AIPL_ID
from engine.workspace.bundle import Bundle
from engine.workspace.bundle_media import brought, differing, with_names
from engine.workspace.catalog import Catalog
from engine.workspace.fields import ObjectFile
from engine.workspace.folder import ObjectFolder, free_name
from engine.workspace.media import MediaFolder
from engine.workspace.workspace import Workspace

F = TypeVar("F", bound=ObjectFile)

_TABLES = (
    *("events", "tags", "attributes", "id_types", "coupons", "marketing_campaigns"),
    *("tables", "rfm_models"),
)


class Imported(NamedTuple):
    """The campaign as it was saved, and the names of what the workspace keeps in its own, other version."""

    campaign: CampaignDocument
    path: Path
    kept: tuple[str, ...]


def take_in(bundle: Bundle, workspace: Workspace) -> Imported:
    """Save the bundle's campaign as a draft, and what it refers to where the workspace lacks it.

    A campaign whose id or name is taken gets another. Raises `FileError`; what was saved before stays.
    """
    kept = take_in_objects(bundle, workspace)
    campaign = _own(bundle.campaign, workspace)
    return Imported(campaign, workspace.save_campaign(campaign), kept)


def take_in_objects(bundle: Bundle, workspace: Workspace) -> tuple[str, ...]:
    """Save what the bundle's campaign refers to where the workspace lacks it.

    Gives the names of what the workspace keeps in its own, other version. Raises as `take_in` does.
    """
    catalog, kept = _merged(workspace.catalog, bundle.catalog)
    if catalog != workspace.catalog:
        workspace.save_catalog(catalog)
    kept += _add(workspace.accounts, bundle.accounts)
    kept += _add_messages(bundle, workspace)
    return (*kept, *_add(workspace.audiences, bundle.audiences))


def _add(folder: ObjectFolder[F], objects: Mapping[str, F]) -> list[str]:
    kept = []
    for id, value in objects.items():
        if id not in folder:
            taken = {other.name for other in folder.values()}
            folder.save(value.model_copy(update={"name": free_name(value.name, taken)}))
        elif folder[id] != value:
            kept.append(folder[id].name)
    return kept


def _add_messages(bundle: Bundle, workspace: Workspace) -> list[str]:
    """The messages with the files that they name, which get other names where theirs are taken."""
    own, media = workspace.messages, MediaFolder(workspace.messages.path)
    fresh = {id: message for id, message in bundle.messages.items() if id not in own}
    renamed = brought(bundle.media, fresh.values(), media)
    known = {id: message for id, message in bundle.messages.items() if id in own}
    other = [own[id].name for id, message in known.items() if differing(bundle.media, message, media)]
    kept = _add(own, {**known, **{id: with_names(message, renamed) for id, message in fresh.items()}})
    return list(dict.fromkeys((*kept, *other)))


def _merged(own: Catalog, other: Catalog) -> tuple[Catalog, list[str]]:
    tables, kept = {}, []
    for table in _TABLES:
        mine, theirs = getattr(own, table), getattr(other, table)
        tables[table] = dict(sorted({**theirs, **mine}.items()))
        kept += [key for key in theirs if key in mine and mine[key] != theirs[key]]
    folders = (*own.folders, *(folder for folder in other.folders if folder not in own.folders))
    if own.aipl and other.aipl and own.aipl != other.aipl:
        kept.append(AIPL_ID)
    aipl = own.aipl or other.aipl  # the stages are one whole
    return own.model_copy(update={**tables, "folders": folders, "aipl": aipl}), kept


def _own(doc: CampaignDocument, workspace: Workspace) -> CampaignDocument:
    entries = workspace.campaigns()
    ids = {entry.id for entry in entries if entry.id is not None}
    name = free_name(doc.attributes.name, {entry.name for entry in entries})
    id = doc.attributes.id if doc.attributes.id not in ids else new_id("c", ids)
    attributes = doc.attributes.model_copy(update={"id": id, "name": name})
    return CampaignDocument(attributes, doc.nodes, doc.links, doc.notes, doc.layout)
