"""Moving a whole campaign in the calendar: its start, its end and the moment at which people enter."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from engine.campaign.document import CampaignDocument
from engine.campaign.edits.edit import Draft, Edit, Refused
from engine.campaign.model import ATTRIBUTES_ID
from engine.campaign.ops import Table
from engine.i18n import Message
from engine.shapes.time import LATEST, at_wall_clock, instant


def reschedule(document: CampaignDocument, days: int, zone: tzinfo) -> Edit:
    """Move everything that has a date by whole days, at the same time of day in `zone`.

    Fixed times inside the flow stay: they may be meant for a holiday. Raises `Refused` for a campaign that
    has no date, and where a date would leave the calendar.
    """
    draft = Draft(document)
    attributes = document.attributes
    changes = {
        name: _moved(text, days, zone)
        for name in ("start", "end")
        if (text := getattr(attributes, name)) is not None
    }
    if changes:
        draft.put(Table.ATTRIBUTES, ATTRIBUTES_ID, attributes.model_copy(update=changes))
    focus = None
    for node_id, node in document.nodes.items():
        at = node.config.get("at")
        if node.kind == "target_audience" and node.config.get("mode") == "once" and isinstance(at, str):
            config = {**node.config, "at": _moved(at, days, zone)}
            draft.put_node(node.model_copy(update={"config": config}), node_id)
            focus = node_id
    if not changes and focus is None:
        raise Refused(Message("“{name}” has no date that could be moved.", name=attributes.name))
    return draft.edit(Message("Move “{name}” in the calendar", name=attributes.name), focus)


def _moved(text: str, days: int, zone: tzinfo) -> str:
    """A date-time so many days later in `zone`, written with the offset that holds there then."""
    local = instant(text).astimezone(zone)
    try:
        moved = at_wall_clock(local.date() + timedelta(days=days), local.time(), zone)
    except OverflowError:
        moved = LATEST
    if moved >= LATEST or moved.year < 1900:
        raise Refused(Message("The campaign cannot be moved that far."))
    return _written(moved.astimezone(zone))


def _written(moment: datetime) -> str:
    precise = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=precise)
