"""The rules of sending: what a crash leaves, what is stopped at the last moment, whose turn it is."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from engine.channels.adapter import Accepted, Delivery, Later, Traits
from engine.channels.sending.claims import LEASE_MS
from engine.channels.sending.loop import Sending
from engine.channels.sending.pacing import Breaker, RateLimit, Slot
from engine.channels.verdict import NotReached, refused_by_system
from engine.i18n import Message, MessageError, use_language
from engine.plan.contact import ContactRules, Daily
from engine.store.tables.people import suppression
from engine.store.tables.sending import doubt
from tests.databases import Target
from tests.engine.channels.sending.provider import REAL, Provider
from tests.engine.channels.sending.test_sending import judged, left, states
from tests.engine.run.drafting import (
    EVERYBODY,
    HOUR,
    MINUTE,
    PROMOTION,
    SMS,
    Running,
    bundle,
    database,
    populate,
)


class Died(BaseException):
    """The process is gone."""


def sms(config: dict[str, Any], id: str = "c_1") -> Any:
    """A campaign that sends everybody one SMS, which says the campaign's id."""
    said = {**config, "variables": {"name": {"from": "constant", "value": id}}}
    nodes = {"n_who": ("target_audience", EVERYBODY), "n_sms": ("text_sms", said), "n_end": ("end", {})}
    return bundle(nodes, ["n_who out n_sms", "n_sms out n_end"], id=id, account=REAL)


@pytest.mark.parametrize("key_lifetime", [None, 3600])
def test_a_crash_while_sending_sends_nothing_twice(
    target: Target, tmp_path: Path, key_lifetime: int | None
) -> None:
    provider = Provider(Traits(batch=1, concurrency=4, key_lifetime=key_lifetime))

    calls = itertools.count(1)

    def die(_batch: Sequence[Delivery]) -> None:
        if next(calls) == 4:
            raise Died

    populate(target, tmp_path, people=8)
    provider.before = die
    run = Running(target, open_adapter=provider.open)
    run.engine.publish(judged())
    with pytest.raises(BaseExceptionGroup):
        run.advance(MINUTE)
    run.engine.close()
    run.database.close()
    provider.before = lambda _batch: None
    again = Running(target, open_adapter=provider.open, clock=run.clock)
    with closing(again.database), again:
        again.advance(HOUR)
        assert set(provider.sent.values()) == {1}
        doubtful = left(again, doubt)
        if key_lifetime is None:
            assert 0 < doubtful <= 4
            assert len(provider.sent) >= 8 - doubtful
        else:
            assert (doubtful, len(provider.sent)) == (0, 8)
        assert again.engine.check() == []


def test_who_unsubscribes_while_a_message_waits_gets_none(tmp_path: Path) -> None:
    provider = Provider()
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        provider.answer = lambda _one: Later("429")
        run.engine.publish(sms(PROMOTION))
        run.advance(0)
        with run.database.write() as connection:
            row = {"type": "mobile", "value": provider.given[0].address}
            connection.execute(insert(suppression), row)
        provider.answer = lambda _one: Accepted()
        run.advance(MINUTE)
        assert states(run)[row["value"]] == "skipped suppressed"
        assert sorted(states(run).values()) == ["sent", "sent", "skipped suppressed"]
        assert run.engine.check() == []


def test_a_backlog_does_not_run_into_a_quiet_time(tmp_path: Path) -> None:
    """It is 17:00 there; the quiet time begins at 18:00 and ends at 20:00."""
    provider = Provider()
    provider.answer = lambda _one: Later("busy", after=3600.0)
    rules = ContactRules(daily={"text_sms": Daily(time(18), time(20), postpone=True)})
    with Running(database(tmp_path), rules, open_adapter=provider.open) as run:
        run.engine.publish(sms(PROMOTION))
        run.advance(0)
        assert len(provider.given) == 3
        provider.answer = lambda _one: Accepted()
        run.advance(2 * HOUR)
        assert len(provider.given) == 3
        assert set(states(run).values()) == {"planned"}
        assert run.engine.check() == []
        run.advance(2 * HOUR)
        assert set(states(run).values()) == {"sent"}
        assert run.engine.check() == []


