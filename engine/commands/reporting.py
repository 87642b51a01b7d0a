"""`why`: why a person did, or did not, get what a campaign gives."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from engine.client import bundled
from engine.commands.errors import CommandError
from engine.commands.target import Target
from engine.i18n import N_, Message
from engine.server.wire.reporting import WhyAnswer, WhyLine

_MARKS = {True: "✓", False: "✗", None: "·"}
_INDENTS = {"entering": "", "step": "  ", "fact": "    ", "message": "    "}


def why(target: Target, campaign: str, person: str, node: str | None) -> None:
    """Print the answer and the chain of facts, through the running engine if there is one.

    node: the component that it is about. Raises `CommandError`, `EngineRefused`, `UnknownPerson`,
    `UnknownComponent`, `FileError`, `StoreError`.
    """
    client = None if target.workspace is None else bundled(target.workspace.folder)
    if client is not None:
        with client:
            _show(client.why(campaign, person, node), _zone(target))
        return
    _show(_here(target, campaign, person, node), _zone(target))


def _here(target: Target, campaign: str, person: str, node: str | None) -> WhyAnswer:
    from engine.run.answers import UnknownCampaign
    from engine.run.lifecycle import number_of
    from engine.run.why import why_of
    from engine.server.reporting import why_answer
    from engine.store.people import known_key

    with target.engine() as (engine, database), database.read() as connection:
        try:
            number = number_of(connection, campaign)
        except UnknownCampaign as error:
            raise CommandError(Message(N_("This campaign was not published to this engine."))) from error
        key = known_key(connection, person)
        found = why_of(connection, number, key, engine.settings, engine.now(), node)
        return why_answer(campaign, person, found)


def _zone(target: Target) -> ZoneInfo:
    return ZoneInfo("UTC" if target.workspace is None else target.workspace.settings.time_zone)


def _show(found: WhyAnswer, zone: ZoneInfo) -> None:
    print(found.answer)
    for line in found.lines:
        print(f"{_clock(line, zone):16}  {_INDENTS[line.kind]}{_mark(line)}{line.text}")


def _mark(line: WhyLine) -> str:
    return f"{_MARKS[line.holds]} " if line.kind == "fact" else ""


def _clock(line: WhyLine, zone: ZoneInfo) -> str:
    if line.at is None:
        return ""
    return datetime.fromisoformat(line.at).astimezone(zone).strftime("%Y-%m-%d %H:%M")
