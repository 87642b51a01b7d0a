"""What waves write and count, whatever their shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.report.counts import Counts
from tests.databases import Target
from tests.engine.run.drafting import EVERYBODY, HOUR, SMS, WAIT, Running, bundle, populate
from tests.engine.run.living import ORDER_LINKS, ORDERS, Living

PEOPLE = 60


def run(target: Target, folder: Path, groups: int) -> Counts:
    """People split into groups; each group gets a message, waits and ends."""
    shares = [100 // groups] * groups
    shares[-1] += 100 - sum(shares)
    split = [{"id": f"g_{n}", "name": str(n), "percent": share} for n, share in enumerate(shares)]
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "n_who": ("target_audience", EVERYBODY),
        "n_split": ("random_grouping", {"groups": split}),
    }
    links = ["n_who out n_split"]
    for n in range(groups):
        nodes |= {f"n_sms_{n}": ("text_sms", SMS), f"n_wait_{n}": ("wait_until", WAIT)}
        links += [f"n_split group:g_{n} n_sms_{n}", f"n_sms_{n} out n_wait_{n}", f"n_wait_{n} out n_end"]
    with Running(populate(target, folder, people=PEOPLE)) as running:
        running.engine.publish(bundle({**nodes, "n_end": ("end", {})}, links))
        running.advance(2 * HOUR)
        assert list(running.engine.check()) == []
        return running.engine.counts("c_1")


@pytest.mark.parametrize("groups", [2, 8, 9, 20])
def test_everybody_is_counted_however_many_ways_there_are(
    target: Target, tmp_path: Path, groups: int
) -> None:
    """Few paths are counted by the rows that each has written, many by grouping the wave."""
    counts = run(target, tmp_path, groups)
    assert counts.finished == PEOPLE
    arrived = [counts.nodes[f"n_sms_{n}"].arrived for n in range(groups)]
    assert sum(arrived) == PEOPLE
    assert len([n for n in arrived if n]) > 1
    for n in range(groups):
        assert counts.nodes[f"n_wait_{n}"].passed == arrived[n]
        assert counts.messages.get(f"n_sms_{n}", {}).get("sent", 0) == arrived[n]


def test_whoever_was_taken_out_keeps_nobody_waiting(target: Target, tmp_path: Path) -> None:
    """One person's rows run in order of time here, and nothing is due where the agenda says so."""
    trigger = ("behavior_event", {"event": "order", "re_entry": "after_exit"})
    with Living(populate(target, tmp_path, people=2)) as now:
        now.engine.publish(bundle({**ORDERS, "n_order": trigger}, ORDER_LINKS))
        now.order("e1", "p1")
        now.engine.erase_person("p1")
        now.pass_time(2 * HOUR)
        assert now.rows("SELECT COUNT(*) FROM agenda") == [(0,)]
        now.sound()
