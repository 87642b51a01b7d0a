"""`events received`: the last events, and what they did."""

from __future__ import annotations

from engine.client import bundled
from engine.commands.errors import CommandError
from engine.i18n import N_, Message, ntr, tr
from engine.server.wire.data import ReceivedEvent
from engine.workspace.workspace import Workspace

_SHOWN = 200
"""Characters of an event's attributes that fit a terminal."""


def received(workspace: Workspace) -> None:
    """Print one line an event, the latest first, and one line an effect. Raises `CommandError`."""
    client = bundled(workspace.folder)
    if client is None:
        raise CommandError(Message(N_("No engine runs for this workspace: none receives events.")))
    with client:
        events = client.received()
    if not events:
        print(tr("No events were received since the engine started."))
    for event in events:
        _show(event)


def _show(event: ReceivedEvent) -> None:
    if event.fate == "imported":
        text = ntr("{n:,} event was imported.", "{n:,} events were imported.", event.count)
        print(f"{event.received_at} {text}")
        return
    attributes = event.attributes if len(event.attributes) <= _SHOWN else event.attributes[:_SHOWN] + "…"
    said = " ".join(filter(None, (event.event_id, event.person_id, event.event, event.time, attributes)))
    print(f"{event.received_at} {said}")
    for text in fate_words(event):
        print(f"  {text}")


def fate_words(event: ReceivedEvent) -> list[str]:
    """What became of an event, a sentence each."""
    if event.fate == "duplicate":
        return [tr("It had come before: the same event counts once.")]
    if event.fate == "rejected":
        return [tr("Not taken: {reason}", reason=event.text)]
    return [f"{effect.name}: {effect.text}" if effect.name else effect.text for effect in event.effects]
