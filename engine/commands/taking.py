"""`import`: what a bundle holds becomes files of a workspace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.campaign import campaign_file
from engine.commands.target import open_workspace
from engine.commands.told import CommandError
from engine.i18n import N_, Message, tr
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog
from engine.workspace.folder import ObjectFolder
from engine.workspace.workspace import Workspace

_TABLES = ("events", "tags", "attributes", "id_types", "coupons", "marketing_campaigns")


def take(file: Path, folder: Path, replace: bool) -> None:
    """Write a bundle's campaign and what it refers to into a workspace; what is there alike stays as it is.

    Raises `FileError`; `CommandError`, before anything was changed, where the workspace has something else
    under one of the ids (unless `replace`) or names.
    """
    workspace, bundle = open_workspace(folder), bundles.load(file)
    clashes = list(_names_taken(workspace, bundle))
    if not replace:
        clashes += _differing(workspace, bundle)
    if clashes:
        raise CommandError(*clashes)
    _write(workspace, bundle)
    path = workspace.save_campaign(bundle.campaign)
    print(tr("Imported “{name}” as {path}", name=bundle.campaign.attributes.name, path=path))


def _parts(workspace: Workspace, bundle: Bundle) -> Iterator[tuple[ObjectFolder[Any], Mapping[str, Any]]]:
    yield workspace.accounts, bundle.accounts
    yield workspace.messages, bundle.messages
    yield workspace.audiences, bundle.audiences


def _names_taken(workspace: Workspace, bundle: Bundle) -> Iterator[Message]:
    text = N_("The workspace has something else called “{name}”. Rename one of the two.")
    for present, brought in _parts(workspace, bundle):
        for id, value in brought.items():
            namesake = present.by_name(value.name)
            if namesake is not None and namesake.id != id:
                yield Message(text, name=value.name)
    campaign = bundle.campaign.attributes
    if campaign.name in workspace.other_campaign_names(campaign.id):
        yield Message(text, name=campaign.name)


def _differing(workspace: Workspace, bundle: Bundle) -> Iterator[Message]:
    text = N_("The workspace has another “{id}”. Use --replace to take the one of the bundle.")
    for present, brought in _parts(workspace, bundle):
        yield from (Message(text, id=id) for id in _other(present, brought))
    for table in _TABLES:
        present_table = getattr(workspace.catalog, table)
        yield from (Message(text, id=id) for id in _other(present_table, getattr(bundle.catalog, table)))
    doc = bundle.campaign
    entry = next((entry for entry in workspace.campaigns() if entry.id == doc.attributes.id), None)
    if entry is not None and campaign_file.dump(campaign_file.load(entry.path)) != campaign_file.dump(doc):
        yield Message(text, id=doc.attributes.id)


def _other(present: Mapping[str, Any], brought: Mapping[str, Any]) -> list[str]:
    return [id for id, value in brought.items() if id in present and present[id] != value]


def _write(workspace: Workspace, bundle: Bundle) -> None:
    """What the campaign refers to, before the campaign itself."""
    catalog = workspace.catalog
    folders = dict.fromkeys((*catalog.folders, *bundle.catalog.folders))
    tables = {table: {**getattr(catalog, table), **getattr(bundle.catalog, table)} for table in _TABLES}
    merged = Catalog.model_validate({"folders": tuple(folders), **tables})
    if merged != catalog:
        workspace.save_catalog(merged)
    for account in bundle.accounts.values():
        if workspace.accounts.get(account.id) != account:
            workspace.save_account(account)
    for message in bundle.messages.values():
        if workspace.messages.get(message.id) != message:
            workspace.save_message(message)
    for audience in bundle.audiences.values():
        if workspace.audiences.get(audience.id) != audience:
            workspace.save_audience(audience)
