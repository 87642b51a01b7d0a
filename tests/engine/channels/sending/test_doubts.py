"""Messages of which nobody knows whether they were sent, and somebody who does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from engine.channels.adapter import Accepted, Outcome, Traits, Unknown
from engine.channels.sending import doubts
from engine.channels.sending.doubts import Settlement
from engine.report.doubtful import BadKeyError, Which
from engine.run.settings import EngineSettings
from engine.store.tables.runs import ENDED, campaign, message_counter
from engine.store.tables.sending import doubt
from tests.databases import Target
from tests.engine.channels.sending.provider import Provider
from tests.engine.channels.sending.test_rules import sms
from tests.engine.channels.sending.test_sending import ended, judged, left, states
from tests.engine.run.drafting import HOUR, MINUTE, PROMOTION, SMS, ZONE, Running, database, populate


def unknown(provider: Provider) -> None:
    provider.answer = lambda _one: Unknown("connection_lost")


def counted(run: Running) -> dict[str, int]:
    c = message_counter.c
    with run.database.read() as connection:
        query = select(c.state, c.reason, func.sum(c.n)).group_by(c.state, c.reason)
        return {f"{state} {reason}".strip(): int(n) for state, reason, n in connection.execute(query) if n}


@pytest.mark.parametrize(
    ("how", "state", "port"),
    [
        (Settlement.SENT, "sent", "n_yes"),
        (Settlement.NOT_SENT, "failed not_sent", "n_no"),
        (Settlement.AGAIN, "sent", "n_yes"),
    ],
)
def test_who_waits_for_the_result_goes_on_as_it_was_settled(
    target: Target, tmp_path: Path, how: Settlement, state: str, port: str
) -> None:
    provider = Provider()
    unknown(provider)
    populate(target, tmp_path, people=3)
    with Running(target, open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(MINUTE)
        (group,) = run.engine.doubtful_groups()
        assert (group.campaign, group.messages, left(run, doubt)) == ("c_1", 3, 3)
        provider.answer = lambda _one: Accepted()
        assert run.engine.settle(how, Which(campaign="c_1"), "Mia") == 3
        assert run.engine.settle(how, Which(campaign="c_1"), "Mia") == 0
        assert run.engine.check() == []
        run.advance(MINUTE)
        assert set(states(run).values()) == {state}
        assert counted(run) == {state: 3}
        assert ended(run)[port] == 3
        assert len({one.key for one in provider.given}) == 3
        assert len(provider.given) == (6 if how is Settlement.AGAIN else 3)
        assert (left(run), left(run, doubt), run.engine.check()) == (0, 0, [])
        (decision,) = run.engine.decisions()
        assert (decision.who, decision.detail) == (
            "Mia",
            {"how": how.value, "messages": 3, "campaign": "c_1"},
        )


def test_what_is_known_of_them_comes_page_by_page_and_single_ones_are_settled(
    target: Target, tmp_path: Path
) -> None:
    provider = Provider()
    unknown(provider)
    populate(target, tmp_path, people=5)
    with Running(target, open_adapter=provider.open) as run:
        run.engine.publish(sms(SMS))
        run.engine.publish(sms(PROMOTION, "sale"))
        run.advance(MINUTE)
        which = Which(campaign="c_1")
        first, after = run.engine.doubtful(which, limit=3)
        second, end = run.engine.doubtful(which, after=after, limit=3)
        assert (len(first), len(second), end) == (3, 2, "")
        one = first[0]
        assert {each.person for each in [*first, *second]} == {f"p{n}" for n in range(1, 6)}
        assert (one.name, one.title, one.channel, one.reason, one.text, one.marketing) == (
            "c_1", "n_sms", "text_sms", "connection_lost", "Hello c_1", False,
        )  # fmt: skip
        assert run.engine.settle(Settlement.SENT, Which(messages=[one.key, second[0].key]), "Mia") == 2
        assert {group.campaign: group.messages for group in run.engine.doubtful_groups()} == {
            "c_1": 3,
            "sale": 5,
        }
        assert run.engine.campaign("c_1").doubtful == 3
        assert run.engine.settle(Settlement.SENT, Which(until=run.clock.now() - HOUR), "Mia") == 0
        with pytest.raises(BadKeyError):
            run.engine.settle(Settlement.SENT, Which(messages=["1.2.x"]), "Mia")
        assert run.engine.check() == []


def test_very_many_are_settled_set_by_set_and_noted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubts, "AT_ONCE", 2)
    provider = Provider()
    unknown(provider)
    with Running(database(tmp_path, people=5), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(MINUTE)
        assert run.engine.settle(Settlement.NOT_SENT, Which(), "Mia") == 5
        assert [one.detail["messages"] for one in run.engine.decisions()] == [5]
        assert run.engine.check() == []


def test_nothing_is_sent_again_for_a_campaign_that_is_stopped_and_nothing_is_left_of_a_deleted_one(
    tmp_path: Path,
) -> None:
    provider = Provider()
    unknown(provider)
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(0)
        run.engine.stop("c_1")
        assert run.engine.settle(Settlement.AGAIN, Which(messages=[_first(run)]), "Mia") == 1
        run.advance(MINUTE)
        assert (len(provider.given), run.engine.check()) == (3, [])
        run.engine.erase_person("p2")
        run.engine.erase_person("p1")
        assert run.engine.check() == []
        run.engine.delete("c_1")
        assert (run.engine.doubtful_groups(), left(run, doubt), run.engine.check()) == ([], 0, [])


def test_what_can_go_nowhere_any_more_is_not_sent_again(tmp_path: Path) -> None:
    provider = Provider()
    unknown(provider)
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        run.engine.publish(sms(SMS))
        run.advance(0)
        with run.database.write() as connection:
            connection.execute(update(campaign).values(state=ENDED))
        assert run.engine.settle(Settlement.AGAIN, Which(), "Mia") == 0
        assert run.engine.settle(Settlement.SENT, Which(), "Mia") == 3
        assert run.engine.check() == []


def _first(run: Running) -> str:
    return run.engine.doubtful(Which())[0][0].key


STEPS = st.lists(st.tuples(st.sampled_from(Settlement), st.integers(0, 3), st.booleans()), max_size=6)


@given(steps=STEPS)
@hypothesis_settings(max_examples=8, deadline=None)
def test_the_books_balance_after_any_mix(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Settlement, int, bool]]
) -> None:
    provider = Provider(Traits(batch=2))
    unknown(provider)
    with Running(database(tmp_path_factory.mktemp("mix"), people=4), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(MINUTE)
        for how, number, answers in steps:
            provider.answer = _answer(answers)
            found, _ = run.engine.doubtful(Which())
            keys = [one.key for one in found[:number]]
            assert run.engine.settle(how, Which(messages=keys), "Mia") == len(keys)
            assert run.engine.check() == []
            run.advance(20 * MINUTE)
            assert run.engine.check() == []
        run.advance(3 * HOUR)
        assert sum(ended(run).values()) == 4


def _answer(accepts: bool) -> Callable[[object], Outcome]:
    return lambda _one: Accepted() if accepts else Unknown("timeout")


def test_notifications_may_be_sent_again_by_themselves(tmp_path: Path) -> None:
    provider = Provider()
    provider.answer = lambda _one: Unknown("timeout") if len(provider.given) < 3 else Accepted()
    settings = EngineSettings(ZONE, resend_notifications=True)
    with Running(database(tmp_path, people=1), settings=settings, open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(HOUR)
        assert (set(states(run).values()), left(run, doubt)) == ({"sent"}, 0)
        assert len({one.key for one in provider.given}) == 1
        assert run.engine.check() == []


def test_it_is_told_which_accounts_cannot_send_and_why(tmp_path: Path) -> None:
    provider = Provider(Traits(batch=1, concurrency=2, per_second=50))
    unknown(provider)
    with Running(database(tmp_path, people=20), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.engine.step()
        while run.engine.step():
            pass
        (account,) = run.engine.accounts()
        assert account.problem == "connection_lost"
        assert account.again_in is not None
        assert account.per_second == 50
        assert account.waiting + account.doubtful == 20
        assert account.waiting > 0
        assert run.engine.campaign("c_1").cannot_send == "connection_lost"
        provider.answer = lambda _one: Accepted()
        run.advance(10 * MINUTE)
        assert [one.problem for one in run.engine.accounts()] == [None]
        assert run.engine.campaign("c_1").cannot_send is None
