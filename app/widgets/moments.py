"""Moments as people read them: as the workspace's clocks show them, and where those are."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from engine.i18n import tr

MINUTES = "%Y-%m-%d %H:%M"
SECONDS = "%Y-%m-%d %H:%M:%S"


def shown(moment: datetime, zone: ZoneInfo, form: str = MINUTES) -> str:
    """A moment in a zone."""
    return moment.astimezone(zone).strftime(form)


def told(moment: datetime, zone: ZoneInfo, form: str = MINUTES) -> str:
    """A moment in a zone, which is named where this machine's clock shows another time."""
    text = shown(moment, zone, form)
    return tr("{time} ({zone})", time=text, zone=zone.key) if elsewhere(zone, moment) else text


def hint(moment: datetime, zone: ZoneInfo, form: str = MINUTES) -> str:
    """The same for a tooltip: always with the zone, and with this machine's time where that is another."""
    text = tr("{time} ({zone})", time=shown(moment, zone, form), zone=zone.key)
    if not elsewhere(zone, moment):
        return text
    return f"{text}\n{tr('On this machine: {time}', time=moment.astimezone().strftime(form))}"


def elsewhere(zone: ZoneInfo, moment: datetime | None = None) -> bool:
    """Whether this machine's clock shows another time than those of a zone do; now, or at a moment."""
    moment = moment or datetime.now(UTC)
    return moment.astimezone().utcoffset() != moment.astimezone(zone).utcoffset()
