"""Links by which anybody may look at one campaign for a while: made, listed, revoked, and read when shown."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection

from engine.i18n import N_, Message
from engine.run.clock import Clock
from engine.server.identity import secret, users
from engine.server.identity.accounts import DAY_MS
from engine.server.identity.callers import Caller, note
from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind, Secret
from engine.server.identity.users import Credential
from engine.server.problems import CallRefused
from engine.store.database import Database

DAYS = (1, 7, 30)
"""For how long a link can be made to hold."""
SHARES = Role.PUBLISHER
"""Who may make links; of who may no longer, they hold no longer."""
MOST_LINKS = 50


class SharedLinks(NamedTuple):
    """The links of one server. Any thread may call."""

    database: Database
    clock: Clock

    def make(self, caller: Caller, campaign: str, days: int) -> tuple[Secret, int]:
        """A link to a campaign, and when it ends (ms). Raises `CallRefused` for too many."""
        now = self.clock.now()
        with self.database.write() as connection:
            if len(self._of(connection, campaign)) >= MOST_LINKS:
                text = N_("This campaign has {n} links. Revoke some that nobody needs.")
                raise CallRefused(409, "too_many_links", Message(text, n=MOST_LINKS))
            made = users.issue(
                connection, caller.name, Kind.SHARE, now, days * DAY_MS, label=campaign, role=Role.VIEWER
            )
        note(link=made.id, days=days)
        return made, now + days * DAY_MS

    def of(self, campaign: str) -> list[Credential]:
        """The links of a campaign that hold, the one that ends first in front."""
        with self.database.read() as connection:
            return self._of(connection, campaign)

    def revoke(self, campaign: str, id: str) -> None:
        """Take a link no more. Raises `CallRefused` where the campaign has none of this id."""
        with self.database.write() as connection:
            if id not in {one.id for one in self._of(connection, campaign)}:
                raise _no_link()
            users.revoke(connection, id, self.clock.now())
        note(link=id)

    def campaign(self, token: str) -> str:
        """Which campaign a link that somebody shows is for. Raises `CallRefused`."""
        shown, now = secret.read(token), self.clock.now()
        if shown is None or shown.kind is not Kind.SHARE:
            raise _no_link()
        with self.database.read() as connection:
            pair = users.found(connection, shown.id)
        if pair is None or not shown.is_of(pair[0].hash):
            raise _no_link()
        link, owner = pair
        able = owner.disabled_at is None and owner.role.covers(SHARES)
        if link.kind is not Kind.SHARE or not link.serves(now) or not able:
            raise _no_link()
        if link.is_to_be_marked(now):
            with self.database.write() as connection:
                users.mark_used(connection, link.id, now)
        return link.label

    def _of(self, connection: Connection, campaign: str) -> list[Credential]:
        return users.labelled(connection, Kind.SHARE, campaign, self.clock.now())


def _no_link() -> CallRefused:
    text = N_("This link is wrong, was revoked, or is too old. Ask who gave it to you for another one.")
    return CallRefused(404, "no_link", Message(text))
