"""Random cases: a campaign of any kind of component, a workspace and people, small enough to run by hand."""

from __future__ import annotations

from copy import deepcopy

from tests.engine.interpreter.case import Case, Json
from tests.engine.interpreter.clock import HOUR, iso
from tests.engine.random_cases import stock
from tests.engine.random_cases.graph import Drawing
from tests.engine.random_cases.leaving import add_exits
from tests.engine.random_cases.measuring import add_measures
from tests.engine.random_cases.people import add_audiences, add_people, add_results
from tests.engine.random_cases.settings import random_settings
from tests.engine.random_cases.trees import Chance
from tests.engine.random_cases.windows import add_window

CAMPAIGN = "c_random"
CASES = 200
"""Seeds that run in CI, on each database; in that many everything occurs."""


def make(seed: int) -> Case:
    """The case of a seed."""
    chance = Chance(seed)
    rng = chance.rng
    hours = chance.length // HOUR
    if rng.random() < 0.3:
        chance.start = chance.since + rng.randint(-30, hours // 5) * HOUR
    if rng.random() < (0.8 if chance.focus == "audiences" else 0.3):
        chance.end = max(chance.since, chance.start or 0) + rng.randint(hours // 5, hours) * HOUR
    settings = random_settings(chance)
    drawing = Drawing(chance, rng.randint(3, 15))
    campaign: Json = {
        "format": "campaign",
        "version": 1,
        "id": CAMPAIGN,
        "name": "Random",
        "start": None if chance.start is None else iso(chance.start),
        "end": None if chance.end is None else iso(chance.end),
        "nodes": drawing.nodes,
        "links": drawing.links,
    }
    case = Case(campaign, settings, deepcopy(stock.CATALOG), iso(chance.since))
    case.accounts, case.messages = deepcopy(stock.ACCOUNTS), deepcopy(stock.MESSAGES)
    short = rng.random() < (0.7 if chance.focus == "quiet" else 0.2)
    longer = rng.choice(
        [1, 30] if chance.trigger in ("hour", "day", "week", "month") else [1, 30, 30, 200, 2000]
    )
    lasts = (rng.randint(1, hours) if short else hours + longer) * HOUR
    case.until = iso(chance.since + lasts)
    add_people(chance, case)
    add_audiences(chance, case)
    add_results(chance, case)
    add_exits(case, seed)
    add_measures(case, seed)
    add_window(case, seed)
    _drop_unused_audiences(case, drawing.configs.audiences)
    if case.settings.get("whitelist") in named_by_rules(case):
        # The engine updates an audience when a campaign is about to need it, the interpreter by its schedule:
        # nobody sees a difference, but in a whitelist that such an update brings along.
        del case.settings["whitelist"]
    return case


def named_by_rules(case: Case) -> set[str]:
    """Audiences on which the rules of others depend."""
    cards = [card for file in case.audiences.values() for card in file.get("cards", ())]
    return {card["audience"] for card in cards if "audience" in card}


def _drop_unused_audiences(case: Case, entering: list[str]) -> None:
    """Keep those that enter, the whitelist, those with which people leave, and what their rules name."""
    leaving = [rule["audience"] for rule in case.campaign.get("exits", ()) if "audience" in rule]
    used, pending = set[str](), [*entering, *leaving, *filter(None, [case.settings.get("whitelist")])]
    while pending:
        id = pending.pop()
        used.add(id)
        pending += [card["audience"] for card in case.audiences[id].get("cards", ()) if "audience" in card]
    case.audiences = {id: file for id, file in case.audiences.items() if id in used}
    case.members = {id: members for id, members in case.members.items() if id in used}
