"""A workspace as a bundle pinned it: what an earlier version of a campaign is shown with."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy

from engine.workspace.bundle import Bundle
from engine.workspace.folder import F, ObjectFolder
from engine.workspace.workspace import Workspace


class PinnedFolder(ObjectFolder[F]):
    """Objects as they were, in the place of those that a folder holds by now."""

    def __init__(self, folder: ObjectFolder[F], objects: Mapping[str, F]) -> None:
        self._pinned = dict(objects)
        super().__init__(folder.path, folder.suffix, folder.format)

    def reload(self) -> None:
        """Nothing of it changes any more."""
        self._set(self._pinned, dict.fromkeys(self._pinned, self.path))


def as_published(workspace: Workspace, bundle: Bundle) -> Workspace:
    """The workspace with just what the bundle holds, to be looked at; its settings are those of now."""
    shown = copy(workspace)
    shown.forget()
    shown.catalog = bundle.catalog
    shown.audiences = PinnedFolder(workspace.audiences, bundle.audiences)
    shown.messages = PinnedFolder(workspace.messages, bundle.messages)
    shown.accounts = PinnedFolder(workspace.accounts, bundle.accounts)
    return shown
