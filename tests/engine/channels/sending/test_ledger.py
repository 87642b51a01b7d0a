"""Claims of a line, as the ledger writes them: which letters they take, and which they write about later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from engine.channels.adapter import Adapter
from engine.channels.opening import NotUsable
from engine.channels.sending.fates import SENT
from engine.channels.sending.ledger import Claim, Ledger, Settled, Started
from engine.channels.sending.letters import Letter
from engine.channels.sending.statements import Statements
from engine.i18n import Message
from engine.store.tables.runs import STOPPED, campaign, message
from engine.store.tables.sending import outbox
from engine.workspace.account import AccountFile
from tests.databases import Target, explained
from tests.engine.channels.sending.test_sending import judged
from tests.engine.run.drafting import Running, populate


class Line:
    """The only line of an outbox, in which a letter of each person stands, and who claims of it."""

    def __init__(self, connection: Connection, now: int) -> None:
        self.connection, self.now = connection, now
        self.ledger = Ledger(connection.dialect)
        (self.queue,) = self.ledger.queues(connection)
        self._fence = 0

    def claim(self, most: int) -> tuple[list[Letter], Claim]:
        """The first letters that are nobody's."""
        self._fence += 1
        claim = Claim("w", self._fence, self.now + 60_000)
        n = self.ledger.claim(self.connection, self.queue, claim, self.now, most)
        letters = self.ledger.claimed(self.connection, self.queue, claim, self.now, n)
        assert len(letters) == n
        return letters, claim._replace(size=n, spans=((letters[0], letters[-1]),) if letters else ())

    def start(self, letters: Sequence[Letter], claim: Claim) -> Started:
        return self.ledger.start(self.connection, letters, {}, claim, self.now)

    def settle(self, letters: Sequence[Letter], claim: Claim) -> list[Letter]:
        settled = [Settled(one, SENT) for one in letters]
        return self.ledger.settle(self.connection, settled, self.now, claim=claim)

    def give_back(self, letters: Sequence[Letter], claim: Claim) -> None:
        self.ledger.give_back(self.connection, letters, claim)

    def postpone(self, letter: Letter) -> None:
        change = update(outbox).where(outbox.c.person == letter.person)
        self.connection.execute(change.values(ready_at=self.now + 1))

    def in_state(self, state: str) -> list[int]:
        """The people whose messages are in a state."""
        query = select(message.c.person).where(message.c.state == state).order_by(message.c.person)
        return list(self.connection.execute(query).scalars())

    def waiting(self) -> list[int]:
        """The people whose letters stand in the outbox."""
        return list(self.connection.execute(select(outbox.c.person).order_by(outbox.c.person)).scalars())


@contextmanager
def line(target: Target, folder: Path, people: int) -> Iterator[Line]:
    def nothing(_account: AccountFile) -> Adapter:
        raise NotUsable(Message("the ledger is tested by itself"))

    populate(target, folder, people=people)
    with Running(target, open_adapter=nothing) as run:
        run.engine.publish(judged())
        while run.engine.step():
            pass
        with run.database.write() as connection:
            yield Line(connection, run.clock.now())


def people(letters: Sequence[Letter]) -> list[int]:
    return [one.person for one in letters]


def test_claims_take_a_line_from_its_front(target: Target, tmp_path: Path) -> None:
    with line(target, tmp_path, people=7) as held:
        assert [people(held.claim(3)[0]) for _ in range(4)] == [[1, 2, 3], [4, 5, 6], [7], []]


def test_a_claim_leaves_out_what_others_have_and_what_is_not_due(target: Target, tmp_path: Path) -> None:
    with line(target, tmp_path, people=7) as held:
        letters, claim = held.claim(4)
        held.give_back([letters[0], letters[2], letters[3]], claim)
        held.postpone(letters[3])
        assert people(held.claim(2)[0]) == [1, 3]
        assert people(held.claim(4)[0]) == [5, 6, 7]
        assert people(held.claim(1)[0]) == []


