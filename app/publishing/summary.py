"""What publishing a campaign would do, in words: who enters, when, what they get, and what limits it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from app.publishing.known import Known
from app.publishing.limits import limits_of, never_sent
from app.publishing.times import Times
from engine.campaign.document import CampaignDocument
from engine.campaign.graph import flow_order
from engine.campaign.send_window import send_window_words
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
from engine.workspace.workspace import Workspace

_MOST = 6
"""So many lines a section has; the rest is counted."""
_RE_ENTRY = {
    "every_time": N_("Each time anew."),
    "after_exit": N_("Again only after having left."),
    "once": N_("Only the first time."),
}


class Section(NamedTuple):
    """A question and its answer, line by line; or, `warns`, what should be noted."""

    title: str
    lines: tuple[str, ...]
    warns: bool = False


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
        times = Times(self._document.attributes, self.trigger, self._now, self._zone)
        found = [
            Section(tr("Who enters"), tuple(self._who(known))),
            Section(tr("When"), tuple(times.lines(known.published))),
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
            today = self._now.astimezone(self._zone).date()
            yield from limits_of(self._workspace, channels, today)
        if (window := self._document.attributes.send_window) is not None and channels:
            words = send_window_words(window, self._workspace)
            yield tr("Send window: {window}. What comes at other times waits.", window=words)
            if not self._elsewhere:
                yield from never_sent(self._workspace.settings.quiet, channels, window)


def _told(id: str, kind: str, behaviour: Send | DrawCoupon) -> object:
    """What tells apart what is sent, as far as it is told; a text that stands in the component is its own."""
    if isinstance(behaviour, DrawCoupon):
        return behaviour.coupon
    if isinstance(behaviour.content, Inline):
        return id
    return kind, behaviour.account, behaviour.content


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_MOST]
    if len(lines) > _MOST:
        yield ntr("and {n} more", "and {n} more", len(lines) - _MOST)