def test_nothing_of_a_stopped_campaign_goes_out_until_it_is_restarted(tmp_path: Path) -> None:
    provider = Provider()
    provider.answer = lambda _one: Later("busy")
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(0)
        run.engine.stop("c_1")
        provider.answer = lambda _one: Accepted()
        run.advance(HOUR)
        assert set(states(run).values()) == {"planned"}
        run.engine.restart("c_1")
        run.advance(MINUTE)
        assert set(states(run).values()) == {"sent"}
        assert run.engine.counts("c_1").nodes["n_yes"].arrived == 3
        assert run.engine.check() == []


def test_a_campaign_that_is_stopped_in_the_middle_of_a_batch_sends_no_more(tmp_path: Path) -> None:
    provider = Provider(Traits(batch=1, concurrency=1))
    with Running(database(tmp_path, people=5), open_adapter=provider.open) as run:
        provider.before = lambda _batch: run.engine.stop("c_1") if not provider.given else None
        run.engine.publish(judged())
        run.advance(HOUR)
        assert len(provider.given) <= 2
        assert sorted(states(run).values()).count("planned") == 5 - len(provider.given)
        assert run.engine.check() == []


def test_notifications_go_first_and_campaigns_take_turns(tmp_path: Path) -> None:
    provider = Provider(Traits(batch=1, concurrency=1))
    provider.answer = lambda _one: Later("busy")
    with Running(database(tmp_path, people=4), open_adapter=provider.open) as run:
        for id in ("sale", "other"):
            run.engine.publish(sms(PROMOTION, id))
        run.engine.publish(sms(SMS, "order"))
        run.advance(0)
        del provider.batches[:]
        provider.answer = lambda _one: Accepted()
        run.clock.set(run.clock.now() + HOUR)
        run.advance(0)
        said = [one.content.text.removeprefix("Hello ") for one in provider.given]  # type: ignore[union-attr]
        assert said[:4] == ["order"] * 4
        assert said[4:] in (["sale", "other"] * 4, ["other", "sale"] * 4)


def test_a_notification_does_not_wait_for_marketing_that_is_claimed_already(tmp_path: Path) -> None:
    provider = Provider(Traits(batch=1, concurrency=1))
    with Running(database(tmp_path, people=10), open_adapter=provider.open) as run:

        def order(_batch: Sequence[Delivery]) -> None:
            provider.before = lambda _batch: None
            run.engine.publish(sms(SMS, "order"))
            while run.engine._scheduler.step(run.clock.now()):
                pass
            sending = run.engine._worker.sending
            assert sending is not None
            sending._look()

        provider.before = order
        run.engine.publish(sms(PROMOTION, "sale"))
        run.advance(0)
        said = [one.content.text.removeprefix("Hello ") for one in provider.given]  # type: ignore[union-attr]
        assert sorted(said) == ["order"] * 10 + ["sale"] * 10
        assert said[2:12] == ["order"] * 10
        assert run.engine.check() == []


