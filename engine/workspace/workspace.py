"""The workspace: a folder of plain files (`files.md`), and the look-up that components need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ValidationError

from engine.campaign.document import CampaignDocument
from engine.components.base import RefKind
from engine.files import FileError
from engine.files.findings import findings
from engine.i18n import N_, Message, tr, use_language
from engine.shapes.words import joined
from engine.workspace.account import ACCOUNT, SIMULATED_ID, AccountFile, simulated
from engine.workspace.audience import AUDIENCE, AUDIENCE_SUFFIX, AUDIENCES_NAME, AudienceFile
from engine.workspace.campaigns import CampaignEntry, CampaignFolder
from engine.workspace.catalog import CATALOG, Catalog
from engine.workspace.engine_folder import database_file, engine_folder
from engine.workspace.folder import ObjectFolder, write
from engine.workspace.lookup import ObjectLookup
from engine.workspace.mapping import MAPPING, MAPPING_SUFFIX, MappingFile
from engine.workspace.message import MESSAGE, MessageFile
from engine.workspace.settings import SETTINGS, Settings
from engine.workspace.uses import Use, uses

SETTINGS_NAME = "workspace.json"
CATALOG_NAME = "catalog.json"


def accounts_of(workspace: Path) -> ObjectFolder[AccountFile]:
    """The accounts of a workspace's folder."""
    return ObjectFolder(workspace / "accounts", ".account.json", ACCOUNT)


