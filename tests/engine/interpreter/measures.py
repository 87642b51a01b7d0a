"""Control groups, and the campaign's goal: who is held back, and whose entry reached it."""

from __future__ import annotations

from hashlib import blake2b

from tests.engine.interpreter.world import Entry, World

P = 2**31 - 1


class Measures:
    """The campaign's goal and the control groups that it has or the workspace has."""

    def __init__(self, world: World) -> None:
        self.world = world
        campaign, everywhere = world.case.campaign, world.case.settings.get("control_group")
        self.goal = campaign.get("goal")
        self._shares: list[tuple[str, float]] = []
        if "holdout" in campaign:
            self._shares.append((f"{campaign['id']}/:control", campaign["holdout"]["percent"]))
        if everywhere and not campaign.get("ignore_global_control"):
            self._shares.append((f":global/{everywhere.get('salt', '')}", everywhere["percent"]))

    def holds_back(self, who: str) -> bool:
        """Whether somebody who would enter is of a control group: a pure function of the person."""
        h = int.from_bytes(blake2b(who.encode()).digest()[:8], "big") % P
        return any(_bucket(h, salt) < round(percent * 100) for salt, percent in self._shares)

    def reached(self, entry: Entry) -> int | None:
        """When an entry reached the goal: with the first matching event behind it, within the window."""
        if self.goal is None:
            return None
        last = self.world.clock.plus(entry.entered, self.goal["within"])
        found = self.world.matching(entry.person, self.goal, entry.entered, last)
        return min((event.time for event in found), default=None)


def _bucket(h: int, salt: str) -> int:
    digest = blake2b(salt.encode(), digest_size=24).digest()
    a, b, c = (int.from_bytes(digest[i : i + 8], "big") % (P - 1) + 1 for i in (0, 8, 16))
    x = (a * h + b) % P
    y = (x * x + c) % P
    return (x * y + a) % P * 10_000 // P
