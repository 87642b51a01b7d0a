"""Audiences: rules, updates, and the audiences that a campaign generates (components, sections 8 and 12)."""

from __future__ import annotations

from fractions import Fraction

from tests.engine.interpreter.case import Json
from tests.engine.interpreter.clock import ms
from tests.engine.interpreter.conditions import compare, typed
from tests.engine.interpreter.world import World


class Audiences:
    """Stored members, and when each audience was updated."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.updated: dict[str, int] = {}
        self._next: dict[str, int] = {}

    def update(self, now: int) -> None:
        """What is due now: all at the start of the run, then each by its schedule."""
        due = [id for id, moment in self._next.items() if moment == now]
        done: set[str] = set()
        for id in self.world.case.audiences if now == self.world.since else due:
            self._update(id, now, done)

    def write_generated(self, now: int) -> None:
        """Who passed since the last time becomes an audience, named after the local time."""
        world = self.world
        stamp = world.clock.local(now).strftime("%Y%m%d%H%M%S")
        for node, people in world.passed.items():
            name = f"{world.nodes[node]['config']['audience_name']}_{stamp}"
            world.generated += [(name, who) for who in people]
        world.passed.clear()

    def _schedule(self, id: str, every: Json, now: int) -> None:
        """The grid begins anew with each update."""
        self._next[id] = next(moment for moment in self.world.clock.grid(every, now) if moment > now)
        self.world.wake(self._next[id])

    def _update(self, id: str, now: int, done: set[str]) -> None:
        """An update updates what it depends on first."""
        if id in done:
            return
        done.add(id)
        file = self.world.case.audiences[id]
        for card in file.get("cards", ()):
            if card["card"] == "audience":
                self._update(card["audience"], now, done)
        if "cards" in file:
            people = {who for who in self.world.turn if self._in_rule(file["cards"], who, now)}
        else:
            people = set(self.world.case.members.get(id, ()))
        self.world.members[id] = people
        if "cards" in file or now == self.world.since:  # nobody has uploaded the list again
            self.updated[id] = now
        if "cards" in file and isinstance(file.get("update"), dict):
            self._schedule(id, file["update"], now)

    def _in_rule(self, cards: list[Json], who: str, now: int) -> bool:
        inside = False
        for card in cards:
            one = self._in_card(card, who, now)
            match card.get("join"):
                case "and":
                    inside = inside and one
                case "or":
                    inside = inside or one
                case "minus":
                    inside = inside and not one
                case _:
                    inside = one
        return inside

    def _in_card(self, card: Json, who: str, now: int) -> bool:
        if card["card"] == "tags":
            return self.world.person_matches(card["condition"], who, now)
        if card["card"] == "audience":
            return who in self.world.members[card["audience"]]
        measure, op, wanted = card.get("measure", "count"), card.get("op", ">="), card.get("value", 1)
        kind, _, name = measure.partition(":")
        # When a rehearsal begins, what happens at that very instant has not arrived yet.
        last = now - 1 if now == self.world.since else now
        events = [e for e in self.world.matching(who, card, -1, last) if self._in_range(card, e.time, now)]
        if kind == "count":
            return compare(Fraction(len(events)), op, wanted)
        given = [
            Fraction(str(number)) for e in events if (number := typed(e.attributes.get(name), "number"))
            is not None
        ]  # fmt: skip
        if kind == "sum":
            return compare(sum(given, Fraction(0)), op, wanted)
        measures = {"avg": lambda: sum(given, Fraction(0)) / len(given), "max": lambda: max(given),
                    "min": lambda: min(given)}  # fmt: skip
        return bool(given) and compare(measures[kind](), op, wanted)

    def _in_range(self, card: Json, time: int, now: int) -> bool:
        """`last` is [now - d, now), an absolute range includes both ends."""
        range = card.get("range")
        if range is None:
            return True
        if "last" in range:
            return self.world.clock.plus(now, range["last"], -1) <= time < now
        return ms(range["from"]) <= time <= ms(range["to"])
