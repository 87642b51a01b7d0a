"""Unsaved work, kept on disk while a campaign is edited, so that a crash costs a moment and not the work.

A workspace's `.journal/` holds one file for each campaign with unsaved work. Its lines are JSON objects, each
behind a checksum: a header, the whole campaign at some moment, then what changed since, a line a write. What
was cut short or damaged ends what can be read. Beside it stands a lock file, held by the process that
edits: a journal that nobody holds is what a crash left behind.

    journal = Journal(workspace_folder, document.attributes.id, path, document.origin)
    journal.record(ops)                      # where the document changes; touches no disk
    part = journal.collect(document)         # there too, now and then
    lines = finished(journal.encoded(part))  # in steps, for whoever must not wait
    journal.write(lines)                     # in any thread; the work is then on the disk
    journal.remove()                         # saved, or given up
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import JsonValue

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.ops import Op, Table
from engine.files import FileError, FileModel, save_bytes
from engine.files.holding import Hold
from engine.i18n import N_, Message
from engine.shapes.text import Identifier, new_id
from engine.steps import Steps, finished

FOLDER_NAME = ".journal"
SUFFIX = ".journal"
LOCK_SUFFIX = ".lock"
FORMAT, VERSION = "journal", 1
MAX_BYTES = 64 * 1024 * 1024
COMPACT_BYTES = 1024 * 1024
"""Changes of at least this length, and longer than the campaign itself, are replaced by the campaign."""


class Input(NamedTuple):
    """What stands in a component's panel and was not confirmed yet."""

    name: str
    memo: str
    config: Mapping[str, JsonValue]


Inputs = Mapping[str, Input]
"""By component."""


class Header(FileModel):
    """A journal's first line. file: the name of the campaign's file in its folder, None where it has none
    yet; base: the digest of that file's bytes on which the work builds."""

    format: Literal["journal"] = "journal"
    version: Literal[1] = 1
    campaign: Identifier
    file: str | None
    base: str | None


class Part(NamedTuple):
    """What one write has to write: the whole campaign, or what changed."""

    whole: CampaignDocument | None
    ops: Sequence[Op]
    inputs: Mapping[str, Input | None]


class Encoded(NamedTuple):
    """The bytes of a part; `whole`: they take the place of all that there was."""

    data: bytes
    whole: bool


class Journal:
    """One campaign's unsaved work. `record`, `collect` and `remove` belong to one thread, the rest to any."""

    def __init__(self, workspace: Path, campaign: str, file: Path | None, base: str | None) -> None:
        folder = workspace / FOLDER_NAME
        known = file is not None and file.parent == workspace / "campaigns"
        self._header = Header(campaign=campaign, file=file.name if file and known else None, base=base)
        self.path = folder / f"{campaign}-{new_id('j')[2:]}{SUFFIX}"
        self._ops: list[Op] = []
        self._inputs: dict[str, Input] = {}
        self._written_inputs: dict[str, Input] = {}
        self._whole = True
        self._removed = False
        self._busy = threading.Lock()
        self._hold: Hold | None = None
        self._size = self._whole_size = 0

    def record(self, ops: Iterable[Op]) -> None:
        """Remember what changed."""
        self._ops.extend(ops)

    def record_inputs(self, inputs: Inputs) -> None:
        """Remember what stands in the panels."""
        self._inputs = dict(inputs)

    def collect(self, document: CampaignDocument) -> Part | None:
        """What is not on the disk yet, None where everything is. What it gives has to be written next."""
        changed = _changed(self._written_inputs, self._inputs)
        if not self._ops and not changed and not self._whole:
            return None
        appended = self._size - self._whole_size
        whole = self._whole or appended > max(COMPACT_BYTES, self._whole_size)
        part = Part(document.copy(), (), dict(self._inputs)) if whole else Part(None, self._ops, changed)
        self._ops, self._written_inputs, self._whole = [], dict(self._inputs), False
        return part

    def encoded(self, part: Part) -> Steps[Encoded]:
        """What a part comes to in the file, step by step. Given up, the next part is the whole campaign."""
        try:
            if part.whole is None:
                changed = yield from _patch(part.ops)
                data = yield from _line_in_steps(changed | _inputs_content(part.inputs), depth=2)
                return Encoded(data, whole=False)
            campaign = yield from campaign_file.content_in_steps(part.whole)
            first = {"campaign": campaign, **_inputs_content(part.inputs)}
            data = yield from _line_in_steps(first, depth=3)
            return Encoded(line(self._header.canonical()) + data, whole=True)
        except BaseException:
            self._whole = True
            raise

    def write(self, lines: Encoded) -> None:
        """Put them on the disk. Raises `FileError`; the next part is then the whole campaign."""
        try:
            with self._busy:
                if not self._removed:
                    self._write(lines)
        except (OSError, sqlite3.Error) as error:
            self._whole = True
            raise FileError(self.path, None, "", _reason(error)) from error
        except BaseException:
            self._whole = True
            raise
        finally:
            if self._removed:  # while the write went on
                self.remove()

    def remove(self) -> None:
        """Delete the file: the work is saved, or given up. During a write it goes at the end of that."""
        self._removed = True
        if self._busy.acquire(blocking=False):
            try:
                self._clear()
            finally:
                self._busy.release()

    def _write(self, lines: Encoded) -> None:
        if self._hold is None:
            self.path.parent.mkdir(exist_ok=True)
            self._hold = _held(self.path.with_suffix(LOCK_SUFFIX))
        data = lines.data
        if lines.whole:
            save_bytes(self.path, data, private=True)
            self._size = self._whole_size = len(data)
            return
        with self.path.open("r+b") as file:
            file.seek(self._size)  # behind the last whole line, whatever a failed write left there
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self._size += len(data)

    def _clear(self) -> None:
        if self._hold is not None:
            delete(self.path, self._hold)
            self._hold = None


