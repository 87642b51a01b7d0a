"""What judgments learn from messages: results, receipts, and whom a channel may still reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection, Select, select

from engine.components.behaviour import JudgeResult
from engine.plan.contact import ContactRules, Daily, Limit
from engine.plan.graph import Edge, Flow, FlowNode
from engine.plan.prepared import Prepared
from engine.plan.results import Results
from engine.plan.temporary import wave
from engine.shapes.time import Duration, to_milliseconds
from tests.engine.plan.sending import Sending, sms

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOON = to_milliseconds(datetime(2026, 3, 2, 4, tzinfo=UTC))  # in Shanghai
NIGHT = NOON + 11 * HOUR
MORNING = NIGHT + 9 * HOUR
QUIET = {"text_sms": Daily(time(22), time(8), postpone=True)}
NOTICE = sms(marketing=False, to_all=True)
LIMIT = Limit(DAY, 1, "text_sms")


class TestReachable:
    def test_without_limits_everybody_is(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules((Limit(DAY, 1, "email"),)))
        s.address(1, "a")
        s.send(sms(), (1, 1, NOON))
        assert s.reachable("text_sms", (1, NOON)) == [True]

    def test_a_limit_is_reached_for_the_length_of_its_window(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules((Limit(HOUR, 2), LIMIT)))
        for person in (1, 2):
            s.address(person, "a")
        s.send(sms(), (1, 1, NOON), (2, 1, NOON))
        s.send(sms(), (2, 1, NOON + 1), node=2, kind="email")
        moments = (NOON - 1, NOON, NOON + DAY - 1, NOON + DAY)
        assert s.reachable("text_sms", *((1, now) for now in moments)) == [True, False, False, True]
        assert s.reachable("email", (1, NOON + 1), (2, NOON + 1), (2, NOON + HOUR)) == [True, False, True]

    def test_a_limit_without_signature_counts_all(self, connection: Connection) -> None:
        limits = (Limit(DAY, 2, "text_sms"), Limit(DAY, 1, "text_sms", "Two"))
        s = Sending(connection, ContactRules(limits))
        for person in (1, 2):
            s.address(person, "a")
        s.send(sms(), (1, 1, NOON), (2, 1, NOON))
        s.send(sms(signature="Three"), (2, 1, NOON), node=2)
        assert s.reachable("text_sms", (1, NOON), (2, NOON)) == [True, False]
        s.send(sms(signature="Two"), (1, 1, NOON + DAY), node=3)
        assert s.reachable("text_sms", (1, NOON + DAY), (2, NOON + DAY)) == [False, True]

    def test_what_is_held_counts_whatever_the_window(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules((Limit(MINUTE, 1),), QUIET))
        s.address(1, "a")
        s.send(sms(), (1, 1, NIGHT))
        assert s.reachable("email", (1, NIGHT), (1, MORNING + DAY)) == [False, False]
        assert s.reachable("email", (2, NIGHT)) == [True]

    def test_what_failed_or_was_skipped_does_not_count(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules((LIMIT,)), scripted=True)
        for person in (1, 2):
            s.address(person, f"a{person}")
        s.suppress("a2")
        s.answer(1, 1, "failed", HOUR)
        s.send(sms(), (1, 1, NOON), (2, 1, NOON))
        assert s.reachable("text_sms", (1, NOON), (1, NOON + HOUR), (2, NOON)) == [False, True, True]

    def test_the_whitelist_always_is(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules((LIMIT,), whitelist="a_vip"))
        s.whitelist(1)
        for person in (1, 2):
            s.address(person, f"a{person}")
        s.send(sms(), (1, 1, NOON), (2, 1, NOON))
        assert s.reachable("text_sms", (1, NOON), (2, NOON)) == [True, False]

    def test_it_is_the_persons_own_whatever_counts_for_the_limit(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules((LIMIT,), by_address=True))
        s.share("a", 1, 2)
        s.send(sms(), (1, 1, NOON))
        assert s.reachable("text_sms", (1, NOON), (2, NOON)) == [False, True]


class Judged:
    """A Result Judgment behind the touches 1 and 2; who came by link 1 comes from touch 2."""

    def __init__(self, s: Sending, *, receipt: bool = False, maximum: str = "hour") -> None:
        judgment = JudgeResult(Duration.model_validate({"amount": 1, "unit": maximum}), (), receipt)
        nodes = {f"n_{number}": s.node(sms(), number) for number in (1, 2)}
        nodes["n_9"] = self._node = FlowNode("n_9", 9, 9, "result_judgment", judgment, ("other",))
        edges = [Edge(f"l_{via}", f"n_{via + 1}", "out", "n_9", via) for via in (0, 1)]
        self._results = Results(s.context, Flow(nodes, edges, "n_1", "l_0"))
        self._codes = ("opened", "ignored") if receipt else ("success", "failed")
        self._s = s

    def queries(self) -> Iterator[Select[*tuple[Any, ...]]]:
        """What is asked of each row of the wave."""
        yield select(self._known_at(0)).select_from(wave)
        for code in self._codes:
            yield select(wave.c.person).where(self._holds(code, 0))

    def _known_at(self, via: int) -> ColumnElement[int]:
        w = wave.c
        return self._results.known_at(self._node, w.person, w.entry, w.via + via, w.now)

    def _holds(self, code: str, via: int) -> ColumnElement[bool]:
        w = wave.c
        return self._results.holds(self._node, code, w.person, w.entry, w.via + via, w.now)

    def known_at(self, person: int = 1, *, now: int = NOON, via: int = 0) -> int | None:
        self._s.fill((person, 1, now))
        query = select(self._known_at(via)).select_from(wave)
        found = Prepared(query, self._s.context.dialect)(self._s.connection).scalar()
        return found if found is None else int(found)

    def holds(self, code: str, now: int, person: int = 1, *, via: int = 0) -> bool:
        self._s.fill((person, 1, now))
        query = select(wave.c.person).where(self._holds(code, via))
        return Prepared(query, self._s.context.dialect)(self._s.connection).first() is not None

    def codes(self, now: int, person: int = 1) -> set[str]:
        return {code for code in self._codes if self.holds(code, now, person)}


def scripted(connection: Connection, *answers: tuple[str, str, int, str | None, int]) -> Sending:
    """Person 1 with one message per answer: address, result, after, receipt, receipt after."""
    s = Sending(connection, scripted=True)
    for address, result, after, receipt, later in answers:
        s.address(1, address)
        s.answer(1, 1, result, after, address=address, receipt=receipt, receipt_after=later)
    s.send(NOTICE, (1, 1, NOON))
    return s


class TestBySend:
    def test_one_success_is_enough(self, connection: Connection) -> None:
        s = scripted(connection, ("a", "failed", 0, None, 0), ("b", "sent", MINUTE, None, 0))
        judged = Judged(s)
        assert judged.known_at() == NOON + MINUTE
        assert (judged.codes(NOON), judged.codes(NOON + MINUTE)) == (set(), {"success"})

    def test_all_have_to_fail(self, connection: Connection) -> None:
        s = scripted(connection, ("a", "failed", MINUTE, None, 0), ("b", "failed", 2 * MINUTE, None, 0))
        judged = Judged(s)
        assert judged.known_at() == NOON + 2 * MINUTE
        assert (judged.codes(NOON + MINUTE), judged.codes(NOON + 2 * MINUTE)) == (set(), {"failed"})

    @pytest.mark.parametrize(
        ("result", "after"), [("unknown", MINUTE), ("sent", HOUR + 1), ("failed", HOUR + 1)]
    )
    def test_at_the_maximum_it_is_over(self, connection: Connection, result: str, after: int) -> None:
        judged = Judged(scripted(connection, ("a", result, after, None, 0)))
        assert judged.known_at() == NOON + HOUR
        assert judged.codes(NOON + HOUR) == set()

    def test_a_result_at_the_maximum_counts(self, connection: Connection) -> None:
        judged = Judged(scripted(connection, ("a", "sent", HOUR, None, 0)))
        assert (judged.known_at(), judged.codes(NOON + HOUR)) == (NOON + HOUR, {"success"})

    def test_the_maximum_takes_calendar_steps(self, connection: Connection) -> None:
        judged = Judged(scripted(connection, ("a", "unknown", 0, None, 0)), maximum="month")
        assert judged.known_at() == to_milliseconds(datetime(2026, 4, 2, 4, tzinfo=UTC))

    def test_what_was_skipped_has_failed(self, connection: Connection) -> None:
        s = Sending(connection, scripted=True)
        s.address(1, "a")
        s.suppress("a")
        s.send(sms(), (1, 1, NOON), (2, 1, NOON))
        judged = Judged(s)
        assert [judged.known_at(person) for person in (1, 2)] == [NOON, NOON]
        assert [judged.codes(NOON, person) for person in (1, 2)] == [{"failed"}, {"failed"}]

    def test_it_is_the_message_of_the_touch_that_the_person_came_from(self, connection: Connection) -> None:
        s = Sending(connection, scripted=True)
        s.address(1, "a")
        s.answer(1, 2, "failed", MINUTE)
        for node in (1, 2):
            s.send(NOTICE, (1, 1, NOON), node=node)
        judged = Judged(s)
        assert [judged.known_at(via=via) for via in (0, 1)] == [NOON, NOON + MINUTE]
        assert [judged.holds("failed", NOON + MINUTE, via=via) for via in (0, 1)] == [False, True]

    def test_a_held_message_has_no_result_until_it_is_handed_over(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules(daily=QUIET))
        s.address(1, "a")
        s.send(sms(), (1, 1, NIGHT))
        judged = Judged(s)
        assert (judged.known_at(now=NIGHT), judged.codes(NIGHT)) == (None, set())
        s.release(sms(), (1, 1, MORNING, "a"))
        assert (judged.known_at(now=MORNING), judged.codes(MORNING)) == (MORNING, {"success"})

    def test_the_maximum_counts_from_the_handing_over(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules(daily=QUIET), scripted=True)
        s.address(1, "a")
        s.answer(1, 1, "unknown")
        s.send(sms(), (1, 1, NIGHT))
        s.release(sms(), (1, 1, MORNING, "a"))
        assert Judged(s).known_at(now=NIGHT) == MORNING + HOUR

    def test_nothing_is_asked_where_the_channel_answers_at_once(self, connection: Connection) -> None:
        judged = Judged(Sending(connection, ContactRules(daily={"email": QUIET["text_sms"]})))
        assert judged.known_at() == NOON  # no message is there at all


class TestByReceipt:
    def test_the_first_of_any_message_is_the_persons(self, connection: Connection) -> None:
        s = scripted(
            connection, ("a", "sent", 0, "ignored", 2 * MINUTE), ("b", "sent", MINUTE, "opened", MINUTE // 2)
        )
        judged = Judged(s, receipt=True)
        moment = NOON + MINUTE * 3 // 2
        assert judged.known_at() == moment
        assert (judged.codes(moment - 1), judged.codes(moment), judged.codes(NOON + HOUR)) == (
            set(),
            {"opened"},
            {"opened"},
        )

    def test_of_two_at_once_the_smallest_address_counts(self, connection: Connection) -> None:
        s = scripted(connection, ("b", "sent", 0, "opened", 0), ("a", "sent", 0, "ignored", 0))
        assert Judged(s, receipt=True).codes(NOON) == {"ignored"}

    def test_without_one_the_maximum_decides(self, connection: Connection) -> None:
        judged = Judged(scripted(connection, ("a", "sent", MINUTE, None, 0)), receipt=True)
        assert (judged.known_at(), judged.codes(NOON + HOUR)) == (NOON + HOUR, set())

    def test_after_failed_sends_nobody_waits(self, connection: Connection) -> None:
        s = scripted(connection, ("a", "failed", MINUTE, "opened", 0), ("b", "failed", 0, None, 0))
        judged = Judged(s, receipt=True)
        assert (judged.known_at(), judged.codes(NOON + HOUR)) == (NOON + MINUTE, set())

    def test_a_channel_that_is_not_scripted_gives_none(self, connection: Connection) -> None:
        s = Sending(connection)
        s.address(1, "a")
        s.send(NOTICE, (1, 1, NOON), (2, 1, NOON))
        judged = Judged(s, receipt=True)
        assert [judged.known_at(person) for person in (1, 2)] == [NOON + HOUR, NOON]
