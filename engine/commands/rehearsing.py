"""The process in which the designer rehearses: it reads what to do on its input, and answers on its output.

It reaches nothing but its database, stays for questions about what happened, and ends with its input.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from sqlalchemy import Connection

from engine import i18n
from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.commands import errors
from engine.commands.errors import CommandError
from engine.commands.rehearsal import refuse_network
from engine.commands.rehearsal_lines import (
    MAX_LINE,
    Cost,
    Differing,
    Fact,
    Line,
    Order,
    Outcome,
    Pace,
    Passage,
    Progress,
    Question,
    Refused,
    Reply,
    Sent,
    Someone,
    Step,
    Timeline,
    Value,
)
from engine.i18n import N_, Message, tr
from engine.report.person import describe
from engine.report.spending import costs, paces
from engine.report.timeline import timeline_of
from engine.run import journey, ways
from engine.run.changed import Changed
from engine.run.reactions import Reactions, reactions_of
from engine.run.settings import EngineSettings
from engine.run.simulate import Given, People, Rehearsed, rehearse
from engine.server.answering import counts_answer
from engine.store import people as stored
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.store.people import Found, key_of
from engine.store.values import SEPARATOR
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from engine.workspace.pinned import as_published
from engine.workspace.workspace import Workspace

Say = Callable[[Line], None]


def serve(source: BinaryIO, target: BinaryIO) -> int:
    """Carry out the order, then answer questions until there are no more; 1 where it is refused."""
    refuse_network()

    def say(line: Line) -> None:
        target.write(line.model_dump_json().encode() + b"\n")
        target.flush()

    first = source.readline(MAX_LINE)
    if not first:
        return 0  # nothing was ordered
    order = Order.model_validate_json(first)
    i18n.set_language(order.language)
    with ExitStack() as stack:
        try:
            ordered = _Ordered(order, stack)
            rehearsed = stack.enter_context(ordered.run(say))
            say(_outcome(rehearsed))
        except Exception as error:  # noqa: BLE001 - whatever it is, the window has to say it
            say(Refused(text=_words(error)))
            return 1
        while line := source.readline(MAX_LINE):
            say(ordered.reply(rehearsed, Question.model_validate_json(line)))
    return 0


def _words(error: Exception) -> str:
    """Why something cannot be done; of a defect what can be sent to those who mend it."""
    if (words := errors.words(error)) is not None:
        return words
    traceback.print_exception(error, file=sys.stderr)
    return tr("The rehearsal failed: {reason}", reason=f"{type(error).__name__}: {error}")


class _Ordered:
    """One order, for the workspace's database or, in a temporary one, for a data folder."""

    def __init__(self, order: Order, stack: ExitStack) -> None:
        """Raises `FileError`, `StoreError`, `CommandError`, `NotRunnable`."""
        if order.until < order.since:
            raise CommandError(Message(N_("The rehearsal would end before it begins.")))
        self._order = order
        self._workspace = Workspace.open(order.workspace)
        self._settings = EngineSettings.of(self._workspace)
        self._bundle = self._ordered_bundle(order)
        self._database = _data(order, self._workspace, stack)
        self._given = Given(
            since=order.since,
            until=order.until,
            results=order.results if order.react == "results" else None,
            reactions=_reactions(order, self._bundle.campaign),
            people=_people(order),
            with_running=order.with_running and order.people != "folder",
        )

    def _ordered_bundle(self, order: Order) -> Bundle:
        """The draft with what it refers to now, or a version with what it was published with; what things are
        called is looked up in the same. Raises `FileError`."""
        if not order.bundle:
            document = campaign_file.parse(order.draft.encode(), order.workspace)
            return bundles.make(self._workspace, document)
        published = bundles.read(order.bundle.encode(), own=True)
        self._workspace = as_published(self._workspace, published)
        return published

    def run(self, say: Say) -> AbstractContextManager[Rehearsed]:
        """The rehearsal; tells how far it is."""
        first = self._order.since.timestamp() * 1000
        span = max(self._order.until.timestamp() * 1000 - first, 1.0)

        def report(moment: int) -> None:
            say(Progress(done=min(max((moment - first) / span, 0.0), 1.0)))

        say(Progress())
        return self._rehearse(self._given, report)

    def reply(self, rehearsed: Rehearsed, question: Question) -> Reply:
        """The answer to a question; where that fails, why."""
        i18n.set_language(question.language)
        try:
            if question.asks == "people":
                with rehearsed.begin() as connection:
                    found = journey.find_people(connection, question.text, stored.NAMES)
                return Reply(number=question.number, people=[_someone(one) for one in found])
            if question.asks == "somebody":
                with rehearsed.begin() as connection:
                    id = journey.somebody(connection, rehearsed, question.place, question.nth)
                    found = [] if id is None else _named(connection, id)
                return Reply(number=question.number, people=[_someone(one) for one in found])
            if question.asks == "journey":
                return self._journey(rehearsed, question)
            return _of_ways(rehearsed, question)
        except Exception as error:  # noqa: BLE001 - one question that fails stops no other
            return Reply(number=question.number, failure=_words(error))

    def _rehearse(
        self, given: Given, report: Callable[[int], None] = lambda _moment: None
    ) -> AbstractContextManager[Rehearsed]:
        return rehearse(self._bundle, self._database, self._settings, given, report)

    def _journey(self, rehearsed: Rehearsed, question: Question) -> Reply:
        with rehearsed.begin() as connection:
            reply = self._known(connection, question)
            if not (question.attributes or question.tags):
                steps = journey.journey_of(connection, rehearsed, question.person, self._workspace)
                return reply.model_copy(update={"steps": _steps(steps)})
        changed = Changed(question.person, question.attributes, question.tags)
        given = replace(self._given, people=People(persons=(question.person,)), changed=changed)
        with self._rehearse(given) as other, other.begin() as connection:
            steps = journey.journey_of(connection, other, question.person, self._workspace)
            return reply.model_copy(update={"steps": _steps(steps)})

    def _known(self, connection: Connection, question: Question) -> Reply:
        """The person's values as the data has them."""
        key = key_of(connection, question.person)
        if key is None:
            return Reply(number=question.number, person=question.person)
        person = describe(connection, key)
        return Reply(
            number=question.number,
            person=person.external_id,
            people=[_someone(one) for one in stored.described(connection, [key], stored.NAMES)],
            attributes=[Value(name=one.name, text=one.value) for one in person.attributes],
            tags=[
                Value(name=name, text=SEPARATOR.join(values)) for name, values in sorted(person.tags.items())
            ],
        )


