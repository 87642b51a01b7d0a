"""Exit rules: who leaves wherever they wait, and what happens to their messages that wait."""

from __future__ import annotations

from tests.engine.interpreter.audiences import Audiences
from tests.engine.interpreter.world import Entry, World


class Exits:
    """The campaign's rules."""

    def __init__(self, world: World, audiences: Audiences) -> None:
        self.world, self.audiences = world, audiences
        rules = world.case.campaign.get("exits", ())
        self.events = [rule for rule in rules if "event" in rule]
        self.lists = [rule["audience"] for rule in rules if "audience" in rule]

    def turns_away(self, who: str) -> bool:
        """Whether somebody who enters leaves at once."""
        return any(who in self.world.members[id] for id in self.lists)

    def leaving(self, entry: Entry, now: int) -> bool:
        """Whether somebody who is inside leaves at this instant."""
        updated = [id for id in self.lists if self.audiences.updated[id] == now]
        if any(entry.person in self.world.members[id] for id in updated):
            return True
        since = max(entry.entered, now - 1)
        return any(self.world.matching(entry.person, rule, since, now) for rule in self.events)

    def withdraw(self, entry: Entry) -> None:
        """What waits for its time will not go out."""
        for message in self.world.messages:
            if message.entry is entry and message.state == "planned":
                message.state, message.reason = "skipped", "exited"
