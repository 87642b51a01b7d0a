"""What the engine says of sending, in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from app.widgets import moments
from engine.components.delivery import provider_reason
from engine.i18n import N_, ntr, tr
from engine.shapes.time import instant

if TYPE_CHECKING:
    from engine.server.wire.sending import AccountSending, Decision, Doubtful, Settlement

MOST_COUNTED = 100_000
"""So many messages that wait are counted; see `engine.run.outgoing`."""


class Told(NamedTuple):
    """Words in a state colour of the look; "" for plain text."""

    tone: str
    text: str


def state(account: AccountSending) -> Told:
    """How it goes with an account, and why nothing goes out."""
    if account.problem is not None:
        reason = provider_reason(account.problem)
        if account.again_in is None:
            return Told("danger", tr("Cannot send: {reason}", reason=reason))
        seconds = math.ceil(account.again_in)
        if seconds <= 0:
            return Told("warn", tr("Tries again: {reason}", reason=reason))
        text = ntr(
            "Pauses for {n} second, then tries again: {reason}",
            "Pauses for {n} seconds, then tries again: {reason}",
            seconds,
            reason=reason,
        )
        return Told("warn", text)
    if account.active or account.in_flight:
        return Told("ok", tr("Sends"))
    if account.waiting:
        return Told("muted", tr("Waits: its campaigns are stopped"))
    return Told("muted", tr("Nothing waits"))


def waiting(account: AccountSending) -> str:
    """How many messages wait."""
    return f"{account.waiting:,}+" if account.waiting >= MOST_COUNTED else f"{account.waiting:,}"


def limit(account: AccountSending) -> str:
    """How fast it may be."""
    return tr("none") if account.per_second is None else tr("{n:,} a second", n=account.per_second)


def moment(text: str, zone: ZoneInfo) -> str:
    """A time of the engine as the workspace's clocks show it."""
    return moments.shown(instant(text), zone, moments.SECONDS)


_FOLLOWS: dict[Settlement, str] = {
    "again": N_(
        "Whoever has got one already may get it a second time. They go out at once, with the keys that they "
        "had: a provider that heeds these sends none twice. Those of a stopped campaign wait for its restart."
    ),
    "sent": N_(
        "Nothing is sent. People who wait for the result go on as after a success, and reports count the "
        "messages as sent."
    ),
    "not_sent": N_(
        "Nothing is sent. People who wait for the result go on as after a failure, and reports count the "
        "messages as failed."
    ),
}
_OF_VALUES = ("webhook", "push_kafka")
"""Components that hand over values rather than a text."""
VERBS: dict[Settlement, str] = {
    "again": N_("Send again"),
    "sent": N_("They were sent"),
    "not_sent": N_("They were not sent"),
}


def said(one: Doubtful) -> str:
    """What a message says, in one line; nothing where another system gets no values."""
    empty = one.channel in _OF_VALUES and one.text == "{}"
    return "" if empty else one.text.replace("\n", " ")


def question(how: Settlement, count: int) -> tuple[str, str]:
    """What is asked before messages are settled, and what follows."""
    if how == "again":
        title = ntr("Send {n:,} message again?", "Send {n:,} messages again?", count)
    elif how == "sent":
        title = ntr("Take {n:,} message for sent?", "Take {n:,} messages for sent?", count)
    else:
        title = ntr("Take {n:,} message for not sent?", "Take {n:,} messages for not sent?", count)
    noted = tr("This is noted with your name, and cannot be undone.")
    return title, tr("{one} {other}", one=tr(_FOLLOWS[how]), other=noted)


def settled(how: Settlement, count: int, asked: int) -> str:
    """What has been done."""
    if how == "again":
        said = ntr("{n:,} message goes out again.", "{n:,} messages go out again.", count)
    elif how == "sent":
        said = ntr("{n:,} message counts as sent.", "{n:,} messages count as sent.", count)
    else:
        said = ntr("{n:,} message counts as failed.", "{n:,} messages count as failed.", count)
    if count >= asked:
        return said
    rest = ntr(
        "{n:,} other had been settled meanwhile, or is of a campaign that broke off.",
        "{n:,} others had been settled meanwhile, or are of a campaign that broke off.",
        asked - count,
    )
    return tr("{one} {other}", one=said, other=rest)


def decision(one: Decision, zone: ZoneInfo) -> str:
    """A line of what was decided."""
    if one.how == "again":
        what = ntr("{n:,} message sent again", "{n:,} messages sent again", one.messages)
    elif one.how == "sent":
        what = ntr("{n:,} message taken for sent", "{n:,} messages taken for sent", one.messages)
    else:
        what = ntr("{n:,} message taken for not sent", "{n:,} messages taken for not sent", one.messages)
    return f"{moment(one.at, zone)} · {one.who}: {what}"
