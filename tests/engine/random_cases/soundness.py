"""Whether a case's files can be opened and its campaign published."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from engine.campaign import campaign_file
from engine.campaign.problem import Severity
from engine.campaign.rules import problems
from engine.files import FileError
from engine.workspace.account import ACCOUNT
from engine.workspace.audience import AUDIENCE
from engine.workspace.catalog import CATALOG
from engine.workspace.lookup import ObjectLookup
from engine.workspace.message import MESSAGE
from engine.workspace.settings import SETTINGS
from tests.engine.interpreter.case import Case, Json

PATH = Path("case")


class Files(ObjectLookup):
    """The objects of a case's workspace. Raises `FileError`."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        SETTINGS.parse(_bytes(case.settings), PATH)
        self.catalog = CATALOG.parse(_bytes(case.catalog), PATH)
        self.audiences = {id: AUDIENCE.parse(_bytes(file), PATH) for id, file in case.audiences.items()}
        self.messages = {id: MESSAGE.parse(_bytes(file), PATH) for id, file in case.messages.items()}
        self.accounts = {id: ACCOUNT.parse(_bytes(file), PATH) for id, file in case.accounts.items()}


def complaints(case: Case) -> list[str]:
    """Why it cannot run; times that are past keep no campaign from being rehearsed."""
    try:
        files = Files(case)
        document = campaign_file.parse(_bytes(case.campaign), PATH)
    except FileError as error:
        return [str(error)]
    found = problems(document, files, datetime.fromisoformat(case.since))
    complaints = [p for p in found if p.severity is Severity.ERROR and p.code != "time_past"]
    named = {id for audience in files.audiences.values() for id in audience.audiences}
    named |= {whitelist} if (whitelist := case.settings.get("whitelist")) else set()
    known = {person.id for person in case.people} | {event.person for event in case.events}
    if case.settings.get("whitelist") in {id for file in files.audiences.values() for id in file.audiences}:
        return ["the whitelist is part of another audience"]
    strangers = {*(row.person for row in case.ids), *(row[0] for row in case.tags)} - known
    strangers |= {who for members in case.members.values() for who in members} - known
    if strangers:
        return [f"nobody is {strangers}"]
    return [f"{p.code}: {p.message}" for p in complaints] + [
        f"no {id}" for id in named - set(files.audiences)
    ]


def _bytes(value: Json) -> bytes:
    return json.dumps(value).encode()
