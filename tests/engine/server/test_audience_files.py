"""Audiences that campaigns write become files of the workspace, once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError

from engine.run.answers import Status
from engine.run.generated import Generated, note_file
from engine.server.audience_files import AudienceFiles
from engine.server.process import opened
from engine.store.tables.people import audience_member
from engine.store.tables.runs import gathered, generated_audience
from engine.workspace.audience import AUDIENCE, AudienceFile
from engine.workspace.bundle import Bundle
from engine.workspace.folder import ObjectFolder
from tests.engine.run.drafting import EVERYBODY, HOUR, MINUTE, NOW, WAIT, Running, bundle, database
from tests.engine.shop import data_folder, make_shop

GATHER = {"audience_name": "Passers", "directory": "Spring", "public": True, "remark": "For later"}


def gathering(config: dict[str, Any] = GATHER, wait: bool = False) -> Bundle:
    nodes = {
        "n_who": ("target_audience", EVERYBODY),
        "n_gather": ("generate_audience", config),
        **({"n_wait": ("wait_until", WAIT)} if wait else {}),
        "n_end": ("end", {}),
    }
    ids = list(nodes)
    return bundle(nodes, [f"{a} out {b}" for a, b in pairwise(ids)])


def audiences(workspace: Path) -> ObjectFolder[AudienceFile]:
    return ObjectFolder(workspace / "audiences", ".audience.json", AUDIENCE)


def test_what_a_campaign_has_written_is_a_file_from_which_the_next_one_starts(tmp_path: Path) -> None:
    with Running(database(tmp_path), file_audiences=AudienceFiles(tmp_path)) as run:
        run.engine.publish(gathering(wait=True))
        run.advance(HOUR - 1)
        assert not (tmp_path / "audiences").exists()
        run.advance(1)
        (file,) = audiences(tmp_path).values()
        assert (file.name, file.directory, file.remark, file.public) == (
            "Passers_20260302180000", "Spring", "For later", True,
        )  # fmt: skip
        assert file.list is not None
        assert (tmp_path / "audiences" / "passers_20260302180000.audience.json").exists()
        nodes = {
            "n_who": ("target_audience", {"audiences": [file.id], "mode": "now"}),
            "n_end": ("end", {}),
        }
        made = bundle(nodes, ["n_who out n_end"], id="c_2")
        second = Bundle(made.campaign, {file.id: file}, made.messages, made.accounts, made.catalog)
        run.engine.publish(second)
        run.engine.run_until_idle()
        assert (run.engine.campaign("c_2").status, run.engine.campaign("c_2").finished) == (
            Status.COMPLETED, 3,
        )  # fmt: skip


def test_a_stop_hands_over_who_has_passed_so_far(tmp_path: Path) -> None:
    with Running(database(tmp_path), file_audiences=AudienceFiles(tmp_path)) as run:
        run.engine.publish(gathering(wait=True))
        run.advance(1)
        run.engine.stop("c_1")
        assert [file.name for file in audiences(tmp_path).values()] == ["Passers_20260302170000"]


WITHOUT = {"n_who": ("target_audience", EVERYBODY), "n_wait": ("wait_until", WAIT), "n_end": ("end", {})}
WITHOUT_LINKS = ["n_who out n_wait", "n_wait out n_end"]


@pytest.mark.parametrize("by_stopping", [True, False])
def test_who_passed_what_the_new_version_no_longer_has_is_written_too(
    tmp_path: Path, *, by_stopping: bool
) -> None:
    with Running(database(tmp_path), file_audiences=AudienceFiles(tmp_path)) as run:
        run.engine.publish(gathering({**GATHER, "audience_name": "Earliest"}, wait=True))
        run.engine.publish(gathering(wait=True))
        run.advance(1)
        run.engine.publish(bundle(WITHOUT, WITHOUT_LINKS))
        if by_stopping:
            run.engine.stop("c_1")
        else:
            run.advance(HOUR)
            assert run.engine.campaign("c_1").status is Status.COMPLETED
        (file,) = audiences(tmp_path).values()
        assert (file.name.split("_")[0], file.directory) == ("Passers", "Spring")
        with run.database.read() as connection:
            assert connection.execute(select(gathered)).all() == []


def test_what_could_not_be_written_is_written_at_the_next_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = database(tmp_path)
    in_the_way = tmp_path / "audiences"
    in_the_way.write_text("no folder")
    with Running(path, file_audiences=AudienceFiles(tmp_path)) as run:
        run.engine.publish(gathering())
        run.engine.run_until_idle()
        assert run.engine.campaign("c_1").status is Status.COMPLETED
        assert "a generated audience has no file" in capsys.readouterr().out
    in_the_way.unlink()
    with Running(path, moment=NOW + timedelta(hours=1), file_audiences=AudienceFiles(tmp_path)):
        assert [file.name for file in audiences(tmp_path).values()] == ["Passers_20260302170000"]


def test_a_database_without_a_workspace_keeps_them_until_it_has_one(tmp_path: Path) -> None:
    path = database(tmp_path)
    with Running(path) as run:
        run.engine.publish(gathering())
        run.engine.run_until_idle()
        with run.database.read() as connection:
            members = connection.execute(select(func.count()).select_from(audience_member)).scalar_one()
        assert members == 6, "the imported list, and the generated one"
    with Running(path, file_audiences=AudienceFiles(tmp_path)):
        assert len(audiences(tmp_path)) == 1
        assert run.engine.status().notice is None


@pytest.mark.parametrize("filed", [True, False])
def test_a_deleted_campaign_leaves_its_audiences_but_nothing_to_the_next_of_its_number(
    tmp_path: Path, *, filed: bool
) -> None:
    path = database(tmp_path)
    with Running(path, file_audiences=AudienceFiles(tmp_path) if filed else None) as run:
        run.engine.publish(gathering())
        run.engine.run_until_idle()
        run.engine.delete("c_1")
        with run.database.read() as connection:
            numbers = connection.scalars(select(generated_audience.c.campaign)).all()
            members = connection.execute(select(func.count()).select_from(audience_member)).scalar_one()
        assert (numbers, members) == ([] if filed else [0], 6)
    with Running(path, file_audiences=AudienceFiles(tmp_path)):
        assert len(audiences(tmp_path)) == 1
        assert run.engine.status().notice is None


def test_a_file_that_somebody_deleted_does_not_come_back(tmp_path: Path) -> None:
    path = database(tmp_path)
    with Running(path, file_audiences=AudienceFiles(tmp_path)) as run:
        run.engine.publish(gathering())
        run.engine.run_until_idle()
    (id,) = audiences(tmp_path)
    audiences(tmp_path).delete(id)
    with Running(path, file_audiences=AudienceFiles(tmp_path)):
        assert len(audiences(tmp_path)) == 0


def test_taken_names_and_long_ones_find_a_place(tmp_path: Path) -> None:
    long = "x" * 50 + "_20260302170000"
    made = [Generated(f"a_{n}", long, "", False, "", 0) for n in (1, 2)]
    assert list(AudienceFiles(tmp_path)(made)) == ["a_1", "a_2"]
    names = [file.name for file in audiences(tmp_path).values()]
    assert sorted(names) == ["x" * 33 + " 2_20260302170000", "x" * 35 + "_20260302170000"]
    renamed = audiences(tmp_path)["a_1"].model_copy(update={"name": "Mine"})
    audiences(tmp_path).save(renamed)
    assert list(AudienceFiles(tmp_path)(made)) == ["a_1", "a_2"], "they are there"
    assert audiences(tmp_path)["a_1"].name == "Mine"


def test_the_process_that_owns_a_workspace_writes_into_its_folder(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "n_who": ("target_audience", {"audiences": ["a_rome"], "mode": "now"}),
        "n_gather": ("generate_audience", {"audience_name": "Romans"}),
        "n_end": ("end", {}),
    }
    made = bundle(nodes, ["n_who out n_gather", "n_gather out n_end"])
    with opened(shop) as (engine, _):
        engine.import_data(data_folder(tmp_path / "data"))
        romans = {"a_rome": shop.audiences["a_rome"]}
        engine.publish(Bundle(made.campaign, romans, made.messages, made.accounts, made.catalog))
        engine.run_until_idle()
    shop.reload()
    written = [file.name for file in shop.audiences.values() if file.name.startswith("Romans_")]
    assert len(written) == 1


def test_a_file_of_which_the_database_could_not_take_note_is_noted_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [OperationalError("UPDATE", None, Exception("locked"))]

    def refused_once(connection: Connection, id: str, now: int) -> None:
        if refusals:
            raise refusals.pop()
        note_file(connection, id, now)

    monkeypatch.setattr("engine.run.filing.note_file", refused_once)
    with Running(database(tmp_path), file_audiences=AudienceFiles(tmp_path)) as run:
        run.engine.publish(gathering())
        with pytest.raises(OperationalError):
            run.advance(MINUTE)
        run.advance(MINUTE)
        with run.database.read() as connection:
            assert connection.execute(select(generated_audience.c.filed_at)).scalar_one() is not None


def test_a_file_that_could_not_be_written_is_written_a_minute_later(tmp_path: Path) -> None:
    files, refused = AudienceFiles(tmp_path), 2

    def now_and_then(written: Iterable[Generated]) -> Iterator[str]:
        nonlocal refused
        refused -= 1
        return files(() if refused >= 0 else written)

    with Running(database(tmp_path), file_audiences=now_and_then) as run:
        run.engine.publish(gathering())
        run.advance(MINUTE)
        assert not audiences(tmp_path)
        assert "“Passers_" in str(run.engine.status().notice)
        for _ in range(2):
            run.clock.set(run.clock.now() + MINUTE)
            run.engine.run_until_idle(run.clock.now())
        assert len(audiences(tmp_path)) == 1
        assert run.engine.status().notice is None
