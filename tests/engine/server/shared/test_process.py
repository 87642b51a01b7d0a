"""The shared server as a process, and the command line: of those who run it, and of its users."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine import cli, i18n
from engine.client import EngineClient, EngineRefused, bundled, tokens
from engine.workspace.workspace import Workspace
from tests.engine.server.test_process import LIMIT_S, POLL_S, ROOT
from tests.engine.shop import CAMPAIGN, campaign_path, make_shop

PASSWORD = "correct horse staple"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")


@dataclass
class Process:
    """A server as a process; `own`: a client with its own token."""

    process: subprocess.Popen[str]
    own: EngineClient
    data: Path
    log: str = ""

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.splitlines()]


@contextmanager
def served(data: Path, *options: str) -> Iterator[Process]:
    """A server that answers, until the block ends or it is told to stop."""
    command = [sys.executable, str(ROOT / "main.py"), "server", "--data", str(data), "--port", "0", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    client = None
    give_up = time.monotonic() + LIMIT_S
    while client is None:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < give_up
        time.sleep(POLL_S)
        client = bundled(data)
    found = Process(process, client, data)
    try:
        yield found
    finally:
        client.close()
        process.send_signal(signal.SIGTERM)
        out, found.log = process.communicate(timeout=LIMIT_S)
        assert (process.returncode, out) == (0, "")


Main = Callable[..., tuple[int, str, str]]


@pytest.fixture
def main(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Main]:
    """Runs a command with lines on its standard input: its status and what it printed."""
    monkeypatch.setenv("CAMPAIGN_CANVAS_HOME", str(tmp_path / "home"))

    def run(*arguments: object, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = cli.main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    yield run
    i18n.set_language("en")


def test_from_the_first_start_to_a_published_campaign(main: Main, target: Path | str, tmp_path: Path) -> None:
    data, shop = tmp_path / "data", make_shop(tmp_path / "shop")
    database = ["--db", target] if isinstance(target, str) else []
    with served(data, *database) as server:
        url = server.own.base_url
        invitation = (data / ".engine" / "invitation").read_text(encoding="utf-8")
        assert (data / ".engine" / "invitation").stat().st_mode & 0o077 == 0
        status, said, wrong = main("login", url, "--invitation", typed=f"{invitation}{PASSWORD}\n")
        assert (status, wrong) == (0, "")
        assert "admin (administrator)" in said

        options = ["--workspace", shop.folder, "--server", url]
        path = campaign_path(shop)
        later = b'"mode": "once", "at": "2099-01-01T00:00:00+01:00"'  # it does not finish meanwhile
        path.write_bytes(path.read_bytes().replace(b'"mode": "now"', later))
        assert main("publish", path, *options)[::2] == (0, "")
        path.write_bytes(path.read_bytes().replace(b'"name": "Hello",', b'"name": "Hi",'))
        status, _, told = main("publish", path, *options)
        assert status == 1
        assert "version 1, published by admin" in told
        assert "--base 1" in told
        assert main("publish", path, *options, "--base", "7")[0] == 1
        second = main("publish", path, *options, "--base", "1")
        assert (second[0], second[2]) == (0, "")
        assert second[1].startswith("Published “Hello Rome” as version 2")
        path.write_bytes(path.read_bytes().replace(b'"name": "Hi",', b'"name": "Hello again",'))
        assert main("publish", path, *options, "--over")[0] == 0

        kept = tokens.load(url)
        assert kept is not None
        with EngineClient(url, kept) as admin:
            assert admin.changes(CAMPAIGN, 3).nodes[0].node == "n_sms"
            assert [one.published_by for one in admin.versions(CAMPAIGN)] == ["admin"] * 3
        assert main("logout", url)[0] == 0
        with EngineClient(url, kept) as nobody, pytest.raises(EngineRefused):
            nobody.me()
        again = main("login", url, "--name", "admin", typed="wrong\n")
        assert (again[0], again[2].strip()) == (1, "The name or the password is wrong.")
        assert main("login", url, "--name", "admin", typed=f"{PASSWORD}\n")[0] == 0

        ours = ["server", "--data", data, *database]
        printed = main(*ours, "invite", "ben", "--role", "viewer")
        assert (printed[0], printed[2]) == (0, "")
        with EngineClient(url, "") as anybody:
            ben = anybody.accept_invitation(printed[1].strip(), PASSWORD)
        assert (ben.me.name, ben.me.role) == ("ben", "viewer")
        status, said, _ = main(*ours, "audit", "verify")
        assert status == 0
        head = said.rsplit(" ", 1)[1].strip()
        assert main(*ours, "audit", "verify", "--head", head)[0] == 0
        assert main(*ours, "audit", "verify", "--head", "ab" * 32)[0] == 1
    events = [line["event"] for line in server.lines()]
    assert events[0].startswith("nobody uses this server yet")  # type: ignore[attr-defined]
    assert events[-1] == "stopped"
    assert {line["hash"] for line in server.lines() if line["event"] == "changed"}
    assert PASSWORD not in server.log
    assert kept not in server.log


def test_it_starts_again_with_what_was_there(main: Main, tmp_path: Path) -> None:
    data = tmp_path / "data"
    workspace = Workspace.create(data, "Shop", "Europe/Berlin", "zh")
    with served(data) as server:
        assert server.own.status().workspace == workspace.settings.name
        assert main("engine", "status", "--workspace", data)[0] == 0
        second = main("server", "--data", data, "--port", "0")
        assert second[0] == 1
    with served(data) as server:
        assert server.own.users().users[0].invited
    assert not (data / ".engine" / "address.json").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--port", "70000"], "port"),
        (["--db", "mysql://u:hidden@h/d"], "postgresql://"),
        (["--db", "postgresql://u:hidden@127.0.0.1:1/d"], "127.0.0.1:1"),
        (["--config", "/there/is/none.toml"], "none.toml"),
        (["--host", "host.invalid"], "host.invalid"),
    ],
)
def test_what_cannot_be_served_is_told_in_a_sentence(
    main: Main, tmp_path: Path, options: list[str], says: str
) -> None:
    status, _, wrong = main("server", "--data", tmp_path / "data", "--port", "0", *options)
    assert status == 1
    assert says in wrong
    assert "hidden" not in wrong
    assert "Traceback" not in wrong
