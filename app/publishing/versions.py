"""The versions of a published campaign: which there are, and each on a page of its own, only looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.engine.situation import Rows, earlier_entered
from engine.i18n import tr
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow
    from engine.client import EngineClient


class ShownVersion(NamedTuple):
    """A version that is on show as it was published."""

    number: int
    bundle: Bundle


class VersionCommands:
    """What actions do with versions of the open campaign."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def known(self, id: str) -> Rows:
        """The versions of a campaign, where one of its pages knows them."""
        pages = (page for page in self._window.editors if page.session.document.attributes.id == id)
        return next((page.bar.versions.rows for page in pages if page.bar.versions.rows), ())

    def choose(self) -> None:
        """Offer the versions to choose from."""
        self._window.the_editor.bar.versions.showMenu()

    def show_earlier(self) -> None:
        """Show the latest of the earlier versions that people are in, else of those that they were in."""
        found = earlier_entered(self._window.the_editor.bar.versions.rows)
        if found:
            self.show(found[0].number)

    def show_newest(self) -> None:
        """Go from an earlier version to the campaign itself."""
        page = self._window.the_editor
        id, number = page.session.document.attributes.id, page.shown_version
        other = self._page_of(id, None)
        row = next((row for row in self._window.rows() if row.id == id), None)
        if other is not None:
            self._window.tabs.show_page(other)
        elif row is not None and number is not None:
            self._window.open_campaigns.on_row_opened(row)
        elif number is not None:
            gone = tr("The campaign's file is gone. Only what was published of it can be shown.")
            self._window.toast.show_message(gone, tone="danger")

    def show(self, number: int) -> None:
        """Show a version of the open campaign: the newest is the campaign itself."""
        window = self._window
        page, service = window.the_editor, window.service
        id = page.session.document.attributes.id
        if any(row.number == number and row.current for row in page.bar.versions.rows):
            if page.shown_version is not None:
                self.show_newest()
            return
        other = self._page_of(id, number)
        if other is not None:
            window.tabs.show_page(other)
        elif service is not None:

            def show(found: ShownVersion) -> None:
                if service is window.service:
                    self._open(found)
                else:
                    text = tr(
                        "Version {version} was not opened: another workspace is on show by now.",
                        version=number,
                    )
                    window.toast.show_message(text, tone="warn")

            service.use(lambda client: _read(client, id, number), show, window.show_error)

    def _open(self, found: ShownVersion) -> None:
        id = found.bundle.campaign.attributes.id
        other = self._page_of(id, found.number)
        if other is not None:
            self._window.tabs.show_page(other)  # it was asked for twice
        else:
            self._window.open_campaigns.open_document(
                found.bundle.campaign, None, read_only=True, version=found
            )

    def _page_of(self, id: str, number: int | None) -> EditorPage | None:
        return next(
            (
                page
                for page in self._window.editors
                if page.session.document.attributes.id == id and page.shown_version == number
            ),
            None,
        )


def _read(client: EngineClient, id: str, number: int) -> ShownVersion:
    return ShownVersion(number, bundles.read(client.bundle(id, number), own=True))
