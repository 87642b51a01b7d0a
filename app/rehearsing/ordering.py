"""From what was chosen to what the process is told: the draft as it is now, and the span of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from app.rehearsing.choice import RehearsalChoice
from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID
from engine.commands.rehearsal_lines import Order
from engine.shapes.time import instant
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from engine.workspace.workspace import Workspace


class Span(NamedTuple):
    """From when until when, both included."""

    since: datetime
    until: datetime


def starts_with_event(document: CampaignDocument) -> bool:
    """Whether events let people in: those of the past are known, those to come are not."""
    return any(document.node(id).kind == "behavior_event" for id in document.successors(START_ID))


def first_choice(document: CampaignDocument) -> RehearsalChoice:
    """What the first rehearsal of a campaign begins with."""
    return RehearsalChoice(when="past" if starts_with_event(document) else "coming")


def span_of(choice: RehearsalChoice, document: CampaignDocument, now: datetime, zone: ZoneInfo) -> Span:
    """What is rehearsed; days to come begin with the campaign, where that starts later."""
    days = timedelta(days=choice.days)
    if choice.when == "past":
        midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return Span(midnight - days, now)
    if choice.when == "between" and choice.since is not None and choice.until is not None:
        return Span(choice.since, choice.until)
    start = document.attributes.start
    since = max(now, instant(start)) if start is not None else now
    return Span(since, since + days)


def order_of(
    choice: RehearsalChoice,
    document: CampaignDocument,
    workspace: Workspace,
    language: Literal["en", "zh"],
    now: datetime | None = None,
    *,
    published: Bundle | None = None,
    span: Span | None = None,
) -> Order:
    """What the process is to do.

    In the past, the campaign's own start and end do not count: it is rehearsed as if it had run then.
    published: what the document refers to, where it is an earlier version; None: the workspace as it is.
    span: just this one.
    """
    zone = ZoneInfo(workspace.settings.time_zone)
    span = span or span_of(choice, document, now or datetime.now(UTC), zone)
    if choice.when == "past":
        always = document.attributes.model_copy(update={"start": None, "end": None})
        document = CampaignDocument(always, document.nodes, document.links)
    return Order(
        workspace=workspace.folder,
        draft="" if published else campaign_file.dump(document).decode(),
        bundle=_with(published, document) if published else "",
        language=language,
        people=choice.who,
        audience=choice.audience or None,
        person=choice.person or None,
        folder=choice.folder,
        since=span.since,
        until=span.until,
        react=choice.react,
        rates=choice.rates,
        results=choice.results,
        with_running=choice.with_running,
    )


def _with(published: Bundle, document: CampaignDocument) -> str:
    """The text of the bundle of a document with what a version was published with."""
    found = published
    made = Bundle(document, found.audiences, found.messages, found.accounts, found.catalog, found.media)
    return bundles.write(made).decode()
