"""Every benchmark still measures something: on little, and only whether it comes to its figures."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from dev import ROOT

pytestmark = pytest.mark.full

LITTLE = {
    "audience": ["--people", "2000"],
    "events": ["--people", "200", "--seconds", "1"],
    "idle": ["--people", "2000"],
    "import": ["--people", "2000"],
    "live": ["--people", "2000", "--seconds", "1"],
    "report": ["--people", "2000"],
    "send": ["--people", "200"],
    "server": ["--people", "200", "--seconds", "1", "--publishers", "2", "--rounds", "1", "--pages", "2"],
    "simulate": ["--people", "1000"],
    "startup": ["--runs", "1"],
    "waves": ["--people", "1000"],
    "why": ["--people", "2000"],
    "workers": ["--people", "2000", "--quick"],
}
"""What is enough; the others have one size only."""


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "benchmarks").glob("[a-z]*.py")))
def test_a_benchmark_comes_to_its_figures(name: str) -> None:
    command = [sys.executable, "-m", f"benchmarks.{name}", *LITTLE.get(name, [])]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert {line["bench"] for line in lines} == {name}
    assert lines[-1]["case"] == "machine"
    assert [line for line in lines if "value" in line]
