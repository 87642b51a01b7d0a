"""`import`: what a bundle holds becomes files of a workspace."""

from __future__ import annotations

from pathlib import Path

from engine.commands.target import open_workspace
from engine.i18n import tr
from engine.workspace import bundle as bundles
from engine.workspace.importing import take_in


def take(file: Path, folder: Path) -> None:
    """Save the campaign as a draft, and of what it refers to all that is missing. Raises `FileError`."""
    bundle = bundles.load(file)
    imported = take_in(bundle, open_workspace(folder))
    print(tr("Imported “{name}” as {path}", name=imported.campaign.attributes.name, path=imported.path))
    for name in imported.kept:
        print(tr("The workspace keeps its own “{name}”; the bundle's differs.", name=name))
