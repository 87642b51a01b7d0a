"""Which place of the workspace is on show in the first tab."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from app.navigation.page import PlacePage
from app.navigation.places import CAMPAIGNS, PLACES
from app.navigation.rail import Rail
from app.tabs.leaving import NOTHING, Agreed, is_agreed
from engine.i18n import tr
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow


class Navigation:
    """Attributes: rail; current (the id of the place that the first tab shows)."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._places = {place.id: place for place in PLACES}
        self._pages: dict[str, PlacePage] = {}
        self._workspace: Workspace | None = None
        self.current = CAMPAIGNS
        self.rail = Rail(window.look, PLACES)
        self.rail.hide()  # without a workspace there is nowhere to go
        self.rail.chosen.connect(self.go)
        window.tabs.put_beside_home(self.rail)
        self.rail.show_current(CAMPAIGNS)
        self.page(CAMPAIGNS)
        self.retranslate()

    def go(self, place_id: str, object_id: str | None = None) -> None:
        """Show a place in the first tab, and one of the things there."""
        self.current = place_id
        page = self.page(place_id)
        self._window.dialogs.hide_start_page()
        self._window.tabs.home.setCurrentWidget(page)
        self.rail.show_current(place_id)
        self.retranslate()
        self._window.tabs.show_page(None)
        self.enter()
        if object_id is not None:
            page.show_object(object_id)
        self._window.actions_.refresh()

    def leave_all(self, then: Callable[[], object], agreed: Agreed = NOTHING) -> None:
        """Go on once no place has anything that would be lost, but what may be; each asks for itself."""
        leave: Callable[[], object] = then
        for page in reversed(self._pages.values()):
            if not is_agreed(agreed, page, page.at_stake()):
                leave = partial(page.leave, leave)
        leave()

    def at_stake(self) -> dict[object, Mapping[str, object]]:
        """What would be lost, place by place."""
        return {page: page.at_stake() for page in self._pages.values()}

    def enter(self) -> None:
        """The first tab is on show again, with the place that it showed last."""
        page = self.page(self.current)
        page.entered()
        page.focus_first()

    def shown(self, place_id: str) -> PlacePage | None:
        """The page of a place while it is on show, else None."""
        in_front = self.current == place_id and self._window.editor is None
        return self._pages.get(place_id) if in_front else None

    def page(self, place_id: str) -> PlacePage:
        """A place's page, made when it is first asked for."""
        if place_id not in self._pages:
            page = self._places[place_id].make(self._window)
            self._pages[place_id] = page
            self._window.tabs.home.addWidget(page)
            if self._workspace is not None:
                page.show_workspace(self._workspace)
        return self._pages[place_id]

    def show_workspace(self, workspace: Workspace) -> None:
        """Every place that was shown before follows the workspace's files."""
        self._workspace = workspace
        self.rail.setVisible(len(self._places) > 1)
        for page in self._pages.values():
            page.show_workspace(workspace)

    def retranslate(self) -> None:
        place = self._places[self.current]
        self._window.tabs.show_home(tr(place.title), place.icon)
