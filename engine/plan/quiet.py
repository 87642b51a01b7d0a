"""Quiet times: whether a moment lies in one, and until when it postpones (components, sections 9 and 12)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Update,
    and_,
    case,
    func,
    literal,
    not_,
    null,
    or_,
    update,
)

from engine.plan.contact import Daily, Quiet
from engine.plan.context import Context
from engine.plan.temporary import outgoing
from engine.plan.whitelist import exempt
from engine.store.functions import greatest
from engine.store.times import NEVER, Ms, WallClock


def apply_quiet_times(context: Context, channel: str) -> Update | None:
    """Postpone or skip the outgoing messages whose moment lies in a quiet time; None where there is none.

    What several periods cover is held until the last of them ends, and looked at again then.
    """
    o = outgoing.c
    ends = [(_end(quiet, context.clock, o.now), quiet.postpone) for quiet in context.contact.quiet(channel)]
    if not ends:
        return None
    later: list[ColumnElement[int]] = [func.coalesce(end, -NEVER) for end, postpone in ends if postpone]
    final = [end.is_not(None) for end, postpone in ends if not postpone]
    last: ColumnElement[Any] = greatest(*later) if len(later) > 1 else later[0] if later else null()
    changes: dict[str, ColumnElement[Any]]
    if not later:
        changes = {"fate": literal("skipped"), "reason": literal("quiet_time")}
    elif not final:
        changes = {"fate": literal("planned"), "due": last}
    else:
        skips = or_(*final)
        changes = {
            "fate": case((skips, "skipped"), else_="planned"),
            "reason": case((skips, "quiet_time"), else_=""),
            "due": case((skips, null()), else_=last),
        }
    where = [o.fate == "", o.address.is_not(None), or_(*(end.is_not(None) for end, _ in ends))]
    if context.contact.whitelist is not None:
        where.append(not_(exempt(context.contact.whitelist, o.person)))
    return update(outgoing).values(changes).where(*where)


def _end(quiet: Quiet, clock: WallClock, now: Ms) -> Ms:
    """When the quiet period ends that `now` lies in, or null."""
    if isinstance(quiet, Daily):
        return clock.end_of_daily(now, quiet.start, quiet.end)
    return case((and_(now >= quiet.start, now < quiet.end), quiet.end))
