"""The simulated channel: what a provider would answer, as told by a results file; otherwise success at once.

A wave hands its messages over within its own transaction, for nothing outside the database happens. What is
answered later stands in the message already (`result`, `result_at`) and is shown when its time has come.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from sqlalchemy import Connection, Select, and_, func, literal, literal_column, select, text, update

from engine.i18n import N_, Message
from engine.store.dialect import upsert_adding
from engine.store.tables.runs import message, message_counter
from engine.store.times import HOUR

_RESULT = re.compile(r"(success|unknown|failed)(?:(?<=failed)\((.*)\))?", re.DOTALL)
_STATES = {"success": "sent", "failed": "failed", "unknown": "unknown"}
_LONGEST = 100 * 366 * 24 * 3600  # seconds: longer than anything waits, and small enough to store
_NEEDED = ("person_id", "node", "result", "after_seconds")


class BadResults(Exception):  # noqa: N818 - an answer, not a defect
    """A results file that cannot be used; `message` names the line."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


def load_results(connection: Connection, path: Path, nodes: Mapping[str, int]) -> None:
    """Fill `result_script` from a results file; rows of people and nodes that do not exist count for nobody.

    Raises `BadResults`.
    """
    insert = text(
        "INSERT INTO result_script (person, node, entry, address, result, reason, after) "
        "SELECT id, :node, :entry, :address, :result, :reason, :after FROM person WHERE external_id = :person"
    )
    rows: list[dict[str, object]] = []
    for row in _rows(path, nodes):
        rows.append(row)
        if len(rows) == 10_000:
            connection.execute(insert, rows)
            rows = []
    if rows:
        connection.execute(insert, rows)


def _rows(path: Path, nodes: Mapping[str, int]) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.DictReader(file)
        try:
            if missing := [name for name in _NEEDED if name not in (reader.fieldnames or ())]:
                raise BadResults(
                    Message(N_("{file}: the column {column} is missing."), file=path.name, column=missing[0])
                )
            for row in reader:
                result = _result(row)
                if row["node"] in nodes:
                    yield {**result, "person": row["person_id"], "node": nodes[row["node"]]}
        except (ValueError, InvalidOperation, TypeError, csv.Error) as error:
            text = N_(
                "{file}, line {line}: this row cannot be read. The result is success, failed, "
                "failed(reason) or unknown, the seconds are a number from 0 on, the text is UTF-8."
            )
            raise BadResults(Message(text, file=path.name, line=reader.line_num)) from error


def _result(row: Mapping[str, str | None]) -> dict[str, object]:
    """What a row says will come of a message. Raises `ValueError`, `InvalidOperation`, `TypeError`."""
    "".join(cell for cell in row.values() if isinstance(cell, str)).encode()  # refuses what is not UTF-8
    match = _RESULT.fullmatch(row["result"] or "")
    after = Decimal(row["after_seconds"] or "0")
    entry = int(row.get("entry") or 0)
    if match is None or not 0 <= after <= _LONGEST or not 0 <= entry < 2**31:
        raise ValueError(row)
    return {
        "entry": entry,
        "address": row.get("address") or "",
        "result": _STATES[match[1]],
        "reason": match[2] or "",
        "after": int(after * 1000),
    }


def settle(connection: Connection, campaign: int, now: int) -> None:
    """Show the results that have come by `now` (ms), and count them."""
    due = and_(message.c.campaign == campaign, message.c.state == "sending", message.c.result_at <= now)
    for state, reason, sign in (
        (literal("sending"), literal(""), -1),
        (message.c.result, message.c.reason, 1),
    ):
        query: Select[tuple[object, ...]] = (
            select(
                message.c.version,
                literal(1),
                message.c.node,
                state.label("state"),
                reason.label("reason"),
                literal(""),
                literal(0),
                (message.c.planned_at // HOUR).label("hour"),
                func.count() * sign,
            )
            .where(due)
            .group_by(message.c.version, message.c.node, *map(literal_column, ("4", "5", "8")))
        )
        columns = ["version", "cycle", "node", "state", "reason", "receipt", "shard", "hour", "n"]
        connection.execute(upsert_adding(connection.dialect, message_counter, columns, query, "n"))
    connection.execute(update(message).where(due).values(state=message.c.result))
