"""Small cases, written as what differs from one person, one list and one day in Berlin."""

from __future__ import annotations

from typing import Any

from tests.engine.interpreter.case import Address, Case, Event, Json, Person
from tests.engine.interpreter.clock import ms

SINCE = "2026-06-01T08:00:00+02:00"
ONCE_A_DAY: Json = {"unit": "day", "interval": 1, "time": "08:00"}
ALL: Json = {"audiences": ["a_1"], "mode": "now"}
LIST: Json = {"id": "a_1", "name": "a_1", "list": {"id_type": "mobile"}}


def sms(signature: str = "S", sms_type: str = "promotional", **more: Any) -> Json:
    config = {"platform": "acc", "sms_type": sms_type, "signature": signature, "template": "m", **more}
    return {"kind": "text_sms", "config": config}


def node(kind: str, **config: Any) -> Json:
    return {"kind": kind, "config": config}


def build(trigger: Json, nodes: dict[str, Json], links: str, people: str = "p1 p2", **more: Any) -> Case:
    """`links`: `a b` or `a group:g_1 b`, separated by commas, from the trigger `who` on; `end` is there."""
    found: dict[str, Json] = {"l_0": {"from": "n_start", "port": "out", "to": "who"}}
    for number, link in enumerate(links.split(","), 1):
        source, *port, target = link.split()
        found[f"l_{number}"] = {"from": source, "port": port[0] if port else "out", "to": target}
    kind = "behavior_event" if "event" in trigger else "target_audience"
    all_nodes = {"who": {"kind": kind, "config": trigger}, **nodes, "end": node("end")}
    who = people.split()
    settings = {"time_zone": "Europe/Berlin", **more.pop("settings", {})}
    campaign = {"id": "c", "nodes": all_nodes, "links": found, **more.pop("campaign", {})}
    attributes = {"amount": "number"}
    catalog: Json = {"events": {"order": {"attributes": attributes}}, "attributes": {}}
    catalog["tags"] = {"level": {"type": "text"}, "likes": {"type": "multi"}}
    case = Case(campaign, settings, catalog, SINCE, audiences={"a_1": LIST}, members={"a_1": who})
    case.messages = {"m": {"content": {"text": "Hi"}}}
    case.people = [Person(id, {"mobile": f"mobile/{id}", "member": f"member/{id}"}) for id in who]
    for name, value in more.items():
        setattr(case, name, value)
    return case


def order(time: str, who: str = "p1", id: str = "", **attributes: Any) -> Event:
    """An order on a time of June 2026: `02T09:00`."""
    return Event(id or f"e-{who}-{time}", who, "order", ms(f"2026-06-{time}:00+02:00"), attributes)


def address(value: str, time: str = "", follower: str = "", who: str = "p1", type: str = "mobile") -> Address:
    return Address(who, type, value, time, follower)
