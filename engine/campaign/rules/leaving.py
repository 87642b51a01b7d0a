"""Rules about the campaign's exit rules: what they name exists, and does not turn everybody away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.campaign.document import CampaignDocument
from engine.campaign.problem import Problem, Severity
from engine.campaign.rules.audiences import rule_flaw
from engine.campaign.stay import ExitRule, exit_errors
from engine.components.base import Lookup, RefKind
from engine.components.target_audience import TargetAudienceConfig
from engine.i18n import Message
from engine.shapes.model import FieldError


def exit_problems(document: CampaignDocument, lookup: Lookup) -> Iterator[Problem]:
    exits = document.attributes.exits
    for error in (*exit_errors(exits, lookup), *_flawed(exits, lookup)):
        number = int(error.field.split(".")[1]) + 1
        message = Message("Exit rule {number}: {reason}", number=number, reason=error.message)
        yield Problem(error.code, Severity.ERROR, message, field=error.field)
    entering = {
        id
        for node in document.nodes.values()
        if isinstance(node.parsed.config, TargetAudienceConfig)
        for id in node.parsed.config.audiences
    }
    for index, rule in enumerate(exits):
        if rule.audience in entering:
            message = Message(
                "Everybody who enters from “{name}” leaves at once: an exit rule names it.",
                name=lookup.name_of(RefKind.AUDIENCE, str(rule.audience)) or rule.audience,
            )
            yield Problem("exit_at_once", Severity.WARNING, message, field=f"exits.{index}.audience")


def _flawed(exits: Sequence[ExitRule], lookup: Lookup) -> Iterator[FieldError]:
    """Why the audiences of rules can never be updated."""
    for index, rule in enumerate(exits):
        if rule.audience is not None and (flaw := rule_flaw(rule.audience, lookup)) is not None:
            yield flaw.under(f"exits.{index}.audience")
