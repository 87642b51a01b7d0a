"""Why a person did, or did not, get what a campaign gives: the chain of facts, out of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from sqlalchemy import Connection, and_, select

from engine.audience.errors import RuleError
from engine.campaign.graph import ancestors, flow_order
from engine.campaign.send_window import SendWindow
from engine.components.delivery import receipt_word, state_and_reason
from engine.files import FileError
from engine.i18n import N_, Message
from engine.plan.contact import Cuts
from engine.plan.graph import NotRunnable
from engine.plan.places import EXITED
from engine.report.rows import shown_reason, shown_receipt
from engine.report.visits import WAITING, Visit, visits
from engine.run.answers import UnknownComponent
from engine.run.compiling import StoredVersions
from engine.run.deciding import Deciding, Run
from engine.run.send_windows import opens_at, zones_of
from engine.run.settings import EngineSettings
from engine.run.why_not import clock, why_not_entered
from engine.shapes.words import dotted
from engine.store.dialect import temporary_tables
from engine.store.people import everybody
from engine.store.tables.people import person
from engine.store.tables.runs import campaign, campaign_node, campaign_version, entry, message
from engine.store.times import WallClock
from engine.store.versions import HELD_BACK, node_names, stored_bundle

MOST_VISITS = 500
"""The last visits of a person are told, no more."""

_WAYS = {
    "done": N_("went through to the end"),
    "left": N_("left, for no branch was for them"),
    "merged": N_("was there already"),
    "exited": N_("left early, by an exit rule"),
    HELD_BACK: N_("was held back"),
    "failed": N_("failed"),
    "out": N_("went on"),
}


class Kind(StrEnum):
    """What a line tells: whether somebody entered; a visit of a component; what decided there; a message."""

    ENTERING = "entering"
    STEP = "step"
    FACT = "fact"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Line:
    """One fact. at: when (ms). node: at which component, by its id, or "". holds: whether what was asked was
    so, None where that is no question or not known any more."""

    kind: Kind
    text: Message
    at: int | None = None
    node: str = ""
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """The answer in one sentence, and the facts in the order in which they came to be."""

    answer: Message
    lines: tuple[Line, ...]


def why_of(
    connection: Connection, number: int, key: int, settings: EngineSettings, now: int, node: str | None = None
) -> Why:
    """Why a person, by key, did or did not get what a campaign gives, by its number.

    node: the component that it is about; None: the campaign as a whole. Raises `UnknownComponent`, and
    `FileError` where the campaign cannot be read any more.
    """
    if node is not None and node not in node_names(connection, number).values():
        raise UnknownComponent(node)
    return _Chain(connection, number, key, settings, now).told(node)


class _Chain:
    """What happened to one person in one campaign."""

    def __init__(
        self, connection: Connection, number: int, key: int, settings: EngineSettings, now: int
    ) -> None:
        self._connection, self._number, self._key = connection, number, key
        self._settings, self._now = settings, now
        current = select(campaign.c.version).where(campaign.c.number == number)
        newest = int(connection.execute(current).scalar_one())
        self._document = stored_bundle(connection, newest).campaign
        self._order = {id: place for place, id in enumerate(flow_order(self._document))}
        self._keys = everybody(connection, key)
        seen = visits(connection, number, self._keys)
        self._seen = sorted(seen, key=self._place)[-MOST_VISITS:]
        self._messages = self._written()

    def _place(self, one: Visit) -> tuple[str, int, int, int, bool]:
        order = self._order.get(one.node, len(self._order))
        return one.person, one.entry, one.arrived, order, one.left is None

    def told(self, node: str | None) -> Why:
        if not self._seen:
            reasons = why_not_entered(self._connection, self._number, self._key, self._settings, self._now)
            lines = tuple(Line(Kind.ENTERING, text, at) for text, at in reasons)
            return Why(Message(N_("The person did not enter this campaign.")), lines)
        return Why(self._answer(node), tuple(self._lines()))

    # ---- in one sentence

    def _answer(self, node: str | None) -> Message:
        if node is not None:
            return self._about(node)
        last = self._seen[-1]
        if last.left is None:
            text = N_("The person entered, and waits at “{node}”.")
        elif last.outcome == "left":
            text = N_("The person entered, and left at “{node}”: no branch was for them.")
        elif last.outcome == EXITED:
            text = N_("The person entered, and left early at “{node}”: by an exit rule.")
        elif last.outcome == HELD_BACK:
            return self._held_back()
        else:
            text = N_("The person entered, and went through to “{node}”.")
        return Message(text, node=self._name(last.node))

    def _about(self, node: str) -> Message:
        name = self._name(node)
        mine = [one for one in self._seen if one.node == node]
        if self._seen[-1].outcome == HELD_BACK:
            return self._held_back()
        if mine:
            if mine[-1].left is None:
                return Message(N_("The person is at “{node}” now."), node=name)
            last = mine[-1]
            if said := self._messages.get((node, last.person, last.entry)):
                return Message(N_("The person came to “{node}”: {what}"), node=name, what=said[-1][1])
            return Message(N_("The person came to “{node}”."), node=name)
        leading = ancestors(self._document, node)
        before = [one for one in self._seen if one.node in leading]
        if not before:
            return Message(N_("The person entered, but no way led to “{node}”."), node=name)
        last = before[-1]
        if last.left is None:
            text = N_("The person has not come to “{node}” yet: they wait at “{where}”.")
            return Message(text, node=name, where=self._name(last.node))
        text = N_("The person did not come to “{node}”: at “{where}” they {way}.")
        return Message(text, node=name, where=self._name(last.node), way=self._way(last))

    def _held_back(self) -> Message:
        return Message(N_("The person did not enter this campaign: they are in the control group."))

    # ---- line by line

    def _lines(self) -> Iterator[Line]:
        deciding = dict(self._deciding())
        for (who, nth), mine in groupby(self._seen, key=lambda one: (one.person, one.entry)):
            for place, one in enumerate(mine):
                if not place:
                    yield Line(Kind.ENTERING, _entering(one), one.arrived)
                yield self._step(one)
                for fact in deciding.get(one, ()):
                    yield Line(
                        Kind.FACT, Message(N_("{asked}: {found}"), asked=fact[0], found=fact[1]),
                        one.left, one.node, fact[2],
                    )  # fmt: skip
                for at, text in self._messages.get((one.node, who, nth), ()):
                    yield Line(Kind.MESSAGE, text, at, one.node)

    def _step(self, one: Visit) -> Line:
        if one.outcome == WAITING:
            text = Message(N_("“{node}”: waits there"), node=self._name(one.node))
        else:
            text = Message(N_("“{node}”: {way}"), node=self._name(one.node), way=self._way(one))
        return Line(Kind.STEP, text, one.arrived, one.node)

    def _way(self, one: Visit) -> Message:
        if one.outcome in _WAYS:
            return Message(_WAYS[one.outcome])
        node = self._document.nodes.get(one.node)
        label = next((p.label for p in node.ports if p.name == one.outcome), None) if node else None
        return Message(N_("took the branch “{name}”"), name=label or one.outcome)

    def _name(self, node: str) -> str:
        known = self._document.nodes.get(node)
        return node if known is None else known.shown_name

    def _written(self) -> dict[tuple[str, str, int], list[tuple[int, Message]]]:
        """What was written to the person, and what became of it: by component, own id and entry."""
        m, n = message.c, campaign_node.c
        nodes = select(n.node).where(n.campaign == self._number)
        query = (
            select(
                n.id, person.c.external_id, m.entry, m.address, m.planned_at, m.state, m.due_at,
                m.version, m.person.label("key"),
                shown_reason().label("why"), shown_receipt(self._now).label("returned"),
            )
            .join_from(message, campaign_node, and_(n.campaign == m.campaign, n.node == m.node))
            .join(person, person.c.id == m.person)
            .where(m.campaign == self._number, m.node.in_(nodes), m.person.in_(self._keys))
            .order_by(m.planned_at, m.address)
        )  # fmt: skip
        found: dict[tuple[str, str, int], list[tuple[int, Message]]] = {}
        for row in self._connection.execute(query):
            said = Message.verbatim(state_and_reason(row.state, row.why))
            if row.returned:
                said = dotted(said, receipt_word(row.returned))
            if row.state == "planned" and row.due_at is not None:
                said = self._held(said, row.due_at, self._window_of(row.version), row.key)
            if row.address:
                said = Message(N_("Message to {address}: {what}"), address=row.address, what=said)
            else:
                said = Message(N_("Message: {what}"), what=said)
            found.setdefault((row.id, row.external_id, row.entry), []).append((row.planned_at, said))
        return found

    def _window_of(self, version: int) -> SendWindow | None:
        """The send window that a version was published with, by its key; none where it cannot be read."""
        try:
            return stored_bundle(self._connection, version).campaign.attributes.send_window
        except FileError:
            return None

    def _held(self, said: Message, until: int, window: SendWindow | None, key: int) -> Message:
        """What waits until a moment, and for what: where both end then, for the campaign's own window."""
        usual = self._settings.zone
        text = N_("{what}, held back by a quiet time until {time}")
        time = clock(until, usual)
        if window is not None:
            zone = zones_of(self._connection, window, [key], usual)[key]
            if opens_at(window, until - 1, zone) == until:
                text = N_("{what}, waits for the campaign’s send window, until {time}")
                if zone != usual:
                    local = clock(until, zone)
                    shown = N_("{time} ({local} in {zone})")
                    return Message(
                        text, what=said, time=Message(shown, time=time, local=local, zone=zone.key)
                    )
        return Message(text, what=said, time=time)

    # ---- what decided

    def _deciding(self) -> Iterator[tuple[Visit, Sequence[tuple[Message, Message, bool | None]]]]:
        """What decided each visit; of versions that can be compiled, and visits of the person's own key."""
        versions = dict(
            self._connection.execute(
                select(entry.c.entry, entry.c.version).where(
                    entry.c.campaign == self._number, entry.c.person == self._key
                )
            ).all()
        )
        own = self._connection.execute(
            select(person.c.external_id).where(person.c.id == self._key)
        ).scalar_one()
        with temporary_tables(self._connection):
            WallClock(self._settings.zone).prepare(self._connection)
        compiled = StoredVersions(self._connection, self._settings.plans)
        mine = [one for one in self._seen if one.person == own]
        for key in sorted({versions[one.entry] for one in mine if one.entry in versions}):
            seen = [one for one in mine if versions.get(one.entry) == key]
            try:
                bundle, plan = compiled.compile(self._number, key, self._cuts(key))
            except (FileError, NotRunnable, RuleError):
                continue
            run = Run(plan, self._settings.zone, self._now)
            deciding = Deciding(self._connection, run, self._key, seen, bundle)
            for place, one in enumerate(seen):
                if one.node in plan.flow.nodes:
                    yield one, [(fact.asked, fact.found, fact.holds) for fact in deciding.facts(place)]

    def _cuts(self, key: int) -> Cuts:
        query = select(campaign_version.c.cuts).where(campaign_version.c.key == key)
        return Cuts(self._connection.execute(query).scalar_one())


def _entering(first: Visit) -> Message:
    """How an entry began, by its first visit."""
    if first.outcome == HELD_BACK:
        return Message(N_("Would have entered the campaign"))
    if first.entry > 1:
        return Message(N_("Entered again (entry {n})"), n=first.entry)
    return Message(N_("Entered the campaign"))
