"""Random choices on a million people (components, rule 8): uniform, independent, the same in SQL.

Everything here is a pure function of fixed ids: a test that passes once passes always. What SQL computes is
the same number on each database, so that one of them has all the people to count.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    func,
    literal,
    select,
)

from engine.plan.salt import BUCKETS, Salt
from engine.store.database import Database
from engine.store.dialect import bulk_insert
from engine.store.values import person_hash
from tests.databases import DIALECTS, fresh

PEOPLE, COMPARED = 1_000_000, 20_000
P = 2**31 - 1
CELLS = 10
LIMITS = {9: (1.152, 27.877), 81: (47.277, 126.083), 9_999: (9_567.7, 10_441.7)}
"""Of chi-square by degrees of freedom: one sample in a thousand lies below, one in a thousand above.

NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4, for 9 and 81; the others are the inverse of the
incomplete gamma function.
"""

HASHED, NUMBERED = "hash", "id"
"""The real hash of p1, p2 …, and the harder case: a hash that only counts up."""

COUNTING = "sqlite"
on_a_million = pytest.mark.parametrize("connection", [COUNTING], indirect=True, scope="module")

_PEOPLE = Table(
    "split_person",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", BigInteger, nullable=False),
    prefixes=["TEMPORARY"],
)


@pytest.fixture(scope="module", params=DIALECTS)
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    """A million people, p1, p2 …; only the first of them on PostgreSQL."""
    with (
        fresh(request, request.param, tmp_path_factory.mktemp("splits")) as target,
        Database.open(target) as database,
        database.write() as connection,
    ):
        _PEOPLE.create(connection)
        people = PEOPLE if request.param == COUNTING else COMPARED
        rows = [(id, person_hash(f"p{id}")) for id in range(1, people + 1)]
        bulk_insert(connection, _PEOPLE, ("id", "hash"), rows)
        yield connection


def bucket_of(campaign: str, node: str, hashed: int, entry: int) -> int:
    """Components, section 12, word for word."""
    digest = blake2b(f"{campaign}/{node}".encode(), digest_size=24).digest()
    a, b, c = (int.from_bytes(digest[start : start + 8], "big") % (P - 1) + 1 for start in (0, 8, 16))
    mixed = (hashed + entry * 1_000_003) % P
    x = (a * mixed + b) % P
    y = (x**2 + c) % P
    z = (x * y + a) % P
    return z * 10_000 // P


def bucket(column: ColumnElement[int], node: str, entry: int, campaign: str = "c_1") -> ColumnElement[int]:
    salt = Salt.of(campaign, node)
    found: ColumnElement[int] = salt.bucket(salt.seed(column, literal(entry, BigInteger)))
    return found


def test_a_person_falls_into_the_same_bucket_in_sql(connection: Connection) -> None:
    for node, entry, campaign in (("n_1", 1, "c_1"), ("n_1", 2, "c_1"), ("n_2", 1, "c_1"), ("n_1", 1, "c_2")):
        query = select(_PEOPLE.c.id, bucket(_PEOPLE.c.hash, node, entry, campaign)).where(
            _PEOPLE.c.id <= COMPARED
        )
        found = {int(id): int(number) for id, number in connection.execute(query)}
        assert found == {
            id: bucket_of(campaign, node, person_hash(f"p{id}"), entry) for id in range(1, COMPARED + 1)
        }


@pytest.mark.parametrize("hashed", [0, 1, P - 1_000_004, P - 1_000_003, P - 2, P - 1])
@pytest.mark.parametrize("entry", [1, 2, 10_000])
def test_nothing_overflows_at_the_ends(connection: Connection, hashed: int, entry: int) -> None:
    for node in (f"n_{n}" for n in range(20)):
        found = connection.execute(select(bucket(literal(hashed, BigInteger), node, entry))).scalar_one()
        assert found == bucket_of("c_1", node, hashed, entry)
        assert 0 <= found < BUCKETS


def counted(connection: Connection, cell: ColumnElement[int]) -> dict[int, int]:
    """How many of the people fall into each cell."""
    numbered = select(cell.label("cell")).select_from(_PEOPLE).subquery()
    query: Select[Any] = select(numbered.c.cell, func.count()).group_by(numbered.c.cell)
    return {int(cell): int(n) for cell, n in connection.execute(query)}


def chi_square(counts: dict[int, int], cells: int) -> float:
    """How far the counts are from an equal share of the people in each of `cells`."""
    share = PEOPLE / cells
    return sum((counts.get(cell, 0) - share) ** 2 for cell in range(cells)) / share


def dependence(counts: dict[tuple[int, int], int]) -> float:
    """Chi-square of a table of two choices against the product of its margins."""
    rows = [sum(counts.get((row, column), 0) for column in range(CELLS)) for row in range(CELLS)]
    columns = [sum(counts.get((row, column), 0) for row in range(CELLS)) for column in range(CELLS)]
    expected = {
        (row, column): rows[row] * columns[column] / PEOPLE for row in range(CELLS) for column in range(CELLS)
    }
    return sum((counts.get(cell, 0) - wanted) ** 2 / wanted for cell, wanted in expected.items())


def as_chance(value: float, freedom: int) -> bool:
    """Neither further from equal shares than chance leaves them, nor nearer."""
    low, high = LIMITS[freedom]
    return low < value < high


@on_a_million
@pytest.mark.parametrize("people", [HASHED, NUMBERED])
def test_every_bucket_has_its_share(connection: Connection, people: str) -> None:
    counts = counted(connection, bucket(_PEOPLE.c[people], "n_1", 1))
    assert sum(counts.values()) == PEOPLE
    assert as_chance(chi_square(counts, BUCKETS), 9_999)


@on_a_million
@pytest.mark.parametrize("people", [HASHED, NUMBERED])
def test_choices_do_not_depend_on_each_other(connection: Connection, people: str) -> None:
    """Two nodes; two entries at one node; the same node of two campaigns."""
    column = _PEOPLE.c[people]
    choices = [
        bucket(column, "n_1", 1),
        bucket(column, "n_2", 1),
        bucket(column, "n_1", 2),
        bucket(column, "n_1", 1, "c_2"),
    ]
    assert found_dependent(connection, choices) == []


@on_a_million
def test_what_is_linear_would_be_found(connection: Connection) -> None:
    def linear(node: str) -> ColumnElement[int]:
        seed: ColumnElement[int] = Salt.of("c_1", node).seed(_PEOPLE.c.id, literal(1, BigInteger))
        return seed * BUCKETS // P

    assert not as_chance(chi_square(counted(connection, linear("n_1")), BUCKETS), 9_999)
    assert found_dependent(connection, [linear("n_1"), linear("n_2")]) != []


def found_dependent(connection: Connection, choices: list[ColumnElement[int]]) -> list[tuple[int, ...]]:
    """Choices, and pairs of them, whose tenths are not as chance leaves them."""
    cell: ColumnElement[int] = literal(0, BigInteger)
    for choice in choices:
        cell = cell * CELLS + choice // (BUCKETS // CELLS)
    counts = [
        (tuple(int(digit) for digit in f"{cell:0{len(choices)}}"), n)
        for cell, n in counted(connection, cell).items()
    ]
    found: list[tuple[int, ...]] = []
    for one in range(len(choices)):
        shares: dict[int, int] = {}
        for digits, n in counts:
            shares[digits[one]] = shares.get(digits[one], 0) + n
        if not as_chance(chi_square(shares, CELLS), 9):
            found.append((one,))
    for one, other in combinations(range(len(choices)), 2):
        table: dict[tuple[int, int], int] = {}
        for digits, n in counts:
            key = digits[one], digits[other]
            table[key] = table.get(key, 0) + n
        if not as_chance(dependence(table), 81):
            found.append((one, other))
    return found
