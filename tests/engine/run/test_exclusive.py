"""One engine to a database, and what is told where it cannot be held."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import dev
from engine.run.answers import Refused
from engine.run.exclusive import SUFFIX, HeldFile, hold
from engine.store.database import url_of
from tests.databases import Target
from tests.postgres import Postgres

HOLD = """
import sys
from engine.run.exclusive import hold
from engine.store.database import url_of
held = hold(url_of(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_engine_is_refused_until_the_first_lets_go(target: Target) -> None:
    first = hold(url_of(target))
    with pytest.raises(Refused, match="Another engine already runs"):
        hold(url_of(target))
    assert first is not None
    first.release()
    second = hold(url_of(target))
    assert second is not None
    second.release()


def test_the_lock_ends_with_the_process(target: Target) -> None:
    command = [sys.executable, "-c", HOLD, str(target)]
    with subprocess.Popen(command, cwd=dev.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Refused, match="Another engine already runs"):
            hold(url_of(target))
        other.kill()
    held = None
    for _ in range(1000):  # a server notices the end of a connection a moment later
        try:
            held = hold(url_of(target))
            break
        except Refused:
            continue
    assert held is not None
    held.release()


def test_two_databases_of_a_server_can_be_held_at_once(postgres: Postgres) -> None:
    with postgres.database() as one, postgres.database() as two:
        held = [hold(url_of(one)), hold(url_of(two))]
        for each in held:
            assert each is not None
            each.release()


def test_a_refusal_does_not_tell_the_password(postgres: Postgres) -> None:
    with postgres.database() as url:
        secret = url_of(url).set(password="s3cret")
        held = hold(secret)
        with pytest.raises(Refused) as raised:
            hold(secret)
        assert held is not None
        held.release()
    assert "s3cret" not in str(raised.value)


def test_a_server_that_does_not_answer_is_not_taken_for_another_engine(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="The database cannot do this now: "):
        hold(url_of(f"postgresql:///shop?host={tmp_path}"))


def test_a_lock_that_cannot_be_written_is_not_taken_for_another_engine(tmp_path: Path) -> None:
    (tmp_path / f"engine.db{SUFFIX}").mkdir()
    with pytest.raises(Refused, match="The database cannot do this now: unable to open"):
        HeldFile(tmp_path / "engine.db")
