"""Judgments, splits and waits (components, sections 6, 7 and 12): the port taken, or None to stay."""

from __future__ import annotations

from fractions import Fraction
from hashlib import blake2b

from tests.engine.interpreter.case import Json
from tests.engine.interpreter.clock import ms
from tests.engine.interpreter.outbox import exhausted
from tests.engine.interpreter.world import Visit, World

P = 2**31 - 1
K = 1_000_003


def wait_until(world: World, visit: Visit, config: Json, now: int) -> str | None:
    clock, leaving = world.clock, visit.arrived
    match config.get("mode", "duration"):
        case "duration":
            leaving = clock.plus(leaving, config)
        case "at":
            leaving = max(leaving, ms(config["at"]))
        case "next_time":
            leaving = clock.next(leaving, config["time"])
        case "after_days_at":
            leaving = clock.next(clock.plus(leaving, config), config["time"])
    return "out" if _reached(world, leaving, now) else None


def grouped(world: World, visit: Visit, config: Json, now: int) -> str:
    """Tag, Attribute, Audience and Fatigue Judgment: the first group that matches, else `other` or out."""
    entry = visit.entry

    def belongs(group: Json) -> bool:
        if "channel" in group:
            return not exhausted(world, entry.person, group["channel"], now)
        if "audiences" in group:
            return bool(entry.audiences & set(group["audiences"]))
        if world.nodes[visit.node]["kind"] == "tag_judgment":
            return world.person_matches(group["condition"], entry.person, now)
        assert entry.event is not None
        return world.event_matches(group["condition"], entry.event)

    for group in config["groups"]:
        if belongs(group):
            return f"group:{group['id']}"
    return "other" if config.get("other") else "left"


def event_judgment(world: World, visit: Visit, config: Json, now: int) -> str | None:
    judged = _judging(world, visit, config["judge_after"])
    final = _reached(world, judged, now)
    if not final and not config.get("early"):
        return None
    # Three-valued: a count that is reached stays reached, one that is not is open until the judging moment.
    alternatives: list[list[bool | None]] = []
    for condition in config["conditions"]:
        seen = len(world.matching(visit.entry.person, condition, visit.arrived, min(now, judged)))
        met = True if seen >= condition.get("times", 1) else False if final else None
        negated = condition.get("behavior", "occurred") == "not_occurred"
        value = met if met is None else met != negated
        if condition["join"] == "and":
            alternatives[-1].append(value)
        else:
            alternatives.append([value])
    if any(all(values) for values in alternatives):
        return "out"
    if all(False in values for values in alternatives):
        return "other" if config.get("other") else "left"
    return None


def result_judgment(world: World, visit: Visit, config: Json, now: int) -> str | None:
    """As soon as the result is known, at the latest so long after the handing over."""
    mine = [m for m in world.messages if m.entry is visit.entry and m.node == visit.source]
    states = [message.at(now)[0] for message in mine]
    handed = [message.sent for message in mine if message.sent is not None]
    result = None
    if all(state in ("failed", "skipped") for state in states):
        result = "failed"
    elif config.get("by", "send") == "send":
        result = "success" if "sent" in states else None
    else:
        received = [m for m in mine if m.receipt_by(now)]
        result = min(received, key=lambda m: m.receipt_at or 0).receipt if received else None
    if result is None:
        if not handed or not _reached(world, world.clock.plus(max(handed), config["judge_after"]), now):
            return None
        return "other"
    by_receipt = config.get("by") == "receipt" and result == "failed"
    return f"result:{result}" if result in config.get("results", ["success"]) and not by_receipt else "other"


def ab_target(world: World, visit: Visit, config: Json, now: int) -> str | None:
    """Everybody waits for the judgment; who reached the goal counts for the group that they took."""
    judged = _judging(world, visit, config["judge_after"])
    if not _reached(world, judged, now):
        return None
    goal = config["goal"]
    achieved = len(world.matching(visit.entry.person, goal, visit.arrived, judged)) >= goal.get("times", 1)
    if group := visit.entry.groups.get(config["test"]):
        world.goals.append((visit.entry, visit.node, group, now, achieved))
    return "out"


def ab_test(world: World, visit: Visit, config: Json) -> str:
    world.tested[visit.node] += 1
    port = split(world, visit, config)
    if config.get("ends") == "after" and world.tested[visit.node] > config["people"]:
        if config["then"] != "best":
            port = config["then"]
        else:
            port = _best(world, visit.node, config) or port
    visit.entry.groups[visit.node] = port.removeprefix("group:")
    return port


def _best(world: World, test: str, config: Json) -> str | None:
    """The best group, fixed once enough people of every group have been judged."""
    if test not in world.best:
        rates: dict[str, Fraction] = {}
        for group in config["groups"]:
            judged = [
                achieved
                for _, node, taken, _, achieved in world.goals
                if taken == group["id"] and world.nodes[node]["config"]["test"] == test
            ]
            if len(judged) < config.get("min_judged", 100):
                return None
            rates[group["id"]] = Fraction(sum(judged), len(judged))
        world.best[test] = f"group:{max(rates, key=lambda id: rates[id])}"  # of equal ones the earlier
    return world.best[test]


def split(world: World, visit: Visit, config: Json) -> str:
    """A random choice: a pure function of campaign, node, person and number of the entry."""
    h = int.from_bytes(blake2b(visit.entry.person.encode()).digest()[:8], "big") % P
    salt = blake2b(f"{world.case.campaign['id']}/{visit.node}".encode(), digest_size=24).digest()
    a, b, c = (int.from_bytes(salt[i : i + 8], "big") % (P - 1) + 1 for i in (0, 8, 16))
    h = (h + visit.entry.number * K) % P
    x = (a * h + b) % P
    y = (x * x + c) % P
    bucket = (x * y + a) % P * 10_000 // P
    below = 0
    for group in config["groups"]:
        below += round(group["percent"] * 100)
        if bucket < below:
            return f"group:{group['id']}"
    raise AssertionError(config)


def _judging(world: World, visit: Visit, after: Json) -> int:
    """When it is judged: so long after arrival, or at a fixed time (already past: at once)."""
    if "at" in after:
        return max(visit.arrived, ms(after["at"]))
    return world.clock.plus(visit.arrived, after)


def _reached(world: World, moment: int, now: int) -> bool:
    if now < moment:
        world.wake(moment)
    return now >= moment
