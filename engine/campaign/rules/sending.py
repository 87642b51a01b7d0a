"""Rules about the campaign's send window: the attribute that it names exists, and holds texts."""

from __future__ import annotations

from collections.abc import Iterator

from engine.campaign.document import CampaignDocument
from engine.campaign.problem import Problem, Severity
from engine.campaign.send_window import send_window_errors
from engine.components.base import Lookup
from engine.i18n import Message


def sending_problems(document: CampaignDocument, lookup: Lookup) -> Iterator[Problem]:
    for error in send_window_errors(document.attributes.send_window, lookup):
        message = Message("Send window: {reason}", reason=error.message)
        yield Problem(error.code, Severity.ERROR, message, field=error.field)
