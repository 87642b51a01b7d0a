"""What has to be known of a rehearsal before its figures are believed, in one line."""

from __future__ import annotations

from collections.abc import Sequence

from app.publishing.dialog import left_out
from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID
from engine.commands.rehearsal_lines import Outcome
from engine.components.base import RefKind
from engine.i18n import tr
from engine.workspace.workspace import Workspace


def notes_of(
    outcome: Outcome, document: CampaignDocument, lookup: Workspace, unconfirmed: Sequence[str]
) -> str:
    """unconfirmed: components with input in their panels that was not part of it."""
    found = []
    if outcome.broken:
        found.append(tr("The engine's own check failed: {what}", what=outcome.broken[0]))
    if outcome.failure is not None:
        found.append(tr("Ended abnormally: {reason}", reason=outcome.failure))
    if not outcome.people:
        found.append(tr("There are no people in this data yet: import some first."))
    elif not outcome.counts["entries"]:
        found.append(_nobody(document, lookup))
    found += outcome.notes
    if unconfirmed:
        found.append(left_out(unconfirmed))
    return " ".join(found)


def _nobody(document: CampaignDocument, lookup: Workspace) -> str:
    """Why nobody entered, most likely."""
    for id in document.successors(START_ID):
        node = document.node(id)
        if node.kind == "behavior_event":
            code = str(node.config.get("event", ""))
            name = lookup.name_of(RefKind.EVENT, code) or code
            return tr(
                "Nobody entered: “{event}” does not occur in this time. Rather take the past.", event=name
            )
    return tr("Nobody entered: the audiences are empty, or they enter at another time.")
