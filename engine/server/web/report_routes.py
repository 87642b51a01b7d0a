"""The addresses of reports: a campaign's, the people behind it, campaigns side by side, and their files."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection
from starlette.responses import Response

from engine.i18n import N_, Message
from engine.report import behind
from engine.report.structure import Structure, structure_of
from engine.run.lifecycle import number_of
from engine.server.campaigns import Id
from engine.server.identity.callers import present_caller
from engine.server.identity.roles import RULES
from engine.server.problems import CallRefused
from engine.server.reported.comparing import LEAST
from engine.server.reported.files import WRITERS
from engine.server.reported.sheets import Sheet, comparison_sheets, report_sheets
from engine.server.reporting import (
    Number,
    campaign_report,
    campaigns_compared,
    people_of_number,
)
from engine.server.service import Service
from engine.server.web.choices import Addresses, Choices, address, chosen, in_another_language
from engine.server.web.comparison_page import comparison_page, enough
from engine.server.web.frame import HEADERS, Frame, quoted
from engine.server.web.number_words import number_words
from engine.server.web.report_page import Behind, Reported, people_page, report_page
from engine.server.web.shared_links import SharedLinks
from engine.server.wire.reporting import Report
from engine.store.versions import node_names

_PEOPLE = "/web/campaigns/{id}/report/people"
_MOST_TICKED = 1_000
_MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Chosen = Annotated[Choices, Depends(chosen)]
Format = Literal["xlsx", "csv"]
Ticked = Annotated[list[str] | None, Query(max_length=_MOST_TICKED)]


def declare(routes: APIRouter, service: Service, links: SharedLinks) -> None:
    """Declare all of them."""
    _reports(routes, service)
    _people(routes, service)
    _comparison(routes, service)
    _shared(routes, service, links)


def _reports(routes: APIRouter, service: Service) -> None:
    @routes.get("/web/campaigns/{id}/report", response_class=HTMLResponse)
    def report(id: Id, choices: Chosen) -> Response:
        """What a campaign has come to."""
        frame = _frame(service, choices.fields())
        return report_page(frame, _reported(service, id, choices), Addresses(_campaign(id), _sees_people()))

    @routes.get("/web/campaigns/{id}/report/files/{format}", response_class=Response)
    def report_file(id: Id, format: Format, choices: Chosen) -> Response:
        """The tables of a campaign's report as a file."""
        return _file(report_sheets(_report(service, id, choices)), f"{id}-report", format)


def _people(routes: APIRouter, service: Service) -> None:
    @routes.get(_PEOPLE, response_class=HTMLResponse)
    def people(
        id: Id,
        number: Number,
        after: Annotated[str, Query(max_length=40)] = "",
    ) -> Response:
        """The people behind a number of a campaign's report, a page at a time."""
        page = people_of_number(service, id, number, after)
        with service.database.read() as connection:
            words = number_words(number, _shape(connection, number_of(connection, id), number))
        fields = _fields_of(number)
        where = f"{_campaign(id)}/report/people"
        following = address(where, [*fields, ("after", page.after)]) if page.after else None
        frame = _frame(service, [*fields, *([("after", after)] if after else [])])
        found = Behind(words, page, following)
        status = service.engine.campaign(id)
        return people_page(frame, status, found, Addresses(_campaign(id), True), service.zone)


def _comparison(routes: APIRouter, service: Service) -> None:
    @routes.get("/web/comparison", response_class=HTMLResponse)
    def compare(campaign: Ticked = None) -> Response:
        """Campaigns side by side; without any, those that most people entered."""
        campaigns = sorted(service.engine.campaigns(), key=lambda one: one.name.casefold())
        largest = sorted(campaigns, key=lambda one: -one.entries)[:LEAST]
        ids = _different(campaign or [one.campaign for one in largest])
        found = campaigns_compared(service, ids) if enough(ids) else None
        frame = _frame(service, [("campaign", id) for id in ids])
        return comparison_page(frame, campaigns, ids, found)

    @routes.get("/web/comparison/files/{format}", response_class=Response)
    def comparison_file(format: Format, campaign: Ticked = None) -> Response:
        """The same as a file."""
        ids = _different(campaign or [])
        if not enough(ids):
            raise CallRefused(422, "invalid_request", Message(N_("Tick two to ten campaigns.")))
        return _file(comparison_sheets(campaigns_compared(service, ids)), "comparison", format)


def _shared(routes: APIRouter, service: Service, links: SharedLinks) -> None:
    @routes.get("/web/shared/{token}/report", response_class=HTMLResponse)
    def shared_report(token: str, choices: Chosen) -> Response:
        """What a campaign has come to, for who was given a link to it: numbers, never people."""
        reported = _reported(service, links.campaign(token), choices)
        frame = Frame(service.name, query=in_another_language(choices.fields()))
        return report_page(frame, reported, Addresses(f"/web/shared/{quoted(token)}", False))

    @routes.get("/web/shared/{token}/report/files/{format}", response_class=Response)
    def shared_report_file(token: str, format: Format, choices: Chosen) -> Response:
        """The tables of the report as a file, for who was given a link to it."""
        id = links.campaign(token)
        return _file(report_sheets(_report(service, id, choices)), f"{id}-report", format)


def _sees_people() -> bool:
    """Whether numbers lead who calls to the people behind them."""
    needed = RULES["GET", _PEOPLE].role
    return needed is not None and present_caller().role.covers(needed)


def _shape(connection: Connection, campaign: int, number: behind.Number) -> Structure:
    """The campaign as far back as it takes to know where a number stands."""
    nodes = [id for id in node_names(connection, campaign).values() if id == number.place]
    lines = [number.place] if number.what is behind.What.LINE else []
    return structure_of(connection, campaign, nodes, lines)


def _report(service: Service, id: str, choices: Choices) -> Report:
    return campaign_report(service, id, choices.step, choices.cycle, choices.course)


def _reported(service: Service, id: str, choices: Choices) -> Reported:
    report = _report(service, id, choices)
    # Of one cycle, its report knows no others.
    known = report.counts if choices.cycle is None else service.engine.counts(id)
    cycles = [one.number for one in known.cycles]
    return Reported(report, service.engine.campaign(id), choices, cycles, service.zone)


def _file(tables: Sequence[Sheet], name: str, format: Format) -> Response:
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.{format}"'}
    return Response(WRITERS[format](tables), 200, headers, _MEDIA_TYPES[format])


def _fields_of(number: behind.Number) -> list[tuple[str, str]]:
    told = dataclasses.asdict(number).items()
    return [(name, f"{value}") for name, value in told if value not in (None, "")]


def _different(ids: Sequence[str]) -> list[str]:
    """Each once, in their order."""
    return list(dict.fromkeys(ids))


def _campaign(id: str) -> str:
    return f"/web/campaigns/{quoted(id)}"


def _frame(service: Service, fields: list[tuple[str, str]]) -> Frame:
    return Frame(service.name, present_caller().name, in_another_language(fields))
