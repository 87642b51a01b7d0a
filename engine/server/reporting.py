"""Reports of campaigns over HTTP: what they have come to, the people behind a number, and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from engine.i18n import N_, Message
from engine.report import behind
from engine.report.comparing import sum_of
from engine.report.effect import Effect
from engine.report.overview import BadPath, Course, Test, report_of
from engine.report.overview import Report as FoundReport
from engine.report.series import Step
from engine.report.statistics import Arm, Interval
from engine.run.lifecycle import number_of
from engine.run.why import Why, why_of
from engine.server.answering import counts_answer, moment_text
from engine.server.campaigns import Cycle, Id, campaign_id
from engine.server.declared import routes_of
from engine.server.problems import CallRefused
from engine.server.service import Service
from engine.server.wire.reporting import (
    BehindPage,
    BehindPerson,
    CampaignSum,
    Comparison,
    FunnelStep,
    Report,
    ReportCost,
    ReportEffect,
    ReportFlow,
    ReportGroup,
    ReportNode,
    ReportRate,
    ReportSeries,
    ReportTest,
    ReportTouch,
    ReportUplift,
    WhyAnswer,
    WhyLine,
)
from engine.shapes.time import utc_text
from engine.store import people

MOST_COMPARED = 20

Place = Annotated[str, Query(max_length=64)]
Word = Annotated[str | None, Query(max_length=200)]


async def number_asked(
    what: behind.What,
    place: Place = "",
    state: Word = None,
    reason: Word = None,
    receipt: Word = None,
    port: Word = None,
    cycle: Cycle = None,
) -> behind.Number:
    """The number of a report that an address names."""
    return behind.Number(what, place, state, reason, receipt, port, cycle)


Number = Annotated[behind.Number, Depends(number_asked)]


def router(service: Service) -> APIRouter:
    """The reports of campaigns."""
    routes = routes_of("", "reports")

    @routes.get("/campaigns/{id}/report")
    def report(
        id: Id,
        step: Step = Step.HOUR,
        cycle: Cycle = None,
        path: Annotated[list[str] | None, Query(max_length=500)] = None,
    ) -> Report:
        """What a campaign has come to, out of its counters. `path`: of the funnel, component by component;
        without one it goes where most people went."""
        return campaign_report(service, id, step, cycle, Course(path or ()))

    @routes.get("/campaigns/{id}/report/people")
    def people_of(
        id: Id,
        number: Number,
        after: Annotated[str, Query(max_length=40)] = "",
    ) -> BehindPage:
        """The people behind a number of the report, a page at a time; those erased since are not listed."""
        return people_of_number(service, id, number, after)

    @routes.get("/campaigns/{id}/why")
    def why(
        id: Id,
        person: Annotated[str, Query(min_length=1, max_length=200)],
        node: Annotated[str | None, Query(max_length=64)] = None,
    ) -> WhyAnswer:
        """Why a person did or did not get what a campaign gives, or one component of it."""
        with service.database.read() as connection:
            number, key = number_of(connection, id), people.known_key(connection, person)
            found = why_of(connection, number, key, service.engine.settings, service.clock.now(), node)
        return why_answer(id, person, found)

    @routes.get("/comparison")
    def compare(
        campaign: Annotated[list[str], Query(min_length=1, max_length=MOST_COMPARED)],
    ) -> Comparison:
        """Campaigns side by side, in sums that all of them have."""
        return campaigns_compared(service, campaign)

    return routes


def campaign_report(service: Service, id: str, step: Step, cycle: int | None, course: Course) -> Report:
    """What a campaign has come to, as of now. Raises `UnknownCampaign`, `CallRefused`."""
    status = service.engine.campaign(id)
    with service.database.read() as connection:
        number = number_of(connection, id)
        try:
            found = report_of(connection, number, service.zone, step=step, cycle=cycle, course=course)
        except BadPath as error:
            text = N_("No lines of the campaign lead along this path.")
            raise CallRefused(422, "bad_path", Message(text)) from error
    return report_answer(status.campaign, status.name, service.clock.now(), found)


def people_of_number(service: Service, id: str, number: behind.Number, after: str) -> BehindPage:
    """A page of the people behind a number. Raises `UnknownCampaign`, `CallRefused`."""
    with service.database.read() as connection:
        try:
            found, following = behind.people_behind(
                connection, number_of(connection, id), number, service.clock.now(), after
            )
        except behind.BadCursorError as error:
            text = N_("This is not where a page begins.")
            raise CallRefused(422, "invalid_request", Message(text)) from error
    listed = [BehindPerson(person_id=one.person, entry=one.entry, at=moment_text(one.at)) for one in found]
    return BehindPage(people=listed, after=following)


def campaigns_compared(service: Service, campaigns: Sequence[str]) -> Comparison:
    """What campaigns have come to, in this order. Raises `UnknownCampaign`."""
    named = [service.engine.campaign(campaign_id(id)) for id in campaigns]
    with service.database.read() as connection:
        sums = [
            CampaignSum(
                campaign=one.campaign,
                name=one.name,
                **dataclasses.asdict(sum_of(connection, number_of(connection, one.campaign))),
            )
            for one in named
        ]
    return Comparison(campaigns=sums)


def why_answer(campaign: str, person: str, found: Why) -> WhyAnswer:
    """The chain of facts as it is sent."""
    lines = [
        WhyLine(
            kind=line.kind.value,
            text=str(line.text),
            at=moment_text(line.at),
            node=line.node,
            holds=line.holds,
        )
        for line in found.lines
    ]
    return WhyAnswer(campaign=campaign, person_id=person, answer=str(found.answer), lines=lines)


def report_answer(campaign: str, name: str, now: int, found: FoundReport) -> Report:
    """A report as it is sent."""
    series = found.series
    return Report(
        campaign=campaign,
        name=name,
        as_of=utc_text(now),
        cycle=found.cycle,
        counts=counts_answer(found.counts),
        nodes=[ReportNode(id=id, **node._asdict()) for id, node in found.nodes.items()],
        flows=[ReportFlow(**flow._asdict()) for flow in found.flows],
        path=list(found.path),
        funnel=[FunnelStep(**dataclasses.asdict(step)) for step in found.funnel],
        touches=[
            ReportTouch(
                node=touch.node,
                planned=touch.planned,
                states=dict(touch.states),
                reasons={state: dict(reasons) for state, reasons in touch.reasons.items()},
                receipts=dict(touch.receipts),
                cost=None
                if touch.cost is None
                else ReportCost(
                    amount=f"{touch.cost.amount:.2f}", currency=touch.cost.currency, exact=touch.cost.exact
                ),
            )
            for touch in found.touches
        ],
        tests=[_test(test) for test in found.tests],
        costs={currency: f"{amount:.2f}" for currency, amount in found.costs.items()},
        series=ReportSeries(
            step=series.step.value,
            moments=[utc_text(moment) for moment in series.moments],
            entries=list(series.entries),
            arrived={node: list(values) for node, values in series.arrived.items()},
            messages={
                node: {state: list(values) for state, values in states.items()}
                for node, states in series.messages.items()
            },
            converted=list(series.converted),
        ),
        effect=None if found.effect is None else _effect(found.effect, str(found.goal)),
    )


def _effect(effect: Effect, goal: str) -> ReportEffect:
    """What a goal has come to as it is sent; the control group only where there is one."""
    change = effect.uplift
    return ReportEffect(
        goal=goal,
        entered=_rate(effect.entered, effect.interval),
        control=_rate(effect.control, effect.control_interval) if effect.control.judged else None,
        uplift=None
        if change is None
        else ReportUplift(
            gap=change.gap,
            low=change.low,
            high=change.high,
            ratio=change.ratio,
            extra=change.extra,
            p=change.p,
            exact=change.exact,
            holds=change.holds,
        ),
    )


def _rate(arm: Arm, interval: Interval) -> ReportRate:
    return ReportRate(
        people=arm.judged, converted=arm.achieved, rate=arm.rate, low=interval.low, high=interval.high
    )


def _test(test: Test) -> ReportTest:
    ports, said = list(test.groups), test.verdict
    groups = [
        ReportGroup(
            port=port,
            name=test.groups[port],
            judged=standing.arm.judged,
            achieved=standing.arm.achieved,
            rate=standing.rate,
            low=standing.interval.low,
            high=standing.interval.high,
            best=standing.best,
        )
        for port, standing in zip(ports, said.standings, strict=True)
    ]
    return ReportTest(
        node=test.node,
        groups=groups,
        leader=None if said.leader is None else ports[said.leader],
        p=said.p,
        exact=said.exact,
        needed=said.needed,
        winner=None if said.winner is None else ports[said.winner],
    )
