"""Random send windows, drawn apart from everything else: cases keep what they had before there were any."""

from __future__ import annotations

from tests.engine.interpreter.case import Case, Json
from tests.engine.random_cases import stock
from tests.engine.random_cases.trees import Chance

ATTRIBUTE = "home"
WINDOWS = (
    ("09:00", "20:00"), ("08:00", "22:30"), ("20:00", "06:00"), ("00:00", "12:00"), ("02:15", "02:45"),
    ("12:00", "00:00"), ("23:30", "02:30"), ("16:00", "17:30"), ("03:15", "05:00"),
)  # fmt: skip
NO_ZONES = ("Nowhere/Land", "europe/berlin", "UTC+3", " Asia/Shanghai", "../Europe/Berlin", "北京")


def add_window(case: Case, seed: int) -> None:
    """Let some campaigns send at certain times only: on the workspace's clock, or on each person's.

    Where receipts matter, or limits, messages come as they did: else there would be too few of what is looked
    for.
    """
    chance = Chance(seed + 5_000_000)
    rng, focus = chance.rng, Chance(seed).focus
    if rng.random() > {"receipts": 0.0, "fatigue": 0.15, "quiet": 0.5}.get(focus, 0.35):
        return
    opens, closes = rng.choice(WINDOWS)
    window: Json = {"from": opens, "to": closes}
    if rng.random() < 0.65:
        window["zone"] = ATTRIBUTE
        case.catalog["attributes"] = {**case.catalog["attributes"], ATTRIBUTE: "text"}
        zones = [case.settings["time_zone"], *(zone for zone, _ in stock.CHANGES)]
        for person in case.people:
            if rng.random() < 0.85:
                person.attributes[ATTRIBUTE] = rng.choice([*zones, *rng.sample(NO_ZONES, 2)])
    case.campaign["send_window"] = window
