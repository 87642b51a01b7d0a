"""The command line: what it prints, how it ends, and what it leaves alone."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine import cli, i18n
from engine.commands import rehearsal
from engine.store.database import Database
from engine.workspace.audience import AUDIENCE
from engine.workspace.workspace import Workspace
from tests.databases import Target
from tests.engine.server.serving import TOKEN, Served, serve
from tests.engine.shop import CAMPAIGN, campaign_path, data_folder, make_shop

ROOT = Path(__file__).parents[2]
HEAVY = ("PySide6", "sqlalchemy", "fastapi", "networkx", "requests", "alembic", "rich", "typer")


@dataclass
class Ran:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    i18n.set_language("en")


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return make_shop(tmp_path / "shop")


@pytest.fixture
def campaign(shop: Workspace) -> Path:
    return campaign_path(shop)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> Ran:
        status = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return call


def changed(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a campaign file's object."""
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


# ---- validate and fmt


def test_a_campaign_without_problems_passes_in_silence(run: Run, campaign: Path) -> None:
    assert run("validate", campaign) == Ran(0, "", "")


def test_each_problem_is_one_line_with_file_node_and_code(run: Run, campaign: Path) -> None:
    changed(campaign, lambda c: c["nodes"]["n_sms"].update(confirmed=False, name="Line\u2028break"))
    changed(campaign, lambda c: c["links"]["l_3"].update(to=None))
    ran = run("validate", campaign)
    assert ran.status == 1
    starts = sorted(line.split(" ")[:2] for line in ran.lines)
    assert starts == [
        [f"{campaign}:n_end", "unreachable"],
        [f"{campaign}:n_sms", "open_end"],
        [f"{campaign}:n_sms", "unconfigured"],
    ]


def test_references_are_held_against_the_workspace_only_inside_one(
    run: Run, campaign: Path, tmp_path: Path
) -> None:
    changed(campaign, lambda c: c["nodes"]["n_sms"]["config"].update(template="m_gone"))
    assert "n_sms missing_reference" in run("validate", campaign).out
    outside = tmp_path / "outside.campaign.json"
    outside.write_bytes(campaign.read_bytes())
    assert run("validate", outside).status == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": "song"}', b"\xff", b'{"a":1,"a":2}'])
def test_an_unreadable_file_is_one_line(run: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.campaign.json"
    path.write_bytes(content)
    ran = run("validate", path)
    assert (ran.status, len(ran.lines), ran.err) == (1, 1, "")
    assert ran.out.startswith(f"{path}:")


def test_a_missing_file_is_told_and_the_others_are_looked_at(
    run: Run, campaign: Path, tmp_path: Path
) -> None:
    changed(campaign, lambda c: c["links"]["l_3"].update(to=None))
    ran = run("validate", tmp_path / "none.json", campaign)
    assert ran.status == 1
    assert ran.lines[0].startswith(f"{tmp_path / 'none.json'}:")
    assert "open_end" in ran.out


def test_every_file_of_a_workspace_can_be_validated_and_is_canonical(run: Run, shop: Workspace) -> None:
    files = sorted(shop.folder.rglob("*.json"))
    assert len(files) >= 6
    assert run("validate", *files) == Ran(0, "", "")
    assert run("fmt", "--check", *files) == Ran(0, "", "")


def test_fmt_writes_the_canonical_form_and_check_only_names(run: Run, campaign: Path) -> None:
    canonical = campaign.read_bytes()
    changed(campaign, lambda c: c)
    untidy = campaign.read_bytes()
    assert untidy != canonical
    assert run("fmt", "--check", campaign) == Ran(1, f"{campaign}\n", "")
    assert campaign.read_bytes() == untidy
    assert run("fmt", campaign) == Ran(0, f"{campaign}\n", "")
    assert campaign.read_bytes() == canonical
    assert run("fmt", campaign) == Ran(0, "", "")


def test_files_that_begin_with_a_dash_can_be_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, campaign: Path
) -> None:
    monkeypatch.chdir(campaign.parent)
    campaign.rename("-odd.campaign.json")
    assert run("validate", "-odd.campaign.json").status == 2
    assert run("validate", "--", "-odd.campaign.json") == Ran(0, "", "")


def test_fmt_leaves_an_unreadable_file_alone(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text("{", encoding="utf-8")
    assert run("fmt", path).status == 1
    assert path.read_text(encoding="utf-8") == "{"


def test_validate_loads_nothing_heavy(campaign: Path) -> None:
    script = (
        "import sys, main; status = main.main(sys.argv[1:]); print(sorted(sys.modules)); sys.exit(status)"
    )
    command = [sys.executable, "-c", script, "validate", str(campaign)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout.replace("'", '"'))}
    assert "pydantic" in loaded
    assert not loaded.intersection(HEAVY)


