"""What should happen to whom: one person and one instant at a time, straight from the component reference.

Plain Python over the raw campaign file and plain data; shares no code with `engine.plan` and `engine.run`.
Slow.
"""

from __future__ import annotations

import heapq
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from engine.shapes.time import Duration, clock, first_at_or_after

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
P = 2**31 - 1
TOUCHES = {"text_sms": "mobile", "email": "email", "issue_coupon": "member"}
JUDGES = {"wait_until", "event_judgment", "result_judgment"}


@dataclass
class Event:
    id: str
    person: str
    code: str
    time: int
    attributes: dict[str, Any]


@dataclass
class World:
    """The data: people in order of import, addresses (newest first), attributes, tags; events; codes."""

    people: list[str]
    ids: dict[str, dict[str, list[str]]]
    attributes: dict[str, dict[str, str]]
    tags: dict[str, dict[str, list[str]]]
    events: list[Event]
    coupons: dict[str, list[str]]
    audiences: dict[str, list[str]]
    multi: set[str] = field(default_factory=set)


@dataclass
class Token:
    """Somebody at a node: `due` is when a holding node lets them go."""

    person: str
    entry: int
    node: str
    arrived: int
    via: int
    due: int = 0


def ms(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def when(moment: int) -> datetime:
    return EPOCH + timedelta(milliseconds=moment)


def utc(moment: int | None) -> str:
    if moment is None:
        return ""
    return when(moment).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment % 1000:03d}Z"


