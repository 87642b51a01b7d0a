"""`audience list`, `estimate`, `update`, `sample`, `overlap` and `upload`: through the engine if one runs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from engine.client import EngineClient, EngineRefused, bundled
from engine.commands.errors import CommandError
from engine.commands.target import Target
from engine.i18n import N_, Message, MessageError, ntr, tr
from engine.server.wire.audiences import AudienceState, OverlapAnswer, SampleAnswer, UploadAnswer
from engine.workspace.audience import AUDIENCE, AudienceFile
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from engine.run.engine import Engine
    from engine.store.database import Database


class _Asked(Protocol):
    """Who answers: a running engine, or the workspace's own database."""

    def states(self) -> list[AudienceState]: ...

    def estimate(self, file: AudienceFile) -> int: ...

    def update(self, id: str) -> int: ...

    def sample(self, file: AudienceFile) -> SampleAnswer: ...

    def overlap(self, first: AudienceFile, second: AudienceFile) -> OverlapAnswer: ...

    def upload(self, file: AudienceFile, source: Path, add: bool, unknown: Path | None) -> UploadAnswer: ...


def list_all(workspace: Workspace) -> None:
    """One line an audience, in order of names: id, size, state, when it was updated, name."""
    with _asked(workspace) as asked:
        known = {state.id: state for state in asked.states()}
    for file in workspace.audiences.values():
        state = known.get(file.id)
        if state is None:
            print(f"{file.id}\t-\tnever\t-\t{file.name}")
            continue
        print(f"{file.id}\t{state.size}\t{state.state}\t{state.updated_at or '-'}\t{file.name}")
        if state.reason is not None:
            print(f"\t{state.reason}")


def estimate(workspace: Workspace, audience: str) -> None:
    """Print how many people a rule finds now."""
    file = _file(workspace, audience)
    with _asked(workspace) as asked:
        print(asked.estimate(file))


def update(workspace: Workspace, audiences: list[str]) -> int:
    """Store who is in audiences now, in all that have a rule where none is named; a line each. 1 where one
    fails: the others are updated nevertheless."""
    files = [_file(workspace, one) for one in audiences]
    files = files or [file for file in workspace.audiences.values() if file.cards is not None]
    failed = 0
    with _asked(workspace) as asked:
        for file in files:
            try:
                print(f"{file.id}\t{asked.update(file.id)}\t{file.name}")
            except (EngineRefused, MessageError) as error:
                failed = 1
                print(f"{file.name}: {error}", file=sys.stderr)
    return failed


def sample(workspace: Workspace, audience: str) -> None:
    """Print up to a hundred people as CSV."""
    file = _file(workspace, audience)
    with _asked(workspace) as asked:
        found = asked.sample(file)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(found.columns)
    writer.writerows(found.rows)


def overlap(workspace: Workspace, first: str, second: str) -> None:
    """Print three lines: people in each of the two, and in both."""
    files = (_file(workspace, first), _file(workspace, second))
    with _asked(workspace) as asked:
        found = asked.overlap(*files)
    for size, name in ((found.first, files[0].name), (found.second, files[1].name)):
        print(f"{size}\t{name}")
    print(f"{found.both}\t{tr('in both')}")


def upload(workspace: Workspace, audience: str, source: Path, add: bool, unknown: Path | None) -> None:
    """Make the people of a list, and say what became of the ids."""
    file = _file(workspace, audience)
    with _asked(workspace) as asked:
        done = asked.upload(file, source, add, unknown)
    print(ntr("{n:,} id", "{n:,} ids", done.ids))
    print(ntr("{n:,} id that nobody has", "{n:,} ids that nobody has", done.unknown))
    print(ntr("{n:,} repetition", "{n:,} repetitions", done.repeated))
    print(ntr("{n:,} person in the audience", "{n:,} people in the audience", done.size))


def _file(workspace: Workspace, audience: str) -> AudienceFile:
    """An audience by its id or name, or by a file. Raises `CommandError`, `FileError`."""
    found = workspace.audiences.get(audience) or workspace.audiences.by_name(audience)
    if found is not None:
        return found
    path = Path(audience)
    if path.is_file():
        return AUDIENCE.load(path)
    raise CommandError(Message(N_("There is no audience “{id}”."), id=audience))


@contextmanager
def _asked(workspace: Workspace) -> Iterator[_Asked]:
    client = bundled(workspace.folder)
    if client is None:
        with Target(workspace, None).engine() as (engine, database):
            yield _Own(workspace, engine, database)
        return
    with client:
        yield _Running(client)


class _Running:
    """The engine that runs for the workspace."""

    def __init__(self, client: EngineClient) -> None:
        self._client = client

    def states(self) -> list[AudienceState]:
        return self._client.audiences()

    def estimate(self, file: AudienceFile) -> int:
        return self._client.estimate(file.canonical())

    def update(self, id: str) -> int:
        return self._client.update_audience(id)

    def sample(self, file: AudienceFile) -> SampleAnswer:
        return self._client.sample(file.canonical())

    def overlap(self, first: AudienceFile, second: AudienceFile) -> OverlapAnswer:
        return self._client.overlap(first.canonical(), second.canonical())

    def upload(self, file: AudienceFile, source: Path, add: bool, unknown: Path | None) -> UploadAnswer:
        return self._client.upload_list(file.id, source, add=add, unknown=unknown)


class _Own:
    """The workspace's database, which nobody else uses meanwhile."""

    def __init__(self, workspace: Workspace, engine: Engine, database: Database) -> None:
        self._workspace = workspace
        self._engine = engine
        self._database = database
        self._zone = ZoneInfo(workspace.settings.time_zone)

    def states(self) -> list[AudienceState]:
        from engine.audience.looking import states
        from engine.server.answering import audience_answer

        with self._database.read() as connection:
            return [audience_answer(one, None) for one in states(connection)]

    def estimate(self, file: AudienceFile) -> int:
        from engine.audience.updates import count_now

        with self._database.read() as connection:
            return count_now(connection, file, _now(), self._zone, catalog=self._workspace.catalog)

    def update(self, id: str) -> int:
        return self._engine.update_audience(self._workspace.audiences, self._workspace.catalog, id)

    def sample(self, file: AudienceFile) -> SampleAnswer:
        from engine.audience.looking import sample

        with self._database.read() as connection:
            found = sample(connection, file, _now(), self._zone, self._workspace.catalog)
        return SampleAnswer(columns=list(found.columns), rows=[list(row) for row in found.rows])

    def overlap(self, first: AudienceFile, second: AudienceFile) -> OverlapAnswer:
        from engine.audience.looking import overlap

        with self._database.read() as connection:
            found = overlap(connection, (first, second), _now(), self._zone, self._workspace.catalog)
        return OverlapAnswer(first=found.first, second=found.second, both=found.both)

    def upload(self, file: AudienceFile, source: Path, add: bool, unknown: Path | None) -> UploadAnswer:
        from engine.audience.uploads import upload

        done = upload(self._database, file, source, _now(), add=add, unknown=unknown)
        return UploadAnswer(ids=done.ids, unknown=done.unknown, repeated=done.repeated, size=done.size)


def _now() -> datetime:
    return datetime.now(UTC)