def _changed(before: Inputs, after: Inputs) -> dict[str, Input | None]:
    ids = [*after, *(id for id in before if id not in after)]
    return {id: after.get(id) for id in ids if before.get(id) != after.get(id)}


def line(value: Mapping[str, Any]) -> bytes:
    """An object as one line behind its checksum."""
    return finished(_line_in_steps(value, depth=0))


def _line_in_steps(value: Mapping[str, Any], depth: int) -> Steps[bytes]:
    """`line`, whose steps are the values that lie so deep."""
    parts: list[str] = []
    for part in _dumped(value, depth):
        parts.append(part)
        yield
    text = "".join(parts).encode(errors="surrogatepass")
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _dumped(value: Any, depth: int) -> Iterator[str]:
    """The JSON of a value, part by part: the values that lie so deep are one each."""
    if depth == 0 or not value or not isinstance(value, dict):
        yield json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return
    begin = "{"
    for key, item in value.items():
        yield f"{begin}{json.dumps(key, ensure_ascii=False)}:"
        yield from _dumped(item, depth - 1)
        begin = ","
    yield "}"


def _patch(ops: Iterable[Op]) -> Steps[dict[str, Any]]:
    """What the ops leave behind, table by table; None for what they remove."""
    patch: dict[str, Any] = {}
    for op in ops:
        content = None if op.after is None else campaign_file.value_content(op.after)
        if op.table is Table.ATTRIBUTES:
            patch[op.table] = content
        else:
            patch.setdefault(op.table, {})[op.id] = content
        yield
    return patch


def _inputs_content(inputs: Mapping[str, Input | None]) -> dict[str, Any]:
    if not inputs:
        return {}
    return {"inputs": {id: None if found is None else found._asdict() for id, found in inputs.items()}}


def _held(lock: Path) -> Hold:
    """Hold a lock that stands in the folder: whoever clears up may have deleted it in between."""
    while True:
        hold = Hold(lock)
        if lock.exists():
            return hold
        hold.release()


def delete(path: Path, hold: Hold) -> None:
    """The journal first: a lock without one means nothing."""
    lock = hold.path
    with suppress(OSError):
        path.unlink(missing_ok=True)
    hold.release()
    with suppress(OSError):
        lock.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()  # where it was the last one


def _reason(error: Exception) -> Message:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Message(N_("Unsaved work cannot be kept: {reason}."), reason=reason)
