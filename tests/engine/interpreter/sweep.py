"""The reference interpreter: what should happen to whom, one person and one instant at a time.

Straight from the component reference, over the files as they are; shares no code with the engine. Slow.
"""

from __future__ import annotations

import heapq
from collections import defaultdict

from tests.engine.interpreter import judgments, touches
from tests.engine.interpreter.audiences import Audiences
from tests.engine.interpreter.case import Case
from tests.engine.interpreter.clock import DAY, ms
from tests.engine.interpreter.exits import Exits
from tests.engine.interpreter.measures import Measures
from tests.engine.interpreter.outbox import release
from tests.engine.interpreter.trace import Trace, trace
from tests.engine.interpreter.triggers import BehaviorEvent, TargetAudience
from tests.engine.interpreter.world import Entry, Visit, World

START = "n_start"


def interpret(case: Case) -> Trace:
    """The rows of `visits`, `messages`, `tags`, `goals`, `audiences` and `conversions`, without their
    headers."""
    run = Interpreter(case)
    run.run()
    return trace(run.world, run.measures, run.until)


class Interpreter:
    """A rehearsal of one campaign."""

    def __init__(self, case: Case) -> None:
        self.world = world = World(case)
        self.until = ms(case.until) if case.until else world.since + 365 * DAY
        links = case.campaign["links"].values()
        self.links = [(link["from"], link["port"], link["to"]) for link in links]
        self.order = self._topological()
        self.place = {node: place for place, node in enumerate(self.order)}
        self.audiences = Audiences(world)
        kind = TargetAudience if world.nodes[self.order[0]]["kind"] == "target_audience" else BehaviorEvent
        self.trigger: TargetAudience | BehaviorEvent = kind(world, self.order[0], self.audiences)
        self.exits = Exits(world, self.audiences)
        self.measures = Measures(world)
        self.waiting: defaultdict[str, list[Visit]] = defaultdict(list)
        self.seen: set[tuple[Entry, str]] = set()

    def run(self) -> None:
        world = self.world
        world.moments |= {world.since, *(event.time for event in world.events)}
        now = world.since - 1
        while ahead := {moment for moment in world.moments if now < moment <= self.until}:
            now = min(ahead)
            world.moments = ahead
            self.instant(now)

    def instant(self, now: int) -> None:
        """Events and results of this moment are there already: all of them count by their own time."""
        self.audiences.update(now)
        release(self.world, now)
        entering = self.trigger.entering(now)
        leaving = self._pull_out(now)
        self.sweep(now, entering)
        for visit in leaving:
            visit.left, visit.outcome = now, "exited"
            visit.entry.tokens -= 1
            self.exits.withdraw(visit.entry)
        if self.trigger.has_finished(now):
            self.audiences.write_generated(now)

    def _pull_out(self, now: int) -> list[Visit]:
        """Those who leave at this instant do nothing more: they go last."""
        leaving = [v for here in self.waiting.values() for v in here if self.exits.leaving(v.entry, now)]
        for visit in leaving:
            self.waiting[visit.node].remove(visit)
        return leaving

    def sweep(self, now: int, entering: list[Entry]) -> None:
        """Once over the graph in topological order; at each node, people in order of import."""
        arriving: defaultdict[str, list[Visit]] = defaultdict(list)
        arriving[self.order[0]] = [Visit(entry, self.order[0], now, START) for entry in entering]
        for node in self.order:
            new = set(arriving[node])
            here = self.waiting.pop(node, []) + arriving[node]
            for visit in sorted(here, key=self._turn):
                if visit in new:
                    self.world.visits.append(visit)
                    if (visit.entry, node) in self.seen:
                        visit.left, visit.outcome = now, "merged"
                        visit.entry.tokens -= 1
                        continue
                    self.seen.add((visit.entry, node))
                if visit.source == START:
                    visit.entry.entered = now
                    visit.entry.held_back = self.measures.holds_back(visit.entry.person)
                    if visit.entry.held_back:
                        visit.left, visit.outcome = now, "held_back"
                        visit.entry.tokens -= 1
                        continue
                    if self.exits.turns_away(visit.entry.person):
                        visit.left, visit.outcome = now, "exited"
                        visit.entry.tokens -= 1
                        continue
                port = self.act(visit, now)
                if port is None:
                    self.waiting[node].append(visit)
                    continue
                visit.left, visit.outcome = now, port
                targets = [to for source, name, to in self.links if (source, name) == (node, port)]
                visit.entry.tokens += len(targets) - 1
                for target in targets:
                    arriving[target].append(Visit(visit.entry, target, now, node))

    def act(self, visit: Visit, now: int) -> str | None:
        """What the node does to the person; the port that they leave by, None while they stay."""
        world, node = self.world, self.world.nodes[visit.node]
        config = node["config"]
        match node["kind"]:
            case "end":
                return "done"
            case "target_audience" | "behavior_event":
                return "out"
            case "tag":
                touches.set_tags(world, visit, now)
                return "out"
            case "generate_audience":
                world.passed[visit.node].add(visit.entry.person)
                return "out"
            case "wait_until":
                return judgments.wait_until(world, visit, config, now)
            case "random_grouping":
                return judgments.split(world, visit, config)
            case "ab_test":
                return judgments.ab_test(world, visit, config)
            case "ab_target":
                return judgments.ab_target(world, visit, config, now)
            case "event_judgment":
                return judgments.event_judgment(world, visit, config, now)
            case "result_judgment":
                return judgments.result_judgment(world, visit, config, now)
            case "tag_judgment" | "attribute_judgment" | "audience_judgment" | "fatigue_judgment":
                return judgments.grouped(world, visit, config, now)
            case _:
                touches.send(world, visit, now)
                return "out"

    def _turn(self, visit: Visit) -> tuple[int, int, int]:
        return self.world.turn[visit.entry.person], visit.entry.number, self.place.get(visit.source, -1)

    def _topological(self) -> list[str]:
        """Kahn's order, the smallest node id first."""
        ahead = dict.fromkeys(self.world.nodes, 0)
        for source, _, target in self.links:
            ahead[target] += source != START
        ready = [node for node, count in ahead.items() if count == 0]
        heapq.heapify(ready)
        order = []
        while ready:
            order.append(heapq.heappop(ready))
            for source, _, target in self.links:
                if source == order[-1]:
                    ahead[target] -= 1
                    if ahead[target] == 0:
                        heapq.heappush(ready, target)
        return order
