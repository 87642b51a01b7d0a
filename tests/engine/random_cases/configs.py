"""A random configuration for each kind of component."""

from __future__ import annotations

from collections.abc import Callable

from tests.engine.interpreter.case import Json
from tests.engine.random_cases import stock
from tests.engine.random_cases.people import every
from tests.engine.random_cases.settings import CHANNELS
from tests.engine.random_cases.trees import PERSON, Chance


class Configs:
    """Makes configurations that fit a campaign with this trigger."""

    def __init__(self, chance: Chance) -> None:
        self.chance, self.rng = chance, chance.rng
        self.from_event = chance.trigger in ("every_time", "after_exit", "first")
        self.audiences: list[str] = []

    def trigger(self) -> tuple[str, Json]:
        return (
            ("behavior_event", self._behavior_event())
            if self.from_event
            else ("target_audience", self._who())
        )

    def make(self, kind: str) -> Json:
        makers: dict[str, Callable[[], Json]] = {
            "text_sms": self._text_sms, "digital_sms": self._digital_sms, "email": self._email,
            "wechat_message": self._wechat, "template_message": self._template, "app_push": self._push,
            "issue_coupon": self._coupon, "tag": self._tag, "generate_audience": self._generate,
            "webhook": self._webhook, "push_kafka": self._kafka, "wait_until": self._wait,
            "random_grouping": self._random, "ab_test": self._ab_test, "tag_judgment": self._tags,
            "event_judgment": self._events, "attribute_judgment": self._attributes,
            "audience_judgment": self._audiences, "fatigue_judgment": self._channels, "end": dict,
        }  # fmt: skip
        return makers[kind]()

    # ---- triggers

    def _who(self) -> Json:
        rng, mode = self.rng, self.chance.trigger
        chosen = rng.sample([*stock.LISTS, *stock.RULES], rng.randint(1, 3))
        if mode in ("now", "once"):
            self.audiences = chosen
            at = {"at": self.chance.fixed(early=0.1, entering=True)} if mode == "once" else {}
            return {"audiences": chosen, "mode": mode, **at}
        # Only rules are updated by a schedule: a list lets one cycle run.
        self.audiences = rng.choice([["r_tags"], ["r_both", "r_tags"], ["r_acts", "r_tags"], chosen])
        most = {"max_cycles": rng.randint(1, 4)} if rng.random() < 0.3 else {}
        return {
            "audiences": self.audiences,
            "mode": "recurring",
            "every": every(self.chance, mode),
            "repeat_unchanged": rng.random() < 0.5,
            **most,
        }

    def _behavior_event(self) -> Json:
        rng, mode = self.rng, self.chance.trigger
        config: Json = {"event": rng.choice(stock.EVENTS), "times": rng.choice([1, 1, 2, 2, 3])}
        config["re_entry"] = "once" if mode == "first" else mode
        if rng.random() < 0.25:
            config["where"] = self._of_event()
        if rng.random() < 0.6:
            config["within"] = self.chance.duration(("hour", "hour", "day"))
        return config

    # ---- touches

    def _variables(self, *names: str) -> Json:
        return {name: self._binding() for name in names}

    def _binding(self) -> Json:
        rng = self.rng
        sources = ["tag", "attribute", "constant", *(["event"] * 2 if self.from_event else [])]
        match rng.choice(sources):
            case "constant":
                return {"from": "constant", "value": rng.choice(["x", 'ä"', ""])}
            case source:
                of = {"tag": stock.TAGS, "attribute": stock.ATTRIBUTES, "event": stock.EVENT_ATTRIBUTES}
                binding: Json = {"from": source, "key": rng.choice(sorted(of[source]))}
                return binding | rng.choice(
                    [{}, {"when_empty": "nothing"}, {"when_empty": "default", "default": "friend"}]
                )

    def _to_all(self) -> Json:
        return {"send_to_all_ids": True} if self.rng.random() < 0.35 else {}

    def _text_sms(self) -> Json:
        promo = self.rng.random() < 0.75
        return {
            "platform": "acc",
            "sms_type": "promotional" if promo else "notification",
            "signature": self.rng.choice(["S", "T"]),
            "template": "m_promo" if promo else "m_note",
            "variables": self._variables("name", "extra"),
            **self._to_all(),
        }

    def _digital_sms(self) -> Json:
        variables = self._variables("name", "extra")
        return {"platform": "acc", "template": "m_rich", "variables": variables, **self._to_all()}

    def _email(self) -> Json:
        variables = self._variables("name", "extra")
        mail = {"account": "acc", "sender": "s@x.example", "template": "m_mail"}
        return {**mail, "variables": variables, **self._to_all()}

    def _wechat(self) -> Json:
        card = {"app_id": "wx", "path": "p", "title": "For ${name}", "cover": "c"}
        contents: list[Json] = [
            {"text": "Hi ${name}, $${y}"}, {"article": "m1"}, {"image": "m2"}, {"audio": "m3"},
            {"video": "m4"}, {"mini_program": card},
        ]  # fmt: skip
        content = self.rng.choice([contents[0], *contents])
        return {"account": "acc", "content": content, "variables": self._variables("name"), **self._to_all()}

    def _template(self) -> Json:
        texts = ("Dear ${name}", "${extra}")
        keywords = [{"key": key, "text": text} for key, text in zip(stock.KEYWORDS, texts, strict=True)]
        config = {"account": "acc", "template": "m_wx", "keywords": keywords}
        return {**config, "variables": self._variables("name", "extra"), **self._to_all()}

    def _push(self) -> Json:
        touch_id = self.rng.choice(["idfa", "alias"])
        return {
            "account": "acc",
            "app": "app",
            "platform": "ios",
            "touch_id": touch_id,
            **({"alias_type": "user"} if touch_id == "alias" else {}),
            "message_type": self.rng.choice(["promotion", "promotion", "notification"]),
            "title": "Hi ${name}",
            "content": "See\n${extra}",
            "variables": self._variables("name", "extra"),
            "on_tap": "open_app",
            **self._to_all(),
        }

    def _coupon(self) -> Json:
        limit = {"per_person_limit": self.rng.choice([1, 1, 1, 2])} if self.rng.random() < 0.85 else {}
        return {"coupon": self.rng.choice(["cp_1", "cp_1", "cp_2"]), **limit, **self._to_all()}

    def _tag(self) -> Json:
        rng = self.rng
        items: list[Json] = []
        if rng.random() < 0.7:
            items.append({"tag": "level", "value": rng.choice(stock.LEVELS)})
        if rng.random() < 0.5 or not items:
            items.append({"tag": "interests", "value": rng.sample(stock.INTERESTS, rng.randint(1, 2))})
        return {"on_conflict": rng.choice(["overwrite", "ignore"]), "assignments": items}

    def _generate(self) -> Json:
        return {"audience_name": f"G{self.rng.randint(0, 10**9)}"}

    def _webhook(self) -> Json:
        params = self._variables("name", *(["ζ"] if self.rng.random() < 0.5 else []))
        id_type = self.rng.choice(["mobile", "member", "crm"])
        hook = self.rng.choice(["hook", "hook_days"])
        return {"webhook": hook, "id_type": id_type, "params": params, **self._to_all()}

    def _kafka(self) -> Json:
        fields = self._variables("name", *(["ζ"] if self.rng.random() < 0.5 else []))
        id_type = self.rng.choice(["mobile", "crm"])
        return {"interface": "kafka", "id_type": id_type, "fields": fields, **self._to_all()}

    # ---- control

    def _wait(self) -> Json:
        rng = self.rng
        time = rng.choice(stock.WALLS)
        match rng.choice(["duration", "at", "next_time", "after_days_at"]):
            case "duration":
                return {"mode": "duration", **self.chance.duration(("minute", "hour", "day"))}
            case "at":
                return {"mode": "at", "at": self.chance.fixed()}
            case "next_time":
                return {"mode": "next_time", "time": time}
            case _:
                return {
                    "mode": "after_days_at",
                    "time": time,
                    **self.chance.duration(("day", "week", "month")),
                }

    def _shares(self) -> list[Json]:
        even: list[float] = [50, 50]
        uneven: list[list[float]] = [[33.3, 33.3, 33.4], [10, 90], [0, 100], [25, 25, 25, 25]]
        shares = even if self.rng.random() < 0.5 else self.rng.choice(uneven)
        return [{"id": f"g_{n}", "name": f"G{n}", "percent": share} for n, share in enumerate(shares)]

    def _random(self) -> Json:
        return {"groups": self._shares()}

    def _ab_test(self) -> Json:
        config: Json = {"groups": self._shares()}
        best = self.chance.focus == "best"
        if best or self.rng.random() < 0.6:
            then = "best" if best else self.rng.choice(["best", "group:g_1"])
            config |= {"ends": "after", "people": self.rng.randint(1, 3), "then": then}
            config["min_judged"] = self.rng.choice([1, 1, 1, 2])
        return config

    def ab_target(self, test: str) -> Json:
        goal: Json = {"event": self.rng.choice(stock.EVENTS), "times": self.rng.choice([1, 1, 1, 2])}
        if self.rng.random() < 0.3:
            goal["where"] = self._of_event()
        after = self.chance.duration(("minute", "hour", "hour", "day"))
        return {
            "test": test,
            "goal": goal,
            "judge_after": after if self.rng.random() < 0.8 else self._judge_after(),
        }

    # ---- judgments

    def _of_event(self) -> Json:
        return self.chance.tree(stock.EVENT_ATTRIBUTES, 1)

    def _judge_after(self) -> Json:
        return {"at": self.chance.fixed()} if self.rng.random() < 0.2 else self.chance.duration()

    def _groups(self, make: Callable[[], Json]) -> Json:
        groups = [{"id": f"g_{n}", "name": f"G{n}", **make()} for n in range(self.rng.randint(1, 3))]
        return {"groups": groups, "other": self.rng.random() < 0.6}

    def _tags(self) -> Json:
        return self._groups(lambda: {"condition": self.chance.tree(PERSON)})

    def _attributes(self) -> Json:
        return self._groups(lambda: {"condition": self._of_event()})

    def _audiences(self) -> Json:
        order = self.rng.sample(self.audiences, self.rng.randint(1, len(self.audiences)))
        groups = [{"id": f"g_{n}", "name": f"G{n}", "audiences": [id]} for n, id in enumerate(order)]
        return {"groups": groups, "other": self.rng.random() < 0.6}

    def _channels(self) -> Json:
        return self._groups(lambda: {"channel": self.rng.choice(CHANNELS)})

    def fatigue_judgment(self, channel: str) -> Json:
        """Asks about the channel of the touch in front first."""
        config = self._channels()
        config["groups"][0]["channel"] = channel
        return config

    def _events(self) -> Json:
        rng = self.rng
        conditions: list[Json] = []
        for number in range(rng.choice([1, 1, 2, 3])):
            condition: Json = {
                "join": rng.choice(["and", "or"]) if number else None,
                "event": rng.choice(stock.EVENTS),
                "where": self._of_event() if rng.random() < 0.4 else None,
                "times": rng.choice([1, 1, 2]),
                "behavior": rng.choice(["occurred", "occurred", "not_occurred"]),
            }
            conditions.append(condition)
        after = self._judge_after()
        early, other = rng.random() < 0.5, rng.random() < 0.6
        return {"judge_after": after, "conditions": conditions, "early": early, "other": other}

    def result_judgment(self, kind: str) -> Json:
        """Judges what stands in front: a touch of that kind."""
        receipts = {"app_push": ["opened", "ignored"], "webhook": list(stock.CODES)}.get(kind)
        by = "receipt" if receipts and self.rng.random() < 0.6 else "send"
        codes = receipts if by == "receipt" and receipts else ["success", "failed"]
        results = self.rng.sample(codes, self.rng.randint(1, 2))
        return {"judge_after": self.chance.duration(), "by": by, "results": results}
