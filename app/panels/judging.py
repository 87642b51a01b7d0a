"""What a panel's input would come to, also that of a component which is not on show."""

from __future__ import annotations

from collections.abc import Sequence

from app.editors.base import RawObject
from app.panels.content import Values
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, Refused, configure, lost_by
from engine.campaign.surroundings import around
from engine.components.base import FieldError, Lookup
from engine.components.hints import form
from engine.components.registry import component
from engine.i18n import ntr, quoted, tr

_NAMED = 5
"""So many components are named in the question before they go; the rest is counted."""


def result_of(document: CampaignDocument, node_id: str, input: Values) -> RawObject:
    """The config as OK would take it: without the fields that do not count."""
    fields = form(component(document.node(node_id).kind).Config)
    defaults = {field.name: field.default for field in fields}
    hidden: set[str] = set()
    for field in fields:
        if not field.shown(input.raw, defaults):
            hidden |= {field.name, str(field.hint.options.get("unit_field", field.name))}
    return {key: value for key, value in input.raw.items() if key not in hidden}


def errors_of(
    document: CampaignDocument, node_id: str, input: Values, lookup: Lookup
) -> tuple[FieldError, ...]:
    """What keeps the input from being confirmed."""
    config = result_of(document, node_id, input)
    return component(document.node(node_id).kind).errors(config, lookup, around(document, node_id))


def edit_of(document: CampaignDocument, node_id: str, input: Values) -> Edit | None:
    """What OK would do; None where that removes components, which is asked about in the panel."""
    config = component(document.node(node_id).kind).canonical(result_of(document, node_id, input))
    if lost_by(document, node_id, config):
        return None
    try:
        return configure(document, node_id, name=input.name, memo=input.memo, config=config)
    except Refused:
        return None


def holds(document: CampaignDocument, node_id: str, input: Values) -> bool:
    """Whether the document says what the input says, so that nothing of it is left to confirm."""
    node = document.node(node_id)
    config = component(node.kind).canonical(result_of(document, node_id, input))
    return node.confirmed and (node.name, node.memo, node.config) == (input.name, input.memo, config)


def loss_words(names: Sequence[str]) -> tuple[str, str]:
    """Title and text of the question before a change that removes components."""
    shown = quoted(names[:_NAMED])
    if len(names) > _NAMED:
        shown = tr("{names} and {count:,} more", names=shown, count=len(names) - _NAMED)
    title = ntr("Remove {n:,} component?", "Remove {n:,} components?", len(names))
    return title, tr("Only a branch that this change removes leads to: {names}.", names=shown)
