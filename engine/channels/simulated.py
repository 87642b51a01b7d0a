"""The simulated channel: what a provider would answer, as told by a results file; otherwise success at once.

A wave hands its messages over within its own transaction, for nothing outside the database happens. What is
answered later stands in the message already (`result`, `receipt` and their times) and is shown when its time
has come.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    Text,
    and_,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.types import TypeEngine

from engine.i18n import N_, Message, MessageError
from engine.plan.context import WHOLE
from engine.plan.message_counts import COUNTED
from engine.plan.temporary import result_script
from engine.store.dialect import upsert_adding
from engine.store.schema import TextType
from engine.store.tables.people import person
from engine.store.tables.runs import entry, message, message_counter
from engine.store.times import HOUR
from engine.store.values import MAX_KEY, storable
from engine.store.versions import versions_of

_RESULT = re.compile(r"(success|unknown|failed)(?:(?<=failed)\((.*)\))?", re.DOTALL)
_STATES = {"success": "sent", "failed": "failed", "unknown": "unknown"}
_LONGEST = 100 * 366 * 24 * 3600  # seconds: longer than anything waits, and small enough to store
_LONGEST_TEXT = 40
_BATCH = 10_000
_NEEDED = ("person_id", "node", "result", "after_seconds")
_SCRIPT = ("node", "entry", "address", "result", "reason", "after", "receipt", "receipt_after")
_SENDING = message.c.state == literal_column("'sending'")
"""As a literal: with a parameter SQLite would not see that the partial index will do."""


class BadResults(MessageError):  # noqa: N818 - an answer, not a defect
    """A results file that cannot be used; `message` names the line."""


# ---- the results file


def load_results(connection: Connection, path: Path, nodes: Mapping[str, int]) -> list[Message]:
    """Fill `result_script` from a results file; returns what it says in vain: rows of components that the
    campaign does not have, and of people whom the data does not have.

    Raises `BadResults`.
    """
    strange = _Strange()
    # Of the very type of the columns: Citus does not convert what it brings together.
    given = [
        cast(bindparam(name, type_=column.type, required=True), _plain(column.type))
        for name in _SCRIPT
        for column in (result_script.c[name],)
    ]
    who = bindparam("who", type_=TextType, required=True)
    query = select(person.c.id, *given).where(person.c.external_id == who)
    fill = insert(result_script).from_select(["person", *_SCRIPT], query)
    rows, read = _rows(path, nodes, strange), 0
    while some := list(islice(rows, _BATCH)):
        connection.execute(fill, some)
        read += len(some)
    stored = connection.execute(select(func.count()).select_from(result_script)).scalar_one()
    return strange.told(path.name, people=read - stored)


def _plain(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    return Text() if isinstance(type_, String) else type_


@dataclass(slots=True)
class _Strange:
    """Rows of components that the campaign does not have; the first of them."""

    rows: int = 0
    line: int = 0
    node: str = ""

    def note(self, node: str, line: int) -> None:
        if not self.rows:
            self.node, self.line = node, line
        self.rows += 1

    def told(self, file: str, people: int) -> list[Message]:
        notes = []
        if self.rows:
            text = N_(
                "{file}: rows that name components which the campaign does not have: {rows:,}, the first "
                "in line {line} (“{node}”). They count for nobody."
            )
            notes.append(Message(text, file=file, rows=self.rows, line=self.line, node=self.node))
        if people:
            text = N_("{file}: rows that name people whom the data does not have: {rows:,}.")
            notes.append(Message(text, file=file, rows=people))
        return notes


def _rows(path: Path, nodes: Mapping[str, int], strange: _Strange) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.DictReader(file)
        try:
            if missing := [name for name in _NEEDED if name not in (reader.fieldnames or ())]:
                raise BadResults(
                    Message(N_("{file}: the column {column} is missing."), file=path.name, column=missing[0])
                )
            for row in reader:
                answer = _answer(row)
                if row["node"] in nodes:
                    yield {**answer, "who": row["person_id"] or "", "node": nodes[row["node"]]}
                else:
                    strange.note(row["node"] or "", reader.line_num)
        except (ValueError, InvalidOperation, TypeError, csv.Error) as error:
            text = N_(
                "{file}, line {line}: this row cannot be read. The result is success, failed, "
                "failed(reason) or unknown, the seconds are a number from 0 on, the text is UTF-8."
            )
            raise BadResults(Message(text, file=path.name, line=reader.line_num)) from error


def _answer(row: Mapping[str | None, Any]) -> dict[str, object]:
    """What a row says will come of a message. Raises `ValueError`, `InvalidOperation`, `TypeError`."""
    if None in row or not all(storable(cell or "") for cell in row.values()):  # more cells than columns
        raise ValueError(row)
    match = _RESULT.fullmatch(row["result"] or "")
    entry = int(row.get("entry") or 0)
    receipt = row.get("receipt") or None
    if match is None or not 0 <= entry < 2**31 or len(receipt or "") > MAX_KEY:
        raise ValueError(row)
    after, receipt_after = _seconds(row["after_seconds"]), _seconds(row.get("receipt_after_seconds"))
    return {
        "entry": entry,
        "address": row.get("address") or "",
        "result": _STATES[match[1]],
        "reason": match[2] or "",
        "after": after,
        "receipt": receipt,
        "receipt_after": None if receipt is None else receipt_after,
    }


def _seconds(text: str | None) -> int:
    """Seconds as ms; none are 0."""
    seconds = Decimal(text or "0") if len(text or "") <= _LONGEST_TEXT else -1
    if not 0 <= seconds <= _LONGEST:
        raise ValueError(text)
    return int(seconds * 1000)


# ---- what is known by now


def settle(connection: Connection, campaign: int, now: int) -> None:
    """Show the results and receipts that have come by `now` (ms), and count them; safe to repeat."""
    _settle_results(connection, campaign, now)
    _settle_receipts(connection, campaign, now)


def _settle_results(connection: Connection, campaign: int, now: int) -> None:
    due = and_(message.c.campaign == campaign, _SENDING, message.c.result_at <= now)
    nothing: ColumnElement[str] = literal_column("''")
    for state, reason, n in (
        (literal_column("'sending'"), nothing, -func.count()),
        (message.c.result, message.c.reason, func.count()),
    ):
        _count(connection, _of_entries(state, reason, nothing, n).where(due))
    connection.execute(update(message).where(due).values(state=message.c.result))


def _settle_receipts(connection: Connection, campaign: int, now: int) -> None:
    """Let the counters of messages with a receipt by now go from none to its code.

    Counted anew from the messages, less what the counters have already.
    """
    shown = and_(
        message.c.campaign == campaign,
        message.c.receipt.is_not(None),
        message.c.receipt_at <= now,
        ~_SENDING,
    )
    rows = _of_entries(message.c.state, message.c.reason, message.c.receipt, func.count()).where(shown)
    key = ("version", "cycle", "node", "state", "reason", "receipt", "hour")
    known = (
        select(*(message_counter.c[name] for name in key), func.sum(message_counter.c.n).label("n"))
        .where(message_counter.c.version.in_(versions_of(connection, campaign)))
        .group_by(*(message_counter.c[name] for name in key))
        .subquery("known")
    )
    found = rows.subquery("found")
    same = and_(*(known.c[name] == found.c[name] for name in key))
    more = found.c.n - func.coalesce(known.c.n, 0)
    query = select(*(found.c[name] for name in COUNTED[:-1]), more.label("n"))
    new = query.select_from(found.outerjoin(known, same)).where(more > 0).subquery("new")
    without = [literal_column("''") if name == "receipt" else new.c[name] for name in COUNTED[:-1]]
    by = [new.c[name] for name in COUNTED[:-1] if name != "receipt"]
    # First those without a receipt: what is new shows in the difference to those with one.
    _count(connection, select(*without, -func.sum(new.c.n)).group_by(*by))
    _count(connection, select(*(new.c[name] for name in COUNTED)).where(true()))


def _of_entries(
    state: ColumnElement[Any], reason: ColumnElement[Any], receipt: ColumnElement[Any], n: ColumnElement[int]
) -> Select[*tuple[Any, ...]]:
    """Messages by the keys of their counters; `n`: how many."""
    m = message.c
    mine = and_(entry.c.campaign == m.campaign, entry.c.person == m.person, entry.c.entry == m.entry)
    columns: Sequence[ColumnElement[Any]] = (
        m.version, entry.c.cycle, m.node, state.label("state"), reason.label("reason"),
        receipt.label("receipt"), literal_column(str(WHOLE)).label("shard"),
        (m.planned_at // HOUR).label("hour"),
    )  # fmt: skip
    query = select(*columns, n.label("n")).select_from(message.join(entry, mine))
    return query.group_by(m.version, entry.c.cycle, m.node, *map(literal_column, ("4", "5", "6", "8")))


def _count(connection: Connection, rows: Select[*tuple[Any, ...]]) -> None:
    connection.execute(upsert_adding(connection.dialect, message_counter, COUNTED, rows, "n"))
