"""The engine as a process of its own: found, fed, asked, kept to itself, and stopped."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine import cli, i18n
from engine.campaign import campaign_file
from engine.client import ADDRESS_NAME, EngineClient, EngineRefused, bundled
from engine.server.process import opened
from engine.server.wire.data import Event
from engine.workspace import bundle as bundles
from engine.workspace.workspace import Workspace
from tests.engine.shop import CAMPAIGN, campaign_path, data_folder, make_shop

ROOT = Path(__file__).parents[3]
LIMIT_S = 60.0
POLL_S = 0.02


@dataclass
class Ran:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str


Command = Callable[..., Ran]


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """Runs a command to its end, in this process: starting another one takes longer than all that they do."""

    def run(*arguments: object) -> Ran:
        status = cli.main([str(argument) for argument in arguments])
        return Ran(status, *capfd.readouterr())

    yield run
    i18n.set_language("en")


def until(what: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until something holds; fail when it does not within the limit, or the process ends."""
    give_up = time.monotonic() + LIMIT_S
    while not what():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < give_up
        time.sleep(POLL_S)


@dataclass
class Running:
    """A workspace's engine as a process, and a client for it."""

    workspace: Workspace
    process: subprocess.Popen[str]
    client: EngineClient


@contextmanager
def engine(workspace: Workspace, *options: str) -> Iterator[Running]:
    """The workspace's engine as a process, until the block ends."""
    found: list[EngineClient] = []

    def answers() -> bool:
        client = bundled(workspace.folder)
        found.extend([client] if client else [])
        return client is not None

    run = [
        sys.executable,
        str(ROOT / "main.py"),
        "engine",
        "run",
        "--workspace",
        str(workspace.folder),
        *options,
    ]
    process = subprocess.Popen(run, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        until(answers, process)
        with found[0] as client:
            yield Running(workspace, process, client)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=LIMIT_S)


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return make_shop(tmp_path / "shop")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An engine with the four people, which other computers may call, too."""
    folder = tmp_path_factory.mktemp("running")
    with engine(make_shop(folder / "shop"), "--host", "0.0.0.0") as started:
        started.client.import_folder(data_folder(folder / "data"))
        yield started


def test_commands_go_through_the_running_engine(running: Running, command: Command, tmp_path: Path) -> None:
    shop, client = running.workspace, running.client
    assert client.status().running
    (tmp_path / "people.csv").write_text("person_id,attr:city\np9,Oslo\n", encoding="utf-8")
    imported = command("data", "import", "--workspace", shop.folder, tmp_path)
    assert (imported.status, imported.err) == (0, "")
    assert "people: 1" in imported.out.splitlines()
    assert client.estimate(shop.audiences["a_rome"].canonical()) == 3
    published = command("publish", campaign_path(shop), "--workspace", shop.folder)
    assert (published.status, published.err) == (0, "")
    until(lambda: client.campaign(CAMPAIGN).finished == 3, running.process)
    until(lambda: client.counts(CAMPAIGN).messages["n_sms"].get("sent") == 2, running.process)
    counts = client.counts(CAMPAIGN)
    assert (counts.nodes["n_sms"].passed, counts.links["l_3"]) == (3, 3)
    status = command("engine", "status", "--workspace", shop.folder)
    assert status.status == 0
    assert CAMPAIGN in status.out
    assert command("engine", "check", "--workspace", shop.folder).status == 0


def test_a_second_engine_is_refused_and_the_first_one_stays(running: Running, command: Command) -> None:
    second = command("engine", "run", "--workspace", running.workspace.folder)
    assert (second.status, second.out) == (1, "")
    assert len(second.err.strip().splitlines()) == 1
    assert running.client.health().status == "ok"


def test_publishing_to_another_computers_engine_by_url_and_token(
    running: Running, command: Command, shop: Workspace
) -> None:
    path = campaign_path(shop)
    path.write_bytes(path.read_bytes().replace(CAMPAIGN.encode(), b"c_far"))
    options = ["--server", running.client.base_url, "--token"]
    refused = command("publish", path, *options, "wrong")
    assert (refused.status, refused.out) == (1, "")
    token = (running.workspace.engine_folder / "token").read_text(encoding="utf-8").strip()
    done = command("publish", path, *options, token)
    assert (done.status, done.err) == (0, "")
    assert "c_far" in [campaign.id for campaign in running.client.campaigns()]
    assert not shop.engine_folder.exists()


def test_a_finished_campaign_is_not_stopped_but_deleted(running: Running, shop: Workspace) -> None:
    path = campaign_path(shop)
    path.write_bytes(path.read_bytes().replace(CAMPAIGN.encode(), b"c_brief"))
    client = running.client
    answer = client.publish(bundles.write(bundles.make(shop, campaign_file.load(path))))
    assert (answer.campaign, answer.version, answer.lacks) == ("c_brief", 1, [])
    until(lambda: client.campaign("c_brief").status == "completed", running.process)
    with pytest.raises(EngineRefused) as refused:
        client.stop("c_brief")
    assert refused.value.problem.status == 409
    client.delete("c_brief")
    assert "c_brief" not in [campaign.id for campaign in client.campaigns()]


def test_events_count_once_and_know_what_was_imported_meanwhile(running: Running, tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text('{"events": {"order": {"amount": "number"}}}', encoding="utf-8")
    (tmp_path / "events.csv").write_text(
        'event_id,person_id,event,time,attributes\n1,p1,order,2026-01-01T00:00:00Z,"{""amount"": 5}"\n',
        encoding="utf-8",
    )
    order = Event(
        event_id="2", person_id="p2", event="order", time="2026-01-01T00:00:00Z", attributes={"amount": 7}
    )
    spent: dict[str, Any] = {
        "card": "behaviour",
        "event": "order",
        "measure": "sum:amount",
        "op": ">=",
        "value": 7,
    }
    client = running.client
    client.import_folder(tmp_path)
    assert client.post_events([order]).accepted == 1
    again = client.post_events([order, order])
    assert (again.accepted, again.duplicates) == (0, 2)
    rule: dict[str, Any] = {"format": "audience", "version": 1, "id": "a_big", "name": "Big"}
    assert client.estimate({**rule, "cards": [spent]}) == 1


def test_the_command_stops_it_and_says_so(shop: Workspace, command: Command) -> None:
    with engine(shop) as started:
        stopped = command("engine", "stop", "--workspace", shop.folder)
        assert (stopped.status, stopped.err) == (0, "")
        assert command("engine", "check", "--workspace", shop.folder).status == 0  # the database is free
        assert started.process.wait(LIMIT_S) == 0
    assert command("engine", "status", "--workspace", shop.folder).status == 1
    assert command("engine", "stop", "--workspace", shop.folder).status == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
def test_sigterm_ends_it_in_order(shop: Workspace) -> None:
    with engine(shop) as started:
        started.process.send_signal(signal.SIGTERM)
        out, err = started.process.communicate(timeout=LIMIT_S)
    assert (started.process.returncode, err) == (0, "")
    assert shop.settings.name in out
    assert not (shop.engine_folder / ADDRESS_NAME).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_an_engine_that_was_killed_is_not_taken_for_running(shop: Workspace) -> None:
    with engine(shop) as started:
        started.process.kill()
        started.process.wait(LIMIT_S)
        assert (shop.engine_folder / ADDRESS_NAME).exists()
        assert bundled(shop.folder) is None
    with engine(shop) as started:
        assert started.client.status().running
        started.process.send_signal(signal.SIGINT)
        assert started.process.wait(LIMIT_S) == 0


def test_received_events_are_printed_with_what_they_did(running: Running, command: Command) -> None:
    order = Event(event_id="seen", person_id="p1", event="unheard of", time="2026-01-01T00:00:00Z")
    running.client.post_events([order, order])
    shown = command("events", "received", "--workspace", running.workspace.folder)
    assert (shown.status, shown.err) == (0, "")
    repeated, counted, taken, told = shown.out.splitlines()[:4]
    assert "seen p1 unheard of 2026-01-01T00:00:00.000Z" in repeated
    assert "had come before" in counted
    assert "seen p1 unheard of" in taken
    assert "The catalogue has no event with this code" in told


def test_a_copied_workspace_is_held_until_it_is_released(
    shop: Workspace, command: Command, tmp_path: Path
) -> None:
    command("data", "import", "--workspace", shop.folder, data_folder(tmp_path / "data"))
    assert command("publish", campaign_path(shop), "--workspace", shop.folder).status == 0
    copy = tmp_path / "copy"
    with engine(shop) as started:
        until(lambda: started.client.campaign(CAMPAIGN).finished == 3, started.process)
        shutil.copytree(shop.folder, copy)
        assert bundled(copy) is None  # the address in it is the other engine's
    refused = command("engine", "run", "--workspace", copy, "--until-idle")
    assert refused.status == 1
    assert "is held" in refused.err
    assert "is a copy of" in command("engine", "status", "--workspace", copy).out
    assert "held" in command("publish", campaign_path(Workspace.open(copy)), "--workspace", copy).err
    released = command("engine", "release", "--workspace", copy)
    assert (released.status, released.err) == (0, "")
    assert "It cannot know what was sent later" in released.out
    assert command("engine", "run", "--workspace", copy, "--until-idle").status == 0
    assert command("engine", "release", "--workspace", copy).out == "The engine is not held.\n"
    assert command("engine", "run", "--workspace", shop.folder, "--until-idle").status == 0


def test_what_is_due_runs_without_an_address(shop: Workspace, command: Command, tmp_path: Path) -> None:
    command("data", "import", "--workspace", shop.folder, data_folder(tmp_path / "data"))
    assert command("publish", campaign_path(shop), "--workspace", shop.folder).status == 0
    done = command("engine", "run", "--workspace", shop.folder, "--until-idle")
    assert (done.status, done.out, done.err) == (0, "", "")
    with opened(shop) as (idle, _):
        assert idle.campaign(CAMPAIGN).finished == 3
    left = command("engine", "status", "--workspace", shop.folder)
    assert left.status == 1
    assert f"{CAMPAIGN} completed entries=3 inside=0 finished=3" in left.out
