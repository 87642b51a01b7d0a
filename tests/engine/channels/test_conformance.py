"""What every adapter does: one test for all of them, against fakes on real sockets."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

import pytest

from engine.channels.adapter import Accepted, Delivery, Later, Outcome, Refused, Unknown
from engine.channels.checking import check
from engine.channels.http_client import Timeouts
from engine.channels.sending.loop import new_event_loop
from engine.channels.verdict import NotReached
from tests.engine.channels.fakes.everything import CANARY, CASES, LOOPBACK, PATIENT, QUICK, SIGNING, Case
from tests.engine.channels.fakes.fake import RETRY_AFTER, Fake

COUNT = 5


def cases(without: str = "") -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [case for case in CASES if without not in case.lacks], ids=str)


def sent(
    case: Case, fake: Fake, batch: Sequence[Delivery], timeouts: Timeouts = PATIENT
) -> Sequence[Outcome]:
    """What becomes of a batch, handed over in as many sends as the adapter needs."""

    async def work() -> list[Outcome]:
        adapter = case.adapter(fake, timeouts)
        size = adapter.traits.batch
        try:
            parts = [batch[at : at + size] for at in range(0, len(batch), size)]
            found = await asyncio.gather(*(adapter.send(part) for part in parts))
            return [outcome for part in found for outcome in part]
        finally:
            await adapter.close()

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work())


@pytest.mark.parametrize("case", [*CASES, *SIGNING], ids=str)
def test_everybody_gets_one_message(case: Case) -> None:
    with case.make() as fake:
        batch = [case.delivery(number) for number in range(COUNT)]
        outcomes = sent(case, fake, batch)
        assert all(isinstance(one, Accepted) for one in outcomes), outcomes
        ids = {one.id for one in outcomes if isinstance(one, Accepted)}
        assert (len(ids), "" in ids) == ((COUNT, False) if case.gives_ids else (1, True))
        if case.kind == "kafka":
            assert {key: len(found) for key, found in fake.read(COUNT).items()} == {
                f"p{n}": 1 for n in range(COUNT)
            }
        else:
            assert (fake.twice(), fake.lost(one.address for one in batch)) == ([], [])


@pytest.mark.parametrize("case", [*CASES, *SIGNING], ids=str)
def test_the_check_of_an_account_says_whether_it_can_send_and_sends_nothing(case: Case) -> None:
    with case.make() as fake:
        assert check(case.account(fake), case.secrets, LOOPBACK).ok
        if case.secrets and case.name != "webhook-none":
            wrong = dict.fromkeys(case.secrets, f"{CANARY[:-1]}x")
            assert not check(case.account(fake), wrong, LOOPBACK).ok
        assert not fake.sent


@cases(without="refused")
def test_one_who_is_refused_stops_nobody(case: Case) -> None:
    with case.make() as fake:
        batch = [case.delivery(number) for number in range(COUNT)]
        fake.refuse(batch[2].address)
        outcomes = sent(case, fake, batch)
        assert [type(one) for one in outcomes] == [Accepted, Accepted, Refused, Accepted, Accepted]
        assert (fake.twice(), fake.lost(one.address for one in batch)) == ([], [batch[2].address])


@cases()
def test_who_is_not_reached_has_got_nothing(case: Case) -> None:
    with case.make() as fake:
        fake.stop()
        with pytest.raises(NotReached) as refused:
            sent(case, fake, [case.delivery(1)], QUICK)
        assert str(refused.value)


@cases(without="reset")
def test_a_connection_that_ends_instead_of_an_answer_leaves_it_in_doubt(case: Case) -> None:
    with case.make() as fake:
        fake.misbehave("reset")
        assert sent(case, fake, [case.delivery(1)]) == [Unknown("connection_lost")]
        assert (fake.asked, fake.twice()) == (1, [])  # nobody has asked again behind our back


@cases(without="reset")
def test_no_answer_in_time_leaves_it_in_doubt(case: Case) -> None:
    with case.make() as fake:
        fake.misbehave("slow")
        assert sent(case, fake, [case.delivery(1)], QUICK) == [Unknown("timeout")]
        assert fake.asked <= 1


@cases(without="garbage")
def test_an_answer_that_is_none_leaves_it_in_doubt(case: Case) -> None:
    with case.make() as fake:
        fake.misbehave("garbage")
        (outcome,) = sent(case, fake, [case.delivery(1)])
        assert isinstance(outcome, Unknown)


@cases(without="busy")
def test_too_many_requests_are_for_later(case: Case) -> None:
    with case.make() as fake:
        fake.misbehave("busy", 2)
        (outcome,) = sent(case, fake, [case.delivery(1)])
        assert isinstance(outcome, Later)
        assert not fake.sent
        if case.kind in ("webhook", "http_sms", "umeng"):
            assert (outcome.after, outcome.whole_account) == (RETRY_AFTER, True)


@cases(without="broken")
def test_trouble_of_its_own_is_never_taken_for_yes(case: Case) -> None:
    with case.make() as fake:
        fake.misbehave("broken")
        (outcome,) = sent(case, fake, [case.delivery(1)])
        assert isinstance(outcome, Refused if case.kind == "smtp" else Unknown)


@cases()
def test_nothing_secret_stands_in_a_text(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # the fake's own
    texts: list[str] = []
    with case.make() as fake:
        adapter = case.adapter(fake)
        texts += [repr(adapter), str(vars(adapter).get("traits")), repr(case.delivery(1))]
        faults = ("reset", "garbage", "busy", "broken", None)
        for number, fault in enumerate(one for one in faults if one not in case.lacks):
            if fault is not None:
                fake.misbehave(fault)
            texts.append(repr(sent(case, fake, [case.delivery(number)])))
        fake.refuse(case.address(9))
        texts.append(repr(sent(case, fake, [case.delivery(9)])))
        fake.stop()
        with pytest.raises(NotReached) as refused:
            sent(case, fake, [case.delivery(1)], QUICK)
        texts += [str(refused.value), repr(refused.value), repr(refused.value.__cause__)]
    texts += [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    for text in texts:
        assert CANARY not in text
        assert case.address(9) not in text
        assert case.address(1) not in text


@cases(without="reset")
def test_closing_leaves_no_connection(case: Case) -> None:
    with case.make() as fake:
        sent(case, fake, [case.delivery(number) for number in range(COUNT)])
        for _ in range(200):
            if fake.connections == 0:
                break
            time.sleep(0.005)
        assert fake.connections == 0
