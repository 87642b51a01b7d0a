"""What the engine says of the open campaign: its status, live counts, and notices above the canvas."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app import tasks
from app.campaign_list.status import GOING_ON, Status
from app.engine import notices
from app.engine.notices import Notice
from app.engine.situation import Counts, Rows, Run, Situation, Watched
from app.panels.figures import Figures
from canvas_widgets.items.count_line import Remarks
from engine.campaign.document import CampaignDocument
from engine.components.base import RefKind
from engine.components.count_words import brief_moment, release_text
from engine.shapes.time import instant
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from engine.workspace.bundle import Bundle

log = logging.getLogger(__name__)
REST_MS = 500  # after a change, before the draft is compared with what runs


class Running:
    """Keeps what was last heard, and shows it on the page's bar, canvas, panel and notices.

    While a rehearsal lies on the canvas, live counts are only kept. Attributes: `status` of the campaign;
    `cycle` whose counts are on show, None: those of all.
    """

    def __init__(self, page: EditorPage, watch: Callable[[], None]) -> None:
        """watch: asks the engine for other counts, where the page wants some."""
        self._page, self._watch = page, watch
        self.status = Status.DRAFT
        self.cycle: int | None = None
        self._counts: Counts = {}
        self._rehearsed: Figures | None = None
        self._versions: Rows = ()
        self._run: Run | None = None
        self._situation = Situation()
        self._draft_hash: str | None = None
        self._hashing = False
        self._rest = QTimer(page, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._hash_draft)
        page.session.changed.connect(self._on_changed)

    def show_run(self, status: Status, run: Run | None) -> None:
        """The campaign's status, and what else the engine says of it; `run` None where it knows of none."""
        self.status, self._run = status, run
        page = self._page
        failed, earlier = bool(run is not None and run.failure), page.shown_version is not None
        page.bar.show_status(status, page.read_only, failed=failed, earlier=earlier)
        if status in {Status.UNKNOWN, Status.DRAFT}:
            self._counts, self.cycle = {}, None
            self._show_cycles()
            self._show_counts()
            self._versions = ()
        page.bar.versions.show_versions(self._versions, page.shown_version)
        self._show_figures()
        if self._draft_hash is None:
            self._hash_draft()
        self.show_notices()

    @property
    def watched(self) -> Watched:
        """Whose live counts the page shows."""
        return Watched(self._page.session.document.attributes.id, self._page.shown_version, self.cycle)

    def choose_cycle(self, number: int | None) -> None:
        """Show the counts of one cycle from now on; None: of all."""
        self.cycle = number
        self._show_cycles()
        self._watch()

    @property
    def run(self) -> Run | None:
        """What the engine says of the campaign; None where it knows of none."""
        return self._run

    def show_engine(self, situation: Situation) -> None:
        """What the engine is up to, where that keeps the campaign from going on."""
        self._situation = situation
        self.show_notices()

    def show_versions(self, rows: Rows) -> None:
        """Which versions there are, and who is in them."""
        self._versions = rows
        self._page.bar.versions.show_versions(rows, self._page.shown_version)
        self.show_notices()

    def show_sizes(self) -> None:
        """Audiences have other sizes: the panel and the problems follow, unless something is being chosen."""
        if QApplication.activePopupWidget() is None:
            self._page.panel.refresh()
        self._page.session.check()

    def show_counts(self, counts: Counts) -> None:
        """Live counts of the version on show, on cards and lines, and in the panel of the selected card."""
        self._counts = counts
        if self.cycle is not None and all(one["number"] != self.cycle for one in counts.get("cycles", ())):
            self.choose_cycle(None)  # a newer version is on show by now, which has not had it
            return
        self._show_cycles()
        self._show_counts()
        self._show_figures()

    def show_rehearsed(self, figures: Figures | None) -> None:
        """What a rehearsal came to, instead of live counts; None: those again."""
        self._rehearsed = figures
        if figures is None:
            self._show_counts()
        else:
            self._page.scene.set_counts(figures.counts, in_slices=True)
        self._show_figures()

    def retranslate(self) -> None:
        """Say in the language of the moment what the engine said."""
        self.show_notices()
        self._show_counts()

    def _show_cycles(self) -> None:
        self._page.bar.cycles.show_cycles(self._counts.get("cycles", ()), self.cycle, self._zone)

    def _show_counts(self) -> None:
        if self._rehearsed is None:
            counts = {**self._counts, "remarks": self._remarks()} if self._counts else {}
            self._page.scene.set_counts(counts, in_slices=True)

    def _remarks(self) -> dict[str, Remarks]:
        """When somebody who waits goes on next, at each card where that is known."""
        zone, found = self._zone, {}
        for node, moment in self._counts.get("releases", {}).items():
            at = instant(moment).astimezone(zone)
            found[node] = Remarks(why=release_text(at), release=brief_moment(at, datetime.now(zone)))
        return found

    @property
    def _zone(self) -> ZoneInfo:
        """Of the workspace's clock."""
        return ZoneInfo(self._page.session.workspace.settings.time_zone)

    def show_notices(self) -> None:
        """Say what has to be known, in the words of the moment."""
        shown = [
            *self._page.safekeeping.notices(),
            *self._page.merging.notices(),
            *notices.of_engine(self._situation, waits=self.status in GOING_ON),
            *notices.of_run(self._run),
            *self._of_versions(),
        ]
        self._page.notices.show_notices(shown)

    def _of_versions(self) -> list[Notice]:
        """Which version is on show, where it is not the newest, and who is in another."""
        page = self._page
        if page.shown_version is not None:
            return notices.of_earlier_version(page.shown_version, self._versions, self._zone)
        editable = not page.read_only
        draft = notices.of_draft(self.status, self._run, self._draft_hash, editable=editable)
        return [*draft, *notices.of_people_in_earlier(self._versions)]

    def _on_changed(self, _ops: object) -> None:
        if self._run is not None:
            self._rest.start()
        else:
            self._draft_hash = None

    def _hash_draft(self) -> None:
        """Find out, in the background, what publishing would publish, where something was published."""
        session = self._page.session
        if self._run is None or session.closed or self._page.shown_version is not None:
            return
        if self._hashing:
            self._rest.start()
            return
        self._hashing = True
        work = partial(_bundle, session.workspace, session.document.copy())
        tasks.run(work, self._on_bundle, self._on_no_draft_hash)

    def _on_bundle(self, made: Bundle) -> None:
        tasks.run_in_slices(made.hash_in_steps(), None, self._on_draft_hash, self._on_no_draft_hash)

    def _on_draft_hash(self, found: str) -> None:
        self._hashing = False
        if not self._page.session.closed:
            self._draft_hash = found
            self.show_notices()

    def _on_no_draft_hash(self, error: Exception) -> None:
        self._hashing = False
        log.info("the draft cannot be compared with what runs: %s", error)

    def _show_figures(self) -> None:
        panel, workspace = self._page.panel, self._page.session.lookup
        if self._rehearsed is not None:
            panel.show_figures(self._rehearsed)
            return
        if not self._counts:
            panel.show_figures(None)
            return

        def name_of(audience: str) -> str:
            return workspace.name_of(RefKind.AUDIENCE, audience) or audience

        earlier = self._page.shown_version is not None
        next_run = None if self._run is None or earlier else self._run.next_run
        panel.show_figures(Figures(self._counts, next_run, self._zone, name_of))


def _bundle(workspace: Workspace, document: CampaignDocument) -> Bundle:
    """The draft with all that it refers to: its hash tells it from other versions."""
    from engine.workspace import bundle

    return bundle.make(workspace, document)
