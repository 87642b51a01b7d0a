"""Touches and pushes: which addresses, which text (components, sections 4 and 5); Tag."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.engine.interpreter.case import Json
from tests.engine.interpreter.conditions import shown
from tests.engine.interpreter.outbox import claim
from tests.engine.interpreter.world import Entry, Message, Visit, World

PLACE = re.compile(r"\$\$\{|\$\{([^\W\d]\w{0,31})\}")


def send(world: World, visit: Visit, now: int) -> None:
    """Write the messages of a touch or push, to the newest address or to each."""
    node, entry = world.nodes[visit.node], visit.entry
    config, kind = node["config"], node["kind"]
    found = list(world.addresses(entry.person, id_type(node)).items())
    if not config.get("send_to_all_ids") or kind == "issue_coupon":
        found = found[:1]
    text = text_of(world, node, entry)
    for address, follower in found:
        message = Message(entry, visit.node, kind, id_type(node), address, now, text)
        message.marketing, message.signature = is_marketing(node), config.get("signature", "")
        world.messages.append(message)
        if kind == "wechat_message" and follower == "0":
            message.state, message.reason = "failed", "not_follower"
        elif kind == "issue_coupon":
            _issue(world, message, config, now)
        else:
            claim(world, message, now)
    if not found:
        message = Message(entry, visit.node, kind, id_type(node), "", now)
        message.state, message.reason = "failed", "no_id"
        world.messages.append(message)


def id_type(node: Json) -> str:
    config = node["config"]
    match node["kind"]:
        case "text_sms" | "digital_sms":
            return "mobile"
        case "email":
            return "email"
        case "wechat_message" | "template_message":
            return f"openid:{config['account']}"
        case "app_push":
            return f"device:{config['app']}:{config['touch_id']}"
        case "issue_coupon":
            return "member"
        case _:
            return str(config["id_type"])


def is_marketing(node: Json) -> bool:
    match node["kind"]:
        case "text_sms":
            return bool(node["config"]["sms_type"] == "promotional")
        case "app_push":
            return bool(node["config"]["message_type"] == "promotion")
        case kind:
            return kind in ("digital_sms", "email", "wechat_message", "template_message")


def text_of(world: World, node: Json, entry: Entry) -> str:
    """The text as the trace shows it; a coupon's is its code, which is not known yet."""
    config, texts = node["config"], []
    content = world.case.messages[config["template"]]["content"] if "template" in config else {}
    match node["kind"]:
        case "text_sms" | "email":
            texts = [content.get("text", "")]
        case "digital_sms":
            texts = [content["subject"], *(block["text"] for block in content["blocks"] if "text" in block)]
        case "wechat_message":
            texts = [config["content"].get("text", "")]
        case "template_message":
            texts = [keyword["text"] for keyword in config["keywords"]]
        case "app_push":
            texts = [config["title"], config["content"]]
        case "webhook" | "push_kafka":
            bindings = config.get("params" if node["kind"] == "webhook" else "fields", {})
            values = {name: value(world, binding, entry) for name, binding in bindings.items()}
            return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    lines = ["\n".join(text) if isinstance(text, list) else text for text in texts]
    bindings = config.get("variables", {})

    def put(match: re.Match[str]) -> str:
        return value(world, bindings[match[1]], entry) if match[1] else "${"

    return "\n".join(PLACE.sub(put, line) for line in lines)


def value(world: World, binding: Json, entry: Entry) -> str:
    """What stands for a variable."""
    raw: Any = None
    match binding["from"]:
        case "constant":
            return str(binding["value"])
        case "tag":
            raw = world.tags[entry.person].get(binding["key"])
        case "attribute":
            raw = world.attributes[entry.person].get(binding["key"])
            if raw and world.case.catalog["attributes"][binding["key"]] == "multi":
                raw = set(raw.split("|"))
        case "event":
            assert entry.event is not None
            raw = entry.event.attributes.get(binding["key"])
    return shown(raw) or (binding["default"] if binding.get("when_empty") == "default" else "")


def set_tags(world: World, visit: Visit, now: int) -> None:
    config, mine = world.nodes[visit.node]["config"], world.tags[visit.entry.person]
    given: dict[str, dict[str, None]] = {}
    for item in config["assignments"]:
        values = item["value"] if isinstance(item["value"], list) else [item["value"]]
        given.setdefault(item["tag"], {}).update(dict.fromkeys(values))
    for tag, new in given.items():
        if config.get("on_conflict") == "ignore" and mine.get(tag):
            continue
        mine[tag] = set(new) if world.tag_type(tag) == "multi" else next(iter(new))
        world.tag_writes += [(now, visit.entry.person, visit.node, tag, one) for one in new]


def _issue(world: World, message: Message, config: Json, now: int) -> None:
    """Draw a code: the limit per person counts before the pool is looked at."""
    person, coupon = message.entry.person, config["coupon"]
    limit = config.get("per_person_limit")
    if limit is not None and world.issued[person, coupon] >= limit:
        message.state, message.reason = "failed", "limit"
    elif not world.codes[coupon]:
        message.state, message.reason = "failed", "no_code"
    else:
        world.issued[person, coupon] += 1
        message.text = world.codes[coupon].pop(0)
        claim(world, message, now)