class Workspace(ObjectLookup):
    """One open workspace; a component's `Lookup`.

    Attributes:
        folder: the workspace's folder.
        settings: what `workspace.json` holds.
        catalog: what `catalog.json` holds; empty where it is missing or cannot be read.
        audiences, messages, accounts, mappings: the objects with files of their own, by id.
        campaign_files: the campaign files.
    """

    def __init__(self, folder: Path, settings: Settings, catalog: Catalog) -> None:
        super().__init__()
        self.folder = folder
        self.settings = settings
        self.catalog = catalog
        self.audiences: ObjectFolder[AudienceFile] = ObjectFolder(
            folder / AUDIENCES_NAME, AUDIENCE_SUFFIX, AUDIENCE
        )
        self.messages: ObjectFolder[MessageFile] = ObjectFolder(folder / "messages", ".message.json", MESSAGE)
        self.accounts: ObjectFolder[AccountFile] = accounts_of(folder)
        self.mappings: ObjectFolder[MappingFile] = ObjectFolder(folder / "imports", MAPPING_SUFFIX, MAPPING)
        self.campaign_files = CampaignFolder(folder / "campaigns")
        self._catalog_error: FileError | None = None

    @classmethod
    def open(cls, folder: Path) -> Workspace:
        """Read a workspace. Raises `FileError` where `workspace.json` is broken; all else may be."""
        settings = SETTINGS.load(folder / SETTINGS_NAME)
        workspace = cls(folder, settings, Catalog())
        workspace._read_catalog()
        return workspace

    @classmethod
    def create(cls, folder: Path, name: str, time_zone: str, language: str) -> Workspace:
        """Make a workspace with a simulated account in a folder that holds none. Raises `FileError`."""
        path = folder / SETTINGS_NAME
        if path.exists():
            raise FileError(path, None, "", Message(N_("There is a workspace here already. Open it.")))
        settings = _new_settings(path, name, time_zone, language)
        write(folder / CATALOG_NAME, CATALOG.dump(Catalog()))
        workspace = cls(folder, settings, Catalog())
        with use_language(language):
            if SIMULATED_ID not in workspace.accounts:
                workspace.accounts.save(simulated(tr("Simulated")))
        write(path, SETTINGS.dump(settings))  # last: what was cut short is no workspace yet
        return workspace

    @property
    def engine_folder(self) -> Path:
        """Where the bundled engine keeps its data."""
        return engine_folder(self.folder)

    @property
    def templates_folder(self) -> Path:
        """Where the campaign templates stand that were made here."""
        return self.folder / "templates"

    @property
    def database_file(self) -> Path:
        """The bundled engine's database."""
        return database_file(self.folder)

    def reload(self) -> None:
        """Read everything again, after others changed files. Raises `FileError` as `open` does."""
        self.settings = SETTINGS.load(self.folder / SETTINGS_NAME)
        self._read_catalog()
        for folder in (self.audiences, self.messages, self.accounts, self.mappings):
            folder.reload()

    @property
    def broken(self) -> tuple[FileError, ...]:
        """Why files could not be read, campaigns included."""
        catalog = (self._catalog_error,) if self._catalog_error else ()
        campaigns = tuple(entry.error for entry in self.campaigns() if entry.error)
        folders = (self.audiences, self.messages, self.accounts, self.mappings)
        return catalog + tuple(error for folder in folders for error in folder.broken) + campaigns

    def campaigns(self) -> list[CampaignEntry]:
        """Every campaign file in order of names, broken ones with their error."""
        return self.campaign_files.entries()

    def load_campaign(self, id: str) -> CampaignDocument:
        """Read a campaign. Raises `KeyError`, `FileError`."""
        return self.campaign_files.load(id)

    def save_campaign(
        self,
        doc: CampaignDocument,
        path: Path | None = None,
        *,
        data: bytes | None = None,
        unless_changed: bool = False,
    ) -> Path:
        """Write a campaign to `path`, else to its file, else to a new one. Raises `FileError`.

        `data`: its bytes, where they are known. `unless_changed`: raises `FileChangedError` rather than
        replace what is not `doc.origin`.
        """
        return self.campaign_files.save(doc, path, data=data, unless_changed=unless_changed)

    def delete_campaign(self, id: str) -> None:
        """Delete a campaign's file. Raises `KeyError`, `FileError`."""
        self.campaign_files.delete(id)

    def other_campaign_names(self, id: str) -> set[str]:
        """The names that the campaign may not take."""
        return self.campaign_files.names(but=id)

    def save_settings(self, settings: Settings) -> None:
        """Write `workspace.json`. Raises `FileError`."""
        write(self.folder / SETTINGS_NAME, SETTINGS.dump(settings))
        self.settings = settings

    def save_catalog(self, catalog: Catalog) -> None:
        """Write `catalog.json`. Raises `FileError`, also rather than replace one that could not be read, and
        for one that could not be read afterwards: parts of it are put together without being checked."""
        if self._catalog_error is not None:
            raise self._catalog_error
        path = self.folder / CATALOG_NAME
        data = CATALOG.dump(catalog)
        CATALOG.parse(data, path)
        write(path, data)
        self.catalog = catalog

    def amend_catalog(self, amended: Callable[[Catalog], Catalog]) -> None:
        """Read `catalog.json` again, for others may have written it, and save what `amended` makes of it.

        Raises `FileError`, also for a catalogue that cannot be read; the file then stays as it is.
        """
        self._read_catalog()
        self.save_catalog(amended(self.catalog))

    def save_audience(self, audience: AudienceFile) -> Path:
        """Write an audience. Raises `FileError`, also where it would contain itself or its name is taken."""
        self._check_no_cycle(audience)
        return self.audiences.save(audience)

    def save_message(self, message: MessageFile) -> Path:
        """Write a message template. Raises `FileError`, also where its name is taken."""
        return self.messages.save(message)

    def save_account(self, account: AccountFile) -> Path:
        """Write an account. Raises `FileError`, also where its name is taken."""
        return self.accounts.save(account)

    def delete_account(self, id: str) -> None:
        """Delete an account's file. Its secrets are whose to forget who knows the keyring."""
        self.accounts.delete(id)

    def delete_audience(self, id: str) -> None:
        """Delete an audience's file. What refers to it is then no longer configured."""
        self.audiences.delete(id)

    def delete_message(self, id: str) -> None:
        """Delete a message template's file. Raises `KeyError`; `FileError` while campaigns use it."""
        refuse_used(self.messages.path_of(id), self.messages[id].name, self.uses(RefKind.MESSAGE, id))
        self.messages.delete(id)

    def uses(self, kind: RefKind | str, id: str) -> list[Use]:
        """Everything that refers to the object, in order of kinds and names; see `engine.workspace.uses`."""
        return list(uses(self, kind, id))

    def _read_catalog(self) -> None:
        path = self.folder / CATALOG_NAME
        self._catalog_error = None
        try:
            self.catalog = CATALOG.load(path) if path.exists() else Catalog()
        except FileError as error:
            self.catalog, self._catalog_error = Catalog(), error

    def _check_no_cycle(self, audience: AudienceFile) -> None:
        pending, seen = list(audience.audiences), set[str]()
        while pending:
            id = pending.pop()
            if id == audience.id:
                path = self.audiences.path / f"{audience.id}{self.audiences.suffix}"
                message = N_("“{name}” would contain itself. Choose another audience.")
                raise FileError(path, None, "cards", Message(message, name=audience.name))
            if id not in seen and id in self.audiences:
                seen.add(id)
                pending.extend(self.audiences[id].audiences)


def refuse_used(path: Path, name: str, uses: Sequence[Use]) -> None:
    """Raise `FileError`, which says where, for an object that something uses."""
    if uses:
        places = [use.name for use in uses[:3]]
        more = len(uses) - len(places)
        if more > 0:
            places.append(f"+{more:,}")
        message = N_("“{name}” cannot be deleted while it is used in: {places}.")
        raise FileError(path, None, "", Message(message, name=name, places=joined(places)))


def _new_settings(path: Path, name: str, time_zone: str, language: str) -> Settings:
    try:
        return Settings.model_validate({"name": name, "time_zone": time_zone, "language": language})
    except ValidationError as error:
        finding = next(findings(error))
        field = ".".join(str(part) for part in finding.path)
        raise FileError(path, None, field, finding.message) from None