def test_claims_are_the_same_where_the_letters_lie_on_several_machines(
    target: Target, tmp_path: Path
) -> None:
    with line(target, tmp_path, people=7) as held:
        held.connection.info["distributed"] = True  # what Citus would say
        held.postpone(held.claim(1)[0][0])
        assert [people(held.claim(3)[0]) for _ in range(3)] == [[2, 3, 4], [5, 6, 7], []]
        held.connection.execute(update(campaign).values(state=STOPPED))
        held.connection.execute(update(outbox).values(worker=None, ready_at=held.now))
        assert people(held.claim(3)[0]) == people(held.claim(9)[0]) == []


def test_nothing_is_claimed_of_a_campaign_that_does_not_go_on(target: Target, tmp_path: Path) -> None:
    with line(target, tmp_path, people=3) as held:
        held.connection.execute(update(campaign).values(state=STOPPED))
        assert people(held.claim(2)[0]) == []


def test_a_claim_is_sent_and_leaves_the_outbox_as_a_whole(target: Target, tmp_path: Path) -> None:
    with line(target, tmp_path, people=5) as held:
        letters, claim = held.claim(3)
        assert held.start(letters, claim).sending == letters
        assert held.in_state("sending") == [1, 2, 3]
        assert held.settle(letters, claim) == letters
        assert (held.in_state("sent"), held.waiting()) == ([1, 2, 3], [4, 5])


def test_an_attempt_takes_nothing_that_its_claim_has_lost(target: Target, tmp_path: Path) -> None:
    with line(target, tmp_path, people=5) as held:
        letters, claim = held.claim(4)
        held.give_back(letters[1:2], claim)
        again, _ = held.claim(1)
        started = held.start(letters, claim)
        assert (people(started.sending), people(started.lost)) == ([1, 3, 4], people(again))
        assert held.in_state("sending") == [1, 3, 4]


def test_what_a_claim_has_lost_between_others_of_it_stays_in_the_outbox(
    target: Target, tmp_path: Path
) -> None:
    with line(target, tmp_path, people=4) as held:
        letters, claim = held.claim(4)
        held.start(letters, claim)
        held.ledger.settle(held.connection, [Settled(letters[2], SENT)], held.now)
        held.give_back(letters[1:2], claim)
        kept = [letters[0], letters[3]]
        assert held.settle(kept, claim._replace(size=2)) == kept
        assert (held.in_state("sent"), held.waiting()) == ([1, 3, 4], [2])


def test_an_attempt_of_a_campaign_that_was_stopped_sends_nothing(target: Target, tmp_path: Path) -> None:
    with line(target, tmp_path, people=3) as held:
        letters, claim = held.claim(3)
        held.connection.execute(update(campaign).values(state=STOPPED))
        started = held.start(letters, claim)
        assert (started.sending, started.lost) == ([], letters)


def steps_to_see_the_lines(folder: Path, people: int) -> int:
    """Of SQLite's machine."""
    folder.mkdir()
    with line(folder / "engine.db", folder, people) as held:
        driver, steps = held.connection.connection.driver_connection, 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        assert driver is not None
        driver.set_progress_handler(count, 1)
        assert held.ledger.queues(held.connection) == [held.queue]
        driver.set_progress_handler(None, 0)
        return steps


def test_sqlite_sees_which_lines_there_are_without_reading_them(tmp_path: Path) -> None:
    few, many = (steps_to_see_the_lines(tmp_path / str(people), people) for people in (2, 60))
    assert few == many


@pytest.mark.parametrize("key", [("planned", "sending"), ("sending", "sent")])
def test_sqlite_finds_each_message_by_its_whole_key(tmp_path: Path, key: tuple[str, str]) -> None:
    """It would else make the list of those looked for twice."""
    with line(tmp_path / "engine.db", tmp_path, people=1) as held:
        sql = Statements(held.connection.dialect).states[key].sql
        plan = explained(held.connection, sql, (None,) * sql.count("?"))
    assert "entry=? AND address=?" in plan
    assert plan.count("SCAN handed") == 1


def test_sqlite_finds_what_a_claim_has_where_it_stands(tmp_path: Path) -> None:
    with line(tmp_path / "engine.db", tmp_path, people=1) as held:
        known = Statements(held.connection.dialect)
        for statement in (known.claim_up_to, known.hand_claim, known.claim_leaves_outbox):
            marks = (None,) * statement.sql.count("?")
            plan = explained(held.connection, statement.sql, marks)
            assert "PRIMARY KEY (account=? AND priority=? AND version=? AND (ready_at" in plan
