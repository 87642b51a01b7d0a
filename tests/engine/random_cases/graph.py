"""Random campaigns: a graph that grows at its open ends until every path ends."""

from __future__ import annotations

from tests.engine.interpreter.case import Json
from tests.engine.random_cases.configs import Configs
from tests.engine.random_cases.settings import CHANNELS
from tests.engine.random_cases.trees import Chance

FAMILY = {
    **dict.fromkeys(
        (
            "text_sms",
            "digital_sms",
            "email",
            "wechat_message",
            "template_message",
            "issue_coupon",
            "push_kafka",
        ),
        "message",
    ),
    "app_push": "push",
    "webhook": "webhook",
}
"""Kinds with results; those of one family may stand together in front of a Result Judgment."""
KINDS = (
    *FAMILY, *CHANNELS, "tag", "tag", "generate_audience", "wait_until", "wait_until", "random_grouping",
    "ab_test", "tag_judgment", "tag_judgment", "event_judgment", "event_judgment", "fatigue_judgment",
)  # fmt: skip
MORE = {
    "receipts": ("app_push", "webhook") * 5,
    "quiet": CHANNELS * 2,
    "coupons": ("issue_coupon",) * 8,
    "audiences": ("generate_audience",) * 8,
    "fatigue": (*CHANNELS * 2, *["text_sms"] * 4, *["fatigue_judgment"] * 5),
}
"""Kinds that a case of some focus has more of."""

Scope = tuple[str, ...]
"""The Test Targets that a path must still pass, the innermost last."""


def ports(kind: str, config: Json) -> list[str]:
    match kind:
        case "end":
            return []
        case "result_judgment":
            return [*(f"result:{code}" for code in config["results"]), "other"]
        case _:
            first = [f"group:{group['id']}" for group in config.get("groups", ())] or ["out"]
            return [*first, *(["other"] if config.get("other") else [])]


class Drawing:
    """A campaign in the making. `open` are ports without a link, each inside its scope."""

    def __init__(self, chance: Chance, size: int) -> None:
        self.rng, self.focus, self.size = chance.rng, chance.focus, size
        self.configs = Configs(chance)
        self.nodes: dict[str, Json] = {}
        self.links: dict[str, Json] = {}
        self.scope: dict[str, Scope] = {}
        self.above: dict[str, set[str]] = {}
        self.open: list[tuple[str, str]] = []
        kind, config = self.configs.trigger()
        self.trigger = self.add(kind, config, ())
        self.link("n_start", "out", self.trigger)
        while self.open:
            self._grow(*self.open.pop(self.rng.randrange(len(self.open))))

    def add(self, kind: str, config: Json, scope: Scope) -> str:
        id = f"n_{self.rng.choice('abcdefgh')}{len(self.nodes)}"
        self.nodes[id] = {
            "kind": kind,
            "name": f"{kind} {len(self.nodes)}",
            "config": config,
            "confirmed": True,
        }
        self.above[id], self.scope[id] = {id}, scope
        inside = scope
        if kind == "ab_test":
            target = self.add("ab_target", self.configs.ab_target(id), scope)
            self.above[target].add(id)  # whatever stands in front of the test stands in front of its target
            inside = (*scope, target)
        self.scope |= {f"{id}/{port}": inside for port in ports(kind, config)}
        self.open += [(id, port) for port in ports(kind, config)]
        return id

    def link(self, source: str, port: str, target: str) -> None:
        id = f"l_{self.rng.choice('abcd')}{len(self.links)}"
        self.links[id] = {"from": source, "port": port, "to": target}
        if source != "n_start":
            for node, above in self.above.items():
                if target in above:
                    self.above[node] = above | self.above[source]

    def _grow(self, source: str, port: str) -> None:
        for _ in range(1 if self.rng.random() < 0.7 else self.rng.randint(2, 3)):
            scope = self.scope[f"{source}/{port}"]
            others = [node for node in self.nodes if self._may_join(source, port, node)]
            judges = [node for node in others if self.nodes[node]["kind"] == "result_judgment"]
            if judges and self.rng.random() < 0.6:
                target = self.rng.choice(judges)
            elif others and self.rng.random() < 0.25:
                target = self.rng.choice(others)
            elif len(self.nodes) >= self.size:
                target = scope[-1] if scope else self.add("end", {}, ())
            else:
                target = self._new(source, scope)
            taken = [
                link["to"] for link in self.links.values() if (link["from"], link["port"]) == (source, port)
            ]
            if target not in taken:
                self.link(source, port, target)

    def _may_join(self, source: str, port: str, target: str) -> bool:
        """Whether a port may lead to a node that is there: no cycle, no way out of an AB test."""
        kind, scope = self.nodes[target]["kind"], self.scope[f"{source}/{port}"]
        if target in self.above[source] or kind in (
            "target_audience",
            "behavior_event",
            "attribute_judgment",
        ):
            return False
        if kind == "result_judgment" and not self._judges(target, source):
            return False
        if kind == "ab_target":
            return scope[-1:] == (target,)
        return self.scope[target] == scope

    def _judges(self, judge: str, touch: str) -> bool:
        fronts = [self.nodes[link["from"]] for link in self.links.values() if link["to"] == judge]
        one, new = fronts[0], self.nodes[touch]
        if self.nodes[judge]["config"]["by"] == "receipt":
            return bool(one["kind"] == new["kind"])
        return new["kind"] in FAMILY and FAMILY[new["kind"]] == FAMILY[one["kind"]]

    def _new(self, source: str, scope: Scope) -> str:
        in_front = self.nodes[source]["kind"]
        if in_front in CHANNELS and self.focus == "fatigue" and self.rng.random() < 0.5:
            return self.add("fatigue_judgment", self.configs.fatigue_judgment(in_front), scope)
        if in_front in FAMILY and self.rng.random() < (0.9 if self.focus == "receipts" else 0.5):
            return self.add("result_judgment", self.configs.result_judgment(in_front), scope)
        if source == self.trigger and self.focus == "best":
            return self.add("ab_test", self.configs.make("ab_test"), scope)
        if in_front == "behavior_event" and self.rng.random() < 0.6:
            return self.add("attribute_judgment", self.configs.make("attribute_judgment"), scope)
        kinds = [
            *KINDS,
            *MORE.get(self.focus, ()),
            *([] if self.configs.from_event else ["audience_judgment"] * 2),
        ]
        kind = self.rng.choice(kinds)
        if kind == "ab_test" and len(scope) == 2:
            kind = "wait_until"
        return self.add(kind, self.configs.make(kind), scope)
