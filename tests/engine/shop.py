"""A small workspace with people, and a campaign that can run in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.campaign import campaign_file
from engine.workspace.account import SIMULATED_ID
from engine.workspace.audience import AUDIENCE
from engine.workspace.catalog import Catalog
from engine.workspace.message import MESSAGE
from engine.workspace.workspace import Workspace

CAMPAIGN = "c_hello"
PEOPLE = "person_id,id:mobile,attr:city\np1,+8613800000001,Rome\np2,+8613800000002,Rome\np3,,Rome\np4,,Oslo\n"


def make_shop(folder: Path, name: str = "Shop") -> Workspace:
    """A workspace whose audience are the three people from Rome, two of whom have a mobile number."""
    workspace = Workspace.create(folder, name, "Europe/Berlin", "en")
    workspace.save_catalog(
        Catalog.model_validate(
            {"attributes": {"city": "text"}, "events": {"order": {}}, "id_types": {"mobile": {}}}
        )
    )
    rome = {"field": "attr:city", "op": "is", "value": ["Rome"]}
    audience = {"id": "a_rome", "name": "Rome", "cards": [{"card": "tags", "condition": rome}]}
    workspace.save_audience(AUDIENCE.parse(_file("audience", audience), folder))
    message: dict[str, Any] = {"id": "m_hello", "name": "Hello", "kind": "text_sms", "platform": SIMULATED_ID}
    message |= {"sms_type": "notification", "status": "approved", "content": {"text": "Hello!"}}
    workspace.save_message(MESSAGE.parse(_file("message", message), folder))
    workspace.save_campaign(campaign_file.parse(_file("campaign", hello()), folder))
    return workspace


def hello() -> dict[str, Any]:
    """The campaign: everybody from Rome gets an SMS."""
    sms = {"platform": SIMULATED_ID, "sms_type": "notification", "signature": "Shop", "template": "m_hello"}
    trigger = {"audiences": ["a_rome"], "mode": "now"}
    return {
        "id": CAMPAIGN,
        "name": "Hello Rome",
        "nodes": {
            "n_who": {"kind": "target_audience", "name": "Rome", "config": trigger, "confirmed": True},
            "n_sms": {"kind": "text_sms", "name": "Hello", "config": sms, "confirmed": True},
            "n_end": {"kind": "end", "name": "End", "config": {}, "confirmed": True},
        },
        "links": {
            "l_1": {"from": "n_start", "port": "out", "to": "n_who"},
            "l_2": {"from": "n_who", "port": "out", "to": "n_sms"},
            "l_3": {"from": "n_sms", "port": "out", "to": "n_end"},
        },
    }


def campaign_path(workspace: Workspace) -> Path:
    return workspace.campaign_files.path_of(CAMPAIGN)


def data_folder(folder: Path) -> Path:
    """A data folder with the four people."""
    folder.mkdir()
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return folder


def _file(format: str, content: dict[str, Any]) -> bytes:
    return json.dumps({"format": format, "version": 1, **content}).encode()