class Reference:
    """Runs one campaign. `visits`, `messages` and `tag_writes` are rows of the trace, unsorted."""

    def __init__(
        self,
        campaign: str,
        nodes: dict[str, dict[str, Any]],
        links: list[tuple[str, str, str, str]],
        texts: dict[str, str],
        world: World,
        zone: ZoneInfo,
        results: list[dict[str, str]],
    ) -> None:
        self.campaign, self.nodes, self.texts, self.world, self.zone = campaign, nodes, texts, world, zone
        self.tags = {who: {tag: list(v) for tag, v in tags.items()} for who, tags in world.tags.items()}
        self.codes = {coupon: list(codes) for coupon, codes in world.coupons.items()}
        self.import_order = {who: index for index, who in enumerate(world.people)}
        self.results = results
        self.out: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for id, source, port, target in sorted(links):
            if source != "n_start":
                self.out[source, port].append((id, target))
        self.order = self._kahn(links)
        self.place = {node: index for index, node in enumerate(self.order)}
        self.via = self._arrival_ranks(links)
        self.visits: list[list[Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.tag_writes: list[list[Any]] = []
        self.open_visits: dict[tuple[str, int, str], list[Any]] = {}
        self.seen: set[tuple[str, int, str]] = set()
        self.entries: defaultdict[str, int] = defaultdict(int)
        self.triggering: dict[tuple[str, int], Event] = {}
        self.alive: defaultdict[str, int] = defaultdict(int)
        self.issued: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.held: list[Token] = []

    def _kahn(self, links: list[tuple[str, str, str, str]]) -> list[str]:
        incoming = dict.fromkeys(self.nodes, 0)
        for _, source, _, target in links:
            if source != "n_start":
                incoming[target] += 1
        ready = [node for node, n in incoming.items() if n == 0]
        heapq.heapify(ready)
        order = []
        while ready:
            node = heapq.heappop(ready)
            order.append(node)
            for _, source, _, target in links:
                if source == node:
                    incoming[target] -= 1
                    if incoming[target] == 0:
                        heapq.heappush(ready, target)
        return order

    def _arrival_ranks(self, links: list[tuple[str, str, str, str]]) -> dict[str, int]:
        """Link → its rank at its target: topological order of the source, then its ports in their order."""
        ranks = {}
        for id, source, port, _ in links:
            if source != "n_start":
                ranks[id] = self.place[source] * 1000 + self.ports(source).index(port)
        return ranks

    def ports(self, node: str) -> list[str]:
        config, kind = self.nodes[node]["config"], self.nodes[node]["kind"]
        if kind in ("random_grouping", "tag_judgment"):
            ports = [f"group:{group['id']}" for group in config["groups"]]
        elif kind == "result_judgment":
            return [f"result:{code}" for code in config["results"]] + ["other"]
        else:
            ports = ["out"]
        return ports + (["other"] if config.get("other") else [])

    # ---- time

    def run(self, since: int, until: int, start: int | None, end: int | None) -> None:
        trigger = self.nodes[self.order[0]]
        begin = max(since, start or since)
        entering: dict[int, list[tuple[str, Event | None]]] = defaultdict(list)
        if trigger["kind"] == "target_audience":
            moment = (
                begin
                if trigger["config"]["mode"] == "now"
                else ms(datetime.fromisoformat(trigger["config"]["at"]))
            )
            if begin <= moment and (end is None or moment < end):
                members = {who for id in trigger["config"]["audiences"] for who in self.world.audiences[id]}
                entering[moment] = [(who, None) for who in sorted(members, key=self.import_order.__getitem__)]
        else:
            for event in self.world.events:
                wanted = event.code == trigger["config"]["event"] and begin <= event.time <= until
                if (
                    wanted
                    and (end is None or event.time < end)
                    and self.matches_event(trigger["config"].get("where"), event)
                ):
                    entering[event.time].append((event.person, event))
        while True:
            moments = [moment for moment in entering if moment <= until]
            moments += [token.due for token in self.held if token.due <= until]
            if not moments:
                break
            now = min(moments)
            newcomers = entering.pop(now, [])
            newcomers.sort(key=lambda item: (self.import_order[item[0]], item[1].id if item[1] else ""))
            self.instant(now, newcomers)
        for message in self.messages:
            if message["state"] == "sending" and message["known"] <= until:
                message["state"], message["reason"] = message["result"]

    def instant(self, now: int, newcomers: list[tuple[str, Event | None]]) -> None:
        """One sweep over the graph in topological order."""
        here: defaultdict[str, list[Token]] = defaultdict(list)
        trigger = self.order[0]
        re_entry = self.nodes[trigger]["config"].get("re_entry", "every_time")
        for who, event in newcomers:
            if re_entry == "once" and self.entries[who]:
                continue
            if re_entry == "after_exit" and self.alive[who]:
                continue
            self.entries[who] += 1
            if event is not None:
                self.triggering[who, self.entries[who]] = event
            self.alive[who] += 1
            here[trigger].append(Token(who, self.entries[who], trigger, now, 0))
        for node in self.order:
            arrived = sorted(here[node], key=lambda t: (self.import_order[t.person], t.entry, t.via))
            staying: list[Token] = []
            for token in arrived:
                if (token.person, token.entry, node) in self.seen:
                    self.visits.append([1, token.entry, token.person, node, now, now, "merged"])
                    self.alive[token.person] -= 1
                    continue
                self.seen.add((token.person, token.entry, node))
                row = [1, token.entry, token.person, node, now, None, "waiting"]
                self.visits.append(row)
                self.open_visits[token.person, token.entry, node] = row
                staying.append(token)
                if self.nodes[node]["kind"] in JUDGES:
                    token.due = self.due(node, token, now)
                    self.held.append(token)
            if self.nodes[node]["kind"] in JUDGES:
                staying = [t for t in self.held if t.node == node and t.due <= now]
                staying.sort(key=lambda t: (self.import_order[t.person], t.entry, t.via))
                self.held = [t for t in self.held if not (t.node == node and t.due <= now)]
            for token in staying:
                self.leave(token, now, here)

    def leave(self, token: Token, now: int, here: dict[str, list[Token]]) -> None:
        port = self.act(token, now)
        row = self.open_visits[token.person, token.entry, token.node]
        row[5], row[6] = now, port
        links = self.out[token.node, port]
        self.alive[token.person] += len(links) - 1
        for id, target in links:
            here[target].append(Token(token.person, token.entry, target, now, self.via[id]))

    # ---- what nodes do

    def act(self, token: Token, now: int) -> str:  # noqa: C901 - one case a kind
        node, config = self.nodes[token.node], self.nodes[token.node]["config"]
        match node["kind"]:
            case "end":
                return "done"
            case "text_sms" | "email":
                self.send(token, now, node)
            case "issue_coupon":
                self.coupon(token, now, node)
            case "tag":
                self.tag(token, now, config)
            case "random_grouping":
                bucket, below = self.bucket(token), 0
                for group in config["groups"]:
                    below += round(group["percent"] * 100)
                    if bucket < below:
                        return f"group:{group['id']}"
            case "tag_judgment":
                for group in config["groups"]:
                    if self.matches_person(group["condition"], token.person):
                        return f"group:{group['id']}"
                return "other" if config.get("other") else "left"
            case "event_judgment":
                if self.judged(config, token, now):
                    return "out"
                return "other" if config.get("other") else "left"
            case "result_judgment":
                known = self.result(token, now)
                return f"result:{known}" if known in config["results"] else "other"
        return "out"

    def due(self, node: str, token: Token, now: int) -> int:
        """When a holding node lets the person go."""
        config = self.nodes[node]["config"]
        if self.nodes[node]["kind"] == "wait_until":
            arrival, mode = when(now), config["mode"]
            if mode == "at":
                return max(now, ms(datetime.fromisoformat(config["at"])))
            if mode != "next_time":
                arrival = Duration(amount=config["amount"], unit=config["unit"]).plus(arrival, self.zone)
            return ms(
                arrival
                if mode == "duration"
                else first_at_or_after(arrival, clock(config["time"]), self.zone)
            )
        after = config["judge_after"]
        if "at" in after:
            last = max(now, ms(datetime.fromisoformat(after["at"])))
        else:
            last = ms(Duration(**after).plus(when(now), self.zone))
        if self.nodes[node]["kind"] == "result_judgment":
            mine = [m for m in self.messages if (m["person"], m["entry"]) == (token.person, token.entry)]
            mine = [m for m in mine if m["node"] in self.touch_in_front(token)]
            good: list[int] = [m["known"] for m in mine if m["result"][0] == "sent"]
            if good:
                return min([last, *good])
            unknown = any(m["result"][0] == "unknown" for m in mine)
            return last if unknown else min(last, max(int(m["known"]) for m in mine))
        if config.get("early"):
            moments = sorted(
                {e.time for e in self.world.events if e.person == token.person and now < e.time <= last}
            )
            for moment in moments:
                if self.certain(config, token, moment) is not None:
                    return moment
        return last

    def touch_in_front(self, token: Token) -> set[str]:
        return {source for (source, _), links in self.out.items() for id, target in links
                if target == token.node and self.via[id] == token.via}  # fmt: skip

    def result(self, token: Token, now: int) -> str | None:
        mine = [m for m in self.messages if (m["person"], m["entry"]) == (token.person, token.entry)]
        mine = [m for m in mine if m["node"] in self.touch_in_front(token)]
        if any(m["result"][0] == "sent" and m["known"] <= now for m in mine):
            return "success"
        if all(m["result"][0] == "failed" and m["known"] <= now for m in mine):
            return "failed"
        return None

    def send(self, token: Token, now: int, node: dict[str, Any]) -> None:
        config, who = node["config"], token.person
        addresses = self.world.ids[who].get(TOUCHES[node["kind"]], [])
        if not config.get("send_to_all_ids"):
            addresses = addresses[:1]
        text = self.texts[config["template"]]
        for name, binding in config.get("variables", {}).items():
            text = text.replace("${" + name + "}", self.value(binding, token))
        for address in addresses:
            self.message(token, now, address, text, None)
        if not addresses:
            self.message(token, now, "", "", "no_id")

    def coupon(self, token: Token, now: int, node: dict[str, Any]) -> None:
        config, who = node["config"], token.person
        addresses = self.world.ids[who].get("member", [])
        limit = config.get("per_person_limit")
        if not addresses:
            self.message(token, now, "", "", "no_id")
        elif limit is not None and self.issued[who, config["coupon"]] >= limit:
            self.message(token, now, addresses[0], "", "limit")
        elif not self.codes[config["coupon"]]:
            self.message(token, now, addresses[0], "", "no_code")
        else:
            self.issued[who, config["coupon"]] += 1
            self.message(token, now, addresses[0], self.codes[config["coupon"]].pop(0), None)

    def message(self, token: Token, now: int, address: str, text: str, failure: str | None) -> None:
        message: dict[str, Any] = {
            "entry": token.entry, "person": token.person, "node": token.node, "address": address,
            "planned": now, "sent": None if failure else now, "text": text, "state": "failed",
            "reason": failure or "", "result": ("failed", failure), "known": now,
        }  # fmt: skip
        if failure is None:
            result, after = self.scripted(token, address)
            message.update(result=result, known=now + after, state="sending", reason="")
        self.messages.append(message)

    def scripted(self, token: Token, address: str) -> tuple[tuple[str, str], int]:
        best: tuple[Any, ...] = ()
        for index, row in enumerate(self.results):
            fits = row["person_id"] == token.person and row["node"] == token.node
            fits = (
                fits
                and row.get("entry", "") in ("", str(token.entry))
                and row.get("address", "") in ("", address)
            )
            if fits:
                best = max(best, (bool(row.get("entry")), bool(row.get("address")), index))
        if not best:
            return ("sent", ""), 0
        row = self.results[best[2]]
        code, _, reason = row["result"].partition("(")
        state = {"success": "sent"}.get(code, code)
        return (state, reason.rstrip(")")), int(float(row["after_seconds"]) * 1000)

    def tag(self, token: Token, now: int, config: dict[str, Any]) -> None:
        mine = self.tags.setdefault(token.person, {})
        values: dict[str, dict[str, None]] = {}
        for item in config["assignments"]:
            given = item["value"] if isinstance(item["value"], list) else [item["value"]]
            values.setdefault(item["tag"], {}).update(dict.fromkeys(given))
        for tag, new in values.items():
            if config.get("on_conflict") == "ignore" and mine.get(tag):
                continue
            mine[tag] = list(new)
            self.tag_writes += [[now, token.person, token.node, tag, value] for value in new]

    def value(self, binding: dict[str, Any], token: Token) -> str:
        if binding["from"] == "constant":
            return str(binding["value"])
        if binding["from"] == "attribute":
            found = self.world.attributes[token.person].get(binding["key"], "")
        elif binding["from"] == "tag":
            found = ", ".join(sorted(self.tags.get(token.person, {}).get(binding["key"], [])))
        else:
            event = self.triggering[token.person, token.entry]
            raw = event.attributes.get(binding["key"])
            found = "" if raw is None else raw if isinstance(raw, str) else json.dumps(raw)
        return found or (binding["default"] if binding.get("when_empty") == "default" else "")

    def bucket(self, token: Token) -> int:
        h = int.from_bytes(blake2b(token.person.encode()).digest()[:8], "big") % P
        digest = blake2b(f"{self.campaign}/{token.node}".encode(), digest_size=24).digest()
        a, b, c = (int.from_bytes(digest[i : i + 8], "big") % (P - 1) + 1 for i in (0, 8, 16))
        h = (h + token.entry * 1_000_003) % P
        x = (a * h + b) % P
        y = (x * x + c) % P
        z = (x * y + a) % P
        return z * 10_000 // P

    # ---- judgments

    def certain(self, config: dict[str, Any], token: Token, now: int) -> bool | None:
        """The outcome of an Event Judgment, if it can no longer change after `now`: three-valued logic."""
        groups: list[list[bool | None]] = []
        for condition in config["conditions"]:
            met = self.count(condition, token, now) >= condition.get("times", 1)
            occurred = condition.get("behavior", "occurred") == "occurred"
            value = occurred if met else None
            if condition["join"] == "and":
                groups[-1].append(value)
            else:
                groups.append([value])
        both = [False if False in g else None if None in g else True for g in groups]
        return True if True in both else None if None in both else False

    def judged(self, config: dict[str, Any], token: Token, now: int) -> bool:
        groups: list[bool] = []
        for condition in config["conditions"]:
            met = self.count(condition, token, now) >= condition.get("times", 1)
            value = met == (condition.get("behavior", "occurred") == "occurred")
            if condition["join"] == "and":
                groups[-1] = groups[-1] and value
            else:
                groups.append(value)
        return any(groups)

    def count(self, condition: dict[str, Any], token: Token, now: int) -> int:
        return sum(
            e.person == token.person
            and e.code == condition["event"]
            and token.arrived < e.time <= now
            and self.matches_event(condition.get("where"), e)
            for e in self.world.events
        )

    def matches_event(self, tree: dict[str, Any] | None, event: Event) -> bool:
        return tree is None or evaluate(tree, lambda name: event.attributes.get(name))

    def matches_person(self, tree: dict[str, Any], who: str) -> bool:
        def read(name: str) -> Any:
            prefix, _, key = name.partition(":")
            if prefix == "attr":
                return self.world.attributes[who].get(key) or None
            values = self.tags.get(who, {}).get(key) or None
            return values if values is None or key in self.world.multi else values[0]

        return evaluate(tree, read)


def evaluate(tree: dict[str, Any], read: Any) -> bool:
    """A condition tree over texts, numbers and sets of texts."""
    if "all" in tree:
        return all(evaluate(item, read) for item in tree["all"])
    if "any" in tree:
        return any(evaluate(item, read) for item in tree["any"])
    found, op, value = read(tree["field"]), tree["op"], tree.get("value")
    wanted = value if isinstance(value, list) else [value]
    match op:
        case "empty":
            return found is None
        case "not_empty":
            return found is not None
        case "is":
            return found in wanted
        case "is_not":
            return found not in wanted
        case "contains":
            return found is not None and value in found
        case "has_any":
            return found is not None and any(v in found for v in wanted)
        case "has_none":
            return found is None or not any(v in found for v in wanted)
        case ">=":
            return found is not None and found >= value
        case "<":
            return found is not None and found < value
    raise AssertionError(op)
