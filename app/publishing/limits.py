"""The workspace's rules that limit what people get, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from engine.campaign.send_window import SendWindow
from engine.components.base import RefKind
from engine.components.registry import component
from engine.i18n import N_, tr
from engine.workspace.settings import Limit, Quiet, holiday_dates
from engine.workspace.workspace import Workspace

_LIMITS = {
    "minute": N_("At most {max:,} a minute"),
    "hour": N_("At most {max:,} an hour"),
    "day": N_("At most {max:,} a day"),
    "week": N_("At most {max:,} a week"),
    "month": N_("At most {max:,} a month"),
}


def limits_of(workspace: Workspace, channels: Mapping[str, Collection[str | None]], today: date) -> list[str]:
    """Those of channels, with the signatures that are used there."""
    settings = workspace.settings
    found = [*_quiet(settings.quiet, channels, today)]
    fatigue = settings.fatigue
    found += [tr("{limit}, all channels together", limit=_limit(one)) for one in fatigue.all_channels]
    for channel, limits in fatigue.channels.items():
        kind = tr(component(channel).label)
        for one in limits:
            if channel in channels and one.signature is None:
                found.append(tr("{kind}: {limit}", kind=kind, limit=_limit(one)))
            elif one.signature in channels.get(channel, ()):
                text = N_("{kind}, signed “{signature}”: {limit}")
                found.append(tr(text, kind=kind, signature=one.signature, limit=_limit(one)))
    if found and settings.whitelist is not None:
        name = workspace.name_of(RefKind.AUDIENCE, settings.whitelist) or settings.whitelist
        found.append(tr("They do not hold for “{name}”.", name=name))
    return found or [tr("None: this workspace has no quiet times and no limits.")]


def _quiet(quiet: Quiet, channels: Collection[str], today: date) -> Iterator[str]:
    for channel, one in quiet.channels.items():
        if channel in channels and one.from_ != one.to:
            kind = tr(component(channel).label)
            text = (
                N_("{kind}: quiet from {start} to {end}, sent afterwards")
                if one.postpone
                else N_("{kind}: quiet from {start} to {end}, not sent")
            )
            yield tr(text, kind=kind, start=one.from_, end=one.to)
    for holiday in quiet.holidays:
        if holiday_dates(holiday)[1] >= today:
            text = (
                N_("Quiet: {name}, {start} to {end}, sent afterwards")
                if holiday.postpone
                else N_("Quiet: {name}, {start} to {end}, not sent")
            )
            yield tr(text, name=holiday.name, start=holiday.from_, end=holiday.to)


def never_sent(quiet: Quiet, channels: Collection[str], window: SendWindow) -> Iterator[str]:
    """Channels whose quiet time leaves nothing of the send window, as far as both are on one clock."""
    if window.zone is not None:
        return
    for channel, one in quiet.channels.items():
        if channel in channels and not _minutes(window.from_, window.to) - _minutes(one.from_, one.to):
            kind = tr(component(channel).label)
            yield tr("{kind}: nothing would ever be sent, for it is quiet all through that.", kind=kind)


def _minutes(start: str, end: str) -> set[int]:
    """The minutes of the day from one time to another, over midnight where that is earlier."""
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (start, end))
    if first <= last:
        return set(range(first, last))
    return {*range(first, 24 * 60), *range(last)}


def _limit(limit: Limit) -> str:
    return tr(_LIMITS[limit.per], max=limit.max)
