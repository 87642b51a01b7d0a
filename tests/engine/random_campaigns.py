"""Random campaigns with random people, events and results, small enough to run one person at a time."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.campaign.document import CampaignDocument
from engine.campaign.model import Attributes, Link, Node
from engine.workspace.audience import AUDIENCE
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog
from engine.workspace.message import MESSAGE
from tests.engine.reference import EPOCH, TOUCHES, Event, World

CAMPAIGN = "c_random"
SINCE = datetime(2026, 3, 27, 8, tzinfo=UTC)
"""The Friday before the clocks go forward in Berlin."""
TEXTS = {"m_sms": "Dear ${name} (${level}): ${word}", "m_mail": "Hello ${name}, ${interests} and ${amount}"}
CITIES = ["Bonn", "Köln", "", "北京", "Ulm"]
LEVELS = ["Gold", "Silver", "VIP"]
INTERESTS = ["art", "music", "sport"]
EVENTS = ["order", "login"]


@dataclass
class Case:
    """A campaign and everything that it runs on."""

    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: list[tuple[str, str, str, str]] = field(default_factory=list)
    world: World = field(default_factory=lambda: World([], {}, {}, {}, [], {}, {}, {"interests"}))
    results: list[dict[str, str]] = field(default_factory=list)
    later_ids: list[tuple[str, str, str, str]] = field(default_factory=list)
    first_ids: dict[str, dict[str, str]] = field(default_factory=dict)
    start: datetime | None = None
    end: datetime | None = None
    until: datetime = SINCE + timedelta(days=60)

    def bundle(self) -> Bundle:
        nodes = {
            id: Node(kind=node["kind"], name=id, config=node["config"], confirmed=True)
            for id, node in self.nodes.items()
        }
        links = {id: Link(source=source, port=port, target=target) for id, source, port, target in self.links}
        start, end = (None if moment is None else moment.isoformat() for moment in (self.start, self.end))
        document = CampaignDocument(
            Attributes(id=CAMPAIGN, name="Random", start=start, end=end), nodes, links
        )
        audiences = {
            id: AUDIENCE.adapter.validate_python({"id": id, "name": id, "list": {"id_type": "mobile"}})
            for id in self.world.audiences
        }
        sms = {"id": "m_sms", "name": "SMS", "kind": "text_sms", "status": "approved"}
        mail = {"id": "m_mail", "name": "Mail", "kind": "email", "status": "approved"}
        messages = {
            "m_sms": MESSAGE.adapter.validate_python({**sms, "content": {"text": TEXTS["m_sms"]}}),
            "m_mail": MESSAGE.adapter.validate_python(
                {**mail, "content": {"subject": "S", "html": "", "text": TEXTS["m_mail"]}}
            ),
        }
        catalog = Catalog.model_validate(
            {
                "events": {
                    code: {"name": code, "attributes": {"amount": "number", "word": "text"}}
                    for code in EVENTS
                },
                "tags": {"level": {"type": "text"}, "interests": {"type": "multi"}},
                "attributes": {"city": "text"},
                "coupons": {"cp_1": {"name": "Ten off", "type": "voucher", "value": "10", "valid_days": 30}},
            }
        )
        return Bundle(document, audiences, messages, {}, catalog)

    def write_data(self, folder: Path) -> None:
        """The data folder."""
        world = self.world
        people = [
            [
                who,
                *(self.first_ids[who].get(kind, "") for kind in ("mobile", "email", "member")),
                world.attributes[who].get("city", ""),
            ]
            for who in world.people
        ]
        _csv(folder / "people.csv", ["person_id", "id:mobile", "id:email", "id:member", "attr:city"], people)
        _csv(
            folder / "ids.csv",
            ["person_id", "type", "value", "time", "follower"],
            [[*row, ""] for row in self.later_ids],
        )
        tags = [
            [who, tag, value]
            for who, mine in world.tags.items()
            for tag, values in mine.items()
            for value in values
        ]
        _csv(folder / "tags.csv", ["person_id", "tag", "value"], tags)
        events = [[e.id, e.person, e.code, _iso(e.time), json.dumps(e.attributes)] for e in world.events]
        _csv(folder / "events.csv", ["event_id", "person_id", "event", "time", "attributes"], events)
        _csv(
            folder / "coupons.csv",
            ["coupon", "code"],
            [[c, code] for c, codes in world.coupons.items() for code in codes],
        )
        (folder / "audiences").mkdir()
        for id, members in world.audiences.items():
            _csv(folder / "audiences" / f"{id}.csv", ["person_id"], [[who] for who in members])
        schema = {
            "attributes": {"city": "text"},
            "tags": {"level": "text", "interests": "multi"},
            "events": {code: {"amount": "number", "word": "text"} for code in EVENTS},
        }
        (folder / "schema.json").write_text(json.dumps(schema))

    def write_results(self, path: Path) -> None:
        names = ["person_id", "node", "result", "after_seconds", "entry", "address"]
        _csv(path, names, [[row.get(name, "") for name in names] for row in self.results])


def _iso(moment: int) -> str:
    return (EPOCH + timedelta(milliseconds=moment)).isoformat(timespec="milliseconds")


def _csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def make(seed: int) -> Case:
    """The case of a seed."""
    rng = random.Random(seed)
    case = Case()
    _people(rng, case)
    _campaign(rng, case)
    _results(rng, case)
    if rng.random() < 0.2:
        case.start = SINCE + timedelta(hours=rng.randint(-2, 30))
    if rng.random() < 0.2:
        case.end = (case.start or SINCE) + timedelta(hours=rng.randint(1, 60))
    if rng.random() < 0.2:
        case.until = SINCE + timedelta(hours=rng.randint(1, 100))
    return case


def _people(rng: random.Random, case: Case) -> None:
    world = case.world
    world.people = [f"p{rng.randint(0, 9)}{index}" for index in range(rng.randint(3, 25))]
    for index, who in enumerate(world.people):
        first = {kind: f"{kind}{index}" for kind in ("mobile", "email", "member") if rng.random() < 0.8}
        case.first_ids[who] = first
        world.ids[who] = {kind: [value] for kind, value in first.items()}
        for turn in range(rng.choice([0, 0, 0, 1, 2])):
            kind = rng.choice(["mobile", "email", "member"])
            value = f"{kind}{index}-{turn}"
            case.later_ids.append((who, kind, value, f"2025-01-0{turn + 1}T00:00:00Z"))
            world.ids[who].setdefault(kind, []).insert(0, value)
        city = rng.choice(CITIES)
        world.attributes[who] = {"city": city} if city else {}
        world.tags[who] = {}
        if rng.random() < 0.5:
            world.tags[who]["level"] = [rng.choice(LEVELS)]
        if rng.random() < 0.5:
            world.tags[who]["interests"] = rng.sample(INTERESTS, rng.randint(1, 3))
    step = rng.choice([1, 60_000, 3_600_000, 6 * 3_600_000])
    origin = int(SINCE.timestamp() * 1000)
    for number in range(rng.randint(0, 5 * len(world.people))):
        time = origin + rng.randint(-5 * 3_600_000, 5 * 24 * 3_600_000) // step * step
        attributes: dict[str, Any] = {}
        if rng.random() < 0.8:
            attributes["amount"] = rng.randint(0, 5)
        if rng.random() < 0.6:
            attributes["word"] = rng.choice(["a", "b", "ä"])
        world.events.append(
            Event(f"e{number:03d}", rng.choice(world.people), rng.choice(EVENTS), time, attributes)
        )
    world.coupons["cp_1"] = [f"C{rng.randint(0, 99)}-{n}" for n in range(rng.choice([0, 3, 15, 60]))]
    for id in ("a_1", "a_2"):
        world.audiences[id] = rng.sample(world.people, rng.randint(0, len(world.people)))


class _Drawing:
    """A graph that grows at its open ends."""

    def __init__(self, rng: random.Random, case: Case) -> None:
        self.rng, self.case = rng, case
        self.above: dict[str, set[str]] = {}
        self.open: list[tuple[str, str]] = []
        self.count = 0

    def node(self, kind: str, config: dict[str, Any], ports: list[str]) -> str:
        id = f"n_{self.rng.choice('abcdefgh')}{self.count}"
        self.count += 1
        self.case.nodes[id] = {"kind": kind, "config": config}
        self.above[id] = {id}
        self.open += [(id, port) for port in ports]
        return id

    def link(self, source: str, port: str, target: str) -> None:
        self.case.links.append((f"l_{self.rng.choice('abcd')}{len(self.case.links)}", source, port, target))
        if source == "n_start":
            return
        for node, above in self.above.items():
            if target in above:
                self.above[node] = above | self.above[source]

    def joinable(self, source: str, port: str) -> list[str]:
        """Nodes that a port may lead to besides new ones."""
        nodes = self.case.nodes
        taken = {target for _, s, p, target in self.case.links if (s, p) == (source, port)}
        return [
            id
            for id, node in nodes.items()
            if id not in self.above[source] | taken
            and node["kind"] not in ("target_audience", "behavior_event")
            and (node["kind"] != "result_judgment" or nodes[source]["kind"] in TOUCHES)
        ]


def _campaign(rng: random.Random, case: Case) -> None:
    drawing = _Drawing(rng, case)
    if rng.random() < 0.5:
        config: dict[str, Any] = {"audiences": rng.choice([["a_1"], ["a_1", "a_2"]]), "mode": "now"}
        if rng.random() < 0.3:
            config.update(mode="once", at=(SINCE + timedelta(hours=rng.randint(-1, 20))).isoformat())
        first = drawing.node("target_audience", config, ["out"])
    else:
        config = {"event": rng.choice(EVENTS), "re_entry": rng.choice(["every_time", "after_exit", "once"])}
        if rng.random() < 0.4:
            config["where"] = _event_condition(rng)
        first = drawing.node("behavior_event", config, ["out"])
    drawing.link("n_start", "out", first)
    size = rng.randint(2, 14)
    while drawing.open:
        source, port = drawing.open.pop(rng.randrange(len(drawing.open)))
        branches = 1 if rng.random() < 0.7 else rng.randint(2, 3)
        for _ in range(branches):
            others = drawing.joinable(source, port)
            if others and rng.random() < 0.3:
                target = rng.choice(others)
            elif len(case.nodes) > size:
                target = drawing.node("end", {}, [])
            else:
                target = _new_node(rng, drawing, source)
            drawing.link(source, port, target)


def _new_node(rng: random.Random, drawing: _Drawing, source: str) -> str:
    config: dict[str, Any]
    groups: list[dict[str, Any]]
    in_front = drawing.case.nodes[source]["kind"]
    trigger = next(iter(drawing.case.nodes.values()))["kind"]
    if in_front in TOUCHES and rng.random() < 0.5:
        results = rng.choice([["success"], ["failed"], ["success", "failed"]])
        config = {"judge_after": _duration(rng), "by": "send", "results": results}
        return drawing.node("result_judgment", config, [*(f"result:{code}" for code in results), "other"])
    match rng.choice(
        ["sms", "mail", "coupon", "coupon", "tag", "tag", "wait", "wait", "tags", "tags", "events", "random"]
    ):
        case "sms" | "mail" as which:
            return _touch(rng, drawing, which, from_event=trigger == "behavior_event")
        case "coupon":
            config = {"coupon": "cp_1"}
            if rng.random() < 0.6:
                config["per_person_limit"] = rng.choice([1, 1, 2])
            return drawing.node("issue_coupon", config, ["out"])
        case "tag":
            return drawing.node("tag", _assignments(rng), ["out"])
        case "wait":
            return drawing.node("wait_until", _wait(rng), ["out"])
        case "tags":
            groups = [
                {"id": f"g_{n}", "name": f"G{n}", "condition": _condition(rng)}
                for n in range(rng.randint(1, 3))
            ]
            other = rng.random() < 0.6
            ports = [f"group:{group['id']}" for group in groups] + (["other"] if other else [])
            return drawing.node("tag_judgment", {"groups": groups, "other": other}, ports)
        case "events":
            config = _event_judgment(rng)
            return drawing.node("event_judgment", config, ["out", *(["other"] if config["other"] else [])])
        case _:
            shares: list[float] = rng.choice(
                [[50, 50], [33.3, 33.3, 33.4], [10, 90], [0, 100], [25, 25, 25, 25]]
            )
            groups = [{"id": f"g_{n}", "name": f"G{n}", "percent": share} for n, share in enumerate(shares)]
            return drawing.node(
                "random_grouping", {"groups": groups}, [f"group:g_{n}" for n in range(len(groups))]
            )


def _touch(rng: random.Random, drawing: _Drawing, which: str, *, from_event: bool) -> str:
    level = {"from": "tag", "key": "level", "when_empty": "nothing"}
    city = {"from": "attribute", "key": "city", "when_empty": "default", "default": "friend"}
    constant = {"from": "constant", "value": "x"}
    if which == "sms":
        word = (
            {"from": "event", "key": "word", "when_empty": "default", "default": "-"}
            if from_event
            else constant
        )
        config: dict[str, Any] = {
            "platform": "acc", "sms_type": "notification", "signature": "S", "template": "m_sms",
            "variables": {"name": city, "level": level, "word": word},
        }  # fmt: skip
    else:
        amount = {"from": "event", "key": "amount", "when_empty": "nothing"} if from_event else constant
        interests = {"from": "tag", "key": "interests", "when_empty": "default", "default": "nothing"}
        config = {
            "account": "acc", "sender": "s@x.example", "template": "m_mail",
            "variables": {"name": city, "interests": interests, "amount": amount},
        }  # fmt: skip
    if rng.random() < 0.2:
        config["send_to_all_ids"] = True
    return drawing.node("text_sms" if which == "sms" else "email", config, ["out"])


def _duration(rng: random.Random) -> dict[str, Any]:
    unit = rng.choice(["minute", "hour", "hour", "day", "day", "week", "month"])
    return {"amount": rng.choice([1, 2, 30]) if unit == "minute" else rng.randint(1, 3), "unit": unit}


def _wait(rng: random.Random) -> dict[str, Any]:
    time = rng.choice(["02:30", "09:00", "00:00", "23:59", "10:00"])
    match rng.choice(["duration", "at", "next_time", "after_days_at"]):
        case "duration":
            unit = rng.choice(["minute", "hour", "day"])
            return {"mode": "duration", "amount": rng.randint(1, 3), "unit": unit}
        case "at":
            return {"mode": "at", "at": (SINCE + timedelta(hours=rng.randint(-3, 48))).isoformat()}
        case "next_time":
            return {"mode": "next_time", "time": time}
        case _:
            unit = rng.choice(["day", "week", "month"])
            return {"mode": "after_days_at", "amount": rng.randint(1, 2), "unit": unit, "time": time}


def _assignments(rng: random.Random) -> dict[str, Any]:
    items: list[dict[str, Any]] = []
    if rng.random() < 0.7:
        items.append({"tag": "level", "value": rng.choice(LEVELS)})
    if rng.random() < 0.5 or not items:
        items.append({"tag": "interests", "value": rng.sample(INTERESTS, rng.randint(1, 2))})
    return {"on_conflict": rng.choice(["overwrite", "ignore"]), "assignments": items}


def _condition(rng: random.Random, depth: int = 0) -> dict[str, Any]:
    if depth < 2 and rng.random() < 0.4:
        return {rng.choice(["all", "any"]): [_condition(rng, depth + 1) for _ in range(rng.randint(1, 3))]}
    match rng.choice(["level", "interests", "city"]):
        case "level":
            op = rng.choice(["is", "is_not", "empty", "not_empty"])
            leaf: dict[str, Any] = {"field": "tag:level", "op": op}
            return leaf if op.endswith("empty") else {**leaf, "value": rng.sample(LEVELS, rng.randint(1, 2))}
        case "interests":
            op = rng.choice(["has_any", "has_none", "empty", "not_empty"])
            leaf = {"field": "tag:interests", "op": op}
            return leaf if op.endswith("empty") else {**leaf, "value": rng.sample(INTERESTS, 1)}
        case _:
            return {
                "field": "attr:city",
                "op": rng.choice(["is", "is_not"]),
                "value": [rng.choice(["Bonn", "Köln"])],
            }


def _event_condition(rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.5:
        return {"field": "amount", "op": rng.choice([">=", "<"]), "value": rng.randint(1, 4)}
    return {"field": "word", "op": rng.choice(["is", "is_not"]), "value": ["a"]}


def _event_judgment(rng: random.Random) -> dict[str, Any]:
    conditions: list[dict[str, Any]] = []
    for number in range(rng.choice([1, 1, 2, 3])):
        condition: dict[str, Any] = {
            "join": rng.choice(["and", "or"]) if number else None,
            "event": rng.choice(EVENTS),
            "times": rng.choice([1, 1, 2]),
            "behavior": rng.choice(["occurred", "occurred", "not_occurred"]),
        }
        if rng.random() < 0.4:
            condition["where"] = _event_condition(rng)
        conditions.append(condition)
    after = _duration(rng)
    if rng.random() < 0.2:
        after = {"at": (SINCE + timedelta(hours=rng.randint(-2, 60))).isoformat()}
    return {
        "judge_after": after,
        "conditions": conditions,
        "early": rng.random() < 0.5,
        "other": rng.random() < 0.6,
    }


def _results(rng: random.Random, case: Case) -> None:
    touches = [id for id, node in case.nodes.items() if node["kind"] in TOUCHES]
    if not touches or rng.random() < 0.3:
        return
    for _ in range(rng.randint(1, 2 * len(case.world.people))):
        who, node = rng.choice(case.world.people), rng.choice(touches)
        row = {
            "person_id": who,
            "node": node,
            "result": rng.choice(["success", "failed", "failed(E1)", "unknown"]),
            "after_seconds": rng.choice(["0", "0", "5", "3600", "100000", "0.25", "9999999"]),
        }
        if rng.random() < 0.2:
            row["entry"] = str(rng.randint(1, 2))
        kind = TOUCHES[case.nodes[node]["kind"]]
        if rng.random() < 0.2 and case.world.ids[who].get(kind):
            row["address"] = rng.choice(case.world.ids[who][kind])
        case.results.append(row)
