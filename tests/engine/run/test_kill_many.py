"""An engine with 100,000 people inside is killed twenty times: it ends as one that nobody interrupts."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.report.check import violations
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from tests.engine.run.drafting import DAY, EVERYBODY, NOW, SMS, WAIT, Running, bundle, database
from tests.engine.run.killing import DONE, KILLED, Kill, Life, Nursery

PEOPLE, KILLS, WAVE = 100_000, 20, 2_000
LIFE = 140, 240
"""Driver calls of a life, at least and at most: the first 150 or so open the engine."""
HALVES = [{"id": f"g_{n}", "name": f"Half {n}", "percent": 50} for n in (1, 2)]
NODES: dict[str, tuple[str, dict[str, Any]]] = {
    "n_who": ("target_audience", EVERYBODY),
    "n_split": ("random_grouping", {"groups": HALVES}),
    "n_sms": ("text_sms", SMS),
    "n_tag": ("tag", {"assignments": [{"tag": "level", "value": "Gold"}]}),
    "n_wait": ("wait_until", WAIT),
    "n_end": ("end", {}),
}
LINKS = [
    "n_who out n_split", "n_split group:g_1 n_sms", "n_split group:g_2 n_tag", "n_sms out n_wait",
    "n_tag out n_wait", "n_wait out n_end",
]  # fmt: skip
TABLES = ("entry", "visit", "message", "tag_value", "tag_write", "finished", "token", "campaign")


def differing(one: Path, other: Path, table: str) -> int:
    """How many rows of a table only one of two databases has."""
    with closing(sqlite3.connect(one)) as connection:
        connection.execute("ATTACH ? AS other", (str(other),))
        return sum(
            connection.execute(
                f"SELECT count(*) FROM (SELECT * FROM {a} EXCEPT SELECT * FROM {b})"
            ).fetchone()[0]
            for a, b in ((f"main.{table}", f"other.{table}"), (f"other.{table}", f"main.{table}"))
        )


@pytest.mark.parametrize("seed", [20, *(pytest.param(more, marks=pytest.mark.full) for more in range(9))])
def test_twenty_kills_among_a_hundred_thousand_people(tmp_path: Path, seed: int) -> None:
    whole, killed = database(tmp_path, people=PEOPLE), tmp_path / "killed.db"
    with Running(whole) as run:
        run.engine.publish(bundle(NODES, LINKS))
    shutil.copy(whole, killed)
    chance = random.Random(seed)
    with Nursery() as nursery:
        lives = [Life(str(path), str(tmp_path), (WAVE, WAVE), script=False) for path in (whole, killed)]
        assert nursery.live(lives[0]) == DONE
        for _ in range(KILLS):
            assert nursery.live(lives[1], Kill("", "call", chance.randint(*LIFE))) == KILLED
        assert nursery.live(lives[1]) == DONE
    assert {table: differing(whole, killed, table) for table in TABLES} == dict.fromkeys(TABLES, 0)
    with Database.open(killed) as store, store.read() as connection:
        assert list(violations(connection, ms(NOW) + DAY)) == []
    with closing(sqlite3.connect(killed)) as connection:
        assert connection.execute("SELECT count(*) FROM entry").fetchone() == (PEOPLE,)
