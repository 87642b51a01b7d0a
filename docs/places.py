"""Pictures of the workspace's places for the manual, each with something open in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from app import tasks
from app.audiences.page import AudiencesPage
from app.messages.page import MessagesPage
from app.people.page import PeoplePage
from app.window import MainWindow
from docs.camera import pause, wait
from engine.campaign.document import CampaignDocument

AUDIENCE, MESSAGE = "a_high_value", "m_arrivals"
"""What is open on the pictures."""
PLANNED = ((-9, 5), (-2, 9), (3, 6))
"""Campaigns in the calendar: the days from today on which they begin, and for how many."""
ANSWER_MS = 2000  # until what was asked of the engine is there
_Page = TypeVar("_Page", bound=QWidget)


class Places:
    """`save(name, widget)` takes a picture."""

    def __init__(self, window: MainWindow, save: Callable[[str, QWidget], None]) -> None:
        self._window, self._save = window, save

    def take(self) -> None:
        """Audiences, people, messages, the calendar and settings, each with something open in it."""
        window, go = self._window, self._window.navigation.go
        go("audiences", AUDIENCE)
        pause(ANSWER_MS)
        view = _place(window, "audiences", AudiencesPage).view
        assert view is not None
        sample = view.insight.sample.table
        view.insight.sample.asked.emit()
        wait(lambda: sample.rowCount() > 0)
        self._save("audiences", window)
        some = [item.text() for row in range(sample.rowCount()) if (item := sample.item(row, 0)) is not None]
        self._open_somebody_who_waits(some)
        self._save("people", window)
        go("messages", MESSAGE)
        pause(ANSWER_MS)
        self._save("messages", window)
        _place(window, "messages", MessagesPage).close_editor()
        for place, object_id in (("calendar", None), ("settings", "fatigue")):
            go(place, object_id)
            pause(ANSWER_MS)
            self._save(place, window)
        go("campaigns")

    def _open_somebody_who_waits(self, people: Sequence[str]) -> None:
        """The page of the first of them who got a message and is in the campaign still."""
        page = _place(self._window, "people", PeoplePage)
        for id in people:
            self._window.navigation.go("people", id)
            wait(lambda: page.person.visits.rows() > 0)
            pause(ANSWER_MS // 4)
            if page.person.messages.rows() > 0:
                return

    def plan(self) -> None:
        """Some drafts with dates, which take in the same people."""
        window, workspace = self._window, self._window.workspace
        assert workspace is not None
        made = workspace.load_campaign("c_second")
        today = datetime.now(ZoneInfo(workspace.settings.time_zone)).replace(hour=9, minute=0, second=0)
        for number, (start, days) in enumerate(PLANNED, start=1):
            begin = today + timedelta(days=start)
            attributes = made.attributes.model_copy(
                update={
                    "id": f"c_planned_{number}",
                    "name": f"{made.attributes.name} {number}",
                    "start": begin.isoformat(timespec="seconds"),
                    "end": (begin + timedelta(days=days)).isoformat(timespec="seconds"),
                }
            )
            workspace.save_campaign(CampaignDocument(attributes, made.nodes, made.links))
        window.reload()
        wait(lambda: not tasks.running())


def _place(window: MainWindow, id: str, kind: type[_Page]) -> _Page:
    page = window.navigation.page(id)
    assert isinstance(page, kind)
    return page
