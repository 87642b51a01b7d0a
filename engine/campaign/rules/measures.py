"""Rules about the campaign's goal and control group: what they name exists, and they serve each other."""

from __future__ import annotations

from collections.abc import Iterator

from engine.campaign.document import CampaignDocument
from engine.campaign.measuring import goal_errors
from engine.campaign.problem import Problem, Severity
from engine.components.base import Lookup
from engine.i18n import N_, Message


def measure_problems(document: CampaignDocument, lookup: Lookup) -> Iterator[Problem]:
    attributes = document.attributes
    for error in goal_errors(attributes.goal, lookup):
        message = Message("Goal: {reason}", reason=error.message)
        yield Problem(error.code, Severity.ERROR, message, field=error.field)
    if attributes.holdout is not None and attributes.goal is None:
        message = Message(N_("A control group without a goal: nothing says what to compare."))
        yield Problem("holdout_without_goal", Severity.WARNING, message, field="holdout")
