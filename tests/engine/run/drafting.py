"""Small campaigns, written down in a few lines, and an engine to run them on a virtual clock."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from engine.campaign import edits
from engine.campaign.document import CampaignDocument
from engine.campaign.model import Attributes, Link, Node
from engine.channels.sending.loop import OpenAdapter
from engine.plan.contact import ContactRules
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.run.filing import FileAudiences
from engine.run.settings import EngineSettings
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.workspace.account import SIMULATED_ID, AccountFile, simulated
from engine.workspace.audience import AUDIENCE, AudienceFile
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog
from engine.workspace.message import MESSAGE
from engine.workspace.settings import Retention
from tests.databases import Target, empty_database

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SETTINGS = EngineSettings(ZONE)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

EVERYBODY: dict[str, Any] = {"audiences": ["a_all"], "mode": "now"}
SMS: dict[str, Any] = {
    "platform": SIMULATED_ID,
    "sms_type": "notification",
    "signature": "Shop",
    "template": "m_hello",
    "variables": {"name": {"from": "attribute", "key": "name"}},
}
PROMOTION: dict[str, Any] = {**SMS, "sms_type": "promotional", "template": "m_offer"}
WAIT: dict[str, Any] = {"mode": "duration", "amount": 1, "unit": "hour"}
TOUR: dict[str, tuple[str, dict[str, Any]]] = {
    "n_who": ("target_audience", EVERYBODY),
    "n_sms": ("text_sms", SMS),
    "n_tag": ("tag", {"assignments": [{"tag": "level", "value": "Gold"}]}),
    "n_coupon": ("issue_coupon", {"coupon": "cp_1"}),
    "n_wait": ("wait_until", WAIT),
    "n_end": ("end", {}),
}
"""Everybody gets a message, a tag and a coupon, and waits for an hour."""
TOUR_LINKS = [
    "n_who out n_sms", "n_sms out n_tag", "n_tag out n_coupon", "n_coupon out n_wait", "n_wait out n_end",
]  # fmt: skip

Nodes = Mapping[str, tuple[str, dict[str, Any]]]
Links = Sequence[str]
JUDGING_LINKS = ["n_who out n_ordered", "n_ordered out n_yes", "n_ordered other n_no"]


def judging(days: int = 1, *, early: bool = True, **condition: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    """Everybody waits for an order, of this condition and for so many days: to `n_yes`, else to `n_no`."""
    judgment = {
        "judge_after": {"amount": days, "unit": "day"},
        "conditions": [{"join": None, "event": "order", **condition}],
        "early": early,
        "other": True,
    }
    return {
        "n_who": ("target_audience", EVERYBODY),
        "n_ordered": ("event_judgment", judgment),
        "n_yes": ("end", {}),
        "n_no": ("end", {}),
    }


def bundle(
    nodes: Nodes,
    links: Links,
    *,
    id: str = "c_1",
    start: datetime | None = None,
    end: datetime | None = None,
    account: AccountFile | None = None,
) -> Bundle:
    """A campaign. Links are written "source port target"; the one from Start is made."""
    first = next(iter(nodes))
    split = [("n_start", "out", first), *(tuple(link.split()) for link in links)]
    document = CampaignDocument(
        Attributes(
            id=id,
            name=id,
            start=None if start is None else start.isoformat(),
            end=None if end is None else end.isoformat(),
        ),
        {n: Node(kind=kind, name=n, config=config, confirmed=True) for n, (kind, config) in nodes.items()},
        {f"l_{i:02d}": Link(source=s, port=p, target=t) for i, (s, p, t) in enumerate(split)},
    )
    message: dict[str, Any] = {"id": "m_hello", "name": "Hello", "kind": "text_sms", "platform": SIMULATED_ID}
    message |= {"sms_type": "notification", "status": "approved", "content": {"text": "Hello ${name}"}}
    offer = {**message, "id": "m_offer", "name": "Offer", "sms_type": "promotional"}
    return Bundle(
        document,
        {
            "a_all": AUDIENCE.adapter.validate_python(
                {"id": "a_all", "name": "All", "list": {"id_type": "mobile"}}
            )
        },
        {one["id"]: MESSAGE.adapter.validate_python(one) for one in (message, offer)},
        {SIMULATED_ID: account or simulated("Simulated")},
        Catalog.model_validate(
            {
                "events": {"order": {"name": "Order", "attributes": {"amount": "number"}}},
                "tags": {"level": {"type": "text"}},
                "attributes": {"name": "text"},
                "coupons": {"cp_1": {"name": "Ten off", "type": "voucher", "value": "10", "valid_days": 30}},
                "id_types": {"mobile": {"multi": False}, "member": {"multi": False}},
            }
        ),
    )


def write_people(folder: Path, people: int, codes: int = 0, events: Sequence[Sequence[str]] = ()) -> None:
    """A data folder: `p1` … in the audience `a_all`, each with a mobile number, a member id and a name."""
    folder.mkdir(parents=True)
    names = [f"p{n}" for n in range(1, people + 1)]
    rows = [[name, f"+86138{n:08d}", f"m-{name}", name.upper()] for n, name in enumerate(names, start=1)]
    _csv(folder / "people.csv", ["person_id", "id:mobile", "id:member", "attr:name"], rows)
    _csv(folder / "coupons.csv", ["coupon", "code"], [["cp_1", f"C{n}"] for n in range(1, codes + 1)])
    _csv(folder / "events.csv", ["event_id", "person_id", "event", "time", "attributes"], events)
    (folder / "audiences").mkdir()
    _csv(folder / "audiences" / "a_all.csv", ["person_id"], [[name] for name in names])
    schema = {
        "attributes": {"name": "text"},
        "tags": {"level": "text"},
        "events": {"order": {"amount": "number"}},
    }
    (folder / "schema.json").write_text(json.dumps(schema))


def _csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def database(folder: Path, people: int = 3, codes: int = 0, events: Sequence[Sequence[str]] = ()) -> Path:
    """A database with people, made in `folder`."""
    path = folder / "engine.db"
    path.write_bytes(empty_database())
    populate(path, folder, people, codes, events)
    return path


def measured(made: Bundle, **fields: Any) -> Bundle:
    """The bundle with some of the fields `goal`, `holdout`, `ignore_global_control`."""
    document = made.campaign
    attributes = type(document.attributes).model_validate({**dict(document.attributes), **fields})
    document.apply(edits.set_attributes(document, attributes).ops)
    return made


def populate(
    target: Target, folder: Path, people: int = 3, codes: int = 0, events: Sequence[Sequence[str]] = ()
) -> Target:
    """The database, with people in it; `folder` holds their files."""
    write_people(folder / "data", people, codes, events)
    with Database.open(target) as store:
        assert not import_folder(store, folder / "data", now=NOW - timedelta(days=1)).rejected
    return target


class Running:
    """An engine on a database, at a virtual time that starts at `NOW`."""

    def __init__(
        self,
        target: Target,
        contact: ContactRules | None = None,
        *,
        moment: datetime = NOW,
        zone: ZoneInfo = ZONE,
        retention: Retention | None = None,
        audiences: Mapping[str, AudienceFile] | None = None,
        file_audiences: FileAudiences | None = None,
        clock: VirtualClock | None = None,
        open_adapter: OpenAdapter | None = None,
        settings: EngineSettings | None = None,
    ) -> None:
        self.clock = clock or VirtualClock(ms(moment))
        self.database = Database.open(target)
        settings = settings or EngineSettings(
            zone,
            contact=contact or ContactRules(),
            retention=retention or Retention(),
            audiences=audiences or {},
        )
        self.engine = Engine(
            self.database, settings, self.clock, file_audiences=file_audiences, open_adapter=open_adapter
        )

    def advance(self, milliseconds: int) -> None:
        """Go on with everything that falls due."""
        self.engine.run_until_idle(self.clock.now() + milliseconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()
        self.database.close()
