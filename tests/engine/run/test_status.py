"""The list of campaigns and the engine's status, which somebody looks at every second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from engine.run.answers import IncomingEvent, UnknownCampaign
from tests.databases import Target
from tests.engine.run.drafting import EVERYBODY, HOUR, WAIT, Running, bundle, database, populate

PEOPLE, CAMPAIGNS = 9, 5
WAITING: dict[str, tuple[str, dict[str, Any]]] = {
    "n_who": ("target_audience", EVERYBODY),
    "n_wait": ("wait_until", WAIT),
    "n_end": ("end", {}),
}
LINKS = ["n_who out n_wait", "n_wait out n_end"]
SPLIT = [*LINKS, "n_who out n_end"]
"""The entry has two branches: it is through when both are."""


@contextmanager
def reading(run: Running) -> Iterator[list[str]]:
    """The statements that are read with inside the block."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(run.database.reader, "before_cursor_execute", note)
    yield found
    event.remove(run.database.reader, "before_cursor_execute", note)


def test_lists_say_at_any_moment_what_the_counts_say(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.run.waves.WaveRunner.MOST", 4)
    with Running(populate(target, tmp_path, people=PEOPLE)) as run:
        run.engine.publish(bundle(WAITING, LINKS, id="c_0"))
        run.engine.publish(bundle(WAITING, SPLIT, id="c_1"))
        seen = set()
        for _ in range(2):
            while run.engine.step():
                inside = 0
                for one in run.engine.campaigns():
                    counts = run.engine.counts(one.campaign)
                    assert (one.entries, one.inside) == (counts.entries, counts.inside)
                    assert one == run.engine.campaign(one.campaign)
                    inside += one.inside
                assert run.engine.status().people_inside == inside
                seen.add(inside)
            run.clock.set(run.clock.now() + HOUR)
        assert {0, PEOPLE, 2 * PEOPLE} <= seen


def test_nothing_is_counted_again_while_nothing_happens(tmp_path: Path) -> None:
    with Running(database(tmp_path, people=PEOPLE)) as run:
        for n in range(CAMPAIGNS):
            run.engine.publish(bundle(WAITING, LINKS, id=f"c_{n}"))
        run.advance(0)
        assert run.engine.status().people_inside == CAMPAIGNS * PEOPLE
        with reading(run) as statements:
            run.engine.post_events([IncomingEvent("e1", "p1", "order", run.clock.now())])
            assert run.engine.status().people_inside == CAMPAIGNS * PEOPLE
            assert len(run.engine.campaigns()) == CAMPAIGNS
        selects = [one for one in statements if one.startswith("SELECT")]
        assert len(selects) == 4  # one for all campaigns and one for what is in doubt, each time
        assert not [one for one in selects if "counter" in one or "bundle" in one]


def test_a_campaign_that_nobody_published_is_not_known(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run, pytest.raises(UnknownCampaign):
        run.engine.campaign("c_1")
