"""Database work in a thread of its own: nothing else about sending changes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update

from engine.channels.adapter import Accepted, Delivery, Later, Traits
from engine.channels.sending import claims, loop
from engine.channels.sending.ledger import Ledger, Started
from engine.channels.sending.letters import Letter
from engine.run.clock import RealClock
from engine.run.engine import Engine
from engine.store.database import Database
from engine.store.tables.runs import message
from engine.store.tables.sending import outbox
from tests.engine.channels.sending.provider import Provider
from tests.engine.channels.sending.test_rules import sms
from tests.engine.channels.sending.test_sending import left, states
from tests.engine.run.drafting import HOUR, SETTINGS, SMS, Running, database

PATIENCE_S = 60
PEOPLE = 60


def test_all_that_goes_out_was_said_to_be_on_its_way_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows of ten from claims of twenty, two side by side, in an engine that runs in the background."""
    monkeypatch.setattr(claims, "CLAIM", 20)
    provider, seen, whole = Provider(Traits(batch=5, concurrency=4)), list[int](), threading.Event()
    store = Database.open(database(tmp_path, people=PEOPLE))

    def before(batch: Sequence[Delivery]) -> None:
        addresses = [one.address for one in batch]
        with store.read() as connection:
            sending = select(func.count()).where(
                message.c.address.in_(addresses), message.c.state == "sending"
            )
            seen.append(connection.execute(sending).scalar_one() - len(batch))
        if len(seen) == PEOPLE // len(batch):
            whole.set()

    provider.before = before
    engine = Engine(store, SETTINGS, RealClock(), open_adapter=provider.open)
    try:
        engine.start()
        engine.publish(sms(SMS))
        assert whole.wait(PATIENCE_S)
    finally:
        engine.close()
        store.close()
    assert seen == [0] * (PEOPLE // 5)
    assert Counter(one.address for one in provider.given).total() == PEOPLE
    assert set(provider.by_key.values()) == {1}
    with Running(tmp_path / "engine.db") as run:
        assert Counter(states(run).values()) == {"sent": PEOPLE}
        assert (left(run), run.engine.check()) == (0, [])


def test_an_attempt_claims_the_next_letters_in_its_own_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "CLAIM", 10)
    monkeypatch.setattr(loop, "CLAIMS_OF_A_STEP", None)
    alone: list[int] = []
    refill = claims.Claims._refill

    def told(self: claims.Claims, order: claims.Order) -> claims.Made:
        made = refill(self, order)
        alone.append(made.size)
        return made

    monkeypatch.setattr(claims.Claims, "_refill", told)
    provider = Provider(Traits(batch=10, concurrency=2))
    with Running(database(tmp_path, people=PEOPLE), open_adapter=provider.open) as run:
        run.engine.publish(sms(SMS))
        run.advance(0)
        assert Counter(states(run).values()) == {"sent": PEOPLE}
        assert (left(run), run.engine.check()) == (0, [])
    assert sum(alone) < PEOPLE  # the others were claimed with an attempt
    assert len(provider.batches) == PEOPLE // 10


def test_of_a_whole_claim_those_that_were_lost_do_not_go_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else has taken one of them over before the attempt."""
    monkeypatch.setattr(claims, "CLAIM", 10)
    provider = Provider(Traits(batch=10, concurrency=2))
    start = Ledger.start
    taken: list[str] = []

    def late(self: Ledger, connection: Connection, letters: Sequence[Letter], *rest: Any) -> Started:
        if not taken:
            taken.append(letters[0].address)
            change = update(outbox).where(outbox.c.address == taken[0])
            connection.execute(change.values(worker="other", fence=99))
        return start(self, connection, letters, *rest)

    monkeypatch.setattr(Ledger, "start", late)
    with Running(database(tmp_path, people=10), open_adapter=provider.open) as run:
        run.engine.publish(sms(SMS))
        run.advance(0)
        assert len(provider.given) == 9
        assert taken[0] not in {one.address for one in provider.given}
        assert Counter(states(run).values()) == {"sent": 9, "planned": 1}


def test_what_was_claimed_ahead_is_given_back_when_nothing_goes_out_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "CLAIM", 10)
    monkeypatch.setattr(loop, "CLAIMS_OF_A_STEP", None)
    provider = Provider(Traits(batch=10, concurrency=2))
    provider.answer = lambda _one: Later("busy", after=60, whole_account=True)
    with Running(database(tmp_path, people=PEOPLE), open_adapter=provider.open) as run:
        run.engine.publish(sms(SMS))
        run.advance(0)
        assert 0 < len(provider.given) < PEOPLE
        with run.database.read() as connection:
            claimed = select(func.count()).where(outbox.c.worker.is_not(None))
            assert connection.execute(claimed).scalar_one() == 0
        provider.answer = lambda _one: Accepted()
        run.advance(HOUR)
        assert Counter(states(run).values()) == {"sent": PEOPLE}
        assert (left(run), run.engine.check()) == (0, [])
