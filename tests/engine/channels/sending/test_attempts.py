"""What an attempt leaves in the database: before it goes out, after a crash, and with the next one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from engine.channels.adapter import Delivery, Traits
from engine.run.mailing import EngineDesk
from engine.store.tables.sending import doubt
from tests.databases import Target
from tests.engine.channels.sending.provider import Provider
from tests.engine.channels.sending.test_rules import Died
from tests.engine.channels.sending.test_sending import judged, left, states
from tests.engine.run.drafting import HOUR, MINUTE, Running, database, populate
from tests.engine.run.interference import transactions_told


def test_what_came_of_an_attempt_is_written_with_the_next_one(tmp_path: Path) -> None:
    provider, written = Provider(Traits(batch=1, concurrency=2)), Counter[str]()
    target = database(tmp_path, people=9)
    with (
        transactions_told(lambda what, when: written.update([what] if when == "after" else [])),
        Running(target, open_adapter=provider.open) as run,
    ):
        run.engine.publish(judged())
        run.advance(MINUTE)
        assert set(states(run).values()) == {"sent"}
        assert (written["claim"], written["attempt"]) == (1, 9)
        assert 1 <= written["result"] <= 2  # of the last attempts, behind which none follows
        assert run.engine.check() == []


def test_nothing_more_is_on_its_way_at_a_time_than_the_provider_takes(tmp_path: Path) -> None:
    provider, most = Provider(Traits(batch=2, concurrency=3)), 0
    with Running(database(tmp_path, people=30), open_adapter=provider.open) as run:

        def count(_batch: Sequence[Delivery]) -> None:
            nonlocal most
            most = max(most, list(states(run).values()).count("sending"))

        provider.before = count
        run.engine.publish(judged())
        run.advance(MINUTE)
        assert 3 <= most <= 6
        assert set(states(run).values()) == {"sent"}


def test_an_engine_that_stood_still_in_an_attempt_sends_nothing_while_another_one_may_have_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has said that messages are on their way, and no socket was opened. Where nobody took over they go
    out once it knows that."""
    provider, leads = Provider(Traits(batch=1, concurrency=4)), True
    monkeypatch.setattr(EngineDesk, "leads", property(lambda _desk: leads))

    def stand_still(what: str, when: str) -> None:
        nonlocal leads
        leads = leads and (what, when) != ("attempt", "after")

    with (
        transactions_told(stand_still),
        Running(database(tmp_path, people=6), open_adapter=provider.open) as run,
    ):
        run.engine.publish(judged())
        while run.engine.step():
            pass
        assert provider.given == []
        assert set(states(run).values()) == {"planned"}
    leads = True
    with Running(tmp_path / "engine.db", open_adapter=provider.open, clock=run.clock) as run:
        run.advance(MINUTE)
        assert set(states(run).values()) == {"sent"}
        assert set(provider.by_key.values()) == {1}
        assert run.engine.check() == []


def test_after_a_crash_a_key_counts_from_the_attempt_that_was_under_way(
    target: Target, tmp_path: Path
) -> None:
    """It is remembered for an hour; the engine comes back after two."""
    provider = Provider(Traits(batch=1, concurrency=4, key_lifetime=3600))

    def die(_batch: Sequence[Delivery]) -> None:
        raise Died

    populate(target, tmp_path, people=8)
    provider.before = die
    run = Running(target, open_adapter=provider.open)
    run.engine.publish(judged())
    with pytest.raises(BaseExceptionGroup):
        run.advance(MINUTE)
    run.engine.close()
    run.database.close()
    run.clock.set(run.clock.now() + 2 * HOUR)
    provider.before = lambda _batch: None
    again = Running(target, open_adapter=provider.open, clock=run.clock)
    with closing(again.database), again:
        again.advance(HOUR)
        doubtful = left(again, doubt)
        assert 0 < doubtful <= 4
        assert len(provider.given) == 8 - doubtful
        assert again.engine.check() == []
