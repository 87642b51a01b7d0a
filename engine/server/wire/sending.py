"""Sending over the wire: how it goes with accounts; messages of which nobody knows whether they were sent."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from engine.server.wire.base import Answer, Key, Wire
from engine.shapes.text import Text
from engine.shapes.time import DateTime

MAX_CHOSEN = 1_000
"""Single messages of one call."""

Settlement = Literal["again", "sent", "not_sent"]
MessageKey = Annotated[Text, StringConstraints(min_length=1, max_length=1_200)]


class AccountSending(Answer):
    """How it goes with an account.

    Attributes:
        waiting: messages in its outbox, 100,000 at the most. in_flight: handed over, and not answered yet.
        active: some that wait are of campaigns that go on.
        problem: why nothing goes out, or null; again_in: seconds until it is tried anew, null where somebody
            must see to it.
        per_second: how many messages go out in a second at the most, or null.
        doubtful: messages of which nobody knows whether they were sent.
    """

    account: str
    waiting: int
    in_flight: int
    active: bool = False
    problem: str | None = None
    again_in: float | None = None
    per_second: int | None = None
    doubtful: int = 0


class DoubtfulGroup(Answer):
    """Doubtful messages of one campaign (its id and name) and account, and when nobody knew any more."""

    campaign: str
    name: str
    account: str
    messages: int
    first: str
    last: str


class Decision(Answer):
    """How doubtful messages were settled: when, by whom, how many. `chosen`: they were chosen one by one."""

    at: str
    who: str
    how: Settlement
    messages: int
    campaign: str | None = None
    account: str | None = None
    chosen: bool = False


class SendingAnswer(Answer):
    """How sending goes, and the last decisions on doubtful messages, the latest first. `as_of`: the moment of
    all that; calls that settle what is told here name it."""

    as_of: str
    accounts: list[AccountSending]
    doubtful: list[DoubtfulGroup] = Field(default_factory=list)
    decisions: list[Decision] = Field(default_factory=list)


class Doubtful(Answer):
    """What is known of a doubtful message.

    Attributes:
        key: names it. campaign, name: of its campaign; node, title, channel: its component's id, name, kind.
        marketing: it is no notification. attempted_at: when nobody knew any more; reason: why, as a code.
    """

    key: str
    campaign: str
    name: str
    node: str
    title: str
    channel: str
    account: str
    person_id: str
    address: str
    marketing: bool
    planned_at: str
    attempted_at: str
    reason: str
    text: str = ""


class DoubtfulPage(Answer):
    """Some doubtful messages, the latest first. `after`: where the next page begins, or null."""

    messages: list[Doubtful]
    after: str | None = None


class SettleOrder(Wire):
    """How doubtful messages are settled, and which of them; what is null does not matter.

    Attributes:
        how: `again`: they go out once more; `sent`: they were sent; `not_sent`: they were not, and are not.
        campaign, account: of these only. messages: only these, by their keys. until: only those that were on
            their way by then, so that nobody settles what he was not shown.
        who: whose decision it is, for the audit.
    """

    how: Settlement
    who: Key
    campaign: Key | None = None
    account: Key | None = None
    messages: Annotated[list[MessageKey], Field(max_length=MAX_CHOSEN)] | None = None
    until: DateTime | None = None


class Settled(Answer):
    """How many messages were settled."""

    messages: int
