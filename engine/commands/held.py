"""`engine release`, and what `engine status` says of an engine that is held."""

from __future__ import annotations

from engine.client import bundled
from engine.commands.target import Target
from engine.i18n import ntr, tr
from engine.server.wire.engine import HandedOver, Hold


def release(target: Target) -> None:
    """Say why the engine is held and what may have been sent, and let it go on.

    Raises `EngineRefused`, `StoreError`, `Refused`.
    """
    from engine.server.answering import hold_answer

    client = None if target.workspace is None else bundled(target.workspace.folder)
    if client is not None:
        with client:
            hold = _shown(client.hold())
            client.release()
    else:
        with target.engine() as (engine, _):
            hold = _shown(hold_answer(engine.held()))
            engine.release()
    print(tr("The engine is released: it goes on.") if hold.held else tr("The engine is not held."))


def show_held(hold: Hold) -> None:
    """Why the engine is held, and how it is made to go on."""
    _shown(hold)
    if hold.campaigns:
        print(tr("Stop the campaigns that shall not go on, then: engine release"))


def _shown(hold: Hold) -> Hold:
    """Print why the engine is held, if it is, then one line a campaign in progress."""
    if not hold.held:
        return hold
    print(tr("The engine is held: nobody enters and nothing is sent. {reason}", reason=hold.reason))
    text = tr(
        "The database is as it was at {time}. It cannot know what was sent later, and would send it again.",
        time=hold.as_of,
    )
    print(text)
    for campaign in hold.campaigns:
        print(f"{campaign.campaign} {words(campaign)} {campaign.name}")
    return hold


def words(campaign: HandedOver) -> str:
    """What is known of a campaign's messages, in one line."""
    last = (
        tr("Last handed over: {time}.", time=campaign.last) if campaign.last else tr("Nothing handed over.")
    )
    due = ntr("{n:,} message is due.", "{n:,} messages are due.", campaign.messages_due)
    doubtful = ntr(
        "{n:,} message has no result.", "{n:,} messages have no result.", campaign.messages_doubtful
    )
    people = ntr("{n:,} person goes on at once.", "{n:,} people go on at once.", campaign.people_due)
    return f"{last} {due} {doubtful} {people}"
