"""The databases that tests run on: what is told where there is no server, and that none is left behind."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import dev
from tests.databases import NOT_TESTED, pytest_terminal_summary
from tests.postgres import CannotStart, Postgres

SERVE = """
import sys
from tests.postgres import Postgres
server = Postgres()
print(server.log, flush=True)
sys.stdin.read()
"""


class Terminal:
    """What a run says at its end."""

    def __init__(self, *reasons: str) -> None:
        self.stats = {"skipped": [SimpleNamespace(longrepr=("file", 1, reason)) for reason in reasons]}
        self.said: list[str] = []

    def section(self, title: str, **_: Any) -> None:
        self.said.append(title)

    line = section


def test_the_end_of_a_run_says_what_was_not_tested() -> None:
    terminal = Terminal(f"Skipped: {NOT_TESTED}no server", f"Skipped: {NOT_TESTED}no server", "Skipped: else")
    pytest_terminal_summary(terminal)  # type: ignore[arg-type]
    assert terminal.said == ["POSTGRESQL WAS NOT TESTED", "2 tests were not tested on PostgreSQL: no server"]
    quiet = Terminal("Skipped: else")
    pytest_terminal_summary(quiet)  # type: ignore[arg-type]
    assert quiet.said == []


def test_a_server_that_does_not_start_says_why(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.postgres._SETTINGS", {"shared_buffers": "many"})
    with pytest.raises(CannotStart, match="shared_buffers"):
        Postgres()


def test_the_server_ends_with_the_process_that_started_it(postgres: Postgres) -> None:
    command = [sys.executable, "-c", SERVE]
    with subprocess.Popen(command, cwd=dev.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        log = Path(owner.stdout.readline().decode().strip())
        data = log.parent / "data"
        assert (data / "postmaster.pid").exists()
        owner.kill()
    while data.exists():  # it is removed when the server has ended
        pass
    assert "database system is shut down" in log.read_text()
    shutil.rmtree(log.parent)
