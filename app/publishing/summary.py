"""What publishing a campaign would do, in words: who enters, when, what they get, and what limits it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from app.publishing.changes import NO_CHANGES, Changes
from app.widgets import moments
from engine.campaign.document import CampaignDocument
from engine.campaign.graph import flow_order
from engine.components.base import RefKind
from engine.components.behaviour import (
    Behaviour,
    DrawCoupon,
    EnterAudiences,
    EnterOnEvent,
    FromTemplate,
    Gather,
    Inline,
    Payload,
    Send,
    SetTags,
)
from engine.components.registry import component
from engine.i18n import N_, listed, ntr, tr
from engine.shapes import schedule
from engine.shapes.time import instant
from engine.workspace.settings import Limit, holiday_dates
from engine.workspace.workspace import Workspace

_MOST = 6
"""So many lines a section has; the rest is counted."""
_RE_ENTRY = {
    "every_time": N_("Each time anew."),
    "after_exit": N_("Again only after having left."),
    "once": N_("Only the first time."),
}
_LIMITS = {
    "minute": N_("At most {max:,} a minute"),
    "hour": N_("At most {max:,} an hour"),
    "day": N_("At most {max:,} a day"),
    "week": N_("At most {max:,} a week"),
    "month": N_("At most {max:,} a month"),
}


class Section(NamedTuple):
    """A question and its answer, line by line; or, `warns`, what should be noted."""

    title: str
    lines: tuple[str, ...]
    warns: bool = False


@dataclass(frozen=True)
class Published:
    """What the engine has of the campaign already.

    version: the newest one. since: when the first was published, ISO 8601. entered: when audiences last
    entered, or None; runs: how often. inside: people who are in earlier versions or this one.
    """

    version: int
    status: str
    since: str
    entered: str | None = None
    runs: int = 0
    inside: int = 0
    changes: Changes = NO_CHANGES


@dataclass(frozen=True)
class Known:
    """What the engine says, as far as it has been asked.

    answered: whether it was. published: None for a campaign that it does not have. sizes: of audiences as
    last updated; estimates: of those that never were, now; codes: left of coupons, in words.
    """

    answered: bool = False
    published: Published | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    estimates: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)


class Summary:
    """Says it of one draft. `elsewhere`: for an engine whose people and settings are not known here."""

    def __init__(
        self, document: CampaignDocument, workspace: Workspace, now: datetime, *, elsewhere: bool = False
    ) -> None:
        self._workspace = workspace
        self._document = document
        self._elsewhere = elsewhere
        self._now = now
        self._zone = ZoneInfo(workspace.settings.time_zone)
        self._behaviours: dict[str, Behaviour] = {}
        self._different: dict[str, Send | DrawCoupon] = {}  # one of those that are told alike
        told: set[object] = set()
        for id in flow_order(document):
            node = document.nodes[id]
            config = node.parsed.config
            behaviour = None if config is None else component(node.kind).behaviour(config)
            if behaviour is None:
                continue
            self._behaviours[id] = behaviour
            if (
                isinstance(behaviour, Send | DrawCoupon)
                and (key := _told(id, node.kind, behaviour)) not in told
            ):
                told.add(key)
                self._different[id] = behaviour

    @property
    def trigger(self) -> EnterAudiences | EnterOnEvent | None:
        found = (b for b in self._behaviours.values() if isinstance(b, EnterAudiences | EnterOnEvent))
        return next(found, None)

    def unknown_rules(self, known: Known) -> dict[str, dict[str, Any]]:
        """The audiences that enter by a rule, and were never updated: their files' contents, by id."""
        audiences = self.trigger.audiences if isinstance(self.trigger, EnterAudiences) else ()
        files = {id: self._workspace.audiences.get(id) for id in audiences if id not in known.sizes}
        return {
            id: file.canonical() for id, file in files.items() if file is not None and file.cards is not None
        }

    def sections(self, known: Known) -> list[Section]:
        """Everything that there is to say, in the order in which one asks."""
        found = [
            Section(tr("Who enters"), tuple(self._who(known))),
            Section(self._when_head(), tuple(self._when(known.published))),
            Section(tr("What they get"), tuple(self._what(known))),
            Section(tr("Other systems"), tuple(self._systems())),
            Section(tr("Limits"), tuple(self._limits())),
        ]
        return [section for section in found if section.lines]

    # Who

    def _who(self, known: Known) -> Iterator[str]:
        trigger = self.trigger
        if isinstance(trigger, EnterAudiences):
            yield from _some([self._audience(id, known) for id in trigger.audiences])
            if len(trigger.audiences) > 1:
                yield tr("Who is in several of them enters once.")
        elif isinstance(trigger, EnterOnEvent):
            id = next(id for id, behaviour in self._behaviours.items() if behaviour is trigger)
            node = self._document.nodes[id]
            words = component(node.kind).summary(node.config, self._workspace)
            yield tr("Whoever does this: {event}", event=words)
            if trigger.where is not None:
                yield tr("Only events that meet its condition count.")
            yield tr(_RE_ENTRY[trigger.re_entry])

    def _audience(self, id: str, known: Known) -> str:
        name = self._workspace.name_of(RefKind.AUDIENCE, id) or id
        file = self._workspace.audiences.get(id)
        is_list = file is not None and file.list is not None
        if self._elsewhere:
            return tr("“{name}”, as it is there", name=name)
        if id in known.sizes:
            n = known.sizes[id]
            if is_list:
                return ntr(
                    "“{name}”: a list of {n:,} person", "“{name}”: a list of {n:,} people", n, name=name
                )
            return ntr(
                "“{name}”: {n:,} person when last updated",
                "“{name}”: {n:,} people when last updated",
                n,
                name=name,
            )
        if id in known.estimates:
            n = known.estimates[id]
            return ntr("“{name}”: {n:,} person now", "“{name}”: {n:,} people now", n, name=name)
        if is_list and known.answered:
            return tr("“{name}”: its list of people has not been imported", name=name)
        return tr("“{name}”", name=name)

    # When

    def _when(self, published: Published | None) -> Iterator[str]:
        trigger = self.trigger
        attributes = self._document.attributes
        start = None if attributes.start is None else instant(attributes.start)
        end = None if attributes.end is None else instant(attributes.end)
        begun = published is not None and published.status != "not_started"
        opens = self._now if start is None or begun else max(start, self._now)
        if published is not None and published.status == "stopped":
            yield tr("The campaign is stopped: nobody enters until it is restarted.")
        if end is not None and end <= opens:
            yield tr("Its end, {time}, is past: nobody enters.", time=self._time(end))
            return
        if isinstance(trigger, EnterOnEvent):
            yield (
                tr("At each such event from now on")
                if opens <= self._now
                else tr("At each such event from {time} on", time=self._time(opens))
            )
        elif isinstance(trigger, EnterAudiences):
            yield from self._runs(trigger, published, opens, end)
        if begun and start is not None and start > self._now and not _is_recurring(trigger):
            yield tr("It has begun already: its start, {time}, changes nothing.", time=self._time(start))
        if end is not None:
            yield tr("Until {time}", time=self._time(end))

    def _runs(
        self, trigger: EnterAudiences, published: Published | None, opens: datetime, end: datetime | None
    ) -> Iterator[str]:
        if trigger.every is not None:
            yield from self._cycles(trigger, published, opens, end)
        elif published is not None and published.entered is not None:
            time = self._time(instant(published.entered))
            yield tr("Its people entered on {time}; nobody enters once more.", time=time)
        elif trigger.at is None:
            at_once = opens <= self._now
            yield tr("At once") if at_once else tr("Once, on {time}", time=self._time(opens))
        elif trigger.at < opens:
            yield tr("{time} will be past by then: nobody enters.", time=self._time(trigger.at))
        elif end is not None and trigger.at >= end:
            yield tr("{time} is after the end: nobody enters.", time=self._time(trigger.at))
        else:
            yield tr("Once, on {time}", time=self._time(trigger.at))

    def _cycles(
        self, trigger: EnterAudiences, published: Published | None, opens: datetime, end: datetime | None
    ) -> Iterator[str]:
        assert trigger.every is not None
        yield str(schedule.words(trigger.every))
        so_far = 0 if published is None else published.runs
        left = 2 if trigger.max_cycles is None else max(trigger.max_cycles - so_far, 0)
        following = self._next_runs(trigger.every, published, opens, end)[:left]
        if len(following) == 2:
            first, second = map(self._time, following)
            yield tr("Next: {first}, then {second}", first=first, second=second)
        elif following:
            yield tr("Once more: {time}", time=self._time(following[0]))
        else:
            yield tr("Nobody enters any more.")
        if trigger.max_cycles is not None:
            yield ntr("At most {n:,} run", "At most {n:,} runs", trigger.max_cycles)
        if not trigger.repeat_unchanged:
            yield tr("A run is skipped unless every audience has been updated since the run before.")

    def _next_runs(
        self, every: schedule.Every, published: Published | None, opens: datetime, end: datetime | None
    ) -> list[datetime]:
        """The next two; the grid begins at the campaign's start, or when it was first published."""
        start = self._document.attributes.start
        grid = self._now if published is None else instant(published.since)
        runs = schedule.runs(
            every, grid if start is None else instant(start), self._zone, opens - timedelta(milliseconds=1)
        )
        return [run for run in islice(runs, 2) if end is None or run < end]

    # What

    def _what(self, known: Known) -> Iterator[str]:
        lines = list(dict.fromkeys(self._messages(known)))
        yield from _some(lines)
        if not lines:
            yield tr("No messages")
        tags = sorted({tag for b in self._behaviours.values() if isinstance(b, SetTags) for tag in b.values})
        if tags:
            yield tr("Tags are set: {names}", names=listed(tags))
        written = [b.name for b in self._behaviours.values() if isinstance(b, Gather)]
        if written:
            yield tr("Audiences are written: {names}", names=listed(list(dict.fromkeys(written))))
        sends = [b for b in self._behaviours.values() if isinstance(b, Send)]
        if sends and not self._elsewhere and all(self._simulated(send.account) for send in sends):
            yield tr("Everything is sent through a simulated account: nothing leaves this computer.")

    def _messages(self, known: Known) -> Iterator[str]:
        for id, behaviour in self._different.items():
            node = self._document.nodes[id]
            kind = tr(component(node.kind).label)
            if isinstance(behaviour, DrawCoupon):
                name = self._workspace.name_of(RefKind.COUPON, behaviour.coupon) or behaviour.coupon
                left = known.codes.get(behaviour.coupon, "")
                parts = [tr("{kind}: “{name}”", kind=kind, name=name), *([left] if left else [])]
                yield " · ".join(parts)
            elif not isinstance(behaviour.content, Payload):
                said = str(component(node.kind).summary(node.config, self._workspace))
                if isinstance(behaviour.content, FromTemplate):
                    said = self._workspace.name_of(RefKind.MESSAGE, behaviour.content.id) or said
                line = tr("{kind}: “{name}”", kind=kind, name=said)
                yield f"{line} · {self._account(behaviour.account)}"

    def _systems(self) -> Iterator[str]:
        found: list[str] = []
        for id, behaviour in self._different.items():
            if isinstance(behaviour, Send) and isinstance(behaviour.content, Payload):
                kind = tr(component(self._document.nodes[id].kind).label)
                found.append(tr("{kind}: {name}", kind=kind, name=self._account(behaviour.account)))
        yield from _some(list(dict.fromkeys(found)))

    def _account(self, id: str) -> str:
        name = self._workspace.name_of(RefKind.ACCOUNT, id) or id
        if not self._simulated(id):
            return name
        return tr("{name} (simulated)", name=name) if tr("simulated") not in name.casefold() else name

    def _simulated(self, id: str) -> bool:
        account = self._workspace.accounts.get(id)
        return account is not None and account.kind == "simulated"

    # Limits

    def _limits(self) -> Iterator[str]:
        sends = {id: b for id, b in self._behaviours.items() if isinstance(b, Send)}
        if not sends:
            return
        channels: dict[str, set[str | None]] = {}
        for id, send in sends.items():
            if send.marketing:
                channels.setdefault(self._document.nodes[id].kind, set()).add(send.signature)
        if not channels:
            yield tr("None: quiet times and limits hold for marketing messages only.")
        elif self._elsewhere:
            yield tr("The quiet times and limits of the workspace there hold.")
        else:
            yield from self._rules(channels)

    def _rules(self, channels: Mapping[str, Collection[str | None]]) -> Iterator[str]:
        """Those of channels, with the signatures that are used there."""
        settings = self._workspace.settings
        found = [*self._quiet(channels)]
        fatigue = settings.fatigue
        found += [tr("{limit}, all channels together", limit=_limit(one)) for one in fatigue.all_channels]
        for channel, limits in fatigue.channels.items():
            kind = tr(component(channel).label)
            for one in limits:
                if channel in channels and one.signature is None:
                    found.append(tr("{kind}: {limit}", kind=kind, limit=_limit(one)))
                elif one.signature in channels.get(channel, ()):
                    text = N_("{kind}, signed “{signature}”: {limit}")
                    found.append(tr(text, kind=kind, signature=one.signature, limit=_limit(one)))
        if found and settings.whitelist is not None:
            name = self._workspace.name_of(RefKind.AUDIENCE, settings.whitelist) or settings.whitelist
            found.append(tr("They do not hold for “{name}”.", name=name))
        yield from found or [tr("None: this workspace has no quiet times and no limits.")]

    def _quiet(self, channels: Collection[str]) -> Iterator[str]:
        quiet = self._workspace.settings.quiet
        for channel, one in quiet.channels.items():
            if channel in channels and one.from_ != one.to:
                kind = tr(component(channel).label)
                text = (
                    N_("{kind}: quiet from {start} to {end}, sent afterwards")
                    if one.postpone
                    else N_("{kind}: quiet from {start} to {end}, not sent")
                )
                yield tr(text, kind=kind, start=one.from_, end=one.to)
        today = self._now.astimezone(self._zone).date()
        for holiday in quiet.holidays:
            if holiday_dates(holiday)[1] >= today:
                text = (
                    N_("Quiet: {name}, {start} to {end}, sent afterwards")
                    if holiday.postpone
                    else N_("Quiet: {name}, {start} to {end}, not sent")
                )
                yield tr(text, name=holiday.name, start=holiday.from_, end=holiday.to)

    def _time(self, moment: datetime) -> str:
        return moments.shown(moment, self._zone)

    def _when_head(self) -> str:
        """Names the zone where this machine's clock shows another time."""
        if moments.elsewhere(self._zone, self._now):
            return tr("When (time zone {zone})", zone=self._zone.key)
        return tr("When")


def _is_recurring(trigger: object) -> bool:
    """Whether a start is also where a grid of runs begins, and so still counts once a campaign has begun."""
    return isinstance(trigger, EnterAudiences) and trigger.every is not None


def _told(id: str, kind: str, behaviour: Send | DrawCoupon) -> object:
    """What tells apart what is sent, as far as it is told; a text that stands in the component is its own."""
    if isinstance(behaviour, DrawCoupon):
        return behaviour.coupon
    if isinstance(behaviour.content, Inline):
        return id
    return kind, behaviour.account, behaviour.content


def _limit(limit: Limit) -> str:
    return tr(_LIMITS[limit.per], max=limit.max)


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_MOST]
    if len(lines) > _MOST:
        yield ntr("and {n} more", "and {n} more", len(lines) - _MOST)
