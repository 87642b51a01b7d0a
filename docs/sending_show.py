"""Really send, on this machine: `.venv/bin/python -m docs.sending_show [--people 1000] [--folder DIR]`.

Makes a workspace with the people of the CDNOW purchases and a campaign that sends each an SMS and an email
and tells a webhook and a Kafka topic. The receivers are on loopback: an SMS platform that refuses some
numbers, a mail server, a web server that breaks connections now and then, a broker. In the end it prints what
the engine counts beside what they got. With `--folder` the workspace stays, to be opened in the designer.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.campaign.document import CampaignDocument
from engine.campaign.model import Attributes, Link, Node
from engine.run.engine import Engine
from engine.server.process import opened
from engine.workspace import bundle, cdnow
from engine.workspace.account import ACCOUNT
from engine.workspace.audience import AUDIENCE
from engine.workspace.catalog import Catalog
from engine.workspace.message import MESSAGE
from engine.workspace.workspace import Workspace
from tests.engine.channels.fakes.http_sms import HttpSmsFake
from tests.engine.channels.fakes.kafka import TOPIC, KafkaFake
from tests.engine.channels.fakes.mail import MailFake
from tests.engine.channels.fakes.webhook import WebhookFake

CAMPAIGN = "c_second_order"
KEYS_HOURS = 24
LONGEST_S = 600
"""After so long it gives up."""


@dataclass
class Receivers:
    """The far sides, all on this machine."""

    sms: HttpSmsFake
    mail: MailFake
    hook: WebhookFake
    kafka: KafkaFake


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000, help="of the 23,570 (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="where the workspace is made and stays")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "shop"
        receivers = Receivers(
            sms=stack.enter_context(HttpSmsFake()),
            mail=stack.enter_context(MailFake()),
            hook=stack.enter_context(WebhookFake(heeds_keys=True)),
            kafka=stack.enter_context(KafkaFake()),
        )
        data = cdnow.write_cdnow(folder / "data")
        workspace = make_workspace(folder, receivers, options.people)
        engine, _ = stack.enter_context(opened(workspace))
        engine.import_data(data.folder)
        misbehave(receivers, options.people)
        document = campaign()
        workspace.save_campaign(document)
        engine.publish(bundle.make(workspace, document))
        begun = time.monotonic()
        engine.start()
        counts = wait(engine, options.people)
        took = time.monotonic() - begun
        print(f"{options.people:,} people in {took:.1f} s, from publishing to the last answer")
        return compare(counts, receivers, engine)


def make_workspace(folder: Path, receivers: Receivers, people: int) -> Workspace:
    """A shop with its accounts, messages and one audience: the first customers."""
    workspace = Workspace.create(folder, "CDNOW", cdnow.ZONE, "en")
    settings = {**workspace.settings.model_dump(exclude_unset=True), "allowed_addresses": ("127.0.0.1",)}
    workspace.save_settings(type(workspace.settings).model_validate(settings))
    workspace.save_catalog(
        Catalog.model_validate(
            {
                "events": {"order": {"attributes": {"amount": "number", "quantity": "number"}}},
                "id_types": {"mobile": {}, "email": {}, "member": {}},
            }
        )
    )
    for id, kind, account in accounts(receivers):
        raw = {"id": id, "name": id.removeprefix("acc_"), "kind": kind, "settings": account}
        workspace.accounts.save(ACCOUNT.adapter.validate_python(raw))
    sms = {"platform": "acc_sms", "sms_type": "promotional", "content": {"text": "A CD is waiting for you."}}
    mail = {"content": {"subject": "Your next CD", "html": "<p>Come back.</p>", "text": "Come back."}}
    for id, kind, more in (("m_sms", "text_sms", sms), ("m_mail", "email", mail)):
        raw = {"id": id, "name": id, "kind": kind, "status": "approved", **more}
        workspace.save_message(MESSAGE.adapter.validate_python(raw))
    audience = {"id": "a_first", "name": "First customers", "list": {"id_type": "member"}}
    workspace.save_audience(AUDIENCE.adapter.validate_python(audience))
    (folder / "data" / "audiences").mkdir()
    with (folder / "data" / "people.csv").open(encoding="utf-8") as known:
        ids = [line.split(",", 1)[0] for line in known][1 : people + 1]
    (folder / "data" / "audiences" / "a_first.csv").write_text("\n".join(["person_id", *ids, ""]))
    return workspace


def accounts(receivers: Receivers) -> list[tuple[str, str, dict[str, Any]]]:
    sms = {
        "url": receivers.sms.url,
        "fields": [{"name": one, "value": f"${{{what}}}"} for one, what in _SMS_FIELDS],
        "success_field": "result.code",
        "success_value": "0",
        "signatures": ["CDNOW"],
    }
    mail = {
        "host": "127.0.0.1",
        "port": receivers.mail.port,
        "security": "none",
        "senders": ["shop@example.com"],
    }
    hook = {
        "url": receivers.hook.url,
        "id_types": ["email"],
        "batch_size": 50,
        "key_lifetime": {"amount": KEYS_HOURS, "unit": "hour"},
    }
    kafka = {"brokers": receivers.kafka.brokers, "topic": TOPIC, "id_types": ["email"]}
    return [
        ("acc_sms", "http_sms", sms),
        ("acc_mail", "smtp", mail),
        ("acc_hook", "webhook", hook),
        ("acc_kafka", "kafka", kafka),
    ]


_SMS_FIELDS = (("to", "phone"), ("text", "text"), ("id", "id"))


def campaign() -> CampaignDocument:
    sms = {"platform": "acc_sms", "sms_type": "promotional", "signature": "CDNOW", "template": "m_sms"}
    nodes: dict[str, tuple[str, str, dict[str, Any]]] = {
        "n_who": ("target_audience", "First customers", {"audiences": ["a_first"], "mode": "now"}),
        "n_sms": ("text_sms", "SMS", sms),
        "n_mail": (
            "email",
            "Email",
            {"account": "acc_mail", "sender": "shop@example.com", "template": "m_mail"},
        ),
        "n_hook": ("webhook", "Gift service", {"webhook": "acc_hook", "id_type": "email"}),
        "n_kafka": ("push_kafka", "Data warehouse", {"interface": "acc_kafka", "id_type": "email"}),
        "n_end": ("end", "End", {}),
    }
    ids, parts = ["n_start", *nodes], nodes.items()
    return CampaignDocument(
        Attributes(id=CAMPAIGN, name="A second order"),
        {id: Node(kind=kind, name=name, config=raw, confirmed=True) for id, (kind, name, raw) in parts},
        {f"l_{n}": Link(source=ids[n], port="out", target=ids[n + 1]) for n in range(len(ids) - 1)},
    )


def misbehave(receivers: Receivers, people: int) -> None:
    """One in a hundred numbers is refused; some connections of the web server end instead of an answer."""
    receivers.sms.refuse(*(f"138000{n:05d}" for n in range(0, people, 100)))
    receivers.hook.misbehave("reset", times=3)


def wait(engine: Engine, people: int) -> dict[str, dict[str, int]]:
    """The counts once every message has come to an end."""
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until:
        counts = engine.counts(CAMPAIGN).messages
        open_ = sum(n for one in counts.values() for state, n in one.items() if state in _OPEN)
        if len(counts) == 4 and not open_ and all(sum(one.values()) == people for one in counts.values()):
            break
        time.sleep(0.2)
    return {node: dict(states) for node, states in counts.items()}


_OPEN = ("planned", "claimed", "sending")


def compare(counts: dict[str, dict[str, int]], receivers: Receivers, engine: Engine) -> int:
    """Print both sides; 0 where they agree, and nobody got anything twice."""
    written = receivers.kafka.read(counts["n_kafka"].get("sent", 0))
    sides = {
        "n_sms": (receivers.sms.sent.total(), receivers.sms.twice()),
        "n_mail": (receivers.mail.sent.total(), receivers.mail.twice()),
        "n_hook": (receivers.hook.sent.total(), receivers.hook.twice()),
        "n_kafka": (sum(map(len, written.values())), [key for key, got in written.items() if len(got) > 1]),
    }
    good = engine.check() == []
    for node, (got, twice) in sides.items():
        states = ", ".join(f"{state} {n:,}" for state, n in sorted(counts[node].items()))
        print(f"  {node:<8} engine: {states:<28} receiver: {got:,}, twice: {len(twice)}")
        good = good and got == counts[node].get("sent", 0) and not twice
    print("Both sides agree." if good else "THE SIDES DIFFER.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
