"""What the editor does so that no work is lost: tells of changes on disk, asks before it overwrites any."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.campaign_list.broken import error_words
from app.editor.autosave import Autosave
from app.editor.disk_watch import DiskWatch, Standing
from app.editor.session import Failed, Then
from app.engine.notices import Notice
from app.panels.content import Values
from app.widgets.ask import Choice, Question, ask
from app.widgets.differences import DifferencesDialog
from engine.campaign import campaign_file
from engine.campaign.differences import differences
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Refused, write_note
from engine.campaign.layout import complete
from engine.campaign.ops import Op
from engine.files import FileError
from engine.i18n import quoted, tr
from engine.workspace.campaigns import FileChangedError
from engine.workspace.journal import Input, Inputs

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow


class Safekeeping:
    """Of one page. Attribute `standing`: what is on the disk, where that is not what is edited here."""

    def __init__(self, page: EditorPage, window: MainWindow) -> None:
        self._page, self._window = page, window
        self.standing: Standing | None = None
        self._digest = ""
        self._after_overwriting: list[Then] = []
        self.watch = DiskWatch(page.session)
        self.watch.looked.connect(self._on_looked)
        self.autosave = Autosave(page.session, self.save_by_itself, window.preferences)
        self.autosave.saved.connect(page.bar.show_saved)
        self.autosave.failed.connect(window.show_error)
        page.session.dirty_changed.connect(self._on_dirty_changed)
        keeper = page.session.keeper
        keeper.inputs = self._inputs
        keeper.writing = self._writing
        page.view.notes.editor.textChanged.connect(keeper.touch)
        keeper.trouble_changed.connect(page.show_notices)
        page.panel.unapplied_changed.connect(keeper.touch)
        page.panel.unapplied_changed.connect(self.autosave.wait)

    def restore(self, inputs: Inputs) -> None:
        """Put input that was not confirmed back into the panels."""
        values = {id: Values(found.name, found.memo, dict(found.config)) for id, found in inputs.items()}
        self._page.panel.restore(self._page.session.document, values)

    def notices(self) -> list[Notice]:
        """What has to be known of the file and of the journal."""
        found = []
        if (trouble := self._page.session.keeper.trouble) is not None:
            text = tr("After a crash, what is not saved would be lost. {reason}", reason=str(trouble.message))
            found.append(Notice("danger", text, "editor.save", tr("Save draft")))
        if self._page.session.missing:
            text = tr("The campaign's file was deleted or moved. Saving writes it again.")
            found.append(Notice("warn", text, "editor.save", tr("Save draft")))
        elif self.standing is not None and self.standing.error is not None:
            text = tr(
                "The campaign's file changed on disk and cannot be read: {error} What you see is as it was.",
                error=error_words(self.standing.error),
            )
            found.append(Notice("danger", text, "editor.disk_keep", tr("Keep mine")))
        elif self.standing is not None:
            text = tr("The campaign's file changed on disk, and you have changes that are not saved.")
            more = (
                ("editor.disk_differences", tr("See differences")),
                ("editor.disk_reload", tr("Reload…")),
                ("editor.disk_keep", tr("Keep mine")),
            )
            found.append(Notice("warn", text, "editor.disk_merge", tr("Merge"), more))
        return found

    # What the actions do

    def save(self, then: Then = lambda: None) -> bool:
        """Save the draft and call `then`; says why where it cannot. False where no save began."""
        page, session = self._page, self._page.session
        differing = self._differing_file()
        if differing is not None:
            self._ask_overwrite(differing, then)
            return False
        page.view.notes.finish()
        saved = partial(self._on_saved, session.path is None, then)
        session.save(saved, partial(self._on_not_saved, then))
        return session.saving or not session.dirty

    def _on_saved(self, new: bool, then: Then) -> None:
        if new:
            self._window.reload()  # the list has one more
        if waiting := self._page.unconfirmed.names():
            text = tr(
                "Draft saved, without what is not confirmed with OK yet: {names}.",
                names=quoted(waiting),
            )
            self._window.toast.show_message(text, tone="warn")
        else:
            self._window.toast.show_message(tr("Draft saved."))
        then()

    def _on_not_saved(self, then: Then, error: FileError) -> None:
        self._window.tabs.show_page(self._page)
        if isinstance(error, FileChangedError):  # while it was written
            self._ask_overwrite(error.digest, then)
        else:
            self._window.show_error(error)

    def save_by_itself(self, then: Then, failed: Failed) -> None:
        """Save without a word where there is a file that nobody else has changed."""
        session = self._page.session
        if session.path is None or session.missing or not session.edited or self._page.read_only:
            return
        if session.saving:
            return  # what comes meanwhile is saved the next time
        if self._differing_file() is not None:
            self.watch.look()
            return
        session.save(then, partial(self._on_not_saved_by_itself, failed))

    def _on_not_saved_by_itself(self, failed: Failed, error: FileError) -> None:
        if isinstance(error, FileChangedError):
            self.watch.look()
        else:
            failed(error)

    def changed_on_disk(self) -> bool:
        """Whether a state of the file is known that could be looked at or read instead."""
        return self.standing is not None and self.standing.document is not None

    def keep_mine(self) -> None:
        """Go on with what is here; saving overwrites the file."""
        if self.standing is not None:
            self._page.session.document.origin = self.standing.digest
            self._show(None)
            self._window.toast.show_message(tr("Your next save replaces the file."))

    def put_together(self, on_disk: CampaignDocument) -> None:
        """What is here has the file's changes in it: saving replaces the file."""
        session = self._page.session
        session.document.origin = on_disk.origin
        session.saved = on_disk
        self._show(None)

    def ask_reload(self) -> Question | None:
        """Ask, then read the file's state; what is not saved here goes."""
        if not self.changed_on_disk():
            return None
        title = tr("Read the file again?")
        text = tr("Your changes that are not saved are dropped, and cannot be brought back by undo.")
        return ask(self._page, title, text, Choice(tr("Drop mine and reload"), self._reload, "danger"))

    def show_differences(self) -> DifferencesDialog | None:
        """Show what saving would change in the file."""
        if self.standing is None or self.standing.document is None:
            return None
        return self._differences_dialog(self.standing.document)

    def _differing_file(self) -> str | None:
        """The digest of the file where it is not the known one, so that saving has to be confirmed first."""
        session = self._page.session
        if session.path is None or session.saving:
            return None
        digest = campaign_file.digest_on_disk(session.path)
        return None if digest in (None, session.document.origin) else digest

    def _ask_overwrite(self, digest: str, then: Then) -> None:
        """Ask, then save nevertheless and go on with what the save was for; once for all that wait for it."""
        self._digest = digest
        self._after_overwriting.append(then)
        if len(self._after_overwriting) > 1:
            return
        title = tr("Overwrite the file?")
        text = tr("It was changed on disk since you opened it. Those changes go when you save yours.")
        self.watch.look()
        choice = Choice(tr("Overwrite"), self._overwrite, "danger")
        ask(self._page, title, text, choice).rejected.connect(self._after_overwriting.clear)

    def _overwrite(self) -> None:
        waiting = tuple(self._after_overwriting)
        self._after_overwriting.clear()
        self._page.session.document.origin = self._digest
        self._show(None)

        def go_on() -> None:
            for then in waiting:
                then()

        self.save(go_on)

    def close(self) -> None:
        self.watch.close()
        self.autosave.close()

    # What happens on the disk

    def _inputs(self) -> Inputs:
        found = self._page.panel.inputs()
        return {id: Input(values.name, values.memo, values.raw) for id, values in found.items()}

    def _writing(self) -> Sequence[Op]:
        """What would keep the text of the note that is being written."""
        notes, document = self._page.view.notes, self._page.session.document
        if notes.written is None or notes.written not in document.notes or not notes.changed:
            return ()
        try:
            return write_note(document, notes.written, notes.editor.text).ops
        except Refused:  # for a character that no file can hold
            return ()

    def _on_dirty_changed(self) -> None:
        self.watch.follow()
        if self.standing is not None and self.standing.digest == self._page.session.document.origin:
            self._show(None)
        else:
            self._page.show_notices()

    def _on_looked(self, found: Standing) -> None:
        session = self._page.session
        if session.saving:
            self.watch.look_later()  # what was seen may be our own, or of before
        elif found.moved is not None:
            session.path = found.moved
            self._set_missing(False)
            self._window.toast.show_message(tr("The file is called {file} now.", file=found.moved.name))
        elif found.digest is None:
            self._set_missing(True)
        elif found.digest == session.document.origin:
            self._set_missing(False)
            self._show(None)
        elif QGuiApplication.mouseButtons() is not Qt.MouseButton.NoButton:
            self.watch.look_later()  # nothing changes under a gesture
        elif found.document is not None and not self._page.unsaved():
            self._take_over(found.document)
        else:
            self._set_missing(False)
            self._show(found)

    def _reload(self) -> None:
        if self.standing is not None and self.standing.document is not None:
            self._take_over(self.standing.document)

    def _take_over(self, document: CampaignDocument) -> None:
        self._page.session.take_over(document)
        self._page.panel.forget()
        self._page.merging.look()
        self._show(None)
        name = document.attributes.name
        self._window.toast.show_message(tr("“{name}” changed on disk and was read again.", name=name))

    def _set_missing(self, missing: bool) -> None:
        session = self._page.session
        if session.missing != missing:
            session.missing = missing
            session.dirty_changed.emit()

    def _show(self, standing: Standing | None) -> None:
        self.standing = standing
        self._page.show_notices()
        self._window.actions_.refresh()

    def _differences_dialog(self, on_disk: CampaignDocument) -> DifferencesDialog:
        session = self._page.session
        complete(on_disk)
        found = differences(on_disk, session.document, session.workspace)
        dialog = DifferencesDialog(
            self._window,
            self._window.look,
            tr("Your version and the file"),
            tr("What saving yours would change in the file as it is now."),
            found,
        )
        dialog.open()
        return dialog
