"""A report with something to say in each of its parts, as it comes over the wire."""

from __future__ import annotations

from engine.server.wire.campaigns import Counts, CycleCounts, NodeCounts
from engine.server.wire.reporting import (
    FunnelStep,
    Report,
    ReportCost,
    ReportFlow,
    ReportGroup,
    ReportNode,
    ReportSeries,
    ReportTest,
    ReportTouch,
)

MOMENT = "2026-11-23T08:00:00.000Z"
LATER = "2026-11-24T09:00:00.000Z"


def group(port: str, achieved: int, best: float) -> ReportGroup:
    rate = achieved / 1_000
    return ReportGroup(
        port=port, name=f"={port}", judged=1_000, achieved=achieved, rate=rate, low=rate - 0.02,
        high=rate + 0.02, best=best,
    )  # fmt: skip


def report(cycle: int | None = None, entries: int = 12) -> Report:
    """People enter, get a message, and wait; four of them go another way."""
    step = {"elsewhere": 0, "waiting": 0, "left": 0, "merged": 0, "failed": 0}
    return Report(
        campaign="c_1",
        name="Spring",
        as_of=MOMENT,
        cycle=cycle,
        counts=Counts(
            nodes={
                "n_who": NodeCounts(arrived=entries, passed=entries),
                "n_sms": NodeCounts(arrived=8, passed=8),
                "n_wait": NodeCounts(arrived=12, waiting=11, failed=1),
            },
            links={"l_1": 8, "l_2": 4, "l_3": 8},
            entries=entries,
            inside=entries,
            finished=0,
            messages={"n_sms": {"sent": 6, "failed": 2}},
            reasons={"n_sms": {"sent": {"": 6}, "failed": {"no_id": 2}}},
            receipts={"n_sms": {"clicked": 3}},
            cycles=[CycleCounts(number=n, moment=MOMENT, entries=6, inside=6, finished=0) for n in (1, 2)],
        ),
        nodes=[
            ReportNode(id="n_who", name="Everybody", kind="target_audience"),
            ReportNode(id="n_sms", name="SMS", kind="text_sms"),
            ReportNode(id="n_wait", name="Wait", kind="wait_until"),
        ],
        flows=[
            ReportFlow(link="l_1", source="n_who", port="out", target="n_sms", n=8),
            ReportFlow(link="l_2", source="n_who", port="other", target="n_wait", n=4),
            ReportFlow(link="l_3", source="n_sms", port="out", target="n_wait", n=8),
        ],
        path=["n_who", "n_sms", "n_wait"],
        funnel=[
            FunnelStep(node="n_who", came=12, arrived=12, on=8, **{**step, "elsewhere": 4}),
            FunnelStep(node="n_sms", came=8, arrived=8, on=8, **step),
            FunnelStep(node="n_wait", came=8, arrived=12, on=0, **{**step, "waiting": 11, "failed": 1}),
        ],
        touches=[
            ReportTouch(
                node="n_sms",
                planned=8,
                states={"sent": 6, "failed": 2},
                reasons={"sent": {"": 6}, "failed": {"no_id": 2}},
                receipts={"clicked": 3},
                cost=ReportCost(amount="0.30", currency="CNY", exact=True),
            )
        ],
        tests=[
            ReportTest(
                node="n_wait",
                groups=[group("group:a", 100, 0.02), group("group:b", 150, 0.98)],
                leader="group:b",
                p=0.0007,
                exact=False,
                needed=900,
                winner="group:b",
            )
        ],
        costs={"CNY": "0.30"},
        series=ReportSeries(
            step="hour",
            moments=[MOMENT, LATER],
            entries=[8, entries - 8],
            arrived={"n_who": [8, entries - 8]},
            messages={"n_sms": {"sent": [6, 0], "failed": [0, 2]}},
        ),
    )
