"""No statement of the waves grows faster than the number of people.

SQLite says how many steps its statements take; time would tell more about the machine.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.plan.prepared import Found, Prepared
from engine.shapes.time import to_milliseconds as ms
from tests.engine.run.drafting import NOW, bundle
from tests.engine.run.scenario import Shop, script, write_data

FEW, MANY = 250, 1_000
MOST = 5
"""Four times the people may take a little more than four times the steps: trees get deeper."""
ENOUGH = 1_000
"""What takes fewer steps (in hundreds) with many people says nothing about its growth."""


class Steps:
    """Hundreds of steps of SQLite's machine, by statement."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.of: Counter[str] = Counter()
        self._taken = 0
        execute = Prepared.__call__

        def counted(statement: Prepared, connection: Connection, parameters: Any = None) -> Found:
            driver: Any = connection.connection.driver_connection
            driver.set_progress_handler(self._step, 100)
            before = self._taken
            found = execute(statement, connection, parameters)
            self.of[statement.sql] += self._taken - before
            return found

        monkeypatch.setattr(Prepared, "__call__", counted)

    def _step(self) -> int:
        self._taken += 1
        return 0


ONCE: dict[str, tuple[str, dict[str, Any]]] = {
    "n_order": ("behavior_event", {"event": "order", "re_entry": "every_time"}),
    "n_coupon": ("issue_coupon", {"coupon": "cp_1", "per_person_limit": 1}),
    "n_end": ("end", {}),
}
ONCE_LINKS = ["n_order out n_coupon", "n_coupon out n_end"]


def steps(folder: Path, people: int) -> Counter[str]:
    """Of the statements of campaigns of every sort, and of one that limits how many codes a person gets."""
    write_data(folder, people, codes=people // 2)
    with pytest.MonkeyPatch.context() as monkeypatch:
        counted = Steps(monkeypatch)
        shop = Shop(folder / "engine.db", ms(NOW))
        try:
            for action in script(folder):
                shop.carry_out(action)
                if action.name == "import":
                    shop.engine.publish(bundle(ONCE, ONCE_LINKS, id="c_once"))
        finally:
            shop.close()
    return counted.of


def test_four_times_the_people_take_four_times_the_steps(tmp_path: Path) -> None:
    few, many = steps(tmp_path / "few", FEW), steps(tmp_path / "many", MANY)
    measured = {sql: many[sql] / few[sql] for sql in few if many[sql] >= ENOUGH}
    assert len(measured) > 20
    grown = [f"{growth:.1f} times: {sql}" for sql, growth in measured.items() if growth > MOST]
    assert not grown, "\n".join(grown)
