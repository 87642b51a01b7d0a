"""What campaigns are compared in: measures of which each has a number, in parts that belong together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from engine.i18n import N_
from engine.server.wire.reporting import CampaignSum

LEAST, MOST = 2, 10
"""So many can be told apart on a page."""


class Measure(NamedTuple):
    """Something of which every campaign has a number: n of `whole`; without a whole, bars are of the most.
    name: to be translated where it is shown."""

    name: str
    n: Callable[[CampaignSum], int]
    whole: Callable[[CampaignSum], int] | None = None

    def length(self, one: CampaignSum, campaigns: Sequence[CampaignSum]) -> float:
        """How long a campaign's bar is among all of them, from 0 to 1."""
        whole = max(map(self.n, campaigns)) if self.whole is None else self.whole(one)
        return min(1.0, self.n(one) / whole) if whole else 0.0


class Part(NamedTuple):
    """Measures under one title. told: of which campaigns there is anything to say."""

    title: str
    measures: Sequence[Measure]
    told: Callable[[CampaignSum], bool]


MEASURES = (
    Part(
        N_("People"),
        (
            Measure(N_("Entered"), lambda one: one.entries),
            Measure(N_("Inside"), lambda one: one.inside, lambda one: one.entries),
            Measure(N_("Finished"), lambda one: one.finished, lambda one: one.entries),
        ),
        lambda _one: True,
    ),
    Part(
        N_("Messages"),
        (
            Measure(N_("All messages"), lambda one: one.messages),
            Measure(N_("Sent"), lambda one: one.sent, lambda one: one.messages),
            Measure(N_("Failed"), lambda one: one.failed, lambda one: one.messages),
            Measure(N_("Skipped"), lambda one: one.skipped, lambda one: one.messages),
            Measure(N_("Opened"), lambda one: one.opened, lambda one: one.sent),
            Measure(N_("Clicked"), lambda one: one.clicked, lambda one: one.sent),
        ),
        lambda one: one.messages > 0,
    ),
    Part(
        N_("Goals of the campaigns"),
        (Measure(N_("Goal reached"), lambda one: one.converted, lambda one: one.counted),),
        lambda one: one.counted > 0,
    ),
    Part(
        N_("Goals of AB tests"),
        (
            Measure(N_("Judged"), lambda one: one.judged, lambda one: one.entries),
            Measure(N_("Achieved"), lambda one: one.achieved, lambda one: one.judged),
        ),
        lambda one: one.judged > 0,
    ),
)


def parts(campaigns: Sequence[CampaignSum]) -> list[Part]:
    """The parts in which any of the campaigns has something to say."""
    return [part for part in MEASURES if any(map(part.told, campaigns))]
