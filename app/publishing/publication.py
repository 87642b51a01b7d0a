"""Publishing, here or elsewhere: a draft is checked, looked at, saved, and sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from shiboken6 import isValid

from app import tasks
from app.campaign_list.rows import Run
from app.preferences import Remote
from app.publishing import asking, tokens
from app.publishing.dialog import PublishDialog, SummaryView, left_out, warnings_of
from app.publishing.service import State
from app.publishing.summary import Known, Summary
from engine.files import FileError
from engine.i18n import tr
from engine.workspace import bundle as bundles

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow


log = logging.getLogger(__name__)


class PublishCommands:
    """Publishes the campaign at hand.

    Each step hands on the page that it is about: another one may be on show by then.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def publish(self) -> None:
        """Publish the campaign at hand to the bundled engine, after a look at what that does."""
        self._with_publishable(self._ask_here)

    def publish_remote(self) -> None:
        """Publish the campaign at hand to an engine on another machine."""
        self._with_publishable(self._save_for_remote)

    def _with_publishable(self, go_on: Callable[[EditorPage], None]) -> None:
        """Show the problems of the campaign at hand; without errors, go on."""
        window = self._window
        if window.editor is None:
            row = window.list_page.selected()
            if row is None:
                return
            window.open_campaigns.open_row(row, read_only=False, then=lambda: self._with_publishable(go_on))
            return
        editor = window.editor
        editor.session.check(partial(self._publish_checked, editor, go_on))

    def _publish_checked(self, editor: EditorPage, go_on: Callable[[EditorPage], None]) -> None:
        if editor.session.errors:
            editor.open_problems()
        else:
            go_on(editor)

    def _save(
        self, editor: EditorPage, go_on: Callable[[EditorPage], None], again: Callable[[EditorPage], None]
    ) -> None:
        """Save the draft, then go on; `again` where it was changed meanwhile: that was not checked."""
        changes = editor.session.changes

        def saved() -> None:
            if editor.session.changes == changes:
                go_on(editor)
            else:
                editor.session.check(partial(self._publish_checked, editor, again))

        editor.save(saved)

    def _ask_here(self, editor: EditorPage) -> None:
        """Show what publishing here would do; Publish does it."""
        _sum_up(editor, partial(self._show_summary, editor), elsewhere=False)

    def _show_summary(self, editor: EditorPage, summary: Summary) -> None:
        window, session = self._window, editor.session
        if session.closed:
            return
        name, noted = session.document.attributes.name, _noted(editor)
        dialog = PublishDialog(window, window.look, name, summary, noted, partial(self._publish_here, editor))
        self._tell(dialog, editor, summary)
        dialog.open()

    def _tell(self, dialog: PublishDialog, editor: EditorPage, summary: Summary) -> None:
        """Let the engine add what it knows; where there never was one, it is certain what that is."""
        service, workspace = self._window.service, editor.session.workspace
        if service is None:
            return
        if service.state is State.OFF and not self._window.runs.engine_has_data(workspace.folder):
            dialog.show_known(Known(answered=True))
            return
        document = editor.session.document.copy()

        def show_known(found: Known) -> None:
            if isValid(dialog):
                dialog.show_known(found)
                rules = summary.unknown_rules(found)
                if rules:
                    service.use(lambda client: asking.estimates(client, rules), show_estimates, ignore)

        def show_estimates(found: dict[str, int]) -> None:
            if isValid(dialog):
                dialog.show_known(replace(dialog.known, estimates=found))

        def show_unknown(error: Exception) -> None:
            if isValid(dialog):
                dialog.show_unknown(str(error))

        def ignore(error: Exception) -> None:
            log.info("an audience could not be counted: %s", error)

        service.use(lambda client: asking.known(client, workspace, document), show_known, show_unknown)

    def _publish_here(self, editor: EditorPage) -> None:
        self._save(editor, self._send, self._ask_here)

    def _send(self, editor: EditorPage) -> None:
        window, id = self._window, editor.session.document.attributes.id
        bundle = self._bundle(editor)
        if bundle is None or window.service is None:
            return
        window.toast.show_message(tr("Publishing…"), busy=True)
        window.service.use(
            partial(_publish_and_look, bundle, id),
            partial(self._on_published_here, window.service.runs.get(id), editor.unconfirmed()),
            window.show_error,
        )

    def _save_for_remote(self, editor: EditorPage) -> None:
        self._save(editor, self._ask_for_remote, self._save_for_remote)

    def _ask_for_remote(self, editor: EditorPage) -> None:
        """Ask for the other engine, and show what publishing there would do."""
        _sum_up(editor, partial(self._show_remote, editor), elsewhere=True)

    def _show_remote(self, editor: EditorPage, summary: Summary) -> None:
        from app.publishing.remote import RemoteDialog

        window = self._window
        bundle = None if editor.session.closed else self._bundle(editor)
        if bundle is None:
            return
        unconfirmed = editor.unconfirmed()
        view = SummaryView(window.look, summary, _noted(editor))
        view.show_known(Known())

        def publish(url: str, token: str) -> None:
            def done(answer: Any) -> None:
                if isValid(dialog):  # it can be closed before the answer comes
                    dialog.accept()
                self._remember(url, token)
                self._on_published(None, unconfirmed, answer)

            def failed(error: Exception) -> None:
                if isValid(dialog):
                    dialog.show_failure(str(error))
                else:
                    window.show_error(error)

            tasks.run(partial(_publish_at, url, token, bundle), done, failed)

        dialog = RemoteDialog(window, window.look, window.preferences.remotes, publish, view)
        dialog.open()

    def _bundle(self, editor: EditorPage) -> bytes | None:
        try:
            return bundles.write(bundles.make(editor.session.workspace, editor.session.document))
        except FileError as error:
            self._window.show_error(error)
            return None

    def _on_published_here(
        self, before: Run | None, unconfirmed: Sequence[str], answers: tuple[Any, Any]
    ) -> None:
        """What is shown of the campaign follows at once; then it is said which version it is."""
        answer, campaign = answers
        if self._window.service is not None and campaign is not None:
            self._window.service.learn(campaign)
        self._on_published(before, unconfirmed, answer)

    def _on_published(self, before: Run | None, unconfirmed: Sequence[str], answer: Any) -> None:
        """Say which version it is. `before`: what the engine had of it, None where that is not known.

        `unconfirmed`: components with input that was not published.
        """
        window = self._window
        if before is not None and before.version == answer.version:
            text = tr("Nothing has changed since version {version}.", version=answer.version)
        else:
            text = tr("Published as version {version}.", version=answer.version)
        warnings = [lack.text for lack in answer.lacks] + ([left_out(unconfirmed)] if unconfirmed else [])
        window.toast.show_message(" ".join([text, *warnings]), tone="warn" if warnings else "ok")
        if window.service is not None:
            window.service.poll()

    def _remember(self, url: str, token: str) -> None:
        window = self._window
        try:
            if not tokens.store(url, token):
                window.toast.show_message(
                    tr("There is no keyring here: the token is kept in a file that only you can read.")
                )
        except (FileError, OSError) as error:  # it is published nevertheless
            window.show_error(error)
        others = [remote for remote in window.preferences.remotes if remote.url != url]
        window.preferences.remotes = [Remote(name=url, url=url), *others]
        window.preferences.save()


def _sum_up(editor: EditorPage, show: Callable[[Summary], None], *, elsewhere: bool) -> None:
    """Sum up what publishing does: at once for most campaigns, for a large one in the background."""
    session = editor.session
    large = session.large
    document = session.document.copy() if large else session.document
    work = partial(Summary, document, session.workspace, datetime.now(UTC), elsewhere=elsewhere)
    if large:
        tasks.run(work, show)
    else:
        show(work())


def _noted(editor: EditorPage) -> list[str]:
    """What should be known before publishing."""
    return warnings_of([str(problem.sentence) for problem in editor.session.problems], editor.unconfirmed())


def _publish_and_look(bundle: bytes, id: str, client: Any) -> tuple[Any, Any]:
    """Publish, and how the campaign stands now."""
    answer = client.publish(bundle)
    return answer, next((one for one in client.campaigns() if one.id == id), None)


def _publish_at(url: str, token: str, bundle: bytes) -> Any:
    from engine.client import EngineClient

    with EngineClient(url, token) as client:
        return client.publish(bundle)
