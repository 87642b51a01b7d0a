"""What a campaign test gives, as the data folder and the results file that an import and a rehearsal read."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import JsonValue

from engine.i18n import N_, Message, MessageError
from engine.shapes.time import instant
from engine.store.database import Database
from engine.store.fields import DataSchema
from engine.store.imports import events_file, other_files, people_file, tags_file
from engine.store.imports.folder import import_folder
from engine.store.values import SEPARATOR
from engine.workspace.bundle import Bundle
from engine.workspace.campaign_test import CampaignTestFile, FieldValue
from engine.workspace.workspace import Workspace

CODES = 1_000
"""Of each coupon; nobody is without one because the workspace's pool happens to be empty."""

RESULTS = "results.csv"
_RESULT_COLUMNS = (
    "person_id", "node", "result", "after_seconds", "receipt", "receipt_after_seconds", "entry", "address",
)  # fmt: skip
_TABLES = {
    people_file.FILE: "people", tags_file.FILE: "people", other_files.IDS: "people",
    other_files.SUPPRESSED: "people", events_file.FILE: "events",
}  # fmt: skip


class BadGiven(MessageError):  # noqa: N818 - an answer, not a defect
    """What the test gives cannot be in any workspace's data; `message` says what and why."""


def fill(
    database: Database, test: CampaignTestFile, bundle: Bundle, workspace: Workspace, folder: Path
) -> None:
    """Put exactly the people and events of a test into an empty database, by a data folder in `folder`.

    Raises `BadGiven`, `ImportRefused`.
    """
    for one in test.events:
        if one.event not in workspace.catalog.events:
            raise BadGiven(Message(N_("The catalogue has no event “{id}” yet."), id=one.event))
    _write(test, bundle, workspace, folder)
    known = DataSchema.of(workspace.catalog)
    result = import_folder(database, folder, known, now=instant(test.from_))
    if result.rejects:
        reject = result.rejects[0]
        table = _TABLES.get(reject.file, "people")
        raise BadGiven(Message(N_("{place}: {message}"), place=table, message=reject.message))


def write_results(test: CampaignTestFile, folder: Path) -> Path | None:
    """The results file of a rehearsal; None where every message just succeeds."""
    if not test.results:
        return None
    rows = (
        (
            one.person, one.node, one.result, one.after_seconds, one.receipt, one.receipt_after_seconds,
            one.entry, one.address,
        )
        for one in test.results
    )  # fmt: skip
    return _table(folder / RESULTS, _RESULT_COLUMNS, rows)


def _write(test: CampaignTestFile, bundle: Bundle, workspace: Workspace, folder: Path) -> None:
    people = test.people
    names = list(dict.fromkeys(name for one in people for name in one.attributes))
    _table(
        folder / people_file.FILE,
        ("person_id", *(f"{people_file.ATTRIBUTE}{name}" for name in names)),
        ((one.person, *(_cell(one.attributes.get(name, "")) for name in names)) for one in people),
    )
    _table(
        folder / tags_file.FILE,
        ("person_id", "tag", "value"),
        ((one.person, tag, _cell(value)) for one in people for tag, value in one.tags.items()),
    )
    _table(
        folder / events_file.FILE,
        events_file.COLUMNS,
        (
            (f"event-{number:05}", one.person, one.event, one.time, json.dumps(one.attributes))
            for number, one in enumerate(test.events, 1)
        ),
    )
    _table(
        folder / other_files.COUPONS,
        ("coupon", "code"),
        ((id, f"TEST-{number:04}") for id in bundle.catalog.coupons for number in range(1, CODES + 1)),
    )
    _write_addresses(test, folder)
    _write_lists(test, workspace, folder / other_files.AUDIENCES)


def _write_addresses(test: CampaignTestFile, folder: Path) -> None:
    every = [(one, type_, value) for one in test.people for type_, value in one.addresses()]
    _table(
        folder / other_files.IDS,
        ("person_id", "type", "value", "follower"),
        ((one.person, type_, value, "0" if type_ in one.unfollowed else "") for one, type_, value in every),
    )
    _table(
        folder / other_files.SUPPRESSED,
        ("type", "value"),
        ((type_, value) for one, type_, value in every if type_ in one.suppressed),
    )


def _write_lists(test: CampaignTestFile, workspace: Workspace, folder: Path) -> None:
    """The members of every list of the workspace; most have none."""
    members: dict[str, list[str]] = defaultdict(list)
    for one in test.people:
        for id in one.audiences:
            if id not in workspace.audiences or workspace.audiences[id].cards is not None:
                text = N_("“{id}” is no audience that is a list: rules find their people by themselves.")
                raise BadGiven(Message(text, id=id))
            members[id].append(one.person)
    folder.mkdir()
    for id, audience in workspace.audiences.items():
        if audience.cards is None:
            _table(folder / f"{id}.csv", ("person_id",), ((person,) for person in members[id]))


def _table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _cell(value: FieldValue | JsonValue) -> str:
    return SEPARATOR.join(value) if isinstance(value, tuple) else str(value)
