"""What servers are set up with: the unit, the container, the settings."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from engine.client import bundled
from engine.server.shared.configuration import configuration
from tests.engine.server.test_process import LIMIT_S, POLL_S

ROOT = Path(__file__).parents[4]
SERVER = ROOT / "packaging" / "server"
LOCK = ROOT / "requirements.lock"


def test_the_settings_to_begin_with_can_be_used() -> None:
    found = configuration(SERVER / "server.toml", {}, {})
    assert found.public_url == "https://canvas.example.com"
    assert found.proxies == ["127.0.0.1", "::1"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("name", ["campaign-canvas-server.service", "campaign-canvas-worker@.service"])
def test_the_units_are_ones_that_systemd_takes(name: str, tmp_path: Path) -> None:
    text = (SERVER / name).read_text(encoding="utf-8")
    unit = tmp_path / name.replace("@", "@1")
    unit.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE))
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    # It also speaks of units of this machine; a line about ours names it.
    assert [line for line in said.stderr.splitlines() if unit.name in line] == []


def test_the_container_has_what_a_server_needs_and_nothing_else() -> None:
    sent = copied()
    assert {"main.py", "engine", "resources", "campaign_templates"} <= sent
    assert all((ROOT / name).exists() for name in sent)
    assert not {"app", "canvas_widgets", "tests", "docs", "dev.py", ".", "packaging"} & sent
    assert re.fullmatch(r"\d+:\d+", said("USER")), "what is told by name could be root"
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == sent


def test_the_container_has_the_libraries_of_the_engine_and_no_others() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = map(Requirement, [*project["dependencies"], *extras["excel"], *extras["kafka"]])
    used = imported_by_the_engine() | {"tzdata"}  # time zones are looked up, not imported
    needed = [one for one in declared if canonicalize_name(one.name) in used]
    assert libraries() == sorted(with_all_that_they_need(needed))


@pytest.mark.skipif(shutil.which("awk") is None, reason="needs awk")
def test_the_container_installs_what_the_lock_says_of_its_libraries() -> None:
    program = re.search("awk '(.+?)'", said("RUN"))
    assert program is not None
    command = ["awk", program[1], str(SERVER / "libraries.txt"), str(LOCK)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    entries = re.split(r"^(?=[a-z])", done.stdout, flags=re.MULTILINE)[1:]
    assert {entry.partition("==")[0] for entry in entries} == set(libraries())
    assert all("--hash=sha256:" in entry and entry in LOCK.read_text(encoding="utf-8") for entry in entries)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
def test_what_the_container_starts_is_healthy_and_ends_in_order(tmp_path: Path) -> None:
    program, data = tmp_path / "app", tmp_path / "data"
    program.mkdir()
    for name in (name for name in copied() if (ROOT / name).is_dir()):
        (program / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "main.py", program)

    def here(text: str) -> str:
        return re.sub("^/app", str(program), re.sub("^/data", str(data), text))

    told = dict(pair.split("=", 1) for pair in shlex.split(said("ENV")) if not pair.startswith("PATH="))
    environment = os.environ | {name: here(value) for name, value in told.items()}
    environment |= {"CAMPAIGN_CANVAS_SERVER_HOST": "127.0.0.1", "CAMPAIGN_CANVAS_SERVER_PORT": "0"}
    started: list[str] = json.loads(said("ENTRYPOINT")) + json.loads(said("CMD"))
    assert started[0] == "python"
    command = [sys.executable, *map(here, started[1:])]
    server = subprocess.Popen(command, cwd=program, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        client, give_up = None, time.monotonic() + LIMIT_S
        while client is None:
            assert server.poll() is None
            assert time.monotonic() < give_up
            time.sleep(POLL_S)
            client = bundled(Path(environment["CAMPAIGN_CANVAS_SERVER_DATA"]))
        client.close()
        check = json.loads(said("HEALTHCHECK").partition("CMD ")[2])
        port = client.base_url.rpartition(":")[2]
        for asked, status in ((port, 0), ("1", 1)):
            environment["CAMPAIGN_CANVAS_SERVER_PORT"] = asked
            done = subprocess.run(
                [sys.executable, *check[1:]], env=environment, capture_output=True, check=False
            )
            assert done.returncode == status, done.stderr
    finally:
        server.send_signal(getattr(signal, said("STOPSIGNAL")))
        _, log = server.communicate(timeout=LIMIT_S)
    assert server.returncode == 0, log
    assert json.loads(log.splitlines()[-1])["event"] == "stopped"


def said(instruction: str) -> str:
    """What the container file says behind an instruction, of several the first."""
    return next(rest for name, rest in instructions() if name == instruction)


def instructions() -> list[tuple[str, str]]:
    """The instructions of the container file, each in one line."""
    text = (SERVER / "Containerfile").read_text(encoding="utf-8")
    text = re.sub("^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    lines = (line.split(maxsplit=1) for line in text.splitlines() if line)
    return [(name, rest) for name, rest in lines]


def copied() -> set[str]:
    """What of the repository goes into the container, or is needed to make it."""
    found = (shlex.split(rest)[:-1] for name, rest in instructions() if name == "COPY")
    return {one for names in found if not names[0].startswith("--from") for one in names}


def libraries() -> list[str]:
    return (SERVER / "libraries.txt").read_text(encoding="utf-8").split()


def imported_by_the_engine() -> set[str]:
    """The distributions that have the modules which the engine imports, wherever it does."""
    modules = set()
    for file in (ROOT / "engine").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Import):
                modules |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                modules.add(node.module.partition(".")[0])
    distributions = packages_distributions()
    return {canonicalize_name(one) for module in modules for one in distributions.get(module, ())}


def with_all_that_they_need(needed: list[Requirement]) -> set[str]:
    """The names of distributions and of all that they require where the container runs."""
    image = re.search(r":(\d+\.\d+)-", said("ARG"))
    assert image is not None
    there = {"python_version": image[1], "python_full_version": f"{image[1]}.0", "sys_platform": "linux"}
    there |= {"platform_system": "Linux", "os_name": "posix"}
    there |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    found: set[tuple[str, tuple[str, ...]]] = set()
    while needed:
        one = needed.pop()
        key = (canonicalize_name(one.name), tuple(sorted(one.extras)))
        if key in found:
            continue
        found.add(key)
        for further in map(Requirement, requires(one.name) or ()):
            ways = [{**there, "extra": extra} for extra in ("", *one.extras)]
            if further.marker is None or any(map(further.marker.evaluate, ways)):
                needed.append(further)
    return {name for name, _ in found}
