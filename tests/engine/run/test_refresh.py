"""What the engine remembers of its database is read again wherever it was lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from engine.plan.contact import ContactRules
from engine.plan.temporary import kin
from engine.run.answers import Refused
from tests.databases import Target
from tests.engine.run.drafting import EVERYBODY, MINUTE, PROMOTION, WAIT, Running, bundle, populate
from tests.postgres import Postgres

WAITING = {
    "n_who": ("target_audience", EVERYBODY),
    "n_wait": ("wait_until", WAIT),
    "n_sms": ("text_sms", PROMOTION),
    "n_end": ("end", {}),
}
LINKS = ["n_who out n_wait", "n_wait out n_sms", "n_sms out n_end"]
SHARE = """
INSERT INTO person_id (person, type, value, time, seq)
SELECT 2, type, value, 5, 5 FROM person_id WHERE person = 1 AND type = 'mobile'
"""


def started(target: Target, folder: Path) -> Running:
    """An engine with a campaign whose people, two of whom share an address, wait."""
    run = Running(populate(target, folder), contact=ContactRules())
    run.engine.publish(bundle(WAITING, LINKS))
    run.advance(MINUTE)
    with run.database.write() as connection:
        connection.execute(text(SHARE))
    run.engine._scheduler.outdated = True
    return run


def kin_known(run: Running) -> int:
    with run.database.write() as connection:
        return connection.execute(select(func.count()).select_from(kin)).scalar_one()


def test_a_request_that_is_refused_does_not_undo_what_is_read_again(target: Target, tmp_path: Path) -> None:
    with started(target, tmp_path) as run:
        with pytest.raises(Refused):
            run.engine.restart("c_1")  # it is in progress
        run.engine.step()
        assert kin_known(run) == 2


def test_a_connection_lost_beside_the_waves_is_noticed_before_the_next(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.database() as url, started(url, tmp_path) as run:
        run.engine.step()
        assert kin_known(run) == 2

        def lost(_now: int) -> Any:
            with run.database.write() as connection:
                connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

        monkeypatch.setattr(run.engine._operations, "clean", lost)
        with pytest.raises(DBAPIError):
            run.engine.step()
        monkeypatch.undo()
        run.engine.step()
        assert kin_known(run) == 2