def test_an_account_that_answers_nothing_is_left_alone_and_then_used_again(tmp_path: Path) -> None:
    provider = Provider(Traits(batch=1, concurrency=2))

    def away(_batch: Sequence[Delivery]) -> None:
        tried.append(1)
        raise NotReached(Message("away"))

    tried: list[int] = []
    provider.before = away
    with Running(database(tmp_path, people=50), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(0)
        assert len(tried) <= 8
        assert set(states(run).values()) == {"planned"}
        assert run.engine.check() == []


def test_why_an_account_pauses_is_told_in_the_language_of_who_asks(tmp_path: Path) -> None:
    """What is kept of it is a code."""
    provider = Provider()

    def away(_batch: Sequence[Delivery]) -> None:
        raise NotReached(refused_by_system("mail.example:25", ConnectionRefusedError()))

    provider.before = away
    with Running(database(tmp_path, people=8), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(0)
        (account,) = run.engine.accounts()
        with use_language("en"):
            assert str(account.problem) == "mail.example:25 refuses connections. Check address and port."
        with use_language("zh"):
            assert "refuses" not in str(account.problem)
        run.advance(30 * HOUR)
        assert set(states(run).values()) == {"failed not_reached"}


def test_a_letter_that_nobody_takes_fails_in_the_end(tmp_path: Path) -> None:
    provider = Provider()
    provider.answer = lambda _one: Later("451")
    with Running(database(tmp_path, people=1), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(30 * HOUR)
        assert set(states(run).values()) == {"failed 451"}
        assert len(provider.given) < 200
        assert run.engine.check() == []


def test_a_worker_that_was_frozen_past_its_lease_before_it_said_so_sends_nothing(tmp_path: Path) -> None:
    with two_workers(tmp_path) as (run, first, second, provider):

        async def frozen(limit: RateLimit, size: int) -> Slot:
            patch.undo()
            run.clock.set(run.clock.now() + LEASE_MS + 1000)
            with run.database.write() as connection:
                second.recover(connection, run.clock.now())
            thawing.append(size)
            return await limit.take(size)

        thawing: list[int] = []
        patch = pytest.MonkeyPatch()
        patch.setattr(RateLimit, "take", frozen)
        assert first.step()
        assert thawing
        while second.step():
            pass
        assert set(provider.by_key.values()) == {1}
        assert set(states(run).values()) == {"sent"}
        assert run.engine.check() == []


def test_a_worker_that_was_frozen_past_its_lease_while_it_sent_repeats_nothing(tmp_path: Path) -> None:
    with two_workers(tmp_path) as (run, first, second, provider):

        def frozen(_batch: Sequence[Delivery]) -> None:
            provider.before = lambda _batch: None
            run.clock.set(run.clock.now() + LEASE_MS + 1000)
            with run.database.write() as connection:
                second.recover(connection, run.clock.now())

        provider.before = frozen
        first.step()
        while second.step():
            pass
        assert set(provider.by_key.values()) == {1}
        assert len(provider.by_key) == 8
        assert 0 < left(run, doubt) <= 4
        assert run.engine.check() == []


@contextmanager
def two_workers(
    folder: Path, key_lifetime: int | None = None
) -> Iterator[tuple[Running, Sending, Sending, Provider]]:
    """One outbox with the messages of 8 people, and two that send what is in it."""
    provider = Provider(Traits(batch=1, concurrency=4, key_lifetime=key_lifetime))
    with Running(database(folder, people=8), open_adapter=lambda _account: unusable()) as run:
        run.engine.publish(judged())
        run.advance(0)
        with closing(another(run, provider.open)) as first, closing(another(run, provider.open)) as second:
            yield run, first, second, provider


def another(run: Running, open_adapter: Any, **clock: Any) -> Sending:
    """Another loop over the outbox of an engine, which sends nothing by itself."""
    own = run.engine._worker.sending
    assert own is not None
    return Sending(own._desk, run.database.writer.dialect, open_adapter, **clock)


def unusable() -> Any:
    raise MessageError(Message("not now"))


@given(limit=st.integers(1, 50), sizes=st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_no_second_holds_more_than_the_rate_and_most_of_it_is_used(limit: int, sizes: list[int]) -> None:
    now, left_at = 0.0, []

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    async def send() -> None:
        nonlocal now
        rate = RateLimit(limit, lambda: now, sleep)
        for size in sizes:
            slot = await rate.take(min(size, limit))
            now += 0.003
            rate.used(slot)
            left_at.extend([now] * min(size, limit))

    asyncio.run(send())
    for at in left_at:
        assert sum(at - 1 < other <= at for other in left_at) <= limit
    if set(sizes) == {1} and len(sizes) > 3 * limit:
        assert len(left_at) / (left_at[-1] - left_at[0] + 1) >= 0.95 * limit * 0.98


def test_an_account_is_left_alone_for_longer_only_when_it_was_tried_again() -> None:
    now = 0.0
    breaker = Breaker(lambda: now)
    pauses = []
    for _ in range(4):
        for _ in range(20):  # all that were on their way at once
            breaker.failed("away")
        pauses.append(breaker.pause)
        now += breaker.pause
    assert pauses == [1, 2, 4, 8]
    breaker.succeeded()
    breaker.failed("away")
    assert not breaker.is_open
