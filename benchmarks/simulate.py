"""Rehearsing a month: a campaign that all enter at once, and one that everybody enters at another moment.

The first is the ten-node journey; in the second an event lets each person in at a millisecond of their own,
and two waits keep them.
"""

from __future__ import annotations

import argparse
import time
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks._databases import DIALECTS, Target, new_database, server
from benchmarks._journey import DAY, START, bundle, bundle_of, fill
from benchmarks._report import Report, peak_memory
from engine.campaign.rates import rateable
from engine.report.spending import paces
from engine.report.timeline import timeline_of
from engine.run.reactions import reactions_of
from engine.run.settings import EngineSettings
from engine.run.simulate import Given, simulate
from engine.run.simulate import rehearse as rehearse_for
from engine.shapes.time import from_milliseconds
from engine.workspace.account import SIMULATED_ID
from engine.workspace.bundle import Bundle

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = 30
TARGET_S = 10.0
HALF = 50.0
SMS: dict[str, Any] = {
    "platform": SIMULATED_ID, "sms_type": "notification", "signature": "S", "template": "m_sms",
}  # fmt: skip
EMAIL: dict[str, Any] = {"account": SIMULATED_ID, "sender": "shop@example.org", "template": "m_mail"}


def on_event() -> Bundle:
    """Event, SMS, a wait of a day, the level judged, email, a wait until nine in the morning, end."""
    vip = {"field": "tag:level", "op": "is", "value": ["VIP"]}
    groups = [{"id": "g_1", "name": "VIP", "condition": vip}]
    return bundle_of(
        "c_event",
        {
            "n_0": ("behavior_event", {"event": "visit"}),
            "n_1": ("text_sms", SMS),
            "n_2": ("wait_until", {"mode": "duration", "amount": 1, "unit": "day"}),
            "n_3": ("tag_judgment", {"groups": groups, "other": True}),
            "n_4": ("email", EMAIL),
            "n_5": ("wait_until", {"mode": "next_time", "time": "09:00"}),
            "n_6": ("end", {}),
        },
        [
            ("n_start", "out", "n_0"), ("n_0", "out", "n_1"), ("n_1", "out", "n_2"), ("n_2", "out", "n_3"),
            ("n_3", "group:g_1", "n_4"), ("n_3", "other", "n_6"), ("n_4", "out", "n_5"),
            ("n_5", "out", "n_6"),
        ],
    )  # fmt: skip


def rehearse(campaign: Bundle, target: Target, people: int) -> float:
    """Seconds that a rehearsal of the month takes."""
    begun = time.perf_counter()
    since = from_milliseconds(START)
    summary = simulate(
        campaign, target, EngineSettings(ZONE), since=since, until=since + timedelta(days=DAYS)
    )
    taken = time.perf_counter() - begun
    assert not summary.violations
    assert summary.counts.nodes["n_0"].arrived == people
    return taken


def rehearse_in_editor(campaign: Bundle, target: Target) -> float:
    """Seconds until the designer has what it shows of such a rehearsal, where half of the people react."""
    begun = time.perf_counter()
    since = from_milliseconds(START)
    rates = {one.node: {one.of[0]: HALF} for one in rateable(campaign.campaign)}
    reactions = reactions_of(campaign.campaign, "rates", rates)
    given = Given(since=since, until=since + timedelta(days=DAYS), reactions=reactions)
    with rehearse_for(campaign, target, EngineSettings(ZONE), given) as rehearsed, rehearsed.begin() as found:
        assert not rehearsed.summary(found).violations
        assert timeline_of(found, rehearsed.plan.context.campaign).moments
        assert paces(found, rehearsed.plan, campaign)
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--full", action="store_true", help="a million people")
    options = parser.parse_args()
    people = 1_000_000 if options.full else options.people
    report = Report("simulate")
    target_s = TARGET_S * people / 100_000
    with server() as postgres:
        for dialect in DIALECTS if postgres is not None else DIALECTS[:1]:
            with new_database(dialect, postgres) as target:
                fill(target, people)
                taken = rehearse(bundle(), target, people)
                report.line(
                    f"{dialect} audience campaign, {people:,} people, {DAYS} days", taken, "s", target_s
                )
            with new_database(dialect, postgres) as target:
                fill(target, people, DAYS * DAY)
                taken = rehearse(on_event(), target, people)
                report.line(f"{dialect} event campaign, {people:,} people, {DAYS} days", taken, "s", target_s)
                taken = rehearse_in_editor(on_event(), target)
                report.line(f"{dialect} the same in the editor, half of them react", taken, "s", target_s)
    report.line("peak memory", peak_memory() / 2**20, "MiB")
    report.machine()


if __name__ == "__main__":
    main()
