"""Merging an open campaign: with its file, which others changed, and where git left conflicts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app import tasks
from app.engine.notices import Notice
from app.merging.dialog import Names
from app.merging.merging import ask_about, merge_versions
from engine.campaign.differences import ops_between
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit
from engine.campaign.layout import complete
from engine.campaign.merging import Merge, merge
from engine.files import FileError, remove
from engine.i18n import Message, ntr, tr
from engine.workspace import merge_record, merge_state

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow


class Merging:
    """Of one page. Attribute `recorded`: what a merge outside of the program left to choose."""

    def __init__(self, page: EditorPage, window: MainWindow) -> None:
        self._page, self._window = page, window
        self.recorded: Merge | None = None
        self._record: Path | None = None
        self._chosen = False
        page.session.dirty_changed.connect(self._on_dirty_changed)

    def look(self) -> None:
        """Look, in the background, whether a merge left something to choose."""
        path = self._page.session.path
        if path is not None and not self._page.read_only:
            record = merge_record.record_path(path)
            tasks.run(partial(_load, record, path), partial(self._on_found, record), self._on_unreadable)

    def notices(self) -> list[Notice]:
        """What has to be known of such a merge."""
        if self.recorded is None or self._chosen:
            return []
        text = ntr(
            "This campaign was merged, and {n:,} thing was changed on both sides. Your side was taken.",
            "This campaign was merged, and {n:,} things were changed on both sides. Your side was taken.",
            len(self.recorded.conflicts),
        )
        more = (("editor.drop_conflicts", tr("Keep mine")),)
        return [Notice("warn", text, "editor.resolve_conflicts", tr("Choose…"), more)]

    # With the file on disk

    def with_file(self) -> None:
        """Put what is here and what stands in the file together, as one step."""
        page = self._page
        standing = page.safekeeping.standing
        if standing is None or standing.document is None:
            return
        page.view.notes.finish()
        theirs = standing.document
        complete(theirs)
        names = Names(
            tr("Your version"),
            tr("The file"),
            tr("Everything else is put together already. Choose a version of each, then save."),
        )
        session = page.session
        merged = partial(self._on_merged, theirs)
        merge_versions(
            self._window, session.saved, session.document, theirs, session.workspace, names, merged
        )

    def _on_merged(self, theirs: CampaignDocument, document: CampaignDocument) -> None:
        self._push(document)
        self._page.safekeeping.put_together(theirs)
        self._window.toast.show_message(tr("Your version and the file are put together. Save to keep it."))

    # Where a merge outside left conflicts

    def resolve(self) -> None:
        """Ask what is to be taken of what git left to choose."""
        if self.recorded is None:
            return
        names = Names(
            tr("Mine"),
            tr("Theirs"),
            tr("Everything else was put together already. Choose a version of each."),
        )
        recorded, lookup = self.recorded, self._page.session.workspace
        ask_about(self._window, lambda: recorded, lookup, names, self._on_resolved)

    def drop(self) -> None:
        """Mine it is: nothing is left to choose."""
        if self._record is not None:
            self._forget(self._record)

    def _on_resolved(self, resolved: CampaignDocument) -> None:
        """Bring in what the choices changed; what was edited since the merge stays."""
        recorded, present = self.recorded, self._page.session.document.copy()
        if recorded is not None:
            tasks.run(partial(_with_choices, recorded, present, resolved), self._on_brought_in)

    def _on_brought_in(self, document: CampaignDocument) -> None:
        self._push(document)
        self._chosen = True
        self._page.show_notices()
        self._window.actions_.refresh()
        self._window.toast.show_message(tr("Chosen. Save the draft to keep it."))

    def _push(self, document: CampaignDocument) -> None:
        ops = ops_between(self._page.session.document, document)
        if ops:
            self._page.push(Edit(ops, Message("Merge")))

    def _on_dirty_changed(self) -> None:
        """What was chosen is in the file: its record has done its work."""
        if self._chosen and self._record is not None and not self._page.session.dirty:
            self._forget(self._record)

    def _forget(self, record: Path) -> None:
        self.recorded, self._record, self._chosen = None, None, False
        try:
            remove(record)
        except FileError as error:
            self._window.show_error(error)
        self._page.show_notices()
        self._window.actions_.refresh()

    def _on_found(self, record: Path, merged: Merge | None) -> None:
        if merged is not None and merged.conflicts and not self._page.session.closed:
            self.recorded, self._record = merged, record
            self._page.show_notices()
            self._window.actions_.refresh()

    def _on_unreadable(self, error: Exception) -> None:
        if not self._page.session.closed:
            self._window.show_error(error)


def _with_choices(recorded: Merge, present: CampaignDocument, resolved: CampaignDocument) -> CampaignDocument:
    as_written = recorded.document()
    for document in (as_written, resolved):
        complete(document)
    return merge(as_written, present, resolved).document()


def _load(path: Path, campaign: Path) -> Merge | None:
    """What is left to choose, unless that is over."""
    if not path.exists():
        return None
    record = merge_record.load(path)
    return record.merge if merge_state.stands(record, campaign) else None
