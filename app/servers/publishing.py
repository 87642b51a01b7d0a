"""Publishing the campaign at hand to a server: look, publish or propose, and settle a conflict."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from shiboken6 import isValid

from app import tasks
from app.merging.dialog import Names
from app.merging.merging import merge_versions
from app.publishing.publication import Prepared, noted
from app.servers import asking
from app.servers.asking import Conflicting, Found
from app.servers.conflict import ConflictDialog
from app.servers.connections import NotSignedIn
from app.servers.dialog import ServerDialog
from app.servers.places import ELSEWHERE, HERE, PlaceField
from app.servers.words import published_words, server_name
from app.widgets.ask import Choice, ask
from engine.campaign.differences import ops_between
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit
from engine.campaign.layout import complete
from engine.client import EngineRefused, EngineUnreachable
from engine.client.bases import Base, remember
from engine.i18n import N_, Message, quoted, tr
from engine.workspace.importing import take_in_objects

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow
    from engine.server.wire.base import Conflict
    from engine.server.wire.campaigns import PublishAnswer
    from engine.server.wire.proposals import ProposalState

_APPROVAL = "approval_needed"


class ServerPublishing:
    """Each step hands on the page that it is about, as in `PublishCommands`."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    # Where

    def place_field(self, editor: EditorPage, current: str = HERE) -> PlaceField | None:
        """Where the campaign can be published; None where there is nothing to choose from."""
        servers = self._window.servers.connections.signed_in
        if not servers:
            return None
        field = PlaceField(
            self._window.look, servers, current, lambda place: self._on_place(editor, field, place)
        )
        return field

    def _on_place(self, editor: EditorPage, field: PlaceField, place: str) -> None:
        field.window().close()
        if place == HERE:
            self._window.publishing.ask_here(editor)
        elif place == ELSEWHERE:
            self._window.publishing.save_for_remote(editor)
        else:
            self.ask(editor, place)

    # Look

    def ask(self, editor: EditorPage, url: str, news: str = "") -> None:
        """Show what publishing there would do; `news`: what has to be known first."""
        show = partial(self._show, editor, url, news)
        self._window.publishing.prepare(editor, show, elsewhere=True)

    def check_and_ask(self, editor: EditorPage, url: str, news: str = "") -> None:
        """The same once the campaign has no errors."""
        go_on = partial(self._ask_about, url, news)
        editor.session.check(partial(self._window.publishing.publish_checked, editor, go_on))

    def _ask_about(self, url: str, news: str, editor: EditorPage) -> None:
        self.ask(editor, url, news)

    def _show(self, editor: EditorPage, url: str, news: str, found: Prepared) -> None:
        window = self._window
        place = self.place_field(editor, url)
        if place is None:  # signed out meanwhile
            return
        dialog = ServerDialog(
            window,
            window.look,
            found.document.attributes.name,
            found.summary,
            noted(editor),
            confirmed=lambda: self._saved(editor, partial(self._publish, editor, url, found.hash, told[-1])),
            proposed=lambda: self._saved(editor, partial(self._propose, editor, url, found.hash)),
            later=lambda: self._saved(editor, partial(self._publish_later, editor, url)),
            supply=partial(window.servers.supplying.offer, editor, url),
            zone=self._zone(editor),
            news=news,
            place=place,
        )
        told: list[str | None] = [None]

        def show_found(answer: Found) -> None:
            if isValid(dialog):
                current = answer.check.current
                told.append(answer.base.etag if current is not None and answer.base is not None else None)
                dialog.show_found(answer)

        def show_failure(error: Exception) -> None:
            if isValid(dialog):
                away = isinstance(error, EngineUnreachable) and not isinstance(error, NotSignedIn)
                (dialog.show_away if away else dialog.show_refused)(str(error))

        tasks.run(
            partial(asking.look, url, editor.session.workspace, found.document), show_found, show_failure
        )
        dialog.open()

    def _saved(self, editor: EditorPage, go_on: Callable[[], None]) -> None:
        if not editor.session.closed:
            editor.save(go_on)

    # Publish

    def _publish(self, editor: EditorPage, url: str, shown: str, base: str | None) -> None:
        window, session = self._window, editor.session
        window.toast.show_message(tr("Publishing…"), busy=True)

        def done(answer: PublishAnswer | None) -> None:
            if answer is None:
                self._ask_once_more(editor, url)
            else:
                self._on_published(url, answer)

        work = partial(asking.publish, url, session.workspace, session.document.copy(), shown, base)
        tasks.run(work, done, partial(self._on_failed, editor, url))

    def _on_published(self, url: str, answer: PublishAnswer) -> None:
        window = self._window
        text = tr(
            "Published to {server} as version {version}.", server=self._name(url), version=answer.version
        )
        lacks = [lack.text for lack in answer.lacks]
        window.toast.show_message(" ".join([text, *lacks]), tone="warn" if lacks else "ok")
        window.servers.later.drop(url, answer.campaign)
        window.servers.campaigns.poll()

    def _on_failed(self, editor: EditorPage, url: str, error: Exception) -> None:
        window = self._window
        window.toast.hide()
        if isinstance(error, EngineRefused) and error.problem.conflict is not None:
            self.settle(editor, url, error.problem.conflict)
        elif isinstance(error, EngineRefused) and error.problem.code == _APPROVAL:
            self.ask(editor, url, str(error))
        elif isinstance(error, EngineUnreachable) and not isinstance(error, NotSignedIn):
            text = tr("{reason} You can let it be published as soon as the server answers.", reason=error)
            later = Choice(tr("Publish later"), partial(self._publish_later, editor, url))
            ask(window, tr("The server does not answer"), text, later)
        else:
            window.show_error(error)

    def _ask_once_more(self, editor: EditorPage, url: str) -> None:
        self._window.toast.hide()
        if not editor.session.closed:
            news = tr("It has changed since you looked at it, and nothing is published yet. Look once more.")
            self.check_and_ask(editor, url, news)

    def _publish_later(self, editor: EditorPage, url: str) -> None:
        self._window.servers.later.add(editor.session.workspace, editor.session.document.copy(), url)

    def _propose(self, editor: EditorPage, url: str, shown: str) -> None:
        window, session = self._window, editor.session

        def done(answer: ProposalState | None) -> None:
            if answer is None:
                self._ask_once_more(editor, url)
            else:
                text = tr(
                    "Proposed to {server} as number {number}. Once somebody has approved it, publish it.",
                    server=self._name(url),
                    number=answer.number,
                )
                window.toast.show_message(text)

        work = partial(asking.propose, url, session.workspace, session.document.copy(), shown)
        tasks.run(work, done, window.show_error)

    # A conflict

    def settle(self, editor: EditorPage, url: str, conflict: Conflict) -> None:
        """Show what both sides changed, and let it be chosen what becomes of that."""
        window, session = self._window, editor.session
        if conflict.current is None:
            text = tr("Somebody has deleted it there. You can publish it as a new campaign.")
            anew = Choice(tr("Publish anew…"), partial(self.ask, editor, url))
            ask(window, tr("The campaign was deleted on the server"), text, anew)
            return
        work = partial(asking.conflicting, url, session.workspace, session.document.copy(), conflict)
        tasks.run(work, partial(self._show_conflict, editor, url), window.show_error)

    def _show_conflict(self, editor: EditorPage, url: str, found: Conflicting) -> None:
        window = self._window
        if editor.session.closed:
            return
        ConflictDialog(
            window,
            window.look,
            editor.session.document.attributes.name,
            found,
            self._zone(editor),
            mine=partial(self._take_mine, editor, url, found),
            theirs=partial(self._take_theirs, editor, url, found),
            merge=partial(self._merge, editor, url, found),
        ).open()

    def _take_mine(self, editor: EditorPage, url: str, found: Conflicting) -> None:
        """Yours follows theirs from now on, and is looked at once more."""
        version = published_words(found.tag, self._zone(editor))
        news = tr("Yours replaces {version}.", version=version)
        self._seen(editor, url, found, lambda: self.ask(editor, url, news))

    def _take_theirs(self, editor: EditorPage, url: str, found: Conflicting) -> None:
        def take(kept: tuple[str, ...]) -> None:
            theirs = found.theirs.campaign.copy()
            complete(theirs)
            self._push(editor, theirs, Message(N_("Take the published version")))
            text = tr("The draft is version {version} now. Undo takes it back.", version=found.tag.version)
            self._say(text, kept)

        self._take_in(editor, found, lambda kept: self._seen(editor, url, found, lambda: take(kept)))

    def _merge(self, editor: EditorPage, url: str, found: Conflicting) -> None:
        session = editor.session
        user = found.tag.published_by
        names = Names(
            tr("Your version"),
            tr("Version {version} by {user}", version=found.tag.version, user=user)
            if user is not None
            else tr("Version {version}", version=found.tag.version),
            tr("Everything else is put together already. Choose a version of each, then look once more."),
        )

        def put_together(document: CampaignDocument) -> None:
            self._push(editor, document, Message(N_("Merge")))
            news = tr("Your version and version {version} are put together.", version=found.tag.version)
            self._seen(editor, url, found, lambda: self.check_and_ask(editor, url, news))

        def choose(kept: tuple[str, ...]) -> None:
            theirs = found.theirs.campaign.copy()
            complete(theirs)
            base = None if found.base is None else found.base.campaign
            if kept:
                self._say("", kept)
            merge_versions(
                self._window, base, session.document, theirs, session.workspace, names, put_together
            )

        self._take_in(editor, found, choose)

    def _take_in(
        self, editor: EditorPage, found: Conflicting, then: Callable[[tuple[str, ...]], None]
    ) -> None:
        """Bring in, in the background, what theirs refers to and this workspace lacks."""

        def done(kept: tuple[str, ...]) -> None:
            if not editor.session.closed:
                self._window.reload()
                then(kept)

        work = partial(take_in_objects, found.theirs, editor.session.workspace)
        tasks.run(work, done, self._window.show_error)

    def _seen(self, editor: EditorPage, url: str, found: Conflicting, then: Callable[[], None]) -> None:
        """What is published next follows their version."""
        session = editor.session
        id, base = session.document.attributes.id, Base.of_tag(found.tag)
        work = partial(remember, session.workspace.folder, url, id, base)
        tasks.run(work, lambda _result: then(), self._window.show_error)

    def _push(self, editor: EditorPage, document: CampaignDocument, words: Message) -> None:
        ops = ops_between(editor.session.document, document)
        if ops:
            editor.push(Edit(ops, words))

    def _say(self, text: str, kept: tuple[str, ...]) -> None:
        if kept:
            names = quoted(kept)
            more = tr("This workspace keeps its own version of {names}.", names=names)
            self._window.toast.show_message(f"{text} {more}".strip(), tone="warn")
        else:
            self._window.toast.show_message(text)

    def _name(self, url: str) -> str:
        server = self._window.servers.connections.get(url)
        return url if server is None else server_name(server)

    def _zone(self, editor: EditorPage) -> ZoneInfo:
        return ZoneInfo(editor.session.workspace.settings.time_zone)
