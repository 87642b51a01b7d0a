"""Quiet times: whether a moment lies in one, and until when it postpones (components, sections 9 and 12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, case, exists, literal, not_, null, or_, select, update

from engine.plan.contact import Daily, Quiet
from engine.plan.context import Context, outgoing
from engine.store.dialect import least
from engine.store.tables.people import audience, audience_member
from engine.store.times import NEVER, Ms, WallClock


@dataclass(frozen=True, slots=True)
class _Period:
    """A quiet period as a moment sees it."""

    covers: ColumnElement[bool]
    end: Ms
    postpone: bool


def exempt(whitelist: str, who: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether limits and quiet times do not hold for the person."""
    return exists(
        select(literal(1))
        .where(
            audience.c.id == whitelist,
            audience_member.c.list == audience.c.list,
            audience_member.c.person == who,
        )
        .correlate_except(audience, audience_member)
    )


def rest(context: Context, channel: str) -> Update | None:
    """Postpone or skip the outgoing messages whose moment lies in a quiet time; None where there is none.

    What several periods cover is looked at again when the first of them ends.
    """
    o = outgoing.c
    periods = [
        period for quiet in context.contact.quiet(channel) for period in _periods(quiet, context.clock, o.now)
    ]
    if not periods:
        return None
    covered = or_(*(period.covers for period in periods))
    ends: list[ColumnElement[Any]] = [
        case((period.covers, period.end), else_=NEVER) for period in periods if period.postpone
    ]
    final = [period.covers for period in periods if not period.postpone]
    first: ColumnElement[Any] = least(*ends) if len(ends) > 1 else ends[0] if ends else null()
    changes: dict[str, ColumnElement[Any]]
    if not ends:
        changes = {"fate": literal("skipped"), "reason": literal("quiet_time")}
    elif not final:
        changes = {"fate": literal("planned"), "due": first}
    else:
        skips = or_(*final)
        changes = {
            "fate": case((skips, "skipped"), else_="planned"),
            "reason": case((skips, "quiet_time"), else_=""),
            "due": case((skips, null()), else_=first),
        }
    where = [o.fate == "", o.address.is_not(None), covered]
    if context.contact.whitelist is not None:
        where.append(not_(exempt(context.contact.whitelist, o.person)))
    return update(outgoing).values(changes).where(*where)


def _periods(quiet: Quiet, clock: WallClock, now: Ms) -> list[_Period]:
    if not isinstance(quiet, Daily):
        return [_Period(and_(now >= quiet.start, now < quiet.end), literal(quiet.end), quiet.postpone)]
    over_midnight = quiet.end < quiet.start
    # Tomorrow's may have begun already where clocks that go back show a date anew.
    days = [*([-1] if over_midnight else []), 0, *([] if clock.steady else [1])]
    periods: list[_Period] = []
    for day in days:
        end = clock.at(now, day + over_midnight, quiet.end)
        covers = and_(clock.at(now, day, quiet.start) <= now, now < end)
        periods.append(_Period(covers, end, quiet.postpone))
    return periods
