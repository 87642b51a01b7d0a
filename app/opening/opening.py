"""Opening files and folders from outside: chosen, dropped on the window, or named on the command line."""

from __future__ import annotations

from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from app import tasks
from app.campaign_list import loading
from app.widgets.ask import Choice, ask
from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.i18n import current_language, quoted, tr
from engine.workspace.workspace import SETTINGS_NAME, Workspace

if TYPE_CHECKING:
    from app.campaign_list.gallery import Start
    from app.window import MainWindow


class Kind(Enum):
    """What can be opened, by the end of its name (a table has one of several); a workspace by the whole."""

    CAMPAIGN = ".campaign.json"
    TEMPLATE = ".template.json"
    BUNDLE = ".bundle"
    WORKSPACE = SETTINGS_NAME
    TABLE = "table"


_BY_ENDING = (Kind.CAMPAIGN, Kind.TEMPLATE, Kind.BUNDLE)
TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".parquet")
"""How tables of people and events end, which are imported."""


def kind_of(path: Path) -> Kind | None:
    """What a file or a folder is, told by its name; None for what cannot be opened."""
    if path.is_dir():
        return Kind.WORKSPACE if (path / SETTINGS_NAME).is_file() else None
    if path.name == SETTINGS_NAME:
        return Kind.WORKSPACE
    name = path.name.lower()
    found = next((kind for kind in _BY_ENDING if name.endswith(kind.value)), None)
    return Kind.TABLE if found is None and name.endswith(TABLES) else found


def workspace_of(path: Path) -> Path | None:
    """The folder of the workspace that a campaign file lies in."""
    folder = path.parent.parent
    return folder if path.parent.name == "campaigns" and (folder / SETTINGS_NAME).is_file() else None


class Opening:
    """Opens what it is given, whatever that is; asks where there is more than one way, and says why not."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def choose(self) -> None:
        """Ask for a file, and open it."""
        window = self._window
        start = window.workspace.folder / "campaigns" if window.workspace is not None else Path.home()
        dialog = QFileDialog(window, tr("Open file"), str(start))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        patterns = " ".join((*(f"*{kind.value}" for kind in _BY_ENDING), SETTINGS_NAME))
        dialog.setNameFilters([f"{tr('Campaigns, templates, bundles, workspaces')} ({patterns})"])
        dialog.fileSelected.connect(lambda path: self.open_path(Path(path)))
        dialog.open()

    def refusal(self, path: Path) -> str:
        """Why this cannot be opened, "" where it can."""
        kind = kind_of(path)
        if not path.exists():
            return tr("{file} is not there any more.", file=path.name)
        if kind is None and path.is_dir():
            return tr(
                "The folder {file} is no workspace: it has no {settings}.",
                file=path.name,
                settings=SETTINGS_NAME,
            )
        if kind is None:
            return tr(
                "{file} cannot be opened: choose a campaign, a template, a bundle or a workspace, "
                "or a table to import.",
                file=path.name,
            )
        if kind is not Kind.WORKSPACE and self._window.workspace is None and workspace_of(path) is None:
            return tr("Open a workspace first: {file} goes into one.", file=path.name)
        return ""

    def invitation(self, path: Path) -> str:
        """What dropping this does, in words."""
        if kind_of(path) is Kind.TABLE:
            return tr("Drop to import {file}", file=path.name)
        return tr("Drop to open {file}", file=path.name)

    def open_path(self, path: Path) -> None:
        """Open a file or a workspace's folder."""
        path = path.absolute()
        if refusal := self.refusal(path):
            self._window.toast.show_message(refusal, tone="danger")
            return
        match kind_of(path):
            case Kind.WORKSPACE:
                self._window.load(path if path.is_dir() else path.parent)
            case Kind.CAMPAIGN:
                self._open_campaign(path)
            case Kind.TEMPLATE:
                begin = self._window.open_campaigns.while_here(path, self._window.campaigns.begin)
                tasks.run(partial(_from_template, path), begin, self._window.show_error)
            case Kind.BUNDLE:
                self._ask_to_import(path)
            case Kind.TABLE:
                self._window.workspaces.import_data(path)

    def begin_with(self, path: Path) -> None:
        """As `open_path` when the program starts: in the workspace that it lies in, or the last one."""
        path = path.absolute()
        home = workspace_of(path)
        if kind_of(path) is Kind.WORKSPACE:
            self.open_path(path)
        elif home is not None:
            self._window.load(home, then=lambda: self.open_path(path))
        else:
            self._window.workspaces.begin(then=lambda: self.open_path(path))

    def _open_campaign(self, path: Path) -> None:
        window, home = self._window, workspace_of(path)
        workspace = window.workspace
        if workspace is not None and home is not None and home.resolve() == workspace.folder.resolve():
            window.open_campaigns.open_file(workspace.folder / "campaigns" / path.name)
            return
        choices = []
        if home is not None:
            choices.append(
                Choice(
                    tr("Open its workspace"),
                    lambda: window.load(home, then=lambda: self.open_path(path)),
                    "" if workspace is not None else "primary",
                )
            )
        if workspace is not None:
            choices.append(Choice(tr("Copy it here"), partial(self._copy, path, workspace)))
        ask(
            window,
            tr("{file} lies in no folder of this workspace", file=path.name)
            if home is None
            else tr("{file} belongs to another workspace", file=path.name),
            tr(
                "A copy becomes a draft of this workspace. "
                "Audiences and messages that are not here show as problems."
            )
            if workspace is not None
            else tr("It is opened with the workspace that it lies in."),
            *choices,
        )

    def _copy(self, path: Path, workspace: Workspace) -> None:
        window = self._window

        def work() -> tuple[CampaignDocument, Path]:
            source = campaign_file.load(path)
            copy = loading.new_document(workspace, source, source.attributes.name, "")
            return copy, workspace.save_campaign(copy)

        def show(copied: tuple[CampaignDocument, Path]) -> None:
            document, place = copied
            window.reload(select=place)
            window.open_campaigns.open_document(document, place)
            window.toast.show_message(
                tr("Copied into this workspace as “{name}”.", name=document.attributes.name)
            )

        tasks.run(work, window.open_campaigns.while_here(path, show), window.show_error)

    def _ask_to_import(self, path: Path) -> None:
        ask(
            self._window,
            tr("Import {file}?", file=path.name),
            tr(
                "Its campaign becomes a draft of this workspace, together with the audiences, messages and "
                "accounts that it needs and that are missing here."
            ),
            Choice(tr("Import"), partial(self._import, path)),
        )

    def _import(self, path: Path) -> None:
        window, workspace = self._window, self._window.workspace
        assert workspace is not None

        def work() -> tuple[Path, tuple[str, ...]]:
            from engine.workspace import bundle
            from engine.workspace.importing import take_in

            imported = take_in(bundle.load(path), workspace)
            return imported.path, tuple(imported.kept)

        def show(imported: tuple[Path, tuple[str, ...]]) -> None:
            place, kept = imported
            window.reload(select=place)
            window.open_campaigns.open_file(place)
            if kept:
                names = quoted(kept)
                text = tr("Imported. The workspace keeps its own {names}, which differ.", names=names)
                window.toast.show_message(text, tone="warn")

        tasks.run(work, window.open_campaigns.while_here(path, show), window.show_error)


def _from_template(path: Path) -> Start:
    from app.campaign_list.templates import start_of
    from engine.workspace.template import TEMPLATE

    return start_of(TEMPLATE.load(path), current_language(), path)
