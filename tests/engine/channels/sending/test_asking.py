"""Receipts that are asked for: when, until when, and what follows from them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.channels.adapter import Accepted, Sent, Traits
from engine.channels.alibaba_answers import sms_id
from engine.channels.receipts import Receipt
from engine.channels.sending.asking import WAITS
from engine.i18n import Message, MessageError
from engine.store.tables.sending import receipt_query
from engine.workspace.account import AccountFile
from tests.databases import Target
from tests.engine.channels.fakes.alibaba import AlibabaFake
from tests.engine.channels.fakes.everything import CANARY, CASES, LOOPBACK, QUICK
from tests.engine.channels.fakes.everything import account as made
from tests.engine.channels.sending.provider import Provider
from tests.engine.channels.sending.test_received import HOOK, WEBHOOK, WEBHOOK_LINKS, standings
from tests.engine.channels.sending.test_sending import ended, left
from tests.engine.run.drafting import DAY, HOUR, MINUTE, Running, bundle, database, populate

ASKS = Traits(batch=1, concurrency=4, receipts=True, asks=True)


def asked() -> Provider:
    provider = Provider(ASKS)
    provider.answer = lambda one: Accepted(f"id-{one.person}")
    return provider


def campaign() -> Any:
    return bundle(WEBHOOK, WEBHOOK_LINKS, account=HOOK)


def test_what_is_told_when_asked_counts_and_lets_people_go_on(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path)
    provider, told = asked(), {"id-p1": "came", "id-p2": "failed"}

    def tell(sent: Sent, now: datetime) -> Receipt | None:
        code = told.get(sent.reference)
        return None if code is None else Receipt(code, now, reference=sent.reference, reason="UNDELIV")

    provider.tell = tell
    with Running(target, open_adapter=provider.open) as run:
        run.engine.publish(campaign())
        run.advance(MINUTE - 1)
        assert provider.asked == []
        run.advance(MINUTE)
        assert sorted(one.reference for one in provider.asked) == ["id-p1", "id-p2", "id-p3"]
        assert provider.asked[0].address.startswith("+86138")
        assert {digit: found[2] for digit, found in standings(run).items()} == {
            "1": "came", "2": "failed", "3": None,
        }  # fmt: skip
        assert (ended(run)["n_yes"], ended(run)["n_no"]) == (1, 1)
        assert left(run, receipt_query) == 1
        told["id-p3"] = "came"
        run.advance(10 * MINUTE)
        assert len(provider.asked) == 4
        assert (ended(run)["n_yes"], left(run, receipt_query)) == (2, 0)
        assert run.engine.check() == []


def test_it_is_asked_more_and_more_rarely_and_not_for_ever(tmp_path: Path) -> None:
    provider, times = asked(), list[int]()
    with Running(database(tmp_path, people=1), open_adapter=provider.open) as run:
        began = run.clock.now()

        def tell(_sent: Sent, _now: datetime) -> None:
            times.append(run.clock.now() - began)

        provider.tell = tell
        run.engine.publish(campaign())
        run.advance(10 * DAY)
        assert times == [sum(WAITS[: n + 1]) for n in range(len(WAITS))]
        assert left(run, receipt_query) == 0


def test_questions_outlive_the_engine_and_wait_for_an_account_that_cannot_be_used(tmp_path: Path) -> None:
    provider = asked()
    provider.tell = lambda sent, now: Receipt("came", now, reference=sent.reference)
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        run.engine.publish(campaign())
        run.advance(0)
    usable = False

    def open_(account: AccountFile) -> Any:
        if not usable:
            raise MessageError(Message("lacks a secret"))
        return provider.open(account)

    with Running(tmp_path / "engine.db", open_adapter=open_, clock=run.clock) as run:
        run.advance(2 * MINUTE)
        assert (provider.asked, left(run, receipt_query)) == ([], 3)
        usable = True
        run.advance(HOUR)
        assert (len(provider.asked), left(run, receipt_query)) == (3, 0)
        assert ended(run)["n_yes"] == 3


def test_nobody_asks_about_who_was_erased_or_what_was_deleted(tmp_path: Path) -> None:
    provider = asked()
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        run.engine.publish(campaign())
        run.advance(0)
        run.engine.erase_person("p1")
        run.advance(MINUTE)
        assert sorted(one.reference for one in provider.asked) == ["id-p2", "id-p3"]
        run.engine.stop("c_1")
        run.engine.delete("c_1")
        run.advance(DAY)
        assert (len(provider.asked), left(run, receipt_query)) == (2, 0)


def test_a_provider_that_fails_when_asked_is_asked_again(tmp_path: Path) -> None:
    provider, calls = asked(), list[int]()

    def tell(sent: Sent, now: datetime) -> Receipt:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError(sent.address)
        return Receipt("came", now, reference=sent.reference)

    provider.tell = tell
    with Running(database(tmp_path, people=1), open_adapter=provider.open) as run:
        run.engine.publish(campaign())
        run.advance(HOUR)
        assert (len(calls), ended(run)["n_yes"]) == (2, 1)


# ---- Alibaba Cloud SMS


@pytest.mark.parametrize(
    ("state", "code", "reason"),
    [((3, "DELIVERED"), "delivered", ""), ((2, "MK:0001"), "failed", "MK:0001"), ((1, ""), None, "")],
)
def test_alibaba_is_asked_for_one_sms(state: tuple[int, str], code: str | None, reason: str) -> None:
    case = next(one for one in CASES if one.name == "alibaba_sms")
    now = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # tomorrow in China
    with AlibabaFake(CANARY) as fake:
        account = made("alibaba_sms", **case.settings(fake), ask_receipts=True)

        async def work() -> Any:
            from engine.channels.providers import adapter_of

            adapter: Any = adapter_of(account, case.secrets, LOOPBACK, QUICK)
            assert adapter.traits.asks
            (accepted,) = await adapter.send([case.delivery(1)])
            sent = Sent(accepted.id, "+86" + case.address(1), now)
            fake.states[case.address(1)] = state
            another = sent._replace(reference=sms_id("another", case.address(1)))
            found = await adapter.ask([sent, another], now)
            fake.misbehave("busy")
            busy = await adapter.ask([sent], now)
            fake.misbehave("garbage")
            garbage = await adapter.ask([sent], now)
            fake.misbehave("reset")
            gone = await adapter.ask([sent], now)
            await adapter.close()
            return accepted.id, found, busy, garbage, gone

        id, (answer, other), *troubles = asyncio.run(work())
        assert fake.calls[1]["SendDate"] == "20260303"
        assert (other, troubles) == (None, [[None]] * 3)
        told = None if answer is None else (answer.code, answer.reference, answer.reason)
        assert told == (None if code is None else (code, id, reason))
