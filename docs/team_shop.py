"""What a team works on in the show of two designers: a shop whose customers bought CDs (CDNOW), with one
campaign, its messages, and the far sides that they go to; the last quarter's orders are still to come."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from engine.campaign.document import CampaignDocument
from engine.campaign.layout import complete
from engine.campaign.model import Attributes, Link, Node
from engine.workspace import cdnow
from engine.workspace.account import ACCOUNT
from engine.workspace.audience import AUDIENCE
from engine.workspace.catalog import Catalog
from engine.workspace.message import MESSAGE
from engine.workspace.workspace import Workspace
from tests.engine.channels.fakes.http_sms import HttpSmsFake
from tests.engine.channels.fakes.webhook import WebhookFake

CAMPAIGN = "c_win_back"
OFFER, BACK, REMINDER = "n_offer", "n_back", "n_reminder"
LAST_QUARTER = "1998-04-01"
"""Orders from here on are not in the import: they are placed while the campaign runs."""
MINUTES = 5
"""For how long people may come back, in the version that runs."""
_KEYS_HOURS, _AT_ONCE = 24, 50

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "folder": "CD shop",
        "workspace": "CD shop",
        "campaign": "Win them back",
        "audience": "Everybody who has bought",
        "messages": "Message service",
        "sms": "SMS platform",
        "thanks": "Thank you",
        "text": "Thank you! A CD of your choice is waiting for you. Reply T to unsubscribe",
        "offer": "We miss you",
        "reminder": "Last chance",
        "back": "Came back?",
        "sign": "CD shop",
        "end": "End",
        "order": "Order",
    },
    "zh": {
        "folder": "shop",
        "workspace": "唱片店",
        "campaign": "老客召回",
        "audience": "所有买过的顾客",
        "messages": "消息服务",
        "sms": "短信平台",
        "thanks": "感谢惠顾",
        "text": "感谢您！一张任选的唱片正等着您。拒收请回复R",
        "offer": "想念您",
        "reminder": "最后机会",
        "back": "回来了吗？",
        "sign": "唱片店",
        "end": "结束",
        "order": "下单",
    },
}
"""What there is to read."""


class Order(NamedTuple):
    """An order that is still to be placed."""

    id: str
    person: str
    attributes: str


@dataclass(frozen=True)
class Receivers:
    """The far sides, both on this machine. messages heeds keys: what comes again is known there."""

    messages: WebhookFake
    sms: HttpSmsFake


def take_out_last_quarter(folder: Path) -> list[Order]:
    """Leave the orders of the last quarter out of a data folder; they are still to come, in this order."""
    file = folder / "events.csv"
    with file.open(encoding="utf-8", newline="") as rows:
        head, *known = csv.reader(rows)
    with file.open("w", encoding="utf-8", newline="") as rows:
        csv.writer(rows, lineterminator="\n").writerows([head, *(row for row in known if not _is_late(row))])
    late = sorted((row for row in known if _is_late(row)), key=lambda row: row[3])
    return [Order(f"late-{id}", person, attributes) for id, person, _event, _time, attributes in late]


def _is_late(row: Sequence[str]) -> bool:
    return row[3] >= LAST_QUARTER


def people_of(folder: Path) -> list[str]:
    """Who is in a data folder."""
    with (folder / "people.csv").open(encoding="utf-8", newline="") as rows:
        return [row["person_id"] for row in csv.DictReader(rows)]


def expected(people: int, orders: Sequence[Order], gift: str) -> dict[str, int]:
    """How many messages each component has sent once everybody is through: everybody gets the offer; then a
    gift (by the component of that id) is for those who order, and the reminder for all others."""
    back = len({order.person for order in orders})
    return {OFFER: people, gift: back, REMINDER: people - back}


def differing(receivers: Receivers, people: Sequence[str], orders: Sequence[Order]) -> Counter[str]:
    """By address, how much more than their due people got; below 0 what they lack.

    Who orders gets one message and an SMS, everybody else two messages.
    """
    back = {order.person for order in orders}
    due = {person: 1 if person in back else 2 for person in people} | {_mobile(one): 1 for one in back}
    got = receivers.messages.sent + receivers.sms.sent
    more = {one: got[one] - due.get(one, 0) for one in due.keys() | got.keys()}
    return Counter({one: n for one, n in more.items() if n})


def _mobile(person: str) -> str:
    """The number of somebody, as it is told to a platform of the same country."""
    return f"138000{person}"


def write_workspace(folder: Path, language: str, receivers: Receivers) -> Workspace:
    """The team's files, as version control would bring them to every desk and to the servers."""
    words = WORDS[language]
    workspace = Workspace.create(folder, words["workspace"], cdnow.ZONE, language)
    settings = {**workspace.settings.model_dump(exclude_unset=True), "allowed_addresses": ("127.0.0.1",)}
    workspace.save_settings(type(workspace.settings).model_validate(settings))
    order = {"name": words["order"], "attributes": {"amount": "number", "quantity": "number"}}
    catalog = {"events": {cdnow.EVENT: order}, "id_types": {"member": {}, "mobile": {}, "email": {}}}
    workspace.save_catalog(Catalog.model_validate(catalog))
    for id, kind, account in _accounts(receivers, words["sign"]):
        raw = {"id": f"acc_{id}", "name": words[id], "kind": kind, "settings": account}
        workspace.accounts.save(ACCOUNT.adapter.validate_python(raw))
    sms = {"platform": "acc_sms", "sms_type": "promotional", "content": {"text": words["text"]}}
    raw = {"id": "m_thanks", "name": words["thanks"], "kind": "text_sms", "status": "approved", **sms}
    workspace.save_message(MESSAGE.adapter.validate_python(raw))
    bought = {"join": None, "card": "behaviour", "event": cdnow.EVENT}
    audience = {"id": "a_all", "name": words["audience"], "cards": [bought]}
    workspace.save_audience(AUDIENCE.adapter.validate_python(audience))
    return workspace


