"""Finding and reading the journals that a crash left behind. Strict: they may hold anything."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.model import Node
from engine.campaign.ops import Table
from engine.files import FileError
from engine.files.findings import findings
from engine.files.holding import Hold
from engine.files.reading import unreadable
from engine.i18n import N_, Message
from engine.shapes.text import storable
from engine.workspace.folder import files_in
from engine.workspace.journal import (
    FOLDER_NAME,
    FORMAT,
    LOCK_SUFFIX,
    MAX_BYTES,
    SUFFIX,
    VERSION,
    Header,
    Input,
    delete,
)

_TABLES = (Table.NODES, Table.LINKS, Table.NOTES, Table.LAYOUT)
_NO_JOURNAL = N_("This is no journal of unsaved work.")


@dataclass(frozen=True)
class Unsaved:
    """What a journal holds.

    Attributes: document (the campaign as it was last kept), file (the name of its file, None where it had
    none), base (digest of that file's bytes on which the work builds), inputs (what was not confirmed yet),
    cut (the end could not be read), lost_inputs (components whose input could not be read).
    """

    document: CampaignDocument
    file: str | None
    base: str | None
    inputs: Mapping[str, Input]
    cut: bool = False
    lost_inputs: tuple[str, ...] = ()


class Left:
    """A journal that a crash left behind, held so that no other process offers it too."""

    def __init__(self, path: Path, hold: Hold) -> None:
        self.path = path
        self._hold = hold

    def read(self) -> Unsaved:
        """Read it. Raises `FileError`."""
        return read(self.path)

    def remove(self) -> None:
        """Delete it: it was restored elsewhere, or is not wanted."""
        delete(self.path, self._hold)

    def release(self) -> None:
        """Leave it for later."""
        self._hold.release()


def left_behind(workspace: Path) -> list[Left]:
    """The journals that no living process holds, the one changed last first; each is held from now on."""
    folder = workspace / FOLDER_NAME
    try:
        paths = files_in(folder, SUFFIX)
        _drop_lone_locks(folder)
    except FileError:
        return []
    held = ((path, _take(path.with_suffix(LOCK_SUFFIX))) for path in paths)
    found = []
    for path, hold in held:
        if hold is None:
            continue
        if path.exists():
            found.append(Left(path, hold))
        else:  # whoever had it was done with it in between
            delete(path, hold)
    return sorted(found, key=lambda left: -_modified(left.path))


def read(path: Path) -> Unsaved:
    """Read a journal as far as it is whole. Raises `FileError` where that gives no campaign."""
    data = _data(path)
    lines = _whole_lines(data)
    header = _header(next(lines, None), path)
    first = next(lines, None)
    if first is None or not isinstance(first[1].get("campaign"), dict):
        raise _refused(path)
    end, campaign = first[0], first[1]["campaign"]
    inputs: dict[str, Any] = {}
    _merge_inputs(inputs, first[1])
    for end_of_line, patch in lines:
        if not _fits(patch):
            break
        _merge(campaign, patch)
        _merge_inputs(inputs, patch)
        end = end_of_line
    document = _document(campaign, path)
    kept = {id: found for id, raw in inputs.items() if (found := _input(document, id, raw)) is not None}
    lost = tuple(sorted(id for id in inputs if id in document.nodes and id not in kept))
    return Unsaved(document, header.file, header.base, kept, end < len(data), lost)


def _data(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(data) > MAX_BYTES:
        raise FileError(path, None, "", Message(N_("The journal is too long to be one of this program.")))
    return data


def _whole_lines(data: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects up to the first line that is cut short or damaged, and where each ends."""
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        checksum, _, text = data[start:end].partition(b" ")
        try:
            if int(checksum, 16) != zlib.crc32(text):
                return
            value = json.loads(text)
        except (ValueError, RecursionError):
            return
        if not isinstance(value, dict):
            return
        start = end + 1
        yield start, value


def _header(found: tuple[int, dict[str, Any]] | None, path: Path) -> Header:
    if found is None or found[1].get("format") != FORMAT:
        raise _refused(path)
    version = found[1].get("version")
    if type(version) is int and version > VERSION:
        text = N_("The journal is of a newer version of the program. Update the program.")
        raise FileError(path, None, "version", Message(text))
    try:
        header = Header.model_validate(found[1])
    except ValidationError as error:
        raise FileError(path, None, "", next(findings(error)).message) from None
    name = header.file
    if name is not None and (Path(name).name != name or not name.endswith(campaign_file.SUFFIX)):
        raise _refused(path)  # saving must not reach out of the folder of campaigns
    return header


def _refused(path: Path) -> FileError:
    return FileError(path, None, "", Message(_NO_JOURNAL))


def _fits(patch: Mapping[str, Any]) -> bool:
    known = {*_TABLES, Table.ATTRIBUTES, "inputs"}
    return all(key in known and isinstance(value, dict) for key, value in patch.items())


def _merge(campaign: dict[str, Any], patch: Mapping[str, Any]) -> None:
    for table in _TABLES:
        present = campaign.setdefault(table, {})
        for id, value in patch.get(table, {}).items():
            if value is None:
                present.pop(id, None)
            else:
                present[id] = value
    campaign.update(patch.get(Table.ATTRIBUTES, {}))


def _merge_inputs(inputs: dict[str, Any], patch: Mapping[str, Any]) -> None:
    found = patch.get("inputs")
    if isinstance(found, dict):
        inputs.update(found)
        for id in [id for id, value in found.items() if value is None]:
            del inputs[id]


def _document(campaign: Mapping[str, Any], path: Path) -> CampaignDocument:
    """Checked as any campaign file is."""
    try:
        data = json.dumps(campaign, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise _refused(path) from None
    document = campaign_file.parse(data, path)
    document.origin = None  # it never stood in a file
    return document


def _input(document: CampaignDocument, id: str, raw: Any) -> Input | None:
    """What stood in a component's panel, None where a panel could not show it."""
    node = document.nodes.get(id)
    if node is None or not isinstance(raw, dict) or raw.keys() != set(Input._fields):
        return None
    name, memo, config = raw["name"], raw["memo"], raw["config"]
    if not isinstance(name, str) or not isinstance(memo, str) or not isinstance(config, dict):
        return None
    try:
        storable(json.dumps([name, memo, config], ensure_ascii=False))
        probe = Node(kind=node.kind, name=node.name, config=config)
    except ValueError:
        return None
    return Input(name, memo, config) if campaign_file.misfit(probe) is None else None


def _take(lock: Path) -> Hold | None:
    """Hold a lock; None where a living process has it, or it cannot be taken."""
    try:
        return Hold(lock)
    except sqlite3.Error:
        return None


def _drop_lone_locks(folder: Path) -> None:
    """A crash between the lock and its journal leaves the lock behind."""
    for lock in files_in(folder, LOCK_SUFFIX):
        if not lock.with_suffix(SUFFIX).exists() and (hold := _take(lock)) is not None:
            if not lock.with_suffix(SUFFIX).exists():
                with suppress(OSError):
                    lock.unlink()
            hold.release()


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
