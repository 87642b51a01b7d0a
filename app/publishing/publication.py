"""Publishing, here or elsewhere: a draft is checked, looked at, saved, and sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from app import tasks
from app.engine.situation import Run, State
from app.preferences import Remote
from app.publishing import asking
from app.publishing.dialog import PublishDialog, SummaryView, left_out, warnings_of
from app.publishing.known import Known
from app.publishing.summary import Summary
from engine.campaign.document import CampaignDocument
from engine.client import tokens
from engine.files import FileError
from engine.i18n import tr
from engine.workspace import bundle as bundles
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow
    from engine.client import EngineClient
    from engine.server.wire.campaigns import Campaign, PublishAnswer


log = logging.getLogger(__name__)


class Prepared(NamedTuple):
    """What publishing a campaign does, and the bundle that it is. hash: tells whether that is still so."""

    document: CampaignDocument
    summary: Summary
    hash: str
    data: bytes


class PublishCommands:
    """Publishes the campaign at hand.

    Each step hands on the page that it is about: another one may be on show by then. What is published is
    what was shown: where the campaign, or what it refers to, is another one by then, it is shown anew.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def publish(self) -> None:
        """Publish the campaign at hand to the bundled engine, after a look at what that does."""
        self.with_publishable(self.ask_here)

    def publish_remote(self) -> None:
        """Publish the campaign at hand to an engine on another machine."""
        self.with_publishable(self.save_for_remote)

    def with_publishable(self, go_on: Callable[[EditorPage], None]) -> None:
        """Show the problems of the campaign at hand; without errors, go on."""
        window = self._window
        if window.editor is None:
            row = window.list_page.selected()
            if row is None:
                return
            window.open_campaigns.open_row(row, read_only=False, then=lambda: self.with_publishable(go_on))
            return
        editor = window.editor
        editor.session.check(partial(self.publish_checked, editor, go_on))

    def publish_checked(self, editor: EditorPage, go_on: Callable[[EditorPage], None]) -> None:
        """Go on with a campaign that was checked, or show what is wrong with it."""
        if editor.session.errors:
            editor.findings.open()
        else:
            go_on(editor)

    def ask_here(self, editor: EditorPage, news: str = "") -> None:
        """Show what publishing here would do; Publish does it. `news`: why it is shown once more."""
        self.prepare(editor, partial(self._show_summary, editor, news), elsewhere=False)

    def prepare(self, editor: EditorPage, show: Callable[[Prepared], None], *, elsewhere: bool) -> None:
        """Sum up in the background what publishing does, unless something else is asked by then."""

        def show_alone(found: Prepared) -> None:
            if not editor.session.closed and QApplication.activeModalWidget() is None:
                show(found)

        editor.view.notes.finish()  # what is being written belongs to it
        document = editor.session.document.copy()
        work = partial(_prepared, editor.session.workspace, document, elsewhere=elsewhere)
        tasks.run(work, show_alone, self._window.show_error)

    def _show_summary(self, editor: EditorPage, news: str, found: Prepared) -> None:
        window = self._window
        name = found.document.attributes.name
        publish = partial(self._publish_here, editor, found.hash)
        place = window.servers.publishing.place_field(editor)
        dialog = PublishDialog(
            window, window.look, name, found.summary, noted(editor), publish, news=news, place=place
        )
        self._tell(dialog, editor, found)
        dialog.open()

    def _tell(self, dialog: PublishDialog, editor: EditorPage, prepared: Prepared) -> None:
        """Let the engine add what it knows; where there never was one, it is certain what that is."""
        service, workspace = self._window.service, editor.session.workspace
        if service is None:
            return
        if service.state is State.OFF and not self._window.runs.engine_has_data(workspace.folder):
            dialog.show_known(Known(answered=True))
            return
        document = prepared.document

        def show_known(found: Known) -> None:
            if isValid(dialog):
                dialog.show_known(found)
                rules = prepared.summary.unknown_rules(found)
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

    def _publish_here(self, editor: EditorPage, shown: str) -> None:
        if not editor.session.closed:
            editor.save(partial(self._send, editor, shown))

    def _send(self, editor: EditorPage, shown: str) -> None:
        """Publish the draft, as long as it is what was `shown`."""
        window, session, service = self._window, editor.session, self._window.service
        if session.closed or service is None:
            return
        window.toast.show_message(tr("Publishing…"), busy=True)
        id = session.document.attributes.id
        before, unconfirmed = service.runs.get(id), editor.unconfirmed.names()

        def done(answers: tuple[PublishAnswer, Campaign | None] | None) -> None:
            if answers is None:
                self._ask_once_more(editor)
            elif service is window.service:
                self._on_published_here(before, unconfirmed, answers)
            else:  # another workspace is on show by now
                self._on_published(before, unconfirmed, answers[0])

        work = partial(_publish_and_look, session.workspace, session.document.copy(), shown)
        service.use(work, done, window.show_error)

    def _ask_once_more(self, editor: EditorPage) -> None:
        """It is another campaign by now than the one that was looked at: nothing of that was checked."""
        self._window.toast.hide()
        if not editor.session.closed:
            news = tr("It has changed since you looked at it, and nothing is published yet. Look once more.")
            editor.session.check(partial(self.publish_checked, editor, partial(self.ask_here, news=news)))

    def save_for_remote(self, editor: EditorPage) -> None:
        """Save the draft, then ask; once more from the start where it was changed while it was saved."""
        editor.view.notes.finish()
        changes = editor.session.changes

        def saved() -> None:
            if editor.session.changes == changes:
                self._ask_for_remote(editor)
            else:
                editor.session.check(partial(self.publish_checked, editor, self.save_for_remote))

        editor.save(saved)

    def _ask_for_remote(self, editor: EditorPage) -> None:
        """Ask for the other engine, and show what publishing there would do."""
        self.prepare(editor, partial(self._show_remote, editor), elsewhere=True)

    def _show_remote(self, editor: EditorPage, found: Prepared) -> None:
        from app.publishing.remote import RemoteDialog

        window, bundle = self._window, found.data
        unconfirmed = editor.unconfirmed.names()
        view = SummaryView(window.look, found.summary, noted(editor))
        view.show_known(Known())

        def publish(url: str, token: str) -> None:
            def done(answer: PublishAnswer) -> None:
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

    def _on_published_here(
        self, before: Run | None, unconfirmed: Sequence[str], answers: tuple[PublishAnswer, Campaign | None]
    ) -> None:
        """What is shown of the campaign follows at once; then it is said which version it is."""
        answer, campaign = answers
        if self._window.service is not None and campaign is not None:
            self._window.service.learn(campaign)
        self._on_published(before, unconfirmed, answer)

    def _on_published(self, before: Run | None, unconfirmed: Sequence[str], answer: PublishAnswer) -> None:
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


def _prepared(workspace: Workspace, document: CampaignDocument, *, elsewhere: bool) -> Prepared:
    """Raises `FileError`."""
    bundle = bundles.make(workspace, document)
    summary = Summary(document, workspace, datetime.now(UTC), elsewhere=elsewhere)
    return Prepared(document, summary, bundle.hash, bundles.write(bundle))


def noted(editor: EditorPage) -> list[str]:
    """What should be known before publishing."""
    return warnings_of(
        [str(problem.sentence) for problem in editor.session.problems], editor.unconfirmed.names()
    )


def _publish_and_look(
    workspace: Workspace, document: CampaignDocument, shown: str, client: EngineClient
) -> tuple[PublishAnswer, Campaign | None] | None:
    """Publish, and how the campaign stands now; None where it is not what was shown, and nothing is done."""
    bundle = bundles.make(workspace, document)
    if bundle.hash != shown:
        return None
    answer, id = client.publish(bundles.write(bundle)), document.attributes.id
    return answer, next((one for one in client.campaigns() if one.id == id), None)


def _publish_at(url: str, token: str, bundle: bytes) -> PublishAnswer:
    from engine.client import EngineClient

    with EngineClient(url, token) as client:
        return client.publish(bundle)