def _accounts(receivers: Receivers, signature: str) -> list[tuple[str, str, dict[str, Any]]]:
    fields = (("to", "phone"), ("text", "text"), ("id", "id"))
    sms = {
        "url": receivers.sms.url,
        "fields": [{"name": one, "value": f"${{{what}}}"} for one, what in fields],
        "success_field": "result.code",
        "success_value": "0",
        "signatures": [signature],
    }
    messages = {
        "url": receivers.messages.url,
        "id_types": ["member"],
        "params": [{"name": "discount"}],
        "batch_size": _AT_ONCE,
        "key_lifetime": {"amount": _KEYS_HOURS, "unit": "hour"},
    }
    return [("sms", "http_sms", sms), ("messages", "webhook", messages)]


def first_draft(language: str, now: datetime) -> CampaignDocument:
    """The campaign as one of the two drew it: tomorrow, an offer, a day to come back, a reminder."""
    words = WORDS[language]
    day = now.astimezone(ZoneInfo(cdnow.ZONE)) + timedelta(days=1)
    at = day.replace(hour=10, minute=0, second=0, microsecond=0).isoformat()
    who = {"audiences": ["a_all"], "mode": "once", "at": at}
    judgment = {
        "judge_after": {"amount": 1, "unit": "day"},
        "conditions": [{"join": None, "event": cdnow.EVENT}],
        "early": True,
        "other": True,
    }
    nodes: dict[str, tuple[str, str, dict[str, Any]]] = {
        "n_who": ("target_audience", words["audience"], who),
        OFFER: ("webhook", words["offer"], _message("10 %")),
        BACK: ("event_judgment", words["back"], judgment),
        "n_end": ("end", f"{words['end']} 1", {}),
        REMINDER: ("webhook", words["reminder"], _message("20 %")),
        "n_late": ("end", f"{words['end']} 2", {}),
    }
    links = (
        ("n_start", "out", "n_who"),
        ("n_who", "out", OFFER),
        (OFFER, "out", BACK),
        (BACK, "out", "n_end"),
        (BACK, "other", REMINDER),
        (REMINDER, "out", "n_late"),
    )
    document = CampaignDocument(
        Attributes(id=CAMPAIGN, name=words["campaign"]),
        {
            id: Node(kind=kind, name=name, config=raw, confirmed=True)
            for id, (kind, name, raw) in nodes.items()
        },
        {f"l_{n}": Link(source=a, port=port, target=b) for n, (a, port, b) in enumerate(links, start=1)},
    )
    complete(document)
    return document


def _message(discount: str) -> dict[str, Any]:
    params = {"discount": {"from": "constant", "value": discount}}
    return {"webhook": "acc_messages", "id_type": "member", "params": params}
