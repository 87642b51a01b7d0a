"""Why a person did not enter a campaign: what its trigger asks for, and what there was."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from engine.components.base import RefKind
from engine.components.behaviour import EnterAudiences, EnterOnEvent
from engine.i18n import N_, Message
from engine.report.explaining import Explainer
from engine.report.published import PublishedVersion, PublishedVersions
from engine.report.received import Fate, Noted, Outcome
from engine.run.settings import EngineSettings
from engine.shapes.time import from_milliseconds
from engine.store.tables.people import audience, audience_member, event, person
from engine.store.tables.runs import ACTIVE, STOPPED, cycle

MOST_EVENTS = 20
"""The last events of a person of which it is said why they let nobody in."""

Reason = tuple[Message, int | None]
"""A fact, and when it was (ms)."""


def clock(moment: int, zone: ZoneInfo) -> str:
    """A moment (ms) as the workspace's clocks show it."""
    return from_milliseconds(moment).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def why_not_entered(
    connection: Connection, number: int, key: int, settings: EngineSettings, now: int
) -> list[Reason]:
    """Why a person, by key, has not entered a campaign, by its number."""
    versions = PublishedVersions().read(connection, only=number)
    current = next((version for version in versions if version.current), None)
    if current is None:
        return [(Message(N_("The campaign as it was published cannot be read any more.")), None)]
    found = list(_times(current, settings.zone, now))
    match current.trigger:
        case EnterOnEvent() as trigger:
            found += _events(connection, current, trigger, key, settings)
        case EnterAudiences() as trigger:
            found += _audiences(connection, current, trigger, key, settings.zone)
    return found


def _times(version: PublishedVersion, zone: ZoneInfo, now: int) -> Iterator[Reason]:
    if version.starts_at > now:
        text = N_("The campaign has not started: it does on {time}.")
        yield Message(text, time=clock(version.starts_at, zone)), version.starts_at
    if version.ends_at is not None and version.ends_at <= now:
        text = N_("Since {time} nobody enters any more: that is the campaign's end.")
        yield Message(text, time=clock(version.ends_at, zone)), version.ends_at
    if version.state == STOPPED:
        yield Message(N_("The campaign is stopped: nobody enters.")), None
    elif version.state != ACTIVE:
        yield Message(N_("The campaign is finished: nobody enters.")), None


def _events(
    connection: Connection,
    version: PublishedVersion,
    trigger: EnterOnEvent,
    key: int,
    settings: EngineSettings,
) -> Iterator[Reason]:
    """What each of the person's last events of the trigger did, and why it let nobody in."""
    name = version.bundle.name_of(RefKind.EVENT, trigger.event) or trigger.event
    query = (
        select(event.c.source_id, event.c.time, event.c.received_at, person.c.external_id)
        .join(person, person.c.id == event.c.person)
        .where(event.c.person == key, event.c.code == trigger.event)
        .order_by(event.c.time.desc(), event.c.source_id.desc())
        .limit(MOST_EVENTS)
    )
    rows = connection.execute(query).all()
    if not rows:
        text = N_("“{event}”, with which people enter, never happened for this person.")
        yield Message(text, event=name), None
        return
    explainer = Explainer(connection, [version], settings.zone, settings.future_events)
    for id, time, received_at, own in reversed(rows):
        noted = Noted(received_at, Fate.ACCEPTED, id, own, trigger.event, time)
        effects = explainer.explain(noted).effects
        entering = [one for one in effects if one.outcome not in _ELSEWHERE]
        what: Message = entering[0].message if entering else Message(_EARLIER)
        yield (
            Message(
                N_("“{event}” on {time}: {what}"), event=name, time=clock(time, settings.zone), what=what
            ),
            time,
        )


_ELSEWHERE = (
    Outcome.COUNTED, Outcome.NOT_WAITING, Outcome.TOO_LATE, Outcome.NOBODY_LISTENS, Outcome.EXITED,
    Outcome.EXIT_CONDITION, Outcome.NOT_INSIDE, Outcome.GOAL, Outcome.GOAL_CONDITION, Outcome.NO_GOAL,
)  # fmt: skip
"""What an event did in judgments, or that the campaign did not listen yet."""
_EARLIER = N_("It came before the campaign was published.")


def _audiences(
    connection: Connection, version: PublishedVersion, trigger: EnterAudiences, key: int, zone: ZoneInfo
) -> Iterator[Reason]:
    began = select(func.count(), func.max(cycle.c.at)).where(cycle.c.campaign == version.number)
    times, last = connection.execute(began).one()
    if not times:
        yield Message(N_("Nobody has entered yet: the moment for that is still to come.")), None
    else:
        text = N_("People entered last on {time} (cycle {n}); this person was not among them.")
        yield Message(text, n=times, time=clock(int(last), zone)), int(last)
    inside = False
    for id in trigger.audiences:
        name = version.bundle.name_of(RefKind.AUDIENCE, id) or id
        row = connection.execute(
            select(audience.c.list, audience.c.updated_at).where(audience.c.id == id)
        ).first()
        if row is None or row.list is None:
            yield (
                Message(N_("The audience “{name}” has never been updated: nobody is in it."), name=name),
                None,
            )
            continue
        member = select(audience_member.c.person).where(
            audience_member.c.list == row.list, audience_member.c.person == key
        )
        holds = connection.execute(member).first() is not None
        inside = inside or holds
        text = (
            N_("The person is in the audience “{name}”.")
            if holds
            else N_("The person is not in the audience “{name}”.")
        )
        yield Message(text, name=name), row.updated_at
    if inside and times:
        text = N_("So they came into the audience after the others had entered.")
        yield Message(text), None
