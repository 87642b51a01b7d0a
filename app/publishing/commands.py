"""What the window does with engines: publish here or elsewhere, stop, restart, ask at the end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue
from shiboken6 import isValid

from app import tasks
from app.campaign_list.rows import Run
from app.preferences import Remote
from app.publishing import asking, tokens
from app.publishing.dialog import PublishDialog, SummaryView, left_out, warnings_of
from app.publishing.service import EngineService, State
from app.publishing.summary import Known, Summary
from app.widgets.ask import Choice, ask
from engine.campaign.document import CampaignDocument
from engine.files import FileError
from engine.i18n import ntr, tr
from engine.workspace.engine_folder import database_file

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow


log = logging.getLogger(__name__)


class RunCommands:
    """The commands; `make_service` and `engine_has_data` are what tests replace."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.make_service: Callable[[Path], EngineService] = EngineService

    def engine_has_data(self, folder: Path) -> bool:
        return database_file(folder).exists()

    def publish(self) -> None:
        """Publish the campaign at hand to the bundled engine, after a look at what that does."""
        self._with_publishable(self._ask_here)

    def publish_remote(self) -> None:
        """Publish the campaign at hand to an engine on another machine."""
        self._with_publishable(self._save_for_remote)

    def stop(self) -> None:
        name, id = self._at_hand()
        ask(
            self._window,
            tr("Stop “{name}”?", name=name),
            tr("Nobody enters and nothing is sent any more. People keep their place until you restart it."),
            Choice(
                tr("Stop"), lambda: self._command("stop", id, tr("“{name}” is stopped.", name=name)), "danger"
            ),
        )

    def restart(self) -> None:
        name, id = self._at_hand()
        self._command("restart", id, tr("“{name}” goes on.", name=name))

    def start_engine(self) -> None:
        """Start the workspace's engine; says why where it cannot."""
        window = self._window
        if window.service is not None:
            window.service.use(
                lambda _client: None,
                lambda _answer: window.toast.show_message(tr("The engine runs.")),
                window.show_error,
            )

    def release(self) -> None:
        """Show why the engine is held, and let it go on where that is decided."""
        from app.publishing.held import HeldDialog

        HeldDialog(self._window).open()

    def estimate(self, audience: dict[str, JsonValue], answered: Callable[[str], None]) -> None:
        """Ask the engine how many people an audience rule finds now; `answered` gets one line."""
        service = self._window.service
        if service is None:
            answered(tr("Open a workspace first."))
            return
        service.use(
            lambda client: client.estimate(audience),
            lambda size: answered(ntr("{n:,} person now", "{n:,} people now", size)),
            lambda error: answered(str(error)),
        )

    def figures(
        self, order: dict[str, JsonValue], answered: Callable[[Mapping[str, int] | str], None]
    ) -> None:
        """Ask the engine how many people are of each RFM type or in each AIPL stage."""
        service = self._window.service
        if service is None:
            answered(tr("Open a workspace first."))
            return
        service.use(
            lambda client: client.figures(order),
            answered,
            lambda error: answered(str(error)),
        )

    def before_closing(self, close: Callable[[], None]) -> None:
        """Close at once, or ask first whether running campaigns go on without the designer."""
        service = self._window.service
        if service is None:
            close()
            return
        if not service.known:
            self._window.toast.show_message(tr("One moment, the engine is still starting…"), busy=True)
        service.when_known(lambda: self._close_or_ask(service, close))

    def _close_or_ask(self, service: EngineService, close: Callable[[], None]) -> None:
        if service.state is State.OFF:
            close()
            return
        going_on = service.situation.going_on
        if not going_on:
            service.shut_down(close)
            return
        if service.condition.held:
            title = ntr(
                "{n} campaign waits for the engine's release",
                "{n} campaigns wait for the engine's release",
                going_on,
            )
            text = tr(
                "The engine is held: it sends nothing, but takes events in. It can go on doing so without "
                "the designer, or stop until you open this workspace again."
            )
        else:
            title = ntr("{n} campaign is running", "{n} campaigns are running", going_on)
            text = tr(
                "The engine can go on without the designer, "
                "or pause everything until you open this workspace again."
            )
        let_go_on = tr("Leave it held") if service.condition.held else tr("Let them run")
        ask(
            self._window,
            title,
            text,
            Choice(tr("Stop the engine"), lambda: service.shut_down(close), ""),
            Choice(let_go_on, close),
        )

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
        if service.state is State.OFF and not self.engine_has_data(workspace.folder):
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
        window, document = self._window, editor.session.document
        bundle = self._bundle(document)
        if bundle is None or window.service is None:
            return
        window.toast.show_message(tr("Publishing…"), busy=True)
        window.service.use(
            partial(_publish_and_look, bundle, document.attributes.id),
            partial(self._on_published_here, window.service.runs.get(document.attributes.id)),
            window.show_error,
        )

    def _save_for_remote(self, editor: EditorPage) -> None:
        self._save(editor, self._ask_for_remote, self._save_for_remote)

    def _ask_for_remote(self, editor: EditorPage) -> None:
        """Ask for the other engine, and show what publishing there would do."""
        _sum_up(editor, partial(self._show_remote, editor), elsewhere=True)

    def _show_remote(self, editor: EditorPage, summary: Summary) -> None:
        from app.publishing.remote import RemoteDialog

        window, session = self._window, editor.session
        bundle = None if session.closed else self._bundle(session.document)
        if bundle is None:
            return
        view = SummaryView(window.look, summary, _noted(editor))
        view.show_known(Known())

        def publish(url: str, token: str) -> None:
            def done(answer: Any) -> None:
                dialog.accept()
                self._remember(url, token)
                self._on_published(None, answer)

            tasks.run(
                partial(_publish_at, url, token, bundle), done, lambda error: dialog.show_failure(str(error))
            )

        dialog = RemoteDialog(window, window.look, window.preferences.remotes, publish, view)
        dialog.open()

    def _bundle(self, document: CampaignDocument) -> bytes | None:
        from engine.workspace import bundle

        assert self._window.workspace is not None
        try:
            return bundle.write(bundle.make(self._window.workspace, document))
        except FileError as error:
            self._window.show_error(error)
            return None

    def _on_published_here(self, before: Run | None, answers: tuple[Any, Any]) -> None:
        """What is shown of the campaign follows at once; then it is said which version it is."""
        answer, campaign = answers
        if self._window.service is not None and campaign is not None:
            self._window.service.learn(campaign)
        self._on_published(before, answer)

    def _on_published(self, before: Run | None, answer: Any) -> None:
        """Say which version it is. `before`: what the engine had of it, None where that is not known."""
        window = self._window
        if before is not None and before.version == answer.version:
            text = tr("Nothing has changed since version {version}.", version=answer.version)
        else:
            text = tr("Published as version {version}.", version=answer.version)
        warnings = [*(lack.text for lack in answer.lacks), *self._left_out()]
        window.toast.show_message(" ".join([text, *warnings]), tone="warn" if warnings else "ok")
        if window.service is not None:
            window.service.poll()

    def _left_out(self) -> list[str]:
        """What stands in panels of the open campaign without having been confirmed: it was not published."""
        names = [] if self._window.editor is None else self._window.editor.unconfirmed()
        if not names:
            return []
        return [left_out(names)]

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

    def _command(self, verb: str, id: str, said: str) -> None:
        window = self._window
        if window.service is not None:
            window.service.use(
                lambda client: getattr(client, verb)(id),
                lambda _answer: window.toast.show_message(said),
                window.show_error,
            )

    def _at_hand(self) -> tuple[str, str]:
        window = self._window
        if window.editor is not None:
            attributes = window.editor.session.document.attributes
            return attributes.name, attributes.id
        row = window.list_page.selected()
        assert row is not None  # the action is enabled for a selected campaign only
        return row.name, row.id


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
