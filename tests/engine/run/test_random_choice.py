"""Random choices at the edges of their shares (components, section 12): no bucket falls on the wrong side."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from itertools import count
from pathlib import Path

import pytest

from tests.engine.run.drafting import EVERYBODY, Running, bundle, database

P = 2**31 - 1
SHARES = [("g_1", 12.5), ("g_2", 87.4), ("g_3", 0.1)]


def _bucket(campaign: str, person: str, entry: int = 1) -> int:
    h = int.from_bytes(blake2b(person.encode()).digest()[:8], "big") % P
    digest = blake2b(f"{campaign}/n_split".encode(), digest_size=24).digest()
    a, b, c = (int.from_bytes(digest[i : i + 8], "big") % (P - 1) + 1 for i in (0, 8, 16))
    x = (a * ((h + entry * 1_000_003) % P) + b) % P
    return (x * ((x * x + c) % P) + a) % P * 10_000 // P


@cache
def _campaign_with(bucket: int) -> str:
    """A campaign's id that puts the person p1 into this bucket."""
    return next(id for id in map("c_{}".format, count()) if _bucket(id, "p1") == bucket)


@pytest.mark.parametrize(
    ("bucket", "group"),
    [(0, "g_1"), (1249, "g_1"), (1250, "g_2"), (9989, "g_2"), (9990, "g_3"), (9999, "g_3")],
)
def test_each_share_begins_and_ends_at_its_bucket(tmp_path: Path, bucket: int, group: str) -> None:
    groups = [{"id": id, "name": id, "percent": percent} for id, percent in SHARES]
    nodes = {"n_all": ("target_audience", EVERYBODY), "n_split": ("random_grouping", {"groups": groups})}
    nodes |= {f"n_{id}": ("end", {}) for id, _ in SHARES}
    links = ["n_all out n_split", *(f"n_split group:{id} n_{id}" for id, _ in SHARES)]
    id = _campaign_with(bucket)
    with Running(database(tmp_path, people=1)) as running:
        running.engine.publish(bundle(nodes, links, id=id))
        running.advance(1)
        visits = running.engine.counts(id).nodes
    assert [name for name, _ in SHARES if f"n_{name}" in visits and visits[f"n_{name}"].arrived] == [group]
