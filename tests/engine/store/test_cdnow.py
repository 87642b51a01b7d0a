"""The CDNOW data folder where the purchases are missing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.workspace.cdnow import CODES, write_cdnow


def test_others_stand_for_missing_purchases_and_it_says_so(tmp_path: Path) -> None:
    made = write_cdnow(tmp_path / "data", tmp_path / "nowhere.txt")
    assert (made.invented, made.people) == (True, 23_570)
    assert 50_000 < made.orders < 90_000
    with Database.open(tmp_path / "engine.db") as database:
        result = import_folder(database, made.folder, now=datetime(2026, 11, 23, tzinfo=UTC))
    assert result.rejects == []
    assert [result.counts[name] for name in ("people", "events", "coupons")] == [23_570, made.orders, CODES]


def test_identical_lines_are_orders_of_their_own(tmp_path: Path) -> None:
    source = tmp_path / "purchases.txt"
    line = " 00001 19970101  1   11.77\r\n"
    source.write_text(f" customer_id  date number_of_cds  dollar_value\r\n{line}{line}", newline="")
    made = write_cdnow(tmp_path / "data", source)
    assert (made.invented, made.people, made.orders) == (False, 1, 2)
    events = (tmp_path / "data" / "events.csv").read_text().splitlines()
    assert events[1:] == [
        f'{line},00001,order,1997-01-01T00:00:00+08:00,"{{""amount"": 11.77, ""quantity"": 1}}"'
        for line in (2, 3)
    ]
    people = (tmp_path / "data" / "people.csv").read_text().splitlines()
    assert people[1] == "00001,00001,+8613800000001,person00001@example.com"
