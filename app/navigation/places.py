# ruff: noqa: E501 - a table reads best with one row a line
"""The table of places, in the order of the rail. A page is made when its place is first shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.i18n import N_

if TYPE_CHECKING:
    from app.navigation.page import PlacePage
    from app.window import MainWindow


@dataclass(frozen=True)
class Place:
    """A row of the table.

    Attributes: id; title (marked for translation); icon; make (its page); also (other words for it, marked for
    translation, which find it in the command palette).
    """

    id: str
    title: str
    icon: str
    make: Callable[[MainWindow], PlacePage]
    also: str = ""


CAMPAIGNS = "campaigns"
MESSAGES = "messages"


def _messages(window: MainWindow) -> PlacePage:
    from app.messages.page import MessagesPage

    return MessagesPage(window)


def _calendar(window: MainWindow) -> PlacePage:
    from app.calendar.page import CalendarPage

    return CalendarPage(window)


def _people(window: MainWindow) -> PlacePage:
    from app.people.page import PeoplePage

    return PeoplePage(window)


def _settings(window: MainWindow) -> PlacePage:
    from app.workspace_settings.page import SettingsPage

    return SettingsPage(window)


def _audiences(window: MainWindow) -> PlacePage:
    from app.audiences.page import AudiencesPage

    return AudiencesPage(window)


# fmt: off
PLACES: tuple[Place, ...] = (
    Place(CAMPAIGNS, N_("Campaigns"), "route", lambda window: window.list_page, also=N_("list, home, flows")),
    Place("audiences", N_("Audiences"), "users", _audiences, also=N_("people, segments, rules, RFM, AIPL, lists")),
    Place(MESSAGES, N_("Messages"), "message", _messages, also=N_("templates, SMS, email, content")),
    Place("people", N_("People"), "address-book", _people, also=N_("persons, customers, contacts, profile, erase")),
    Place("calendar", N_("Calendar"), "calendar", _calendar, also=N_("schedule, month, year, plan")),
    Place("settings", N_("Settings"), "settings", _settings, also=N_("time zone, fatigue, quiet times, accounts, catalogue, coupons")),
)
# fmt: on
