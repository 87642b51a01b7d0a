"""A backup of PostgreSQL put back: the server on it sends nothing until somebody lets it go on."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

import dev
from tests.engine.channels.fakes.webhook import WebhookFake
from tests.engine.run.drafting import populate
from tests.engine.server.leading.show import CALL, LETTERS, Show, undisturbed
from tests.engine.server.leading.troupe import Troupe, until
from tests.postgres import USER, Postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")

LEASE_S = 2.0


def program(postgres: Postgres, name: str, database: str, *arguments: str, given: str = "") -> str:
    """What one of PostgreSQL's own programs prints, asked for a database."""
    programs = dev.postgres_programs()
    assert programs is not None
    command = [str(programs / name), "-h", str(postgres.socket.parent), "-U", USER, *arguments, database]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout


def test_a_restored_server_sends_nothing_until_it_is_released(mortal: Postgres, tmp_path: Path) -> None:
    """Whose messages went out since the backup are not sent them twice: their keys are the same."""
    people = 2 * CALL
    fake = WebhookFake(heeds_keys=True)
    with mortal.database() as url, fake:
        populate(url, tmp_path, people=people)
        name = str(make_url(url).database)
        with Troupe(tmp_path, mortal, url, 1, LEASE_S) as troupe:
            show = Show(troupe, fake, url, people)
            show.order(1)
            until(lambda: len(fake.by_key) == CALL * LETTERS.messages)
            backup = program(mortal, "pg_dump", name)
            show.order(1)
            until(lambda: len(fake.by_key) == people * LETTERS.messages)
            (server,) = troupe.players
            troupe.kill(server, signal.SIGTERM)
            sent = dict(fake.by_key)

            program(mortal, "dropdb", name, "--force")
            program(mortal, "createdb", name)
            program(mortal, "psql", name, "-q", "-v", "ON_ERROR_STOP=1", given=backup)
            troupe.start(server)
            assert troupe.ask("GET", "/hold").json()["held"]
            assert troupe.ask("POST", "/campaigns", data="{}").status_code >= 400
            assert fake.by_key == sent

            assert troupe.ask("POST", "/release").status_code < 300
            show.forget(CALL)
            show.finish()
            show.check(undisturbed(tmp_path / "undisturbed", people))
            assert fake.by_key == sent
