"""Generated valid configs of every kind, over the sample workspace."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from tests.app.panels.samples import CONFIGS

Json = Any

texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=12).filter(
    lambda text: bool(text.strip()) and "$" not in text
)
names = texts
counts = st.integers(1, 1_000_000)
numbers = st.one_of(st.integers(-(10**12), 10**12), st.decimals(-1000, 1000, places=3).map(float))
moments = st.builds(
    "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}".format,
    st.integers(2027, 2030),
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from([0, 0, 30]),
    st.sampled_from(["+08:00", "Z", "-03:30"]),
)
times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
UNITS = ("minute", "hour", "day", "week", "month")


def record(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> st.SearchStrategy[Json]:
    """Objects with all required and some optional keys; values are strategies or constants."""

    def strategies(fields: Mapping[str, Any]) -> dict[str, st.SearchStrategy[Json]]:
        return {
            key: value if isinstance(value, st.SearchStrategy) else st.just(value)
            for key, value in fields.items()
        }

    return st.fixed_dictionaries(strategies(required), optional=strategies(optional or {}))


durations = record({"amount": counts, "unit": st.sampled_from(UNITS)})
judge_after = st.one_of(durations, record({"at": moments}))
days = st.lists(st.integers(1, 31), min_size=1, max_size=31, unique=True).map(sorted)
weekdays = st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True).map(sorted)
intervals = st.integers(1, 10_000)
every = st.one_of(
    record({"unit": "hour", "interval": intervals, "minute": st.integers(0, 59)}),
    record({"unit": "day", "interval": intervals, "time": times}),
    record({"unit": "week", "interval": intervals, "time": times, "weekdays": weekdays}),
    record({"unit": "month", "interval": intervals, "time": times, "days_of_month": days}),
)


def leaves(fields: Mapping[str, str]) -> st.SearchStrategy[Json]:
    """Comparisons of fields, by name and type."""
    return st.sampled_from(sorted(fields.items())).flatmap(lambda field: leaf(*field))


def leaf(field: str, kind: str) -> st.SearchStrategy[Json]:
    def of(ops: tuple[str, ...], values: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
        return record({"field": field, "op": st.sampled_from(ops), "value": values})

    some = st.lists(texts, min_size=1, max_size=3, unique=True)
    by_type = {
        "text": [
            of(("is", "is_not"), st.one_of(texts, some)),
            of(("contains", "not_starts_with", "ends_with"), texts),
        ],
        "number": [
            of(("=", "!=", ">", ">=", "<", "<="), numbers),
            of(("between",), st.lists(numbers, min_size=2, max_size=2).map(sorted)),
        ],
        "multi": [of(("has_all", "has_any", "has_none"), some)],
        "time": [
            of(("before", "after"), moments),
            of(("in_last", "not_in_last", "in_next"), durations),
            of(("between",), st.just(["2026-01-01T00:00:00Z", "2026-02-01T00:00:00+08:00"])),
        ],
    }
    no_value = record({"field": field, "op": st.sampled_from(["empty", "not_empty"])})
    return st.one_of(*by_type[kind], no_value)


def trees(fields: Mapping[str, str], flat: bool = False) -> st.SearchStrategy[Json]:
    """Condition trees over fields."""
    leaf_of = leaves(fields)

    def groups(children: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
        return st.builds(
            lambda join, items: {join: items},
            st.sampled_from(["all", "any"]),
            st.lists(children, min_size=1, max_size=3),
        )

    return st.one_of(leaf_of, groups(leaf_of)) if flat else st.recursive(leaf_of, groups, max_leaves=6)


PERSON = {
    "tag:level": "text",
    "tag:interests": "multi",
    "tag:score": "number",
    "attr:city": "text",
    "attr:birthday": "time",
    "attr:age": "number",
}
ORDER = {"amount": "number", "item": "text", "at": "time", "labels": "multi"}

read = st.one_of(
    record({"from": "attribute", "key": st.sampled_from(["first_name", "city"])}),
    record({"from": "tag", "key": "level"}),
)
bindings = st.one_of(
    st.builds(lambda source: {**source, "when_empty": "nothing"}, read),
    st.builds(lambda source, text: {**source, "when_empty": "default", "default": text}, read, texts),
    record({"from": "constant", "value": st.one_of(texts, st.just(""))}),
)


def groups(low: int, high: int, **holds: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """Groups with distinct ids."""
    body = record({"name": names, **holds}, {"memo": texts} if "condition" in holds else {})
    return st.lists(body, min_size=low, max_size=high).flatmap(
        lambda bodies: st.permutations(range(1, len(bodies) + 1)).map(
            lambda ids: [{"id": f"g_{id}", **each} for id, each in zip(ids, bodies, strict=True)]
        )
    )


def shared(shares: list[int]) -> list[Json]:
    """Groups whose percentages, in tenths, are cut at the given places."""
    cuts = [0, *sorted(shares), 1000]
    sizes = [(high - low) / 10 for low, high in pairwise(cuts)]
    return [{"id": f"g_{i}", "name": f"Group {i}", "percent": size} for i, size in enumerate(sizes, start=1)]


percents = st.lists(st.integers(0, 1000), min_size=1, max_size=5).map(shared)
channels = st.sampled_from(
    ["text_sms", "digital_sms", "email", "wechat_message", "template_message", "app_push"]
)
audiences = st.lists(st.sampled_from(["a_once", "a_vip", "a_new"]), min_size=1, max_size=3, unique=True)
yes = st.booleans()
written = st.one_of(texts, texts.map(lambda text: text + "${name}"))
goal = st.one_of(
    record({"event": "order"}, {"where": trees(ORDER), "times": counts}),
    record({"event": "login"}, {"times": counts}),
)


def _with_variables(config: Json, binding: Json) -> Json:
    found = "${name}" in repr(config.get("content")) + repr(config.get("title")) + repr(
        config.get("keywords")
    )
    return {**config, "variables": {"name": binding} if found else {}}


def _conditions(items: list[Json], joins: list[str]) -> list[Json]:
    return [{"join": None if index == 0 else joins[index], **item} for index, item in enumerate(items)]


event_conditions = st.builds(
    _conditions,
    st.lists(
        st.builds(
            lambda goal, behavior: {**goal, "behavior": behavior},
            goal,
            st.sampled_from(["occurred", "not_occurred"]),
        ),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.sampled_from(["and", "or"]), min_size=4, max_size=4),
)
_SMS: dict[str, Any] = {"platform": "acc_sms", "sms_type": "promotional"}
_PUSH: dict[str, Any] = {
    "account": "acc_push",
    "app": st.sampled_from(["shop", "club"]),
    "message_type": st.sampled_from(["notification", "promotion"]),
    "title": written,
    "content": written,
}
_CARD = record({"app_id": texts, "path": texts, "title": written, "cover": texts})

CONFIG_STRATEGIES: Mapping[str, st.SearchStrategy[Json]] = {
    "target_audience": st.one_of(
        record({"audiences": audiences, "mode": "now"}),
        record({"audiences": audiences, "mode": "once", "at": moments}),
        record(
            {"audiences": audiences, "mode": "recurring", "every": every},
            {"max_cycles": counts, "repeat_unchanged": yes},
        ),
    ),
    "behavior_event": record(
        {"event": "order"},
        {
            "where": trees(ORDER),
            "times": counts,
            "within": durations,
            "re_entry": st.sampled_from(["every_time", "after_exit", "once"]),
        },
    ),
    "text_sms": record(
        {
            **_SMS,
            "signature": st.sampled_from(["Brand", "Shop"]),
            "template": "m_care",
            "variables": record({"first_name": bindings, "code": bindings}),
        },
        {"send_to_all_ids": yes},
    ),
    "digital_sms": record(
        {"platform": "acc_sms", "template": "m_rich", "variables": record({"first_name": bindings})}
    ),
    "email": record(
        {
            "account": "acc_mail",
            "sender": "news@example.com",
            "template": "m_mail",
            "variables": record({"first_name": bindings}),
        },
        {"sender_style": st.sampled_from(["random", "plain"])},
    ),
    "wechat_message": st.builds(
        _with_variables,
        record(
            {
                "account": "acc_wechat",
                "content": st.one_of(
                    record({"text": written}),
                    *(record({kind: texts}) for kind in ("article", "image", "audio", "video")),
                    record({"mini_program": _CARD}),
                ),
            }
        ),
        bindings,
    ),
    "template_message": st.builds(
        _with_variables,
        record(
            {
                "account": "acc_wechat",
                "template": "m_wechat",
                "keywords": st.tuples(
                    record({"key": "first", "text": written}, {"colour": "#173177"}),
                    record({"key": "remark", "text": texts}),
                ).map(list),
            }
        ),
        bindings,
    ),
    "app_push": st.builds(
        _with_variables,
        st.one_of(
            record({**_PUSH, "platform": "ios", "touch_id": "device_token", "on_tap": "open_app"}),
            record(
                {
                    **_PUSH,
                    "platform": "android",
                    "touch_id": "alias",
                    "alias_type": texts,
                    "on_tap": "open_url",
                    "url": texts,
                }
            ),
        ),
        bindings,
    ),
    "issue_coupon": record({"coupon": "cp_1"}, {"per_person_limit": counts}),
    "tag": record(
        {
            "assignments": st.tuples(
                record({"tag": "level", "value": texts}),
                record({"tag": "interests", "value": st.lists(texts, min_size=1, max_size=3, unique=True)}),
            ).map(list)
        },
        {"on_conflict": st.sampled_from(["overwrite", "ignore"])},
    ),
    "generate_audience": record(
        {"audience_name": names}, {"directory": texts, "public": yes, "remark": texts}
    ),
    "webhook": record(
        {
            "webhook": "acc_hook",
            "id_type": st.sampled_from(["member", "mobile"]),
            "params": record({"city": bindings}, {"note.text": bindings}),
        }
    ),
    "push_kafka": record(
        {"interface": "acc_kafka", "id_type": "member", "fields": record({"level": bindings})}
    ),
    "wait_until": st.one_of(
        record({"mode": "duration", "amount": counts, "unit": st.sampled_from(UNITS[:3])}),
        record({"mode": "at", "at": moments}),
        record({"mode": "next_time", "time": times}),
        record(
            {"mode": "after_days_at", "amount": counts, "unit": st.sampled_from(UNITS[2:]), "time": times}
        ),
    ),
    "ab_test": st.one_of(
        record({"groups": percents}),
        record({"groups": percents, "ends": "after", "people": counts, "then": "best", "min_judged": counts}),
        record({"groups": percents, "ends": "after", "people": counts, "then": "group:g_1"}),
    ),
    "ab_target": record({"test": "n_test", "goal": goal, "judge_after": judge_after}),
    "random_grouping": record({"groups": percents}),
    "end": st.just({}),
    "tag_judgment": record({"groups": groups(1, 3, condition=trees(PERSON))}, {"other": yes}),
    "event_judgment": record(
        {"judge_after": judge_after, "conditions": event_conditions}, {"early": yes, "other": yes}
    ),
    "attribute_judgment": record({"groups": groups(1, 3, condition=trees(ORDER, flat=True))}, {"other": yes}),
    "result_judgment": record(
        {"judge_after": durations},
        {"results": st.sampled_from([["success"], ["failed"], ["failed", "success"]])},
    ),
    "audience_judgment": st.sampled_from(CONFIGS["audience_judgment"]),
    "fatigue_judgment": record({"groups": groups(1, 4, channel=channels)}, {"other": yes}),
}
