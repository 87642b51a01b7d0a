"""Random goals and control groups, drawn apart from everything else: cases keep what they had before."""

from __future__ import annotations

from tests.engine.interpreter.case import Case, Json
from tests.engine.random_cases import stock
from tests.engine.random_cases.trees import Chance


def add_measures(case: Case, seed: int) -> None:
    """Let half of the campaigns have a goal, and some hold people back: their own, or the workspace's.

    Where receipts matter nobody is held back, else there would be too few of them.
    """
    chance = Chance(seed + 3_000_000)
    rng = chance.rng
    if rng.random() < 0.5:
        goal: Json = {"event": rng.choice(stock.EVENTS), "within": chance.duration()}
        if rng.random() < 0.5:
            goal["where"] = chance.tree(stock.EVENT_ATTRIBUTES, 1)
        case.campaign["goal"] = goal
    if chance.focus == "receipts":
        return
    if rng.random() < 0.25:
        case.campaign["holdout"] = {"percent": rng.choice([5, 12.5, 50])}
    if rng.random() < 0.15:
        case.settings["control_group"] = {"percent": rng.choice([10, 25]), "salt": rng.choice(["", "2"])}
        if rng.random() < 0.3:
            case.campaign["ignore_global_control"] = True