def test_called_wrongly_ends_with_2(run: Run) -> None:
    for arguments in (
        ["nothing"],
        ["validate"],
        ["publish"],
        ["engine", "run", "--workspace", "x", "--port", "a"],
    ):
        assert run(*arguments).status == 2


def test_help_names_every_command(run: Run) -> None:
    out = run("--help").out
    for command in ("validate", "fmt", "data", "simulate", "publish", "export", "import", "engine"):
        assert f"  {command} " in out


def test_words_are_in_the_language_of_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert run("fmt", "--help").status == 0
    assert i18n.current_language() == "zh"


# ---- data, simulate, bundles


def test_data_import_prints_counts_and_rejects(run: Run, shop: Workspace, tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "data")
    (folder / "events.csv").write_text(
        "event_id,person_id,event,time,attributes\n1,p1,order,2026-01-01T00:00:00Z,{}\n2,p1,order,today,{}\n",
        encoding="utf-8",
    )
    ran = run("data", "import", "--workspace", shop.folder, folder)
    assert (ran.status, ran.err) == (0, "")
    assert {"people: 4", "events: 1", "rejected: 1"} <= set(ran.lines)
    assert any(line.startswith("events.csv:3: ") for line in ran.lines)


@pytest.fixture
def url(target: Target) -> str:
    """A database that is empty."""
    return f"sqlite:///{target}" if isinstance(target, Path) else target


def test_data_goes_into_a_database_by_its_url(run: Run, url: str, tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "data")
    assert "people: 4" in run("data", "import", "--db", url, folder).lines
    assert run("engine", "check", "--db", url).status == 0


