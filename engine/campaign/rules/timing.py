"""Rules about times: fixed times that are past or outside the campaign, and waits that outlast it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.campaign.document import CampaignDocument
from engine.campaign.problem import Problem, Severity
from engine.components.base import Category
from engine.components.registry import component
from engine.i18n import Message
from engine.shapes.time import instant


def timing_problems(document: CampaignDocument, now: datetime) -> Iterator[Problem | None]:
    """What is wrong; None wherever a step ends."""
    attributes = document.attributes
    start = instant(attributes.start) if attributes.start else None
    end = instant(attributes.end) if attributes.end else None
    if end is not None and end <= max(now, start or now):
        message = Message("The campaign's end lies before its start or in the past. Choose a later end.")
        yield Problem("time_past", Severity.ERROR, message)
    for node_id, node in document.nodes.items():
        yield None
        if node.parsed.config is None:
            continue
        declared = component(node.kind)
        for field, moment in declared.fixed_times(node.parsed.config):
            # At the very end nobody enters any more.
            late = end is not None and (
                moment > end or (moment == end and declared.category is Category.TRIGGER)
            )
            early = start is not None and moment < start
            yield from _fixed_time(node_id, node.name, field, past=moment <= now, outside=early or late)
        stay = declared.longest_stay(node.parsed.config)
        if stay is not None and end is not None:
            begin = max(now, start or now)
            if stay.plus(begin, ZoneInfo("UTC")) > end:
                message = Message("{name} waits longer than the campaign lasts.", name=node.name)
                yield Problem("waits_past_end", Severity.WARNING, message, node=node_id)


def _fixed_time(node_id: str, name: str, field: str, *, past: bool, outside: bool) -> Iterator[Problem]:
    if past:
        message = Message("“{name}”: the time is past. Choose a later one.", name=name)
        yield Problem("time_past", Severity.ERROR, message, node=node_id, field=field)
    elif outside:
        message = Message("“{name}”: the time lies outside the campaign's start and end.", name=name)
        yield Problem("time_outside", Severity.ERROR, message, node=node_id, field=field)
