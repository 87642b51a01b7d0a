"""The sample workspace: the same every time, configured as far as it should be, its audiences not empty."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.campaign.status import is_configured
from engine.run.campaign_tests.running import run_file
from engine.run.sample import make_sample
from engine.store.database import Database
from engine.store.tables.people import audience, event, import_run, person
from engine.workspace.campaign_test import SUFFIX
from engine.workspace.sample import write_sample
from engine.workspace.sample_people import PEOPLE
from engine.workspace.workspace import Workspace

TODAY = date(2026, 11, 23)


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def test_it_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_sample(tmp_path / name / "workspace", tmp_path / name / "data", "en", TODAY)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_whole(tmp_path: Path, language: str) -> None:
    steps: list[int] = []
    make_sample(tmp_path / "sample", language, lambda done, _total, _text: steps.append(done), today=TODAY)
    assert steps == [0, 1, 2, 3]
    workspace = Workspace.open(tmp_path / "sample")
    assert workspace.broken == ()
    open_: dict[str, list[str]] = {}
    for entry in workspace.campaigns():
        assert entry.id is not None
        nodes = workspace.load_campaign(entry.id).nodes
        open_[entry.id] = [id for id, node in nodes.items() if not is_configured(node, workspace)]
    assert open_ == {"c_welcome": [], "c_second": [], "c_arrivals": ["n_sms"]}
    (test,) = workspace.campaign_files.path.glob(f"*{SUFFIX}")
    assert run_file(test, workspace).passed
    with Database.open(workspace.engine_folder / "engine.db") as database, database.read() as connection:
        assert connection.execute(select(func.count()).select_from(person)).scalar() == PEOPLE
        sizes = {row.id: row.size for row in connection.execute(select(audience))}
        states = set(connection.scalars(select(import_run.c.state)))
        latest = connection.execute(select(func.max(event.c.time))).scalar_one()
    assert states == {"complete"}
    assert set(sizes) == set(workspace.audiences)
    assert all(500 < size < PEOPLE / 2 for size in sizes.values()), sizes
    assert latest < 1_795_363_200_000, "nothing happened after the beginning of the day"