def test_a_campaign_is_rehearsed_on_a_database_by_its_url(
    run: Run, url: str, campaign: Path, tmp_path: Path
) -> None:
    """In a process of its own: what refuses the network must let the database through."""
    run("data", "import", "--db", url, data_folder(tmp_path / "data"))
    trace = tmp_path / "trace"
    options = ["--db", url, "--trace", str(trace), "--from", "2026-12-01T09:00:00+01:00"]
    command = [sys.executable, "main.py", "simulate", str(campaign), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stderr, done.stdout.splitlines()[:3]) == ("", ["entries: 3", "inside: 0", "finished: 3"])
    assert "p2" in (trace / "messages.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna:s3cret@localhost:1/shop",
        "postgresql://localhost:1/shop?user=anna&password=s3cret",
        "mysql://anna:s3cret@localhost/shop",
        "postgresql://anna:s3cr/s3cret@localhost:port/shop",
    ],
)
@pytest.mark.parametrize("command", [["data", "import", "{data}"], ["engine", "check"]])
def test_no_message_tells_a_password(run: Run, tmp_path: Path, command: list[str], url: str) -> None:
    folder = data_folder(tmp_path / "data")
    ran = run(*(part.format(data=folder) for part in command), "--db", url)
    assert (ran.status, ran.out) == (1, "")
    assert "localhost" in ran.err
    assert "s3cret" not in ran.err
    assert "anna" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["data", "import", "{none}", "--workspace", "{shop}"],
        ["data", "import", "{shop}/messages", "--workspace", "{shop}"],
        ["data", "import", "{shop}"],
        ["data", "import", "{shop}", "--workspace", "{shop}", "--db", "sqlite://"],
        ["data", "import", "{shop}", "--db", "nosuch://x"],
        ["engine", "run", "--workspace", "{none}"],
        ["engine", "run", "--workspace", "{shop}", "--host", "no.such.host.invalid"],
        ["engine", "check"],
        ["publish", "{campaign}"],
        ["publish", "{none}", "--workspace", "{shop}"],
        ["publish", "{campaign}", "--server", "http://127.0.0.1:1", "--token", "x"],
        ["publish", "{campaign}", "--server", "nonsense", "--token", "x"],
        ["export", "{none}", "--workspace", "{shop}", "--out", "{none}"],
        ["export", "{campaign}", "--workspace", "{shop}", "--out", "{none}/none/x.bundle"],
        ["import", "{campaign}", "--workspace", "{shop}"],
        ["simulate", "{campaign}", "--workspace", "{shop}", "--trace", "{none}", "--from", "soon"],
        [
            "simulate",
            "{campaign}",
            "--workspace",
            "{shop}",
            "--trace",
            "{none}",
            "--until",
            "2000-01-01T00:00:00Z",
        ],
        ["simulate", "{campaign}", "--workspace", "{shop}", "--trace", "{none}", "--results", "{none}"],
        ["simulate", "{campaign}", "--workspace", "{shop}", "--trace", "{campaign}/x"],
    ],
    ids=" ".join,
)
def test_what_a_user_can_mend_is_told_in_words(
    run: Run, shop: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(rehearsal, "refuse_network", lambda *_: None)
    places = {"none": tmp_path / "none", "shop": shop.folder, "campaign": campaign_path(shop)}
    ran = run(*(argument.format(**places) for argument in arguments))
    assert ran.status == 1
    assert ran.err.strip()
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_simulate_writes_the_trace(
    run: Run, shop: Workspace, campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "refuse_network", lambda *_: None)
    run("data", "import", "--workspace", shop.folder, data_folder(tmp_path / "data"))
    trace = tmp_path / "trace"
    ran = run(
        "simulate",
        campaign,
        "--workspace",
        shop.folder,
        "--trace",
        trace,
        "--from",
        "2026-12-01T09:00:00+01:00",
    )
    assert (ran.status, ran.lines[:3]) == (0, ["entries: 3", "inside: 0", "finished: 3"])
    with (trace / "messages.csv").open(encoding="utf-8", newline="") as file:
        messages = list(csv.DictReader(file))
    assert [(m["person_id"], m["state"], m["reason"], m["text"]) for m in messages] == [
        ("p1", "sent", "", "Hello!"),
        ("p2", "sent", "", "Hello!"),
        ("p3", "failed", "no_id", ""),
    ]


def test_a_time_that_is_past_is_no_hindrance_to_a_rehearsal(
    run: Run, shop: Workspace, campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "refuse_network", lambda *_: None)
    run("data", "import", "--workspace", shop.folder, data_folder(tmp_path / "data"))

    def wait_first(c: dict[str, Any]) -> None:
        config = {"mode": "at", "at": "2026-12-01T08:00:00+01:00"}
        c["nodes"]["n_wait"] = {"kind": "wait_until", "name": "Wait", "config": config, "confirmed": True}
        c["links"]["l_2"].update(to="n_wait")
        c["links"]["l_4"] = {"from": "n_wait", "port": "out", "to": "n_sms"}

    changed(campaign, wait_first)
    began = ("--from", "2026-12-01T09:00:00+01:00")
    ran = run("simulate", campaign, "--workspace", shop.folder, "--trace", tmp_path / "trace", *began)
    assert (ran.status, ran.lines[:3]) == (0, ["entries: 3", "inside: 0", "finished: 3"])
    assert "n_wait,2026-12-01T08:00:00.000Z,2026-12-01T08:00:00.000Z,out" in (
        tmp_path / "trace" / "visits.csv"
    ).read_text(encoding="utf-8")


def test_a_draft_cannot_be_simulated_or_published(
    run: Run, shop: Workspace, campaign: Path, tmp_path: Path
) -> None:
    changed(campaign, lambda c: c["links"]["l_3"].update(to=None))
    for arguments in (["simulate", campaign, "--trace", tmp_path / "trace"], ["publish", campaign]):
        ran = run(*arguments, "--workspace", shop.folder)
        assert ran.status == 1
        assert f"{campaign}:n_sms open_end" in ran.out
    assert not (tmp_path / "trace").exists()


def test_a_rehearsal_reaches_nobody() -> None:
    script = (
        "import socket; from engine.commands.rehearsal import refuse_network; refuse_network();"
        "socket.create_connection(('127.0.0.1', 9))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert "PermissionError: A rehearsal may not use the network." in done.stderr


def test_export_and_import_take_a_campaign_to_another_workspace(
    run: Run, shop: Workspace, campaign: Path, tmp_path: Path
) -> None:
    out = tmp_path / "hello.bundle"
    assert run("export", campaign, "--workspace", shop.folder, "--out", out).status == 0
    assert run("validate", out) == Ran(0, "", "")
    other = Workspace.create(tmp_path / "other", "Other", "Asia/Shanghai", "en")
    assert run("import", out, "--workspace", other.folder).status == 0
    taken = Workspace.open(other.folder)
    assert set(taken.audiences) == {"a_rome"}
    assert run("validate", taken.campaign_files.path_of(CAMPAIGN)) == Ran(0, "", "")


# ---- publish


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Served]:
    """An engine on another computer, as far as the command line can tell."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    with Database.open(folder / "engine.db") as database, serve(database, folder) as served:
        yield served


def test_publish_to_another_computers_engine(
    run: Run, shop: Workspace, campaign: Path, elsewhere: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = run("publish", campaign, "--server", elsewhere.url, "--token", TOKEN)
    assert (ran.status, ran.err) == (0, "")
    assert "version 1" in ran.out
    assert elsewhere.engine.published[CAMPAIGN].audiences["a_rome"].name == "Rome"
    monkeypatch.setenv("CAMPAIGN_CANVAS_TOKEN", TOKEN)
    assert run("publish", campaign, "--workspace", shop.folder, "--server", elsewhere.url).status == 0
    assert shop.engine_folder.exists() is False


@pytest.mark.parametrize("token", ["wrong", None])
def test_publish_with_a_wrong_token_or_none_is_refused(
    run: Run, campaign: Path, elsewhere: Served, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    options = [] if token is None else ["--token", token]
    ran = run("publish", campaign, "--server", elsewhere.url, *options)
    assert (ran.status, ran.out) == (1, "")
    assert "token" in ran.err
    assert not elsewhere.engine.published


# ---- audiences


def test_audiences_are_counted_updated_sampled_and_compared(
    run: Run, shop: Workspace, tmp_path: Path
) -> None:
    where = ("--workspace", shop.folder)
    run("data", "import", *where, data_folder(tmp_path / "data"))
    everybody = {"field": "attr:city", "op": "not_empty"}
    cards = [{"join": None, "card": "tags", "condition": everybody}]
    shop.save_audience(AUDIENCE.adapter.validate_python({"id": "a_all", "name": "All", "cards": cards}))
    shop.save_audience(
        AUDIENCE.adapter.validate_python({"id": "a_up", "name": "Up", "list": {"id_type": "mobile"}})
    )
    assert run("audience", "estimate", "Rome", *where).out == "3\n"
    assert run("audience", "update", *where).lines == ["a_all\t4\tAll", "a_rome\t3\tRome"]
    ids, unknown = tmp_path / "ids.csv", tmp_path / "unknown.csv"
    ids.write_text("mobile\n+8613800000001\n000\n", encoding="utf-8")
    uploaded = run("audience", "upload", "a_up", ids, *where, "--unknown", unknown)
    assert uploaded.lines[:2] == ["2 ids", "1 id that nobody has"]
    assert unknown.read_text(encoding="utf-8") == "000\n"
    lines = [line.split("\t") for line in run("audience", "list", *where).lines]
    assert [(id, size, state) for id, size, state, _at, _name in lines] == [
        ("a_all", "4", "ready"), ("a_rome", "3", "ready"), ("a_up", "1", "ready"),
    ]  # fmt: skip
    sampled = list(csv.reader(io.StringIO(run("audience", "sample", "a_rome", *where).out)))
    assert sampled[0] == ["person_id", "attr:city"]
    assert sorted(sampled[1:]) == [["p1", "Rome"], ["p2", "Rome"], ["p3", "Rome"]]
    assert run("audience", "overlap", "a_rome", "Up", *where).lines == ["3\tRome", "1\tUp", "1\tin both"]
    refused = run("audience", "estimate", "a_none", *where)
    assert (refused.status, refused.out) == (1, "")
    assert "There is no audience “a_none”" in refused.err


def test_a_table_is_described_imported_undone_and_a_person_erased(
    run: Run, shop: Workspace, tmp_path: Path
) -> None:
    table, mapping = tmp_path / "members.csv", tmp_path / "members.mapping.json"
    table.write_bytes("客户编号;手机;城市\n1;13800000001;杭州\n2;12;上海\n".encode("gbk"))
    ran = run("data", "describe", table, "--workspace", shop.folder, "--out", mapping)
    assert ran.lines[0] == "csv gb18030 ';' 2 rows 0 cannot be read"
    assert run("validate", mapping).status == 0
    refused = run("data", "import", table, "--workspace", shop.folder)
    assert refused.status == 1
    assert "--mapping" in refused.err
    rejects = tmp_path / "rejects.csv"
    ran = run("data", "import", table, "--workspace", shop.folder, "--mapping", mapping, "--rejects", rejects)
    assert (ran.status, ran.lines[0]) == (0, "people: 1")
    assert "上海" in rejects.read_text(encoding="utf-8-sig")
    assert Workspace.open(shop.folder).catalog.attributes["城市"] == "text"
    (line,) = run("data", "imports", "--workspace", shop.folder).lines
    number, state, *_ = line.split()
    assert state == "complete"
    assert run("data", "erase", "1", "--workspace", shop.folder).status == 1
    assert run("data", "erase", "1", "--workspace", shop.folder, "--yes").lines == ["ids: 1"]
    assert run("data", "undo", number, "--workspace", shop.folder).status == 0
    assert run("data", "undo", number, "--workspace", shop.folder).status == 1


def test_why_of_a_campaign_that_was_never_published_is_one_sentence(shop: Workspace, run: Run) -> None:
    ran = run("why", "--workspace", shop.folder, "c_nothing", "ann")
    assert ran == Ran(1, "", "This campaign was not published to this engine.\n")
