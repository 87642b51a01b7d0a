"""The random cases hold what they promise: they can be run, and in CI's number of them everything occurs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.campaign.campaign_file import load
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.workspace.workspace import Workspace
from tests.engine.interpreter.case import Case
from tests.engine.interpreter.sweep import interpret
from tests.engine.random_cases.coverage import EXPECTED, occurrences
from tests.engine.random_cases.making import CASES, make
from tests.engine.random_cases.shrinking import shrink
from tests.engine.random_cases.soundness import complaints
from tests.engine.random_cases.writing import CAMPAIGN_FILE, write

OFTEN = 20


def test_everything_occurs_often_enough_and_every_campaign_can_be_published() -> None:
    seen: Counter[str] = Counter()
    for seed in range(CASES):
        case = make(seed)
        assert complaints(case) == [], seed
        seen.update(occurrences(case, interpret(case)))
    assert {what: seen[what] for what in EXPECTED if seen[what] < OFTEN} == {}


@pytest.mark.parametrize("seed", range(4))
def test_a_case_is_a_folder_that_can_be_opened_and_imported(seed: int, tmp_path: Path) -> None:
    case = make(seed)
    write(case, tmp_path)
    workspace = Workspace.open(tmp_path / "workspace")
    assert workspace.broken == ()
    assert load(tmp_path / "workspace" / CAMPAIGN_FILE).attributes.id == case.campaign["id"]
    with Database.open(tmp_path / "engine.db") as database:
        imported = import_folder(database, tmp_path / "data")
    assert imported.rejects == []
    assert imported.counts["events"] == len({(event.person, event.id) for event in case.events})
    assert f"--from {case.since} --until {case.until}" in (tmp_path / "run.txt").read_text()


def test_a_seed_is_one_case() -> None:
    assert make(7) == make(7)
    assert interpret(make(7)) == interpret(make(7))
    assert make(7) != make(8)


def test_a_failing_case_shrinks_to_what_makes_it_fail() -> None:
    def fails(case: Case) -> bool:
        return any(row[6] == "merged" for row in interpret(case)["visits"])

    case = next(case for seed in range(CASES) if fails(case := make(seed)))
    small = shrink(case, fails)
    assert fails(small)
    assert complaints(small) == []
    assert len(small.campaign["nodes"]) <= 4
    assert (len(small.people) + len({event.person for event in small.events}), small.results) == (1, [])
