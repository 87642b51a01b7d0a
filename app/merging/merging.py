"""Merging in the designer: in the background, and with a question only where something has to be chosen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app import tasks
from app.merging.dialog import MergeDialog, Names
from engine.campaign.document import CampaignDocument
from engine.campaign.merging import Merge, merge
from engine.campaign.merging.words import Told, told
from engine.components.base import Lookup

if TYPE_CHECKING:
    from app.window import MainWindow

Confirmed = Callable[[CampaignDocument], None]


def merge_versions(
    window: MainWindow,
    base: CampaignDocument | None,
    ours: CampaignDocument,
    theirs: CampaignDocument,
    lookup: Lookup,
    names: Names,
    confirmed: Confirmed,
) -> None:
    """Put two versions together; `confirmed` gets what came of it, at once where nothing is in conflict."""
    ask_about(window, partial(merge, base, ours.copy(), theirs.copy()), lookup, names, confirmed)


def ask_about(
    window: MainWindow, merged: Callable[[], Merge], lookup: Lookup, names: Names, confirmed: Confirmed
) -> None:
    """Make a merge in the background, then ask for what has to be chosen, if anything has."""

    def work() -> tuple[Merge, list[Told], CampaignDocument | None]:
        made = merged()
        return made, told(made, lookup), None if made.conflicts else made.document()

    def done(found: tuple[Merge, list[Told], CampaignDocument | None]) -> None:
        made, conflicts, document = found
        if document is not None:
            confirmed(document)
        else:
            MergeDialog(window, window.look, made, conflicts, lookup, names, confirmed).open()

    tasks.run(work, done, window.show_error)