def _of_ways(rehearsed: Rehearsed, question: Question) -> Reply:
    """What is asked of the ways that people took."""
    campaign = rehearsed.plan.context.campaign
    with rehearsed.begin() as connection:
        if question.asks == "ways" and question.file is not None:
            ways.write_ways(connection, campaign, question.file)
        elif question.asks == "differing" and question.file is not None:
            found = ways.differing(connection, campaign, question.file)
            people = [_someone(one) for who in found.people for one in _named(connection, who)]
            differing = Differing.model_validate({**asdict(found), "people": people})
            return Reply(number=question.number, differing=differing)
        elif question.asks == "passages":
            taken = ways.passages(connection, rehearsed.plan, question.persons)
            told = {who: [Passage.model_validate(asdict(one)) for one in way] for who, way in taken.items()}
            return Reply(number=question.number, passages=told)
    return Reply(number=question.number)


def _outcome(rehearsed: Rehearsed) -> Outcome:
    with rehearsed.begin() as connection:
        summary = rehearsed.summary(connection)
        plan, bundle = rehearsed.plan, rehearsed.bundle
        spent, sent = costs(connection, plan, bundle), paces(connection, plan, bundle)
        return Outcome(
            first=rehearsed.first,
            last=rehearsed.last,
            people=stored.count(connection),
            data=ways.data_of(connection),
            counts=counts_answer(summary.counts).model_dump(),
            timeline=Timeline.model_validate(asdict(timeline_of(connection, plan.context.campaign))),
            costs={
                id: Cost(amount=str(one.amount), currency=one.currency, exact=one.exact)
                for id, one in spent.items()
            },
            paces={id: Pace(most=one.most, at=one.at, limit=one.limit) for id, one in sent.items()},
            goal=plan.context.goal is not None,
            failure=None if summary.failure is None else str(summary.failure),
            notes=[str(note) for note in summary.notes],
            broken=[f"{one.where}: {one.message}" for one in summary.violations],
        )


def _data(order: Order, workspace: Workspace, stack: ExitStack) -> Path:
    """The database with the people. Raises `FileError`, `StoreError`."""
    if order.people == "folder" and order.folder is not None:
        file = Path(stack.enter_context(TemporaryDirectory())) / "people.db"
        with Database.open(file) as database:
            import_folder(database, order.folder)
        return file
    with Database.open(workspace.database_file):  # made and brought up to date
        return workspace.database_file


def _people(order: Order) -> People | None:
    if order.people == "audience":
        return People(audience=order.audience)
    if order.people == "person":
        return People(persons=(order.person or "",))
    return None


def _reactions(order: Order, document: CampaignDocument) -> Reactions:
    """Raises `NotRunnable`."""
    if order.react == "results":
        return Reactions()
    return reactions_of(document, order.react, order.rates)


def _someone(found: Found) -> Someone:
    """How a person is called in a list: by name and addresses."""
    parts: list[str] = []
    for part in (*found.values.values(), *(address for _, address in found.ids)):
        if part and part != found.external_id and not any(part in other for other in parts):
            parts.append(part)
    return Someone(id=found.external_id, name=" · ".join(parts))


def _named(connection: Connection, id: str) -> list[Found]:
    key = key_of(connection, id)
    return [] if key is None else stored.described(connection, [key], stored.NAMES)


def _steps(steps: Iterable[journey.Step]) -> list[Step]:
    return [
        Step(
            node=one.node,
            cycle=one.cycle,
            entry=one.entry,
            arrived=one.arrived,
            left=one.left,
            outcome=one.outcome,
            facts=[
                Fact(asked=str(fact.asked), found=str(fact.found), holds=fact.holds, port=fact.port)
                for fact in one.facts
            ],
            messages=[Sent.model_validate(asdict(sent)) for sent in one.messages],
        )
        for one in steps
    ]
