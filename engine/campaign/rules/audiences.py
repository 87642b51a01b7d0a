"""Rules about the audiences that enter or leave: what their own rules name exists, and none contains itself.

Nobody can be found by such a rule: the campaign would be published, and end abnormally at its first run.
"""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from engine.campaign.document import CampaignDocument
from engine.campaign.problem import Problem, Severity
from engine.components.base import Lookup, Reference, RefKind, missing_references
from engine.components.target_audience import TargetAudienceConfig
from engine.i18n import Message
from engine.shapes.model import FieldError

_NAMED = {
    "audience": ("audience", RefKind.AUDIENCE),
    "metrics": ("table", RefKind.STATISTICS_TABLE),
    "rfm": ("model", RefKind.RFM_MODEL),
}
"""By the kind of card: which field names what. Tags, attributes and events may be known to the data alone."""


def audience_problems(document: CampaignDocument, lookup: Lookup) -> Iterator[Problem]:
    for node_id, node in document.nodes.items():
        if not isinstance(node.parsed.config, TargetAudienceConfig):
            continue
        for index, id in enumerate(node.parsed.config.audiences):
            if (flaw := rule_flaw(id, lookup)) is not None:
                name = lookup.name_of(RefKind.AUDIENCE, id) or id
                message = Message("{name}: {reason}", name=name, reason=flaw.message)
                yield Problem(flaw.code, Severity.ERROR, message, node=node_id, field=f"audiences.{index}")


def rule_flaw(id: str, lookup: Lookup) -> FieldError | None:
    """Why the rule of the audience, or of one that it names, can find nobody; None where it can."""
    inside: dict[str, list[str]] = {}
    pending = [id]
    while pending:
        here = pending.pop()
        if here in inside:
            continue
        named = list(_references(here, lookup))
        for error in missing_references(named, lookup):
            return error
        inside[here] = [reference.id for reference in named if reference.kind is RefKind.AUDIENCE]
        pending.extend(inside[here])
    try:
        TopologicalSorter(inside).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        name = lookup.name_of(RefKind.AUDIENCE, circle[0])
        return FieldError("", Message("The audience “{name}” contains itself.", name=name))
    return None


def _references(id: str, lookup: Lookup) -> Iterator[Reference]:
    """What cannot be left out of the workspace for the audience's rule to work."""
    cards = (lookup.detail(RefKind.AUDIENCE, id) or {}).get("cards")
    for card in cards if isinstance(cards, list | tuple) else ():
        if isinstance(card, dict) and (named := _NAMED.get(str(card.get("card")))):
            field, kind = named
            yield Reference("", kind, str(card[field]))
