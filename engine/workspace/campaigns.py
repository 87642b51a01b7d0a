"""The workspace's campaign files: what the list shows, and loading, saving and deleting one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.measuring import goal_references
from engine.campaign.model import Attributes, Node
from engine.campaign.send_window import send_window_references
from engine.campaign.stay import exit_references
from engine.components.base import Category, Reference
from engine.components.registry import component
from engine.files import FileError, remove
from engine.i18n import N_, Message
from engine.workspace.folder import files_in, free_path, name_taken, same_id, write


class FileChangedError(FileError):
    """A campaign's file that was to be replaced is not the one any more that was read; `digest`: what it
    is."""

    def __init__(self, path: Path, digest: str) -> None:
        message = N_("It was changed on disk meanwhile, and has not been replaced.")
        super().__init__(path, None, "", Message(message))
        self.digest = digest


@dataclass(frozen=True, slots=True)
class CampaignEntry:
    """One campaign file: its attributes, size, references and trigger, or why it cannot be read."""

    path: Path
    attributes: Attributes | None
    nodes: int = 0
    references: frozenset[Reference] = frozenset()
    trigger: Node | None = None
    error: FileError | None = None

    @property
    def id(self) -> str | None:
        """The campaign's id; None for a file that cannot be read."""
        return self.attributes.id if self.attributes else None

    @property
    def name(self) -> str:
        """The campaign's name, or the file's where it cannot be read."""
        return self.attributes.name if self.attributes else self.path.name


_Stamp = tuple[int, int, int]


class CampaignFolder:
    """The campaign files. A file is read again only after it has changed.

    May be asked by several threads at once: what was read is replaced as a whole, never changed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: Mapping[Path, tuple[_Stamp, CampaignEntry]] = {}

    def entries(self) -> list[CampaignEntry]:
        """Every file, in order of names; broken ones, and second ones of an id, with their error."""
        entries: list[CampaignEntry] = []
        first: dict[str, Path] = {}
        read: dict[Path, tuple[_Stamp, CampaignEntry]] = {}
        for path in files_in(self.path, campaign_file.SUFFIX):
            read[path] = self._entry(path)
            entry = read[path][1]
            if entry.id in first:
                entry = CampaignEntry(path, None, error=same_id(path, first[entry.id]))
            elif entry.id is not None:
                first[entry.id] = path
            entries.append(entry)
        self._read = read
        return sorted(entries, key=lambda entry: (entry.name.casefold(), entry.path))

    def path_of(self, id: str) -> Path:
        """The campaign's file. Raises `KeyError`."""
        for entry in self.entries():
            if entry.id == id:
                return entry.path
        raise KeyError(id)

    def names(self, but: str | None = None) -> set[str]:
        """The names of all campaigns, except that of the id `but`."""
        return {entry.name for entry in self.entries() if entry.id is not None and entry.id != but}

    def load(self, id: str) -> CampaignDocument:
        """Read a campaign. Raises `KeyError` for an unknown id, `FileError` for a file that has gone bad."""
        return campaign_file.load(self.path_of(id))

    def save(
        self,
        doc: CampaignDocument,
        path: Path | None = None,
        *,
        data: bytes | None = None,
        unless_changed: bool = False,
    ) -> Path:
        """Write the campaign to `path`, else its file, else a new one. Raises `FileError`.

        `data`: its bytes, where they are known. `unless_changed`: raises `FileChangedError` where what stands
        at `path` is not `doc.origin`.
        """
        attributes = doc.attributes
        if path is None:
            same = (entry.path for entry in self.entries() if entry.id == attributes.id)
            path = next(same, None) or free_path(self.path, attributes.name, campaign_file.SUFFIX)
        if path.parent == self.path and attributes.name in self.names(but=attributes.id):
            raise name_taken(path, attributes.name)
        data = campaign_file.dump(doc) if data is None else data
        if unless_changed:
            write(path, data, partial(_check_origin, path, doc.origin))
        else:
            write(path, data)
        doc.origin = campaign_file.digest(data)
        entry = CampaignEntry(path, attributes, len(doc.nodes), frozenset(references(doc)), _trigger(doc))
        self._read = {**self._read, path: (_stamp(path), entry)}  # it need not be read to be known
        return path

    def delete(self, id: str) -> None:
        """Delete the campaign's file. Raises `KeyError`, `FileError`."""
        remove(self.path_of(id))

    def _entry(self, path: Path) -> tuple[_Stamp, CampaignEntry]:
        try:
            stamp = _stamp(path)
        except OSError:
            stamp = (0, 0, 0)
        earlier = self._read.get(path)
        return earlier if earlier is not None and earlier[0] == stamp else (stamp, _entry_of(path))


def _check_origin(path: Path, origin: str | None) -> None:
    found = campaign_file.digest_on_disk(path)
    if found not in (None, origin):
        raise FileChangedError(path, found or "")


def _entry_of(path: Path) -> CampaignEntry:
    try:
        doc = campaign_file.load(path)
    except FileError as error:
        return CampaignEntry(path, None, error=error)
    return CampaignEntry(path, doc.attributes, len(doc.nodes), frozenset(references(doc)), _trigger(doc))


def _trigger(doc: CampaignDocument) -> Node | None:
    """The component that lets people in."""
    trigger = (node for node in doc.nodes.values() if component(node.kind).category is Category.TRIGGER)
    return next(trigger, None)


def references(doc: CampaignDocument) -> set[Reference]:
    """Everything in the workspace that the campaign's complete configurations refer to."""
    attributes = doc.attributes
    found = {
        *exit_references(attributes.exits),
        *goal_references(attributes.goal),
        *send_window_references(attributes.send_window),
    }
    for _, node in doc.all_nodes():
        config = node.parsed.config
        if config is not None:
            found.update(component(node.kind).references(config))
    return found


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino
