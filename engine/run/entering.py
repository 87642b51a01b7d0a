"""When people may enter a campaign, and from which lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.audience.errors import RuleError
from engine.i18n import N_, Message
from engine.shapes.time import instant, to_milliseconds
from engine.store.tables.people import audience
from engine.workspace.audience import AudienceFile
from engine.workspace.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Window:
    """When people may enter: from `start` on, before `end` (ms; None: for ever)."""

    start: int
    end: int | None

    def holds(self, moment: int) -> bool:
        return self.start <= moment and (self.end is None or moment < self.end)


def window_of(bundle: Bundle, since: int) -> Window:
    """When people may enter a campaign that begins to run at `since`."""
    attributes = bundle.campaign.attributes
    start = since if attributes.start is None else max(since, to_milliseconds(instant(attributes.start)))
    return Window(start, None if attributes.end is None else to_milliseconds(instant(attributes.end)))


def anchor_of(bundle: Bundle, published_at: int) -> int:
    """Where the grid of a recurring trigger begins (ms)."""
    start = bundle.campaign.attributes.start
    return published_at if start is None else to_milliseconds(instant(start))


def lists_in_force(
    connection: Connection, audiences: tuple[str, ...], files: Mapping[str, AudienceFile]
) -> list[int]:
    """The lists of members in force. Raises `RuleError` where an audience has none, or none any more."""
    rows = connection.execute(select(audience.c.id, audience.c.list).where(audience.c.id.in_(audiences)))
    lists = dict(rows.all())
    for id in audiences:
        if lists.get(id) is None:
            text = N_("Nobody could enter: the engine's database holds no people of the audience “{name}”.")
            raise RuleError(Message(text, name=files[id].name))
    return [lists[id] for id in audiences]
