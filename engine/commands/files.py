"""`validate` and `fmt`: files looked at and brought into their canonical form, without a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.rules import Problem, Severity, problems
from engine.components.base import Lookup, RefKind
from engine.files import FileError, FileFormat, read_bytes, read_json, save_bytes
from engine.i18n import N_, Message
from engine.workspace.account import ACCOUNT
from engine.workspace.audience import AUDIENCE
from engine.workspace.catalog import CATALOG
from engine.workspace.message import MESSAGE
from engine.workspace.settings import SETTINGS
from engine.workspace.workspace import SETTINGS_NAME, Workspace

UNREADABLE = "unreadable"
"""The code of a problem that keeps the file from being read at all."""


class Anything:
    """The lookup for a file that lies in no workspace: whatever it refers to may exist."""

    def name_of(self, kind: RefKind, id: str) -> str:
        return id

    def detail(self, kind: RefKind, id: str) -> Mapping[str, JsonValue] | None:
        return None


def validate(paths: Sequence[Path]) -> int:
    """Print each file's problems, one a line; 1 where one of them is an error, else 0."""
    failed = False
    for path in paths:
        try:
            for problem in _problems(path):
                failed = failed or problem.severity is Severity.ERROR
                print(_line(path, problem))
        except FileError as error:
            failed = True
            print(_unreadable(path, error))
    return 1 if failed else 0


def fmt(paths: Sequence[Path], check: bool) -> int:
    """Write each file in its canonical form; with `check`, only name those that are not. 1: some were not, or
    could not be read."""
    failed = False
    for path in paths:
        try:
            data = read_bytes(path)
            canonical = _canonical(data, path)
            if data == canonical:
                continue
            if check:
                failed = True
            else:
                save_bytes(path, canonical)
            print(path)
        except FileError as error:
            failed = True
            print(_unreadable(path, error))
    return 1 if failed else 0


def _problems(path: Path) -> Iterator[Problem]:
    data = read_bytes(path)
    if _format(data, path) != campaign_file.CAMPAIGN.name:
        _canonical(data, path)
        return
    doc = campaign_file.parse(data, path)
    now = datetime.now(UTC)
    if (workspace := _workspace_of(path)) is None:
        found = problems(doc, Anything(), now)
        yield from (problem for problem in found if problem.code != "missing_reference")
    else:
        lookup, other_names = _surroundings(workspace, doc)
        yield from problems(doc, lookup, now, other_names)


def _workspace_of(path: Path) -> Path | None:
    """The workspace in whose `campaigns` folder the file lies."""
    folder = path.absolute().parent
    inside = folder.name == "campaigns" and (folder.parent / SETTINGS_NAME).is_file()
    return folder.parent if inside else None


def _surroundings(workspace: Path, doc: CampaignDocument) -> tuple[Lookup, set[str]]:
    """What the campaign may refer to, and the names of the workspace's other campaigns."""
    opened = Workspace.open(workspace)
    return opened, opened.other_campaign_names(doc.attributes.id)


def _format(data: bytes, path: Path) -> object:
    return read_json(data, path).value.get("format")


def _canonical(data: bytes, path: Path) -> bytes:
    """The file's content in its canonical form. Raises `FileError`."""
    source = read_json(data, path)
    name = source.value.get("format")
    if name == campaign_file.CAMPAIGN.name:
        return campaign_file.dump(campaign_file.parse(data, path))
    if not isinstance(name, str) or (format := _FORMATS.get(name)) is None:
        known = ", ".join([campaign_file.CAMPAIGN.name, *_FORMATS])
        message = Message(N_("The field “format” says what a file is. Use one of: {known}."), known=known)
        raise source.error(("format",), message)
    return format.dump(format.parse(data, path))


_FORMATS: Mapping[str, FileFormat[Any]] = {
    format.name: format for format in (AUDIENCE, MESSAGE, ACCOUNT, CATALOG, SETTINGS)
}


def _line(path: Path, problem: Problem) -> str:
    return f"{path}:{problem.node or problem.link or ''} {problem.code} {_flat(problem.message)}"


def _unreadable(path: Path, error: FileError) -> str:
    place = "" if error.line is None else str(error.line)
    reason = f"{error.field}: {error.message}" if error.field else str(error.message)
    return f"{path}:{place} {UNREADABLE} {_flat(reason)}"


def _flat(message: Message | str) -> str:
    """One line, whatever names that people gave stand in it."""
    return " ".join(str(message).split())
