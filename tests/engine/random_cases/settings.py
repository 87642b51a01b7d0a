"""Random workspace settings: fatigue, quiet times, holidays, whitelist."""

from __future__ import annotations

from datetime import timedelta

from tests.engine.interpreter.case import Json
from tests.engine.interpreter.clock import DAY, Clock
from tests.engine.random_cases.trees import Chance

CHANNELS = ("text_sms", "digital_sms", "email", "wechat_message", "template_message", "app_push")
PERIODS = ("minute", "hour", "hour", "day", "day", "week", "month")
QUIET = (("20:00", "08:00"), ("21:30", "02:30"), ("02:15", "03:30"), ("09:00", "17:00"), ("00:00", "12:00"))


def random_settings(chance: Chance) -> Json:
    rng = chance.rng
    settings: Json = {"format": "workspace", "version": 1, "name": "Random", "time_zone": chance.zone}
    settings["count_by"] = rng.choice(["person", "address"])
    settings["duplicate_address"] = rng.random() < 0.75
    if chance.focus == "fatigue" or rng.random() < 0.5:
        settings["fatigue"] = _fatigue(chance)
    if chance.focus in ("quiet", "fatigue") or rng.random() < 0.4:
        settings["quiet"] = _quiet(chance)
    if rng.random() < 0.3:
        settings["whitelist"] = rng.choice(["r_tags", "r_acts"])
    return settings


def _fatigue(chance: Chance) -> Json:
    rng = chance.rng

    def limit() -> Json:
        return {"per": rng.choice(PERIODS), "max": rng.choice([1, 1, 2, 3])}

    channels: dict[str, list[Json]] = {}
    for channel in CHANNELS:
        if channel == "text_sms" or rng.random() < 0.5:
            channels[channel] = [limit() for _ in range(rng.choice([1, 1, 2]))]
            if channel == "text_sms" and rng.random() < 0.5:
                channels[channel][0]["signature"] = rng.choice(["S", "T"])
    return {"global": [limit() for _ in range(rng.choice([0, 0, 0, 1, 2]))], "channels": channels}


def _quiet(chance: Chance) -> Json:
    rng = chance.rng
    channels: dict[str, Json] = {}
    for channel in CHANNELS:
        if rng.random() < 0.75:
            first, last = rng.choice(QUIET)
            channels[channel] = {"from": first, "to": last, "postpone": rng.random() < 0.6}
    holidays: list[Json] = []
    today = Clock(chance.zone).today(chance.since - DAY)
    for number in range(rng.choice([1, 2] if chance.focus == "quiet" else [0, 0, 1, 2])):
        first_day = today + timedelta(days=rng.randint(0, 3))
        last_day = first_day + timedelta(days=rng.randint(0, 2))
        dates = {"from": first_day.isoformat(), "to": last_day.isoformat()}
        holidays.append({"name": f"H{number}", **dates, "postpone": rng.random() < 0.7})
    return {"channels": channels, "holidays": holidays}
