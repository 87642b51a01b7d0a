"""The states of a campaign that can be rehearsed, and the two rehearsals that are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from app import tasks
from app.rehearsing.choice import RehearsalChoice
from app.rehearsing.figures import Rehearsed
from app.rehearsing.process import RehearsalProcess
from app.widgets.combo_box import Option
from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.commands.rehearsal_lines import Order
from engine.i18n import N_, Message
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow
    from engine.client import EngineClient

DRAFT, FILE, VERSION = "draft", "file", "version:"


@dataclass(frozen=True)
class CampaignState:
    """name: for people. published: what a published version went with; None: the workspace as it is."""

    name: Message
    document: CampaignDocument
    published: Bundle | None = None


@dataclass(frozen=True)
class Side:
    """A rehearsal that has happened; its process can still be asked."""

    state: CampaignState
    choice: RehearsalChoice
    order: Order
    rehearsed: Rehearsed
    process: RehearsalProcess


THE_DRAFT = Message(N_("The draft"))
_NAMES = {DRAFT: Message(N_("The draft as it is now")), FILE: Message(N_("The saved file"))}


def version_words(number: int) -> Message:
    return Message(N_("Version {version}"), version=number)


class CampaignStates:
    """Those of one page: its draft, the file where that is another, and what was published."""

    def __init__(self, page: EditorPage, window: MainWindow) -> None:
        self._page, self._window = page, window

    def options(self) -> list[Option]:
        page = self._page
        found = []
        if page.shown_version is None:
            found.append(Option(DRAFT, str(_NAMES[DRAFT])))
        if page.session.path is not None and (page.session.dirty or page.shown_version is not None):
            found.append(Option(FILE, str(_NAMES[FILE])))
        rows = reversed(page.bar.versions.rows)
        found += [Option(f"{VERSION}{row.number}", row.words) for row in rows]
        run = page.running.run
        if not page.bar.versions.rows and run is not None and run.version:
            found.append(Option(f"{VERSION}{run.version}", str(version_words(run.version))))
        return found

    def load(
        self, key: str, done: Callable[[CampaignState], None], failed: Callable[[Exception], None]
    ) -> None:
        """Read a state by the value of its option, in the background; the draft is there at once."""
        page = self._page
        if key.startswith(VERSION):
            number = int(key.removeprefix(VERSION))
            if page.published is not None and page.shown_version == number:
                done(CampaignState(version_words(number), page.session.document.copy(), page.published))
            elif self._window.service is not None:
                work = partial(_version, id=page.session.document.attributes.id, number=number)
                self._window.service.use(work, done, failed)
        elif key == FILE and page.session.path is not None:
            path = page.session.path
            tasks.run(lambda: CampaignState(_NAMES[FILE], campaign_file.load(path)), done, failed)
        else:
            done(CampaignState(_NAMES[DRAFT], page.session.document.copy()))


def _version(client: EngineClient, *, id: str, number: int) -> CampaignState:
    found = bundles.read(client.bundle(id, number), own=True)
    return CampaignState(version_words(number), found.campaign, found)
