"""Random exit rules, drawn apart from everything else: cases keep what they had before there were any."""

from __future__ import annotations

from tests.engine.interpreter.case import Case, Json
from tests.engine.interpreter.clock import DAY, ms
from tests.engine.random_cases import stock
from tests.engine.random_cases.trees import Chance

GONE = "r_gone"
"""An audience that people come into as time goes by."""


def add_exits(case: Case, seed: int) -> None:
    """Let many campaigns have rules: of events, of audiences, or both.

    Where receipts matter nobody leaves, else there would be too few of them.
    """
    chance = Chance(seed + 1_000_000)
    rng = chance.rng
    holding = chance.focus in ("quiet", "fatigue")  # messages that wait may be taken back
    if rng.random() > {"quiet": 0.5, "receipts": 0.0}.get(chance.focus, 0.45):
        return
    rules: list[Json] = []
    kinds = rng.choice(["events", "events", "audiences", "audiences", "audiences", "both"])
    if kinds != "audiences":
        for _ in range(rng.choice([1, 1, 2])):
            rule: Json = {"event": rng.choice(stock.EVENTS)}
            if rng.random() < (0.3 if holding else 0.6):
                rule["where"] = chance.tree(stock.EVENT_ATTRIBUTES, 1)
            rules.append(rule)
    if kinds != "events":
        case.audiences[GONE] = _gone(chance, case)
        rules.append({"audience": rng.choice([*[GONE] * 8, "r_both", "a_2"])})
    case.campaign["exits"] = rules


def _gone(chance: Chance, case: Case) -> Json:
    """Whoever has so many events, or has had them lately."""
    rng = chance.rng
    lasts = ms(str(case.until)) - ms(case.since)
    often: Json = {"unit": "hour", "interval": rng.choice([2, 6, 8]), "minute": rng.choice([0, 30])}
    daily: Json = {"unit": "day", "interval": 1, "time": rng.choice(stock.WALLS)}
    card: Json = {"join": None, "card": "behaviour", "event": rng.choice(stock.EVENTS)}
    last: Json = {"last": {"amount": rng.choice([4, 24]), "unit": "hour"}}
    card["range"] = rng.choice([None, last, last])
    card |= {"measure": "count", "op": ">=", "value": rng.choice([1, 2, 2, 3])}
    head: Json = {"format": "audience", "version": 1, "id": GONE, "name": GONE, "cards": [card]}
    return {**head, "update": often if lasts < 10 * DAY else daily}
