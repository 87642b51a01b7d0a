"""Who shares an address gets the same whether a statement finds the others or rows are compared: on Citus."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.plan.contact import ContactRules, Limit
from engine.store.times import DAY, HOUR
from tests.engine.plan.sending import Sending, sms

CASES = 25
PEOPLE = range(1, 7)


def fates(connection: Connection, seed: int, *, distributed: bool) -> list[tuple[Any, ...]]:
    """What becomes of a random row of waves."""
    lots = random.Random(seed)
    limits = (Limit(DAY, 2), Limit(2 * HOUR, 1, "text_sms", "Shop"))[: lots.randrange(3)]
    recurring = lots.random() < 0.5
    rules = ContactRules(limits=limits, by_address=True, duplicates=not limits or lots.random() < 0.5)
    s = Sending(connection, rules, recurring=recurring, scripted=True, distributed=distributed)
    s.share("a", 1, 2, 3)
    s.share("b", 3, 4)
    for person in PEOPLE:
        s.address(person, f"own {person}", time=lots.randrange(2) - 1)
        if lots.random() < 0.3:
            s.answer(person, lots.choice((1, 2)), "failed", after=lots.choice((0, HOUR)))
    now = 0
    for number in range(1, 6):
        rows = []
        for person in lots.sample(PEOPLE, lots.randrange(1, len(PEOPLE))):
            now += lots.randrange(1, 3) * HOUR // 2
            s.entered(person, number, cycle=1 + number // 3)
            rows.append((person, number, now))
        node, kind = lots.choice(((1, "text_sms"), (2, "email")))
        s.send(sms(to_all=lots.random() < 0.5), *rows, node=node, kind=kind)
    columns = ("person", "entry", "address", "state", "reason")
    return [*s.rows(*columns), *s.rows(*columns, node=2)]


@pytest.mark.not_on_citus("compared with what statements do on one machine")
@pytest.mark.parametrize("dialect", ["postgresql"])
def test_comparing_rows_comes_to_the_same(connection: Connection) -> None:
    reasons = set()
    for seed in range(CASES):
        found = []
        for distributed in (False, True):
            with connection.begin_nested() as before:
                found.append(fates(connection, seed, distributed=distributed))
                before.rollback()
        assert found[0] == found[1], seed
        reasons |= {row[-1] for row in found[0]}
    assert reasons == {"", "duplicate_address", "fatigue"}
