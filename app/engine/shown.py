"""What the workspace's engine says, on show in the window: in its list, its open campaigns, its pickers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.campaign_list.status import Status
from app.campaign_list.status import status_of as status_of_run
from app.engine.situation import Condition, Counts, Rows, Sizes
from engine.campaign.document import CampaignDocument

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.engine.service import EngineService
    from app.window import MainWindow


class EngineShown:
    """Belongs to the window, whose engine it follows."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def follow(self, service: EngineService) -> None:
        """Show what this engine says from now on; it is the window's."""
        service.runs_changed.connect(lambda _runs: self._on_runs())
        service.state_changed.connect(lambda _state: self._show_situation())
        service.condition_changed.connect(self._on_condition)
        service.counts_changed.connect(self._on_counts)
        service.versions_changed.connect(self._on_versions)
        service.sizes_changed.connect(self._on_sizes)
        self._show_situation()

    def status_of(self, document: CampaignDocument) -> Status:
        """The engine's word, also on a campaign that was made since the list was read."""
        service = self._window.service
        run = service.runs.get(document.attributes.id) if service is not None else None
        return status_of_run(run.status, run.backlog) if run is not None else self.otherwise

    @property
    def otherwise(self) -> Status:
        """The status of campaigns on which there is no word: drafts, unless the engine has yet to tell."""
        service = self._window.service
        return Status.UNKNOWN if service is not None and service.awaited else Status.DRAFT

    def show_run(self, editor: EditorPage) -> None:
        """Show what the engine last said of an open campaign."""
        document, service = editor.session.document, self._window.service
        runs = {} if service is None else service.runs
        editor.show_run(self.status_of(document), runs.get(document.attributes.id))
        self._window.tabs.show_state(editor)

    def _on_runs(self) -> None:
        """Statuses and numbers follow."""
        self._window.list_page.show_rows(self._window.rows())
        for editor in self._window.editors:
            self.show_run(editor)
        self._show_situation()

    def _show_situation(self) -> None:
        """Show what the engine is up to, wherever it is shown."""
        window = self._window
        if window.service is None:
            return
        situation = window.service.situation
        window.list_page.sidebar.show_engine(situation)
        for editor in window.editors:
            editor.show_engine(situation)
        window.actions_.refresh()

    def _on_condition(self, condition: Condition) -> None:
        """The engine is held, or has trouble, or is rid of it: said once, and shown beside its state."""
        self._show_situation()
        if trouble := condition.held or condition.problem:
            self._window.toast.show_message(str(trouble), tone="danger")

    def _on_counts(self, _campaign_id: str, counts: Counts) -> None:
        service = self._window.service
        for editor in self._window.editors:
            if service is not None and editor.running.watched == service.watched:
                several = editor.bar.cycles.several
                editor.show_counts(counts)
                if editor.bar.cycles.several != several:
                    self._window.actions_.refresh()

    def _on_versions(self, campaign_id: str, rows: Rows) -> None:
        for editor in self._window.editors:
            if editor.session.document.attributes.id == campaign_id:
                editor.running.show_versions(rows)
        self._window.actions_.refresh()

    def _on_sizes(self, sizes: Sizes) -> None:
        """Pickers say how large audiences are; one that is empty is a finding."""
        workspace = self._window.workspace
        if workspace is None:
            return
        workspace.sizes = dict(sizes.audiences)
        workspace.codes_left = dict(sizes.coupons)
        for editor in self._window.editors:
            editor.running.show_sizes()
