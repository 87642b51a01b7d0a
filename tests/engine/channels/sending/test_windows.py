"""How much one attempt takes: no more than can leave at once, whatever an account's messages say."""

from __future__ import annotations

from pathlib import Path

from engine.channels.adapter import Traits
from engine.channels.sending.destinations import Limits
from engine.channels.sending.windows import Windows
from tests.engine.channels.sending.provider import Provider
from tests.engine.channels.sending.test_rules import sms
from tests.engine.run.drafting import PROMOTION, Running, database

SENDS = 4


def on_their_way(run: Running) -> int:
    with run.database.read() as connection:
        said = connection.exec_driver_sql("SELECT count(*) FROM message WHERE state = 'sending'")
        return int(said.scalar_one())


def watched(run: Running, provider: Provider) -> list[int]:
    """How many were on their way with each send."""
    seen: list[int] = []
    provider.before = lambda _batch: seen.append(on_their_way(run))
    return seen


def test_messages_with_words_of_their_own_are_on_their_way_a_request_each(tmp_path: Path) -> None:
    """A provider that takes many of the same words gets each of these by itself."""
    traits = Traits(batch=50, concurrency=SENDS, alike=lambda one: one.key)
    provider = Provider(traits)
    with Running(database(tmp_path, people=60), open_adapter=provider.open) as run:
        seen = watched(run, provider)
        run.engine.publish(sms(PROMOTION))
        run.advance(0)
        assert [len(batch) for batch in provider.batches] == [1] * 60
        assert set(provider.by_key.values()) == {1}
        assert max(seen) <= SENDS
        assert run.engine.check() == []


def test_many_small_campaigns_do_not_wait_in_line_once_they_are_on_their_way(tmp_path: Path) -> None:
    provider = Provider(Traits(batch=50, concurrency=SENDS))
    with Running(database(tmp_path, people=10), open_adapter=provider.open) as run:
        seen = watched(run, provider)
        for number in range(8):
            run.engine.publish(sms(PROMOTION, f"c_{number}"))
        run.advance(0)
        assert len(provider.given) == 80
        assert max(seen) <= SENDS * 10
        assert run.engine.check() == []


def limits() -> Limits:
    return Limits(lambda: 0.0)


def test_what_goes_out_one_after_the_other_leaves_alone_where_it_is_slow() -> None:
    """Else the last of a batch would begin long after a stop."""
    traits = Traits(batch=5, concurrency=10, in_turn=True)
    windows = Windows(traits, limits().of("a", traits))
    assert windows.most == 5  # nobody knows yet
    windows.took(0.05, 1)
    assert windows.most == 25
    windows.took(2.0, 5)
    assert windows.most == 5
    windows.took(0.05, 1)
    assert windows.most == 25


def test_what_goes_out_one_after_the_other_leaves_alone_at_a_rate() -> None:
    """Else the last of a batch would leave in another second than there was room for it."""
    traits = Traits(batch=5, concurrency=10, per_second=100, in_turn=True)
    known = limits()
    windows = Windows(traits, known.of("a", traits))
    windows.took(0.01, 1)
    assert windows.most == 25
    known.pinned("a", traits, 1)
    assert windows.most == 5
