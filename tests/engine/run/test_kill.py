"""An engine that is killed goes on where it was: everybody ends up where an uninterrupted run puts them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.run import waves
from tests.engine.run.drafting import DAY, EVERYBODY, SMS, WAIT, Running, bundle, database

PEOPLE, CODES, WAVE = 50, 20, 7
STATE = {
    "visit": "SELECT * FROM visit ORDER BY path, person, entry",
    "message": "SELECT * FROM message ORDER BY node, person, entry, address",
    "tag_value": "SELECT * FROM tag_value ORDER BY tag, person",
    "coupon_issue": "SELECT * FROM coupon_issue ORDER BY position",
    "counter": "SELECT path, sum(n) FROM counter GROUP BY path ORDER BY path",
    "token": "SELECT * FROM token ORDER BY place, person",
}
HALVES = [{"id": f"g_{n}", "name": f"Half {n}", "percent": 50} for n in (1, 2)]
NODES = {
    "n_who": ("target_audience", EVERYBODY),
    "n_split": ("random_grouping", {"groups": HALVES}),
    "n_sms": ("text_sms", SMS),
    "n_wait": ("wait_until", WAIT),
    "n_coupon": ("issue_coupon", {"coupon": "cp_1"}),
    "n_known": ("result_judgment", {"judge_after": {"amount": 1, "unit": "day"}, "results": ["success"]}),
    "n_tag": ("tag", {"assignments": [{"tag": "level", "value": "Gold"}]}),
    "n_end": ("end", {}),
}
LINKS = [
    "n_who out n_split", "n_split group:g_1 n_sms", "n_split group:g_1 n_wait", "n_split group:g_2 n_wait",
    "n_sms out n_end", "n_wait out n_coupon", "n_coupon out n_known", "n_known result:success n_tag",
    "n_known other n_end", "n_tag out n_end",
]  # fmt: skip


def run_to_the_end(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with Running(path) as run:
        run.engine.publish(bundle(NODES, LINKS))
        run.advance(2 * DAY)
        assert run.engine.check() == []
        with run.database.read() as connection:
            return {
                name: [tuple(row) for row in connection.execute(text(query))] for name, query in STATE.items()
            }


def run_until_killed(path: Path, statements: int) -> None:
    """In a process of its own: run, and die without a word before statement number `statements`."""
    waves.WaveRunner.__init__.__defaults__ = (WAVE,)
    from engine.plan.prepared import Prepared

    left = statements
    execute = Prepared.__call__

    def counting(self, connection, parameters=None):  # type: ignore[no-untyped-def]
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(self, connection, parameters)

    Prepared.__call__ = counting  # type: ignore[method-assign]
    with Running(path) as run:
        run.engine.publish(bundle(NODES, LINKS))
        run.advance(2 * DAY)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_engine_resumes_without_loss_or_repetition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waves.WaveRunner.__init__, "__defaults__", (WAVE,))
    start = database(tmp_path / "start", PEOPLE, CODES)
    whole = Path(shutil.copy(start, tmp_path / "whole.db"))
    expected = run_to_the_end(whole)
    killed = Path(shutil.copy(start, tmp_path / "killed.db"))
    kills = 0
    for statements in (3, 40, 90, 150, 260, 333):
        process = subprocess.run(
            [sys.executable, "-m", "tests.engine.run.test_kill", str(killed), str(statements)],
            check=False,
            timeout=60,
        )
        kills += process.returncode == -signal.SIGKILL
    assert kills >= 4
    assert run_to_the_end(killed) == expected


if __name__ == "__main__":
    run_until_killed(Path(sys.argv[1]), int(sys.argv[2]))
