"""`engine release`, and what `engine status` says of an engine that is held."""

from __future__ import annotations

from engine.client import bundled
from engine.commands.target import Target
from engine.i18n import ntr, tr
from engine.server.wire import HandedOver, Hold


def release(target: Target) -> None:
    """Say why the engine is held and what may have been sent, and let it go on.

    Raises `EngineRefused`, `StoreError`, `Refused`.
    """
    from engine.server.api import hold_answer

    client = None if target.workspace is None else bundled(target.workspace.folder)
    if client is not None:
        with client:
            hold = client.hold()
            client.release()
    else:
        with target.engine() as (engine, _):
            hold = hold_answer(engine.held())
            engine.release()
    if not hold.held:
        print(tr("The engine is not held."))
        return
    show_hold(hold)
    print(tr("The engine is released: it goes on."))


def show_hold(hold: Hold) -> None:
    """Why the engine is held, then one line a campaign in progress."""
    print(tr("The engine is held: nobody enters and nothing is sent. {reason}", reason=hold.reason))
    text = tr(
        "The database is as it was at {time}. It cannot know what was sent later, and would send it again.",
        time=hold.as_of,
    )
    print(text)
    for campaign in hold.campaigns:
        print(f"{campaign.campaign} {words(campaign)} {campaign.name}")
    if hold.campaigns:
        print(tr("Stop the campaigns that shall not go on, then: engine release"))


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
