"""What opens over the window: help, preferences, the command palette, the start page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.start_page.page import StartPage
    from app.window import MainWindow


class Dialogs:
    """One method each; what is shown is loaded when it is first asked for."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._start: StartPage | None = None

    def preferences(self) -> None:
        from app.settings.dialog import PreferencesDialog

        PreferencesDialog(self._window).open()

    def commands(self) -> None:
        from app.command_palette import toggle

        toggle(self._window)

    def search_commands(self, typed: str) -> None:
        """Open the command palette with what was typed elsewhere."""
        from app.command_palette import CommandPalette

        CommandPalette(self._window).begin(typed)

    def manual(self) -> None:
        from app.help.manual import Manual

        Manual(self._window, self._window.look).show()

    def events_help(self) -> None:
        from app.help.events import EventsHelp

        EventsHelp(self._window).open()

    def received(self) -> None:
        from app.help.received import ReceivedDialog

        ReceivedDialog(self._window).show()

    def shortcuts(self) -> None:
        from app.help.shortcuts import Shortcuts

        Shortcuts(self._window).open()

    def about(self) -> None:
        from app.help.about import About

        About(self._window).open()

    def start_page(self) -> None:
        """Show where one can begin, in the first tab."""
        from app.start_page.page import StartPage

        self.hide_start_page()
        page, tabs = StartPage(self._window), self._window.tabs
        self._start = page
        tabs.home.addWidget(page)
        tabs.home.setCurrentWidget(page)
        tabs.show_page(None)
        page.focus_first()
        self._window.actions_.refresh()

    def hide_start_page(self) -> None:
        """Show again what was there before it."""
        page, self._start = self._start, None
        if page is not None:
            window = self._window
            window.tabs.home.setCurrentWidget(window.navigation.page(window.navigation.current))
            window.tabs.home.removeWidget(page)
            page.deleteLater()
            window.navigation.enter()
            window.actions_.refresh()
