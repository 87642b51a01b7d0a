"""What the calendar says: months, days, states and times, in the language of the moment."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from engine.i18n import N_, current_language, tr
from engine.workspace.calendar import Planned

_MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
    N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
_STATES = {"draft": N_("Draft"), "not_started": N_("Not started"), "in_progress": N_("In progress")}
_MOST_TIMES = 3


def month_words(month: date) -> str:
    """Such as "December 2026"."""
    return tr("{month} {year}", month=tr(_MONTHS[month.month - 1]), year=month.year)


def month_name(month: date) -> str:
    return tr(_MONTHS[month.month - 1])


def day_words(day: date) -> str:
    """Such as "5 December 2026"."""
    if current_language() == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {tr(_MONTHS[day.month - 1])} {day.year}"


def state_words(one: Planned) -> str:
    return tr(_STATES[one.state])


def times(one: Planned, day: date, zone: ZoneInfo) -> str:
    """When people enter on a day, "" where no audience enters."""
    moments = one.moments.get(day, ())
    texts = [moment.astimezone(zone).strftime("%H:%M") for moment in moments[:_MOST_TIMES]]
    if len(moments) > _MOST_TIMES:
        return tr("{times} and {n:,} more", times=", ".join(texts), n=len(moments) - _MOST_TIMES)
    return ", ".join(texts)


def first_time(one: Planned, day: date, zone: ZoneInfo) -> str:
    """The first time at which people enter on a day, and how many follow."""
    moments = one.moments.get(day, ())
    if not moments:
        return ""
    first = moments[0].astimezone(zone).strftime("%H:%M")
    return first if len(moments) == 1 else f"{first} +{len(moments) - 1}"


def happening(one: Planned, day: date, zone: ZoneInfo) -> str:
    """What a campaign does on a day: when people enter, or that it is open."""
    if found := times(one, day, zone):
        return found
    return tr("Events let people in") if one.by_event else tr("Goes on")


def overlap(one: Planned, day: date) -> str:
    """With which others it shares an audience on a day, "" where with none."""
    others = one.overlaps.get(day, ())
    return tr("Same audience on the same day: {names}", names=", ".join(others)) if others else ""
