"""Random cases: a campaign of any kind of component, a workspace and people, small enough to run by hand."""

from __future__ import annotations

from tests.engine.interpreter.case import Case, Json
from tests.engine.interpreter.clock import DAY, HOUR, iso
from tests.engine.random_cases import stock
from tests.engine.random_cases.graph import Drawing
from tests.engine.random_cases.people import add_audiences, add_people, add_results
from tests.engine.random_cases.settings import random_settings
from tests.engine.random_cases.trees import Chance

CAMPAIGN = "c_random"


def make(seed: int) -> Case:
    """The case of a seed."""
    chance = Chance(seed)
    rng = chance.rng
    if rng.random() < 0.3:
        chance.start = chance.since + rng.randint(-30, 30) * HOUR
    if rng.random() < 0.3:
        chance.end = max(chance.since, chance.start or 0) + rng.randint(1, 100) * HOUR
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
    case = Case(campaign, settings, stock.CATALOG, iso(chance.since), accounts=stock.ACCOUNTS)
    case.messages = stock.MESSAGES
    case.until = iso(chance.since + _length(chance, drawing.nodes[drawing.trigger]["config"]))
    add_people(chance, case)
    add_audiences(chance, case)
    add_results(chance, case)
    return case


def _length(chance: Chance, trigger: Json) -> int:
    """How long the rehearsal lasts: a few runs of a schedule, else until nearly everything has happened."""
    if "every" in trigger:
        days = {"hour": 2, "day": 6, "week": 22, "month": 70}[trigger["every"]["unit"]]
        return days * DAY + chance.rng.randint(0, 48) * HOUR
    return chance.rng.choice([0, 0, 1, 2, 5, 10, 40, 100]) * DAY + chance.rng.randint(1, 20) * HOUR
