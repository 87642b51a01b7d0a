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

# fmt: off
PLACES: tuple[Place, ...] = (
    Place(CAMPAIGNS, N_("Campaigns"), "route", lambda window: window.list_page, also=N_("list, home, flows")),
)
# fmt: on
