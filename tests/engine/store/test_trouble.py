"""What is the database's trouble, to be tried again, and what a fault of ours."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from engine.store.database import Database
from engine.store.trouble import trouble_of
from tests.postgres import Postgres


@pytest.mark.parametrize(
    "statement", ["SELECT nothing FROM nowhere", "SELEC", "SELECT abs(-9223372036854775807 - 1)"]
)
def test_a_statement_that_cannot_be_right_is_no_trouble(databases: Database, statement: str) -> None:
    with pytest.raises(DBAPIError) as refused, databases.write() as connection:
        connection.exec_driver_sql(statement)
    assert trouble_of(refused.value) is None


def test_an_error_says_nothing_of_what_was_to_be_written(databases: Database) -> None:
    statement = text("INSERT INTO nowhere VALUES (:address)")
    with pytest.raises(DBAPIError) as refused, databases.write() as connection:
        connection.execute(statement, {"address": "+8613812345678"})
    assert "12345678" not in str(refused.value)


def test_a_server_that_is_lost_is_trouble(postgres: Postgres) -> None:
    with postgres.database() as url, Database.open(url) as database:
        with pytest.raises(DBAPIError) as ended, database.write() as connection:
            connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        assert trouble_of(ended.value) is not None


def test_a_server_that_is_not_there_is_trouble() -> None:
    refusal = psycopg.OperationalError("connection refused")
    assert trouble_of(OperationalError("SELECT 1", None, refusal)) is not None


@pytest.mark.parametrize(
    "refusal", [psycopg.errors.DeadlockDetected(), psycopg.errors.SerializationFailure()]
)
def test_a_transaction_that_yields_to_another_is_tried_again(refusal: psycopg.OperationalError) -> None:
    assert trouble_of(OperationalError("UPDATE", None, refusal)) is not None
