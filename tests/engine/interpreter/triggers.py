"""Who enters, when (components, sections 3 and 12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tests.engine.interpreter.audiences import Audiences
from tests.engine.interpreter.clock import ms
from tests.engine.interpreter.world import Entry, World


class TargetAudience:
    """The members of audiences enter, in cycles."""

    def __init__(self, world: World, node: str, audiences: Audiences) -> None:
        self.world, self.node, self.audiences = world, node, audiences
        self.config = world.nodes[node]["config"]
        self._cycle, self._last, self._open = 0, 0, set[int]()
        self._runs = self._planned()
        self._next = next(self._runs, None)
        if self._next is not None:
            world.wake(self._next)

    def _planned(self) -> Iterator[int]:
        world, config = self.world, self.config
        begin = max(world.since, world.start or world.since)
        runs: Iterator[int] = iter([begin])
        mode = config.get("mode", "now")
        if mode == "once":
            runs = iter([ms(config["at"])])
        elif mode == "recurring":
            every = config.get("every") or {"unit": "day", "interval": 1, "time": "09:00"}
            runs = world.clock.grid(every, world.since if world.start is None else world.start)
        for run in runs:
            if world.end is not None and run >= world.end:
                return
            if run >= begin:
                yield run

    def entering(self, now: int) -> list[Entry]:
        if self._next != now:
            return []
        config, members = self.config, self.world.members
        fresh = all(self.audiences.updated[id] > self._last for id in config["audiences"])
        found: list[Entry] = []
        if self._cycle == 0 or fresh or config.get("repeat_unchanged"):
            self._cycle, self._last = self._cycle + 1, now
            self._open.add(self._cycle)
            for who in self.world.turn:
                came_from = frozenset(id for id in config["audiences"] if who in members[id])
                found += [enter(self.world, who, self._cycle, came_from)] if came_from else []
        else:
            self.world.skipped.append(now)
        self._next = next(self._runs, None) if self._cycle != config.get("max_cycles") else None
        if self._next is not None:
            self.world.wake(self._next)
        return found

    def has_finished(self, now: int) -> bool:
        """Whether a cycle ends with this instant."""
        inside = {entry.cycle for entry in self.world.entries if entry.tokens}
        ended = self._open - inside
        self._open -= ended
        return bool(ended)


class BehaviorEvent:
    """A person enters with the n-th matching event."""

    def __init__(self, world: World, node: str, _audiences: Audiences) -> None:
        self.world, self.node = world, node
        self.config = world.nodes[node]["config"]
        self._matches: defaultdict[str, list[int]] = defaultdict(list)
        self._begin = max(world.since, world.start or world.since)
        if world.end is not None:
            world.wake(max(world.end, world.since))

    def entering(self, now: int) -> list[Entry]:
        """Events of one instant come by person, then by event id."""
        world, config = self.world, self.config
        if now < self._begin or (world.end is not None and now >= world.end):
            return []
        found = []
        events = [e for e in world.events if e.time == now and e.code == config["event"]]
        for event in sorted(events, key=lambda e: (world.turn[e.person], e.id)):
            if not world.event_matches(config.get("where"), event):
                continue
            mine = self._matches[event.person]
            mine.append(now)
            after = world.clock.plus(now, config["within"], -1) if "within" in config else -1
            enough = sum(time > after for time in mine) >= config.get("times", 1)
            before = [entry for entry in world.entries if entry.person == event.person]
            inside = any(entry.tokens for entry in before)
            re_entry = config.get("re_entry", "every_time")
            refused = (re_entry == "once" and before) or (re_entry == "after_exit" and inside)
            if enough and not refused:
                mine.clear()
                entry = enter(world, event.person, cycle=1)
                entry.event = event
                found.append(entry)
        return found

    def has_finished(self, now: int) -> bool:
        """Whether the campaign is over: its end is reached and nobody is inside."""
        over = self.world.end is not None and now >= self.world.end
        return over and not any(entry.tokens for entry in self.world.entries)


def enter(world: World, who: str, cycle: int, audiences: frozenset[str] = frozenset()) -> Entry:
    number = sum(entry.person == who for entry in world.entries) + 1
    entry = Entry(who, number, cycle, audiences=audiences)
    world.entries.append(entry)
    return entry
