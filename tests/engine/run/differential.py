"""Random cases through the engine and through the interpreter: the traces must be equal, row by row."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from engine.campaign import campaign_file
from engine.run.settings import EngineSettings
from engine.run.simulate import simulate
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.workspace import bundle as bundles
from engine.workspace.workspace import Workspace
from tests.citus import CITUS_VARIABLE
from tests.databases import Target
from tests.engine.interpreter.case import Case
from tests.engine.interpreter.sweep import interpret
from tests.engine.random_cases.making import make
from tests.engine.random_cases.shrinking import shrink
from tests.engine.random_cases.writing import CAMPAIGN_FILE, commands, write

TABLES = ("visits", "messages", "tags", "goals", "audiences", "conversions")
WAVES = (1, 3, 10_000)
"""Sizes of waves: small ones let people of one instant fall into several."""
MOST_ROWS = 10
MOST_TRIES = 150
"""Cases that are tried to make a failing one smaller."""

Fresh = Callable[[Path], AbstractContextManager[Target]]
"""Makes an empty database; a SQLite one in the folder."""
Tables = dict[str, list[list[str]]]

_LEAN = "-c plan_cache_mode=force_generic_plan -c temp_buffers=8MB"
"""What spares a PostgreSQL server nearly a third of its work: it plans each statement once, not
anew for the values of each of some thousand calls, and each of some hundred commits walks through fewer
buffers. Citus takes no such plans."""


def engine_trace(case: Case, folder: Path, database: Target, wave: int) -> Tables:
    """What the engine does with a case, written into `folder` as anybody could rehearse it."""
    write(case, folder)
    workspace = Workspace.open(folder / "workspace")
    if isinstance(database, str) and CITUS_VARIABLE not in os.environ:
        url = make_url(database).update_query_dict({"options": _LEAN})
        database = url.render_as_string(hide_password=False)
    began = datetime.fromisoformat(case.since)
    with Database.open(database) as store:
        imported = import_folder(store, folder / "data", now=began)
        assert not imported.rejected, imported.rejects
    document = campaign_file.load(folder / "workspace" / CAMPAIGN_FILE)
    summary = simulate(
        bundles.make(workspace, document),
        database,
        EngineSettings.of(workspace),
        since=began,
        until=None if case.until is None else datetime.fromisoformat(case.until),
        results=folder / "results.csv",
        trace=folder / "trace",
        wave=wave,
    )
    assert summary.failure is None, str(summary.failure)
    broken = [str(violation.message) for violation in summary.violations]
    assert broken == [], broken
    return {name: _rows(folder / "trace" / f"{name}.csv") for name in TABLES}


def _rows(path: Path) -> list[list[str]]:
    if not path.exists():  # a campaign without a goal
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def differences(case: Case, folder: Path, database: Target, wave: int) -> list[str]:
    """In what the engine and the interpreter differ, a line each; [] = in nothing."""
    wanted, lines = interpret(case), []
    try:
        found = engine_trace(case, folder, database, wave)
    except Exception as error:  # noqa: BLE001 - however the engine fails, it is a difference
        return [f"{type(error).__name__}: {error}"]
    for name in TABLES:
        rows = [list(row) for row in wanted[name]]
        lines += [f"{name}: missing {row}" for row in rows if row not in found[name]][:MOST_ROWS]
        lines += [f"{name}: too much {row}" for row in found[name] if row not in rows][:MOST_ROWS]
        if not lines and rows != found[name]:
            lines.append(f"{name}: the same rows, in another order or number")
    return lines


def compare(seed: int, folder: Path, fresh: Fresh) -> None:
    """Fail where the two differ, with the smallest case that still does, as a folder to rehearse."""
    wave = WAVES[seed % len(WAVES)]
    case = make(seed)
    if not _differ(case, folder / "case", fresh, wave):
        return
    tries = 0

    def fails(smaller: Case) -> bool:
        nonlocal tries
        tries += 1
        return tries <= MOST_TRIES and bool(_differ(smaller, folder / "smaller", fresh, wave))

    smallest, kept = shrink(case, fails), folder / "smallest"
    lines = _differ(smallest, kept, fresh, wave)
    raise AssertionError(
        "\n".join([f"seed {seed}; rehearse what stands in {kept}:", *commands(smallest), *lines])
    )


def _differ(case: Case, folder: Path, fresh: Fresh, wave: int) -> list[str]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with fresh(folder) as database:
        return differences(case, folder, database, wave)
