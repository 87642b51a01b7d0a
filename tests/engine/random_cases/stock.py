"""What every random workspace has: catalogue, accounts, messages; and what values are drawn from."""

from __future__ import annotations

from tests.engine.interpreter.case import Json

CHANGES = (
    ("Europe/Berlin", "2026-03-29T01:00:00+00:00"),
    ("Europe/Berlin", "2026-10-25T01:00:00+00:00"),
    ("America/New_York", "2026-03-08T07:00:00+00:00"),
    ("America/New_York", "2026-11-01T06:00:00+00:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00+00:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00+00:00"),
    ("America/Santiago", "2026-04-05T03:00:00+00:00"),
    ("America/Santiago", "2026-09-06T04:00:00+00:00"),
    ("Asia/Shanghai", "2026-02-27T16:00:00+00:00"),
    ("Asia/Kolkata", "2026-12-30T18:30:00+00:00"),
)
"""Time zones and when their clocks change: by an hour, by half an hour, at midnight; not at all."""

CITIES = ("Bonn", "Köln", "北京", "Ulm")
LEVELS = ("Gold", "Silver", "VIP")
INTERESTS = ("art", "music", "sport")
WORDS = ("a", "b", "ä", 'say "a"')
WALLS = ("00:00", "02:15", "02:30", "09:00", "10:00", "23:59")
EVENTS = ("order", "login")
LISTS = ("a_1", "a_2")
RULES = ("r_tags", "r_acts", "r_both")
ID_TYPES = ("mobile", "email", "member", "openid:acc", "device:app:idfa", "device:app:alias", "crm")

TEXTS = ("city", "level", "word")
NUMBERS = ("score", "points", "amount")
TIMES = ("born", "seen", "on")
ATTRIBUTES = {"city": "text", "score": "number", "born": "time", "likes": "multi"}
TAGS = {"level": "text", "interests": "multi", "points": "number", "seen": "time"}
EVENT_ATTRIBUTES = {"amount": "number", "word": "text", "on": "time", "items": "multi"}

CATALOG: Json = {
    "format": "catalog",
    "version": 1,
    "events": {code: {"name": code, "attributes": EVENT_ATTRIBUTES} for code in EVENTS},
    "tags": {tag: {"type": type} for tag, type in TAGS.items()},
    "attributes": ATTRIBUTES,
    "id_types": {type: {"multi": True} for type in ID_TYPES},
    "coupons": {id: {"name": id, "type": "voucher", "value": "10"} for id in ("cp_1", "cp_2")},
}


def _account(id: str, kind: str, settings: Json) -> Json:
    return {"format": "account", "version": 1, "id": id, "name": id, "kind": kind, "settings": settings}


def _hook(id: str, **more: object) -> Json:
    params = [{"name": "name"}, {"name": "ζ", "required": False}]
    ids = ["mobile", "member", "crm"]
    return _account(
        id, "webhook", {"url": "https://hook.example/", "id_types": ids, "params": params, **more}
    )


CODES = ("done", "refused")
ACCOUNTS: dict[str, Json] = {
    "acc": _account("acc", "simulated", {}),
    "hook": _hook("hook", receipts={"codes": list(CODES), "collect": {"amount": 2, "unit": "hour"}}),
    "hook_days": _hook("hook_days", receipts={"codes": list(CODES), "collect": {"amount": 1, "unit": "day"}}),
    "kafka": _account(
        "kafka",
        "kafka",
        {
            "brokers": ["broker.example:9092"],
            "topic": "people",
            "id_types": ["mobile", "crm"],
            "fields": [{"name": "name"}, {"name": "ζ", "required": False}],
        },
    ),
}


def _message(id: str, kind: str, content: Json, **more: str) -> Json:
    head: Json = {"format": "message", "version": 1, "id": id, "name": id, "kind": kind, "status": "approved"}
    return {**head, "platform": "acc", **more, "content": content}


KEYWORDS = ("first", "remark")
MESSAGES: dict[str, Json] = {
    "m_promo": _message("m_promo", "text_sms", {"text": "${name}: ${extra}!"}, sms_type="promotional"),
    "m_note": _message("m_note", "text_sms", {"text": "$${x} ${name} ${name}"}, sms_type="notification"),
    "m_rich": _message(
        "m_rich",
        "digital_sms",
        {"subject": "For ${name}", "blocks": [{"image": "a.png"}, {"text": "One"}, {"text": "${extra}"}]},
    ),
    "m_mail": _message(
        "m_mail",
        "email",
        {"subject": "${name}", "html": "<b>${name}</b>", "text": ["Dear ${name},", "${extra} $5 & more"]},
    ),
    "m_wx": _message(
        "m_wx", "template_message", {"template_id": "T1", "keywords": [{"key": key} for key in KEYWORDS]}
    ),
}
