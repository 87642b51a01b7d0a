"""The files by which an engine is found and entered."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from engine.client import ADDRESS_NAME, TOKEN_NAME, bundled
from engine.server.access import announce, token_of, withdraw
from engine.store.database import Database
from tests.engine.server.serving import TOKEN, serve


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_the_owner_reads_the_token_and_the_address(tmp_path: Path) -> None:
    token_of(tmp_path)
    announce(tmp_path, "http://127.0.0.1:1", "i_1")
    assert {path.name: mode(path) for path in tmp_path.iterdir()} == {TOKEN_NAME: 0o600, ADDRESS_NAME: 0o600}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_token_file_that_others_could_read_is_closed(tmp_path: Path) -> None:
    path = tmp_path / TOKEN_NAME
    path.write_text("abc\n", encoding="ascii")
    path.chmod(0o644)
    assert token_of(tmp_path) == "abc"
    assert mode(path) == 0o600


def test_the_token_stays_the_same_and_is_hard_to_guess(tmp_path: Path) -> None:
    token = token_of(tmp_path)
    assert len(token) >= 40
    assert token_of(tmp_path) == token
    (tmp_path / TOKEN_NAME).write_text("\n", encoding="ascii")
    assert token_of(tmp_path) not in ("", token)


def test_an_engine_takes_only_its_own_address_away(tmp_path: Path) -> None:
    announce(tmp_path, "http://127.0.0.1:1", "i_1")
    withdraw(tmp_path, "i_2")
    assert json.loads((tmp_path / ADDRESS_NAME).read_text(encoding="utf-8"))["instance"] == "i_1"
    withdraw(tmp_path, "i_1")
    withdraw(tmp_path, "i_1")
    assert list(tmp_path.iterdir()) == []


def test_the_token_is_shown_only_to_the_engine_that_left_the_address(tmp_path: Path) -> None:
    folder = tmp_path / ".engine"
    folder.mkdir()
    (folder / TOKEN_NAME).write_text(TOKEN, encoding="ascii")
    with Database.open(tmp_path / "engine.db") as database, serve(database, tmp_path) as served:
        announce(folder, served.url, "i_1")
        client = bundled(tmp_path)
        assert client is not None
        with client:
            assert client.status().workspace == "Shop"
        announce(folder, served.url, "i_before")
        assert bundled(tmp_path) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "{",
        "[]",
        '{"url": 5}',
        '{"url": "x", "instance": "i"}',
        '{"url": "http://127.0.0.1:1", "instance": "i"}',
    ],
)
def test_an_address_that_leads_nowhere_is_no_engine(tmp_path: Path, address: str) -> None:
    folder = tmp_path / ".engine"
    folder.mkdir()
    token_of(folder)
    (folder / ADDRESS_NAME).write_text(address, encoding="utf-8")
    assert bundled(tmp_path) is None
    assert bundled(tmp_path / "none") is None
