"""Distributing a database with Citus: where each table goes, and when that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store.database import Database, StoreError
from engine.store.distribution import DISTRIBUTED, REFERENCE, is_distributed, missing, statements
from engine.store.schema import METADATA
from engine.store.tables import identity, people, runs, sending  # noqa: F401 - they declare tables
from tests.postgres import Postgres


def test_every_distributed_table_has_its_column_in_the_primary_key() -> None:
    for name, column in DISTRIBUTED.items():
        assert column in METADATA.tables[name].primary_key.columns, name


def test_no_table_lies_in_two_places_and_each_of_them_is_one() -> None:
    assert not DISTRIBUTED.keys() & set(REFERENCE)
    assert DISTRIBUTED.keys() | set(REFERENCE) <= METADATA.tables.keys()


def test_people_go_first_and_their_rows_beside_them() -> None:
    made = statements([])
    assert made[:4] == [
        "ALTER TABLE person DROP CONSTRAINT uq_person_external_id",
        "ALTER TABLE person ADD CONSTRAINT uq_person_external_id UNIQUE (external_id, id)",
        "SELECT create_distributed_table('person', 'id', colocate_with => 'none')",
        "SELECT truncate_local_data_after_distributing_table('person')",
    ]
    assert "SELECT create_distributed_table('message', 'person', colocate_with => 'person')" in made
    assert "SELECT create_reference_table('campaign')" in made
    assert not [one for one in made if "'counter'" in one or "'agenda'" in one or "'lease'" in one]


def test_what_is_distributed_stays_as_it_is() -> None:
    placed = {*DISTRIBUTED, *REFERENCE} - {"doubt", "path"}
    assert statements(placed) == [
        "SELECT create_distributed_table('doubt', 'person', colocate_with => 'person')",
        "SELECT truncate_local_data_after_distributing_table('doubt')",
        "SELECT create_reference_table('path')",
        "SELECT truncate_local_data_after_distributing_table('path')",
    ]
    assert statements({*DISTRIBUTED, *REFERENCE}) == []


def test_a_file_cannot_be_distributed(tmp_path: Path) -> None:
    with Database.open(tmp_path / "engine.db") as database, database.read() as connection:
        assert not is_distributed(connection)
        with pytest.raises(StoreError, match="is a file"):
            missing(connection)


def test_without_the_extension_it_is_said_what_to_do(postgres: Postgres) -> None:
    with (
        postgres.database(encoding="UTF8") as url,
        Database.open(url) as database,
        database.read() as connection,
    ):
        assert not is_distributed(connection)
        with pytest.raises(StoreError, match="CREATE EXTENSION citus"):
            missing(connection)
