"""What comes between while messages are on their way: a database that refuses, people and campaigns that go,
an account that changes, an engine that ends.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from engine.channels.adapter import Accepted, Adapter, Delivery, Later, Outcome, Refused, Traits
from engine.channels.sending.claims import LEASE_MS
from engine.channels.sending.ledger import Ledger
from engine.channels.sending.loop import KEPT_S
from engine.i18n import Message, MessageError
from engine.run.answers import Status
from engine.run.clock import RealClock
from engine.run.engine import Engine
from engine.store.database import Database
from engine.workspace.account import AccountFile
from tests.engine.channels.sending.provider import REAL, Provider
from tests.engine.channels.sending.test_rules import another, sms, two_workers
from tests.engine.channels.sending.test_sending import ended, judged, left, states
from tests.engine.run.drafting import HOUR, MINUTE, PROMOTION, SETTINGS, SMS, Running, database

PATIENCE_S = 60.0


def refuses(patch: pytest.MonkeyPatch, name: str) -> None:
    """The database is full when the ledger writes something for the first time."""
    written = getattr(Ledger, name)

    def write(self: Ledger, connection: Connection, *args: Any, **more: Any) -> Any:
        patch.undo()
        written(self, connection, *args, **more)
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise OperationalError("INSERT", {}, full)

    patch.setattr(Ledger, name, write)


@pytest.mark.parametrize("name", ["claim", "start", "settle"])
def test_a_database_that_refuses_loses_and_repeats_nothing(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = Provider(Traits(batch=1, concurrency=4, per_second=8))
    with Running(database(tmp_path, people=8), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        refuses(monkeypatch, name)
        with pytest.raises(OperationalError):
            run.advance(0)
        run.advance(0)
        assert set(provider.by_key.values()) == {1}
        assert set(states(run).values()) == {"sent"}
        assert (len(provider.given), ended(run)["n_yes"], left(run)) == (8, 8, 0)
        assert run.engine.check() == []


def test_a_module_that_gives_up_by_itself_leaves_its_message_in_doubt(tmp_path: Path) -> None:
    provider = Provider()

    def cancel(_batch: Sequence[Delivery]) -> None:
        raise asyncio.CancelledError

    provider.before = cancel
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(MINUTE)
        assert set(states(run).values()) == {"unknown"}
        assert (left(run), run.engine.check()) == (0, [])


def test_an_answer_that_no_database_can_hold_is_written_down_without_it(tmp_path: Path) -> None:
    provider = Provider(Traits(receipts=True))
    answers: dict[str, Outcome] = {"p1": Refused("\ud800"), "p2": Accepted("a\0b")}
    provider.answer = lambda one: answers.get(one.person, Accepted())
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(MINUTE)
        assert sorted(states(run).values()) == ["failed unreadable", "sent", "sent"]


def test_somebody_is_erased_while_the_message_is_on_its_way(tmp_path: Path) -> None:
    provider = Provider()
    with Running(database(tmp_path, people=1), open_adapter=provider.open) as run:

        def erase(_batch: Sequence[Delivery]) -> None:
            run.engine.erase_person("p1")

        provider.before = erase
        run.engine.publish(judged())
        run.advance(HOUR)
        assert len(provider.given) == 1
        assert states(run) == {"erased:0": "unknown"}
        assert (left(run), run.engine.check()) == (0, [])


@pytest.mark.parametrize("answer", [Refused("blocked"), Accepted()])
def test_an_answer_for_a_deleted_campaign_is_none_for_the_next_one(tmp_path: Path, answer: Outcome) -> None:
    """A campaign that is published after the last one was deleted gets the same number."""
    provider = Provider(Traits(batch=1, concurrency=1))
    with Running(database(tmp_path, people=1), open_adapter=provider.open) as run:

        def replace(_batch: Sequence[Delivery]) -> None:
            provider.before = lambda _batch: None
            run.engine.stop("c_1")
            run.engine.delete("c_1")
            run.engine.publish(judged())
            while run.engine._scheduler.step(run.clock.now()):
                pass
            with run.database.write() as connection:
                connection.exec_driver_sql("UPDATE message SET state = 'sending'")
                connection.exec_driver_sql("UPDATE message_counter SET state = 'sending'")

        provider.before = replace
        provider.answer = lambda _one: answer
        run.engine.publish(judged())
        run.engine.step()
        while not provider.given:
            run.engine.step()
        assert set(states(run).values()) == {"sending"}
        assert run.engine.check() == []


def test_what_waits_of_a_finished_campaign_goes_with_it(tmp_path: Path) -> None:
    provider = Provider()
    provider.answer = lambda _one: Later("busy")
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        run.engine.publish(sms(SMS))
        run.advance(0)
        assert run.engine.campaign("c_1").status is Status.COMPLETED
        run.engine.delete("c_1")
        run.advance(HOUR)
        assert (len(provider.given), left(run), run.engine.check()) == (3, 0, [])


def test_an_answer_that_comes_while_another_worker_sends_again_changes_nothing(tmp_path: Path) -> None:
    sends_again, answered = threading.Event(), threading.Event()
    with two_workers(tmp_path, key_lifetime=3600) as (run, first, second, provider):
        other = threading.Thread(target=second.step)
        keys: list[str] = []

        def frozen(batch: Sequence[Delivery]) -> None:
            if threading.current_thread() is other:
                if batch[0].key in keys:
                    sends_again.set()
                    assert answered.wait(PATIENCE_S)
            elif not keys:
                keys.append(batch[0].key)
                run.clock.set(run.clock.now() + LEASE_MS + 1000)
                with run.database.write() as connection:
                    second.recover(connection, run.clock.now())
                run.clock.set(run.clock.now() + MINUTE)
                other.start()
                assert sends_again.wait(PATIENCE_S)

        provider.before = frozen
        provider.answer = lambda one: Later("busy") if not answered.is_set() else Accepted()
        first.step()
        answered.set()
        other.join()
        assert run.engine.check() == []
        provider.before = lambda _batch: None
        run.clock.set(run.clock.now() + HOUR)
        while second.step():
            pass
        assert set(provider.sent.values()) == {1}
        assert set(states(run).values()) == {"sent"}
        assert (left(run), run.engine.check()) == (0, [])


def test_versions_with_other_settings_of_an_account_keep_to_its_rate_together(tmp_path: Path) -> None:
    seconds, times = 0.0, list[float]()

    async def sleep(wait: float) -> None:
        nonlocal seconds
        for _ in range(20):  # what can leave now leaves before the clock goes on
            await asyncio.sleep(0)
        seconds += wait

    provider = Provider(Traits(batch=1, concurrency=4, per_second=5))
    provider.before = lambda _batch: times.append(seconds)
    with two_workers(tmp_path) as (run, _first, _second, _provider):
        renamed = sms(SMS, "c_2")
        renamed.accounts[REAL.id] = REAL.model_copy(update={"name": "Another name"})
        run.engine.publish(renamed)
        run.advance(0)
        sending = another(run, provider.open, monotonic=lambda: seconds, sleep=sleep)
        while sending.step():
            pass
        sending.close()
        assert len(times) == 16
        assert max(sum(at - 1 < other <= at for other in times) for at in times) <= 5


def test_an_account_that_answers_nothing_is_opened_anew_with_the_secret_that_is_right(tmp_path: Path) -> None:
    provider = Provider(Traits(batch=1, concurrency=2))
    secret = "wrong"

    def open_(account: AccountFile) -> Adapter:
        entered = secret
        if entered == "none":
            raise MessageError(Message("lacks a secret"))
        provider.answer = lambda _one: Accepted() if entered == "right" else Later("535", whole_account=True)
        return provider.open(account)

    with Running(database(tmp_path, people=20), open_adapter=open_) as run:
        run.engine.publish(judged())
        while run.engine.step():
            pass
        assert run.engine.campaign("c_1").cannot_send == "535"
        secret = "none"
        run.advance(10_000)
        assert str(run.engine.campaign("c_1").cannot_send) == "lacks a secret"
        secret = "right"
        run.advance(10 * MINUTE)
        assert set(states(run).values()) == {"sent"}
        assert run.engine.campaign("c_1").cannot_send is None
        assert run.engine.check() == []


def test_what_only_old_versions_need_is_let_go_of(tmp_path: Path) -> None:
    seconds = 0.0
    opened: list[str] = []
    provider = Provider()

    def open_(account: AccountFile) -> Adapter:
        opened.append(account.name)
        return provider.open(account)

    with two_workers(tmp_path) as (run, _first, _second, _provider):
        sending = another(run, open_, monotonic=lambda: seconds)
        for name in ("Old", "New"):
            made = sms(SMS, name)
            made.accounts[REAL.id] = REAL.model_copy(update={"name": name})
            run.engine.publish(made)
            run.advance(0)
            while sending.step():
                pass
        assert (len(sending._sheets), len(sending._known.senders)) == (3, 3)
        seconds = KEPT_S + 1
        sending.step()
        assert (sending._sheets, provider.closed) == ({}, 2)
        assert [one.account for one in sending.states()] == [REAL.id]
        run.engine.publish(sms(PROMOTION, "later"))
        run.advance(0)
        while sending.step():
            pass
        sending.close()
        assert provider.closed == len(opened)
        assert set(states(run).values()) == {"sent"}
        assert run.engine.check() == []


def test_a_version_that_cannot_be_read_any_more_keeps_nobody_else_from_sending(tmp_path: Path) -> None:
    provider = Provider()
    provider.answer = lambda _one: Later("busy")
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        for id in ("bad", "good"):
            run.engine.publish(sms(SMS, id))
        run.advance(0)
        with run.database.write() as connection:
            bad = "SELECT number FROM campaign WHERE id = 'bad'"
            connection.exec_driver_sql(
                f"UPDATE campaign_version SET bundle = '{{}}' WHERE campaign = ({bad})"
            )
            connection.exec_driver_sql("UPDATE outbox SET worker = 'w', leased_until = 0 WHERE person = 1")
            connection.exec_driver_sql("UPDATE message SET state = 'sending' WHERE person = 1")
    provider.answer = lambda _one: Accepted()
    with Running(tmp_path / "engine.db", open_adapter=provider.open, clock=run.clock) as run:
        run.advance(HOUR)
        assert run.engine.campaign("bad").cannot_send is not None
        assert run.engine.campaign("good").cannot_send is None
        assert [one.campaign for one in run.engine.doubtful_groups()] == ["bad", "good"]
        assert {one.person for one in provider.given[6:]} == {"p2", "p3"}
        assert len(provider.given) == 8


# ---- in a thread of its own


class Slow:
    """Answers when it is let; `asked` is set once somebody waits for it, and counts who does."""

    traits = Traits(batch=1, concurrency=2)

    def __init__(self) -> None:
        self.asked, self.let = threading.Event(), threading.Event()
        self.taken = 0

    async def send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        self.asked.set()
        await asyncio.to_thread(self.let.wait, PATIENCE_S)
        self.taken += len(batch)
        return [Accepted()] * len(batch)

    async def close(self) -> None: ...


def really(folder: Path, people: int, open_adapter: Callable[[AccountFile], Adapter]) -> tuple[Any, Engine]:
    store = Database.open(database(folder, people=people))
    return store, Engine(store, SETTINGS, RealClock(), open_adapter=open_adapter)


def test_nobody_waits_for_an_account_that_is_slow(tmp_path: Path) -> None:
    slow, quick, given = Slow(), Provider(), threading.Event()
    quick.before = lambda _batch: given.set()
    store, engine = really(
        tmp_path, 3, lambda account: slow if account.name == "Slow" else quick.open(account)
    )
    try:
        engine.start()
        late = sms(SMS, "late")
        late.accounts[REAL.id] = REAL.model_copy(update={"name": "Slow"})
        engine.publish(late)
        assert slow.asked.wait(PATIENCE_S)
        engine.publish(sms(SMS, "soon"))
        assert given.wait(PATIENCE_S)
        assert slow.taken == 0
    finally:
        slow.let.set()
        engine.close()
        store.close()


def test_an_engine_that_is_told_to_end_waits_for_answers_and_begins_nothing(tmp_path: Path) -> None:
    slow = Slow()
    store, engine = really(tmp_path, 200, lambda _account: slow)
    engine.start()
    engine.publish(sms(SMS))
    assert slow.asked.wait(PATIENCE_S)
    closing = threading.Thread(target=engine.close)
    sending = engine._worker.sending
    assert sending is not None
    closing.start()
    while not sending._closing:
        threading.Event().wait(0.001)
    slow.let.set()
    closing.join(PATIENCE_S)
    assert not closing.is_alive()
    store.close()
    again = Provider()
    with Running(tmp_path / "engine.db", open_adapter=again.open) as run:
        counted = list(states(run).values())
        assert 0 < slow.taken < 10
        assert (counted.count("sent"), counted.count("planned")) == (slow.taken, 200 - slow.taken)
        assert run.engine.check() == []
