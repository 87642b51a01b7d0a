"""What the engine answers, as it is sent. Knows of no web server: the command line says the same."""

from __future__ import annotations

import dataclasses

from engine.audience.looking import AudienceState as StoredAudience
from engine.i18n import Message
from engine.report.counts import Counts as LiveCounts
from engine.report.doubtful import Doubtful as FoundDoubtful
from engine.report.received import Received
from engine.report.sizes import Sizes as FoundSizes
from engine.run.answers import CampaignStatus, HeldState, VersionStatus
from engine.run.engine import Engine
from engine.server.lacks import lacks
from engine.server.wire.audiences import AudienceState
from engine.server.wire.campaigns import Campaign, Counts, PublishAnswer, Version
from engine.server.wire.data import AudienceSize, CodesLeft, ReceivedEffect, ReceivedEvent, Sizes
from engine.server.wire.engine import HandedOver, Hold
from engine.server.wire.imports import ImportAnswer, ImportReject
from engine.server.wire.sending import AccountSending, Decision, Doubtful, DoubtfulGroup, SendingAnswer
from engine.shapes.time import utc_text
from engine.store.audit import Noted
from engine.store.database import Database
from engine.store.imports.result import ImportResult
from engine.workspace.bundle import Bundle
from engine.workspace.secrets import Secrets


def hold_answer(state: HeldState | None) -> Hold:
    """Why an engine is held, as it is sent."""
    if state is None:
        return Hold(held=False)
    campaigns = [
        HandedOver(
            campaign=one.campaign,
            name=one.name,
            last=moment_text(one.last),
            messages_due=one.messages_due,
            messages_doubtful=one.messages_doubtful,
            people_due=one.people_due,
        )
        for one in state.campaigns
    ]
    return Hold(held=True, reason=str(state.reason), as_of=utc_text(state.as_of), campaigns=campaigns)


def publish_answer(
    engine: Engine, database: Database, bundle: Bundle, secrets: Secrets | None = None
) -> PublishAnswer:
    """Publish a bundle; secrets: see `lacks`. Raises `Refused`."""
    published = engine.publish(bundle)
    return PublishAnswer(
        campaign=published.campaign,
        version=published.version,
        hash=published.hash,
        lacks=lacks(database, bundle, secrets),
    )


def counts_answer(found: LiveCounts) -> Counts:
    """Live counts as they are sent."""
    said = dataclasses.asdict(found)
    cycles = [{**cycle, "moment": moment_text(cycle["moment"])} for cycle in said["cycles"]]
    skipped = [{**one, "moment": moment_text(one["moment"])} for one in said["skipped"]]
    releases = {node: utc_text(moment) for node, moment in found.releases.items()}
    return Counts.model_validate({**said, "cycles": cycles, "skipped": skipped, "releases": releases})


def audience_answer(one: StoredAudience, following: int | None) -> AudienceState:
    """What is stored of an audience, and when it is updated next (ms), as it is sent."""
    return AudienceState.model_validate(
        {
            "id": one.id,
            "size": one.size,
            "state": one.state,
            "updated_at": moment_text(one.updated_at),
            "reason": text_of(one.reason),
            "next_update": moment_text(following),
        }
    )


def moment_text(moment: int | None) -> str | None:
    """A moment (ms) as it is sent."""
    return None if moment is None else utc_text(moment)


def campaign_answer(status: CampaignStatus) -> Campaign:
    """A campaign's status as it is sent."""
    return Campaign(
        id=status.campaign,
        name=status.name,
        status=status.status.value,
        version=status.version,
        hash=status.hash,
        published_at=utc_text(status.published_at),
        version_published_at=utc_text(status.version_published_at),
        start=moment_text(status.start),
        end=moment_text(status.end),
        entries=status.entries,
        inside=status.inside,
        finished=status.finished,
        reason=text_of(status.reason),
        next_run=moment_text(status.next_run),
        doubtful=status.doubtful,
        cannot_send=text_of(status.cannot_send),
        backlog=status.backlog.value,
    )


def version_answer(status: VersionStatus) -> Version:
    """A version of a campaign as it is sent."""
    return Version(
        version=status.version,
        hash=status.hash,
        published_at=utc_text(status.published_at),
        current=status.current,
        entries=status.entries,
        inside=status.inside,
        finished=status.finished,
        published_by=status.published_by,
    )


def received_answer(received: Received) -> ReceivedEvent:
    """An event that was received, as it is sent."""
    noted = received.noted
    effects = [
        ReceivedEffect(
            campaign=effect.campaign, name=effect.name, outcome=effect.outcome.value, text=str(effect.message)
        )
        for effect in received.effects
    ]
    return ReceivedEvent(
        received_at=utc_text(noted.received_at),
        fate=noted.fate.value,
        event_id=noted.id,
        person_id=noted.person,
        event=noted.event,
        time=moment_text(noted.time),
        attributes=noted.attributes,
        count=noted.count,
        text="" if noted.reason is None else str(noted.reason),
        effects=effects,
    )


def sizes_answer(found: FoundSizes) -> Sizes:
    """What there is of audiences and coupons, as it is sent."""
    return Sizes(
        audiences={
            id: AudienceSize(size=one.size, updated_at=moment_text(one.updated_at))
            for id, one in found.audiences.items()
        },
        coupons={id: CodesLeft(left=one.left, more=one.more) for id, one in found.coupons.items()},
    )


def import_answer(result: ImportResult) -> ImportAnswer:
    """What an import did, as it is sent."""
    rejects = [
        ImportReject(file=file, line=line, text=str(message)) for file, line, message in result.rejects
    ]
    return ImportAnswer(
        counts=dict(result.counts),
        rejected=result.rejected,
        rejects=rejects,
        notes=[str(note) for note in result.notes],
    )


def sending_answer(engine: Engine) -> SendingAnswer:
    """How sending goes, as it is sent."""
    now = engine.now()  # first: what comes later is not told here
    groups = [
        DoubtfulGroup(
            campaign=one.campaign,
            name=one.name,
            account=one.account,
            messages=one.messages,
            first=utc_text(one.first),
            last=utc_text(one.last),
        )
        for one in engine.doubtful_groups()
    ]
    accounts = [
        AccountSending.model_validate({**dataclasses.asdict(one), "problem": text_of(one.problem)})
        for one in engine.accounts()
    ]
    decisions = [decision_answer(one) for one in engine.decisions()]
    return SendingAnswer(as_of=utc_text(now), accounts=accounts, doubtful=groups, decisions=decisions)


def decision_answer(noted: Noted) -> Decision:
    """A decision on doubtful messages, as it is sent."""
    said = noted.detail
    return Decision(
        at=utc_text(noted.at),
        who=noted.who,
        how=said["how"],
        messages=said["messages"],
        campaign=said.get("campaign"),
        account=said.get("account"),
        chosen="chosen" in said,
    )


def doubtful_answer(one: FoundDoubtful) -> Doubtful:
    """A doubtful message, as it is sent."""
    return Doubtful(
        key=one.key,
        campaign=one.campaign,
        name=one.name,
        node=one.node,
        title=one.title,
        channel=one.channel,
        account=one.account,
        person_id=one.person,
        address=one.address,
        marketing=one.marketing,
        planned_at=utc_text(one.planned_at),
        attempted_at=utc_text(one.attempted_at),
        reason=one.reason,
        text=one.text,
    )


def text_of(message: Message | str | None) -> str | None:
    """A text as it is sent, in the asker's language; a provider's own reason as it is."""
    return None if message is None else str(message)
