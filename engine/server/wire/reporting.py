"""Reports of campaigns over the wire: what they have come to, the people behind a number, and why."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.server.wire.base import Answer
from engine.server.wire.campaigns import Counts


class ReportNode(Answer):
    """A component, as it was called last. `id_type`: what it needs to reach people, "" where it sends
    nothing."""

    id: str
    name: str
    kind: str
    id_type: str = ""


class ReportFlow(Answer):
    """People who went down a line from one component to another."""

    link: str
    source: str
    port: str
    target: str
    n: int


class FunnelStep(Answer):
    """A component of the funnel; `arrived = on + elsewhere + waiting + left + merged + failed + exited`.

    Attributes:
        came: people who came along the path. on: went on along it. elsewhere: went on by another branch, or
            went through to the end.
    """

    node: str
    came: int
    arrived: int
    on: int
    elsewhere: int
    waiting: int
    left: int
    merged: int
    failed: int
    exited: int = 0


class ReportCost(Answer):
    """What messages cost. `exact`: all of them say the same; else it follows from the first ones."""

    amount: str
    currency: str
    exact: bool


class ReportTouch(Answer):
    """Messages of a component, each in one state; `planned` in all."""

    node: str
    planned: int
    states: dict[str, int]
    reasons: dict[str, dict[str, int]]
    receipts: dict[str, int]
    cost: ReportCost | None = None


class ReportGroup(Answer):
    """A group of an AB test.

    Attributes:
        rate: of those judged who reached the goal, null where nobody was judged; low, high: the interval of
            95 % (Wilson) in which it lies. best: the probability that the group is the best one.
    """

    port: str
    name: str
    judged: int
    achieved: int
    rate: float | None
    low: float
    high: float
    best: float


class ReportTest(Answer):
    """An AB test, by its Test Target.

    Attributes:
        leader: the port of the highest rate, or null. p: how likely its lead is by chance, corrected for the
            number of groups; exact: by Fisher's test, else by the z-test of two proportions.
        needed: people a group to be sure of the difference that is seen. winner: the leader, once that holds.
    """

    node: str
    groups: list[ReportGroup]
    leader: str | None
    p: float | None
    exact: bool
    needed: int | None
    winner: str | None


class ReportSeries(Answer):
    """What happened in which hour or day: every list has a number for each of `moments`, at which steps begin
    in which anything happened. `messages`: component → state → by when they were planned. `converted`: who
    reached the campaign's goal."""

    step: Literal["hour", "day"]
    moments: list[str]
    entries: list[int]
    arrived: dict[str, list[int]]
    messages: dict[str, dict[str, list[int]]]
    converted: list[int] = Field(default_factory=list)


class ReportRate(Answer):
    """People, and how many of them reached the goal; low, high: the interval of 95 % (Wilson) of the rate,
    which is null without people."""

    people: int
    converted: int
    rate: float | None
    low: float
    high: float


class ReportUplift(Answer):
    """What a campaign changes: the rate of those who entered less that of the control group.

    Attributes:
        low, high: the interval of 95 % (Newcombe) in which the difference lies. ratio: the difference as a
            share of the control group's rate. extra: goals reached that nobody would have reached otherwise.
        p: how likely it is by chance; exact: by Fisher's test, else by the z-test of two proportions. holds:
            it is there, also if somebody has looked ten times.
    """

    gap: float
    low: float
    high: float
    ratio: float | None
    extra: float
    p: float
    exact: bool
    holds: bool


class ReportEffect(Answer):
    """What has become of the campaign's goal, in words `goal`: of those who entered, and of the control
    group. Each person counts once, from the first entry with this goal on."""

    goal: str
    entered: ReportRate
    control: ReportRate | None = None
    uplift: ReportUplift | None = None


class Report(Answer):
    """What a campaign has come to, over all its versions, and in all cycles or one.

    Attributes:
        nodes: in the order of the flow. path: of the funnel. costs: currency → what all messages cost.
        effect: of the campaign's goal, where it has one.
    """

    campaign: str
    name: str
    as_of: str
    cycle: int | None = None
    counts: Counts
    nodes: list[ReportNode]
    flows: list[ReportFlow]
    path: list[str]
    funnel: list[FunnelStep]
    touches: list[ReportTouch]
    tests: list[ReportTest]
    costs: dict[str, str] = Field(default_factory=dict)
    series: ReportSeries
    effect: ReportEffect | None = None


class BehindPerson(Answer):
    """Somebody behind a number: which entry, and when it happened; of who waits, when that ends."""

    person_id: str
    entry: int
    at: str | None


class BehindPage(Answer):
    """A page of the people behind a number. `after`: where the next one begins, or ""."""

    people: list[BehindPerson]
    after: str = ""


class CampaignSum(Answer):
    """What a campaign has come to, beside others. `judged`, `achieved`: of the goals of its AB tests;
    `counted`, `converted`: people for whom the campaign's own goal counts, and who reached it."""

    campaign: str
    name: str
    entries: int
    inside: int
    finished: int
    messages: int
    sent: int
    failed: int
    skipped: int
    opened: int
    clicked: int
    judged: int
    achieved: int
    counted: int = 0
    converted: int = 0


class Comparison(Answer):
    """Campaigns side by side, in the order asked for."""

    campaigns: list[CampaignSum]


class WhyLine(Answer):
    """One fact. `holds`: whether what was asked was so; null where that is no question, or not known."""

    kind: Literal["entering", "step", "fact", "message"]
    text: str
    at: str | None = None
    node: str = ""
    holds: bool | None = None


class WhyAnswer(Answer):
    """Why a person did or did not get what a campaign gives: in one sentence, and fact by fact."""

    campaign: str
    person_id: str
    answer: str
    lines: list[WhyLine]
