"""What `main.py validate` and `main.py fmt` do with files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.rules import Severity, problems
from engine.components.base import Lookup, RefKind
from engine.files import FileError, read_bytes, read_json, save_bytes
from engine.i18n import Message
from engine.workspace.formats import canonical_form, format_of

if TYPE_CHECKING:  # imported where a file lies in a workspace: a start for one campaign stays short
    from engine.workspace.workspace import Workspace


class Finding(NamedTuple):
    """One thing that is wrong with a file; `place` is a component, a link or a line, "" for the whole."""

    path: Path
    place: str
    code: str
    message: Message
    is_error: bool = True

    def __str__(self) -> str:
        words = " ".join(str(self.message).split())  # one line, whatever a name holds
        return f"{self.path}:{self.place} {self.code} {words}"


class NoWorkspace:
    """A look-up for a campaign that lies in no workspace: whatever it refers to may exist."""

    def name_of(self, kind: RefKind, id: str) -> str | None:
        return id

    def detail(self, kind: RefKind, id: str) -> None:
        return None


def validate(path: Path, now: datetime) -> list[Finding]:
    """Everything that is wrong with a file of any kind; `now` (aware) decides which fixed times are past.

    What a campaign refers to is looked up in the workspace that the file lies in, or in the bundle. Without
    either, references are not judged.
    """
    try:
        return _validated(path, now)
    except FileError as error:
        return [unreadable(error)]


def unreadable(error: FileError) -> Finding:
    """The finding for a file that was refused."""
    message = error.message
    if error.field:
        message = Message("{field}: {reason}", field=error.field, reason=error.message)
    place = "" if error.line is None else str(error.line)
    return Finding(error.path, place, "file_error", message)


def fmt(path: Path, check: bool) -> bool:
    """Bring a file into canonical form, unless `check`. Returns whether it was not. Raises `FileError`."""
    data = read_bytes(path)
    wanted = canonical_form(data, path)
    if data == wanted:
        return False
    if not check:
        save_bytes(path, wanted)
    return True


def _validated(path: Path, now: datetime) -> list[Finding]:
    data = read_bytes(path)
    name = format_of(read_json(data, path))
    if name == "campaign":
        doc = campaign_file.parse(data, path)
        workspace = _workspace_of(path)
        names = workspace.other_campaign_names(doc.attributes.id) if workspace else set()
        return _problems(path, doc, workspace, now, names)
    if name == "bundle":
        from engine.workspace import bundle

        content = bundle.read(data, path)
        return _problems(path, content.campaign, content, now, set())
    canonical_form(data, path)  # reading is all there is to say about the other kinds
    if name == "campaigntest":
        _check_test(data, path)
    return []


def _check_test(data: bytes, path: Path) -> None:
    """Hold a campaign test against the campaign beside it, if there is one. Raises `FileError`."""
    from engine.workspace.campaign_test import CAMPAIGN_TEST, campaign_beside, check_nodes

    campaign = campaign_beside(path, CAMPAIGN_TEST.parse(data, path).campaign)
    if campaign is not None:
        check_nodes(data, path, campaign_file.load(campaign))


def _problems(
    path: Path, doc: CampaignDocument, lookup: Lookup | None, now: datetime, names: set[str]
) -> list[Finding]:
    found = problems(doc, lookup or NoWorkspace(), now, names)
    return [
        Finding(path, p.node or p.link or "", p.code, p.message, p.severity is Severity.ERROR)
        for p in found
        if lookup is not None or p.code != "missing_reference"
    ]


def _workspace_of(path: Path) -> Workspace | None:
    """The workspace that the file lies in."""
    for folder in path.resolve().parents:
        if (folder / "workspace.json").is_file():
            from engine.workspace.workspace import Workspace

            return Workspace.open(folder)
    return None
