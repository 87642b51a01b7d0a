"""Events of many callers: one transaction, and each is answered as if there were no others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sql_event
from sqlalchemy import func, select

from engine.i18n import Message
from engine.run.answers import EventsReceipt, IncomingEvent, RejectedEvent
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.run.gate import Gate
from engine.run.posting import Posting
from engine.run.settings import EngineSettings
from engine.store.database import Database, StoreError
from engine.store.tables.people import event

NOW = 1_764_000_000_000
GUARD_S = 20


def one(id: str, person: str, **attributes: object) -> IncomingEvent:
    return IncomingEvent(id, person, "order", NOW, attributes)  # type: ignore[arg-type]


@pytest.fixture
def engine(databases: Database) -> Iterator[Engine]:
    running = Engine(databases, EngineSettings(ZoneInfo("UTC")), VirtualClock(NOW))
    yield running
    running.close()


def together(
    turn: Callable[[], object], posting: Posting, calls: Sequence[Sequence[IncomingEvent]]
) -> list[Future[EventsReceipt]]:
    """What becomes of calls that all wait when it is their turn."""
    with turn():  # type: ignore[attr-defined]
        answers = [posting.submit(call) for call in calls]
        assert not any(answer.done() for answer in answers)
    return answers


def test_what_waits_is_one_transaction_and_each_gets_its_own_answer(
    engine: Engine, databases: Database
) -> None:
    engine.post_events([one("known", "p0")])
    commits: list[object] = []
    sql_event.listen(databases.writer, "commit", commits.append)
    bad = one("bad", "p3", note="a\0b")
    calls = [
        [one("known", "p0")],
        [one("a", "p1")],
        [bad],
        [one("b", "p4"), one("c", "p4\0"), one("b", "p4"), one("d", "p5")],
        [],
    ]
    answers = together(engine._access.gate.turn, engine.posting, calls)
    found = [answer.result(GUARD_S) for answer in answers]
    assert [(each.accepted, each.duplicates, len(each.rejected)) for each in found] == [
        (0, 1, 0), (1, 0, 0), (0, 0, 1), (2, 1, 1), (0, 0, 0),
    ]  # fmt: skip
    assert [each.repeated for each in found] == [(0,), (), (), (2,), ()]
    assert [(each.rejected[0].index, each.rejected[0].id) for each in found if each.rejected] == [
        (0, "bad"), (1, "c"),
    ]  # fmt: skip
    assert len(commits) == 1


def test_who_is_answered_can_rely_on_it(engine: Engine, databases: Database) -> None:
    stored: list[int] = []

    def look(_answer: Future[EventsReceipt]) -> None:
        with databases.read() as connection:
            stored.append(connection.execute(select(func.count()).select_from(event)).scalar_one())

    with engine._access.gate.turn():
        answers = [engine.posting.submit([one(f"e{n}", f"p{n}")]) for n in range(5)]
        for answer in answers:
            answer.add_done_callback(look)
    engine.posting.close()  # who waits is answered before the end
    assert stored == [5] * 5


def test_a_person_s_events_are_taken_one_call_after_the_other(engine: Engine, databases: Database) -> None:
    commits: list[object] = []
    sql_event.listen(databases.writer, "commit", commits.append)
    refused_first = [[one("e1", "p1", note="\0")], [one("e2", "p2")], [one("e1", "p1")], [one("e1", "p1")]]
    answers = together(engine._access.gate.turn, engine.posting, refused_first)
    found = [answer.result(GUARD_S) for answer in answers]
    assert [(each.accepted, each.duplicates, len(each.rejected)) for each in found] == [
        (0, 0, 1), (1, 0, 0), (1, 0, 0), (0, 1, 0),
    ]  # fmt: skip
    assert len(commits) == 3


class Taken:
    """Takes events as an engine does, and remembers the lists."""

    def __init__(self) -> None:
        self.lists: list[list[str]] = []
        self.known: set[tuple[str, str]] = set()
        self.gate = Gate()

    def post(self, events: Sequence[IncomingEvent]) -> EventsReceipt:
        self.lists.append([each.id for each in events])
        seen: set[tuple[str, str]] = set()
        rejected: list[RejectedEvent] = []
        repeated: list[int] = []
        for index, each in enumerate(events):
            key = (each.person, each.id)
            if key in seen or key in self.known:
                repeated.append(index)
            elif each.attributes.get("bad"):
                rejected.append(RejectedEvent(index, each.id, Message("No.")))
            seen.add(key)
        accepted = len(events) - len(rejected) - len(repeated)
        gone = {one.index for one in rejected}
        self.known |= {(each.person, each.id) for n, each in enumerate(events) if n not in gone}
        return EventsReceipt(accepted, len(repeated), tuple(rejected), tuple(repeated))


@contextmanager
def posting(taken: Taken, post: Callable[[Sequence[IncomingEvent]], EventsReceipt]) -> Iterator[Posting]:
    found = Posting(post, taken.gate.turn)
    try:
        yield found
    finally:
        found.close()


EVENTS = st.builds(
    lambda id, person, bad: IncomingEvent(id, person, "order", NOW, {"bad": bad}),
    st.sampled_from("ab"), st.sampled_from("pqrst"), st.booleans(),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(EVENTS, max_size=4), min_size=1, max_size=8))
def test_the_answers_are_those_of_one_call_after_the_other(calls: list[list[IncomingEvent]]) -> None:
    alone, taken = Taken(), Taken()
    expected = [alone.post(call) for call in calls]
    with posting(taken, taken.post) as shared:
        found = [each.result(GUARD_S) for each in together(taken.gate.turn, shared, calls)]
    assert found == expected
    assert [id for ids in taken.lists for id in ids] == [id for ids in alone.lists for id in ids]


def test_a_call_that_cannot_be_taken_fails_by_itself() -> None:
    taken = Taken()

    def post(events: Sequence[IncomingEvent]) -> EventsReceipt:
        if any(each.id == "poison" for each in events):
            raise ValueError("poison")
        return taken.post(events)

    calls = [[one("a", "p1")], [one("poison", "p2")], [one("b", "p3")]]
    with posting(taken, post) as shared:
        first, second, third = together(taken.gate.turn, shared, calls)
        assert (first.result(GUARD_S).accepted, third.result(GUARD_S).accepted) == (1, 1)
        with pytest.raises(ValueError, match="poison"):
            second.result(GUARD_S)


def test_where_the_database_is_to_blame_nobody_s_events_are_tried_again() -> None:
    taken = Taken()
    asked: list[int] = []

    def post(events: Sequence[IncomingEvent]) -> EventsReceipt:
        asked.append(len(events))
        raise StoreError(Message("It is gone."))

    with posting(taken, post) as shared:
        answers = together(taken.gate.turn, shared, [[one("a", "p1")], [one("b", "p2")]])
        for answer in answers:
            with pytest.raises(StoreError):
                answer.result(GUARD_S)
    assert asked == [2]


def test_from_many_threads_nothing_is_left_waiting() -> None:
    taken = Taken()
    with posting(taken, taken.post) as shared:
        answers: list[Future[EventsReceipt]] = []

        def submit(thread: int) -> None:
            answers.extend(shared.submit([one(f"e{n}", f"p{thread}")]) for n in range(50))

        threads = [threading.Thread(target=submit, args=(n,)) for n in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sum(answer.result(GUARD_S).accepted for answer in answers) == 200


def test_a_great_call_goes_by_itself() -> None:
    taken = Taken()
    calls = [[one("a", "p1")], [one(f"e{n}", "p2") for n in range(1_000)], [one("b", "p3")]]
    with posting(taken, taken.post) as shared:
        for answer in together(taken.gate.turn, shared, calls):
            answer.result(GUARD_S)
    assert [len(each) for each in taken.lists] == [1, 1_000, 1]
