"""`server distribute`, as far as it goes without Citus."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli import main
from engine.run.lock import lock
from engine.store.database import Database
from tests.postgres import Postgres


def distribute(url: str, folder: Path, *options: str) -> int:
    return main(["server", "--data", str(folder), "--db", url, "distribute", *options])


def test_a_database_without_citus_is_refused(
    postgres: Postgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with postgres.database(encoding="UTF8") as url:
        for options in ((), ("--dry-run",)):
            assert distribute(url, tmp_path, *options) == 1
            assert "CREATE EXTENSION citus" in capsys.readouterr().err


def test_a_database_that_an_engine_uses_is_refused(
    postgres: Postgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with postgres.database(encoding="UTF8") as url, Database.open(url) as database:
        held = lock(database)
        assert held is not None
        assert distribute(url, tmp_path) == 1
        held.release()
        assert "engine" in capsys.readouterr().err


def test_a_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert distribute(f"sqlite:///{tmp_path / 'engine.db'}", tmp_path) == 1
    assert "is a file" in capsys.readouterr().err
