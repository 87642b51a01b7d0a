"""Live counts in words, as they stand below components and at lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from engine.components.registry import component
from engine.i18n import ntr, tr

_LARGE = 0.1  # from this share on, a percentage is a whole number


def count_text(kind: str, counts: Mapping[str, int]) -> str:
    """A node's people in words: how many arrived, how many wait there, else how many left the
    campaign there."""
    arrived, waiting = counts.get("arrived", 0), counts.get("waiting", 0)
    if not component(kind).ports({}):
        return tr("{count:,} done", count=counts.get("passed", 0))
    if waiting:
        return tr("{arrived:,} · {waiting:,} waiting", arrived=arrived, waiting=waiting)
    if left := counts.get("left", 0):
        return tr("{arrived:,} · {left:,} left", arrived=arrived, left=left)
    if exited := counts.get("exited", 0):
        return tr("{arrived:,} · {exited:,} left early", arrived=arrived, exited=exited)
    if held_back := counts.get("held_back", 0):
        return tr("{arrived:,} · {held_back:,} held back", arrived=arrived, held_back=held_back)
    return f"{arrived:,}"


def count_texts(kind: str, counts: Mapping[str, int], release: str = "") -> tuple[str, ...]:
    """The same as long and as short as there may be room for it, the longest first. release: when somebody
    who waits there goes on next, in a few signs; "" where that is not known."""
    whole, arrived, waiting = count_text(kind, counts), f"{counts.get('arrived', 0):,}", counts.get("waiting")
    if not (release and waiting):
        return whole, arrived
    also, waits = tr("next {time}", time=release), ntr("{n:,} waiting", "{n:,} waiting", waiting)
    return f"{whole} · {also}", f"{waits} · {also}", whole, arrived


def fitting(texts: Sequence[str], advance: Callable[[str], float], room: float) -> str:
    """The first of the texts that there is room for, else the last."""
    return next((text for text in texts if advance(text) <= room), texts[-1])


def brief_moment(at: datetime, now: datetime) -> str:
    """A moment in a few signs: its day where that is not today's, its year where that is not this one's; both
    are of one zone."""
    if at.date() == now.date():
        return f"{at:%H:%M}"
    return f"{at:%m-%d %H:%M}" if at.year == now.year else f"{at:%Y-%m-%d %H:%M}"


def release_text(at: datetime) -> str:
    """When somebody who waits goes on next, in a sentence."""
    return tr("The next one who waits goes on at {time}.", time=f"{at:%Y-%m-%d %H:%M}")


def share_text(count: int | None, total: int, lines: int) -> str:
    """A line's count; of a branch, its share of everyone who left the card. Nothing without a count."""
    if count is None:
        return ""
    return f"{count:,}" if lines == 1 or not total else f"{count / total:.0%}"


def difference_text(before: float, now: float, said: str = "") -> str:
    """How one number differs from another: an arrow, by how much, and as a share of the first.

    said: the difference without its sign, in words of its own.
    """
    if before == now:
        return "="
    mark, sign = ("▲", "+") if now > before else ("▼", "−")
    text = f"{mark} {sign}{said or f'{abs(now - before):,}'}"
    return f"{text} ({_share(before, now)})" if before else text


def short_difference(before: int, now: int) -> str:
    """The same where there is little room: the arrow, and the share where there is one."""
    if before == now or before:
        return "=" if before == now else f"{'▲' if now > before else '▼'} {_share(before, now)}"
    return difference_text(before, now)


def compared_text(before: int | None, now: int | None, difference: Callable[[int, int], str]) -> str:
    """A number of two runs, A and B, and how they differ; None where a run does not have the thing at all."""
    if before is None or now is None:
        if now is not None:
            return tr("only in B: {n:,}", n=now)
        return "" if before is None else tr("only in A: {n:,}", n=before)
    if before == now:
        return f"= {now:,}"
    return f"{before:,} → {now:,} {difference(before, now)}"


def _share(before: float, now: float) -> str:
    """The difference as a share of the first: of small ones a digit behind the point."""
    share = (now - before) / before
    digits = 0 if abs(share) >= _LARGE else 1
    return f"{share:+.{digits}%}".replace("-", "−")
