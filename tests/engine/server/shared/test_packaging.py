"""What servers are set up with: the unit, the container, the settings."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.server.shared.configuration import configuration

ROOT = Path(__file__).parents[4]
SERVER = ROOT / "packaging" / "server"


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
    lines = (SERVER / "Containerfile").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY (?!--from)(\S+) ", lines, re.MULTILINE)
    assert {"main.py", "engine", "resources", "campaign_templates"} <= set(copied)
    assert all((ROOT / name).exists() for name in copied)
    assert not {"app", "tests", "docs", "dev.py", ".", "packaging"} & set(copied)
    assert re.search(r"^USER \d+$", lines, re.MULTILINE)
    skipped = re.search(r"skip = /\^\((\S+?)\)/", lines)
    assert skipped is not None
    for name in skipped[1].split("|"):
        # What the lock does not name could be one that was renamed, and is now installed.
        assert re.search(rf"^{name}", (ROOT / "requirements.lock").read_text(), re.MULTILINE), name
