"""How people react in a rehearsal where no results file says so: nobody, everybody, or so many of a hundred.

Who reacts follows from person and component, so a rehearsal comes to the same every time. What becomes of
messages is written down as a results file would say it; judgments of events are left to chance in the plan
itself (`engine.plan.graph.flow_of`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Insert,
    Text,
    and_,
    case,
    cast,
    insert,
    literal,
    literal_column,
    null,
    select,
)

from engine.campaign.document import CampaignDocument
from engine.campaign.rates import DELIVERED, DONE, rateable
from engine.components.behaviour import DrawCoupon, JudgeEvents, JudgeGoal, JudgeResult, Send
from engine.plan.graph import Flow, flow_of
from engine.plan.salt import BUCKETS, Salt
from engine.plan.temporary import result_script
from engine.shapes.time import Duration
from engine.store.tables.people import person
from engine.store.times import DAY, HOUR, MINUTE

Rates = Mapping[str, Mapping[str, float]]
"""Component → what → percent."""
Kind = Literal["nobody", "everybody", "rates"]

_UNITS = {"minute": MINUTE, "hour": HOUR, "day": DAY, "week": 7 * DAY, "month": 28 * DAY}
_SOON = HOUR
"""ms until a receipt comes, or half of what is waited for it where that is less."""


@dataclass(frozen=True, slots=True)
class _Answers:
    """What becomes of a touch's messages. failed: how many of 10,000; receipts: the same, of what arrives."""

    failed: int = 0
    receipts: Mapping[str, int] = field(default_factory=dict)
    after: int = _SOON

    @property
    def usual(self) -> bool:
        """Whether that is what happens anyway."""
        return not self.failed and not self.receipts


@dataclass(frozen=True, slots=True)
class Reactions:
    """How people react. chances: judgments of events → how many of 10,000 do what they ask."""

    chances: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, _Answers] = field(default_factory=dict)

    @property
    def scripted(self) -> bool:
        """Whether messages come to anything but what they come to anyway."""
        return not all(one.usual for one in self.answers.values())

    def write(
        self, connection: Connection, campaign: str, nodes: Mapping[str, int], among: ColumnElement[bool]
    ) -> None:
        """Fill `result_script`. campaign: its id; nodes: their numbers; among: which people are meant."""
        for node, answers in self.answers.items():
            if not answers.usual and node in nodes:
                connection.execute(_script(campaign, node, nodes[node], answers, among))


def reactions_of(document: CampaignDocument, kind: Kind, rates: Rates) -> Reactions:
    """How people react to a campaign. Raises `NotRunnable`."""
    if kind == "nobody":
        return Reactions()
    flow = flow_of(document, {id: number for number, id in enumerate(document.nodes)})
    wanted = {one.node: dict.fromkeys(one.of[:1], 100.0) for one in rateable(document)}
    wanted = wanted if kind == "everybody" else {id: dict(of) for id, of in rates.items()}
    return Reactions(
        {
            id: _share(wanted[id][DONE])
            for id, node in flow.nodes.items()
            if isinstance(node.behaviour, JudgeEvents | JudgeGoal) and DONE in wanted.get(id, {})
        },
        {
            id: _answers(flow, id, wanted)
            for id, node in flow.nodes.items()
            if isinstance(node.behaviour, Send | DrawCoupon)
        },
    )


def _answers(flow: Flow, touch: str, wanted: Rates) -> _Answers:
    """What becomes of a touch's messages: receipts as the first judgment of them behind it says."""
    failed = BUCKETS - _share(wanted.get(touch, {}).get(DELIVERED, 100.0))
    for node in flow.nodes.values():
        judged = node.behaviour
        if not (isinstance(judged, JudgeResult) and judged.receipt):
            continue
        if any(before.id == touch for before in flow.touches_before(node.id)):
            shares = {code: _share(percent) for code, percent in wanted.get(node.id, {}).items()}
            after = min(_SOON, _ms(judged.maximum) // 2)
            return _Answers(failed, {code: n for code, n in shares.items() if n}, after)
    return _Answers(failed)


def _share(percent: float) -> int:
    return min(max(round(percent * BUCKETS / 100), 0), BUCKETS)


def _ms(duration: Duration) -> int:
    return duration.amount * _UNITS[duration.unit]


def _script(campaign: str, node: str, number: int, answers: _Answers, among: ColumnElement[bool]) -> Insert:
    """One line a person: whether the message arrives, and what comes back of it."""
    fails = _bucket(campaign, f"{node}/delivered") < answers.failed
    drawn = _bucket(campaign, f"{node}/receipt")
    limits = accumulate(answers.receipts.values())
    receipts = [(drawn < limit, literal(code)) for code, limit in zip(answers.receipts, limits, strict=True)]
    arrives = ~fails
    receipt = case(*((and_(arrives, test), code) for test, code in receipts)) if receipts else null()
    # Of the very type of the columns: Citus does not convert what it brings together.
    result = cast(case((fails, "failed"), else_="sent"), Text)
    empty: ColumnElement[str] = literal_column("''")
    values: tuple[ColumnElement[Any], ...] = (
        person.c.id, literal(number), literal(0), empty, result, empty, cast(literal(0), BigInteger),
        cast(receipt, Text), cast(literal(answers.after), BigInteger),
    )  # fmt: skip
    columns = [
        "person", "node", "entry", "address", "result", "reason", "after", "receipt", "receipt_after",
    ]  # fmt: skip
    return insert(result_script).from_select(columns, select(*values).where(among))


def _bucket(campaign: str, what: str) -> ColumnElement[int]:
    salt = Salt.of(campaign, what)
    found: ColumnElement[int] = salt.bucket(salt.seed(person.c.hash, 0))
    return found
