"""The pages of reports: a campaign's, the people behind a number of it, and campaigns side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse

from engine.i18n import tr
from engine.report.series import Step
from engine.run.answers import CampaignStatus
from engine.server.reported.files import FORMATS
from engine.server.reported.numbers import moment_words
from engine.server.web.choices import Addresses, Choices
from engine.server.web.frame import Frame, page
from engine.server.web.html import Child, Html, tag
from engine.server.web.look import icon
from engine.server.web.parts import scrolling, table
from engine.server.web.report_parts import ReportParts
from engine.server.web.tabs import campaign_head
from engine.server.web.words import number, state
from engine.server.wire.reporting import BehindPage, Report

STYLES = ("report.css",)


@dataclass(frozen=True)
class Reported:
    """A report as somebody has chosen it. cycles: the numbers of all that there were."""

    report: Report
    status: CampaignStatus
    choices: Choices
    cycles: Sequence[int]
    zone: ZoneInfo


def report_page(frame: Frame, reported: Reported, addresses: Addresses) -> HTMLResponse:
    """What a campaign has come to."""
    report, zone = reported.report, reported.zone
    as_of = [tr("As of"), " ", moment_words(report.as_of, zone)]
    facts = tag("ul", [tag("li", fact) for fact in [as_of]], class_="facts")
    states = tag("div", state(reported.status), class_="states")
    above = campaign_head(frame, reported.status, addresses.campaign, states, facts, report=True)
    if report.counts.entries or report.counts.held_back:
        parts = ReportParts(report, reported.choices, addresses, zone)
        shown: list[Child] = [_tools(reported, addresses), *parts.parts()]
    else:
        nothing = [
            tag("p", tr("Nobody has entered yet.")),
            tag("p", tr("As soon as people enter, this page says where they went and what they got."),
                class_="nothing"),
        ]  # fmt: skip
        shown = [_tools(reported, addresses) if report.cycle else None,
                 tag("section", nothing, class_="panel")]  # fmt: skip
    title = tr("Report: {name}", name=report.name)
    return page(frame, title, [tag("div", above, shown)], styles=STYLES, kind="campaign report")


def _tools(reported: Reported, addresses: Addresses) -> Html:
    """What can be chosen, and files."""
    choices = reported.choices
    steps = [
        tag("a", words, href=addresses.report(replace(choices, step=step)),
            aria_current="true" if choices.step is step else None)
        for step, words in ((Step.HOUR, tr("By the hour")), (Step.DAY, tr("By the day")))
    ]  # fmt: skip
    files = [
        tag("a", icon("download"), tr(name), href=addresses.file(format, choices), class_="button",
            download=True)
        for format, name in FORMATS.items()
    ]  # fmt: skip
    again = tag("a", icon("refresh"), tr("Refresh"), href=addresses.report(choices), class_="button")
    return tag(
        "div",
        _forms(reported, addresses),
        tag("nav", steps, class_="segmented", aria_label=tr("Over time")),
        tag("div", again, files, class_="row files"),
        class_="choices",
    )


def _forms(reported: Reported, addresses: Addresses) -> list[Html]:
    """The cycle, and the path of the funnel: what is chosen in one stays as it is in the other."""
    report, choices = reported.report, reported.choices
    forms = []
    if len(reported.cycles) > 1:
        cycles = [
            ("", tr("All cycles")),
            *((f"{n}", tr("Cycle {n}", n=n)) for n in reversed(reported.cycles)),
        ]
        field = _select(tr("Cycle"), "cycle", cycles, f"{choices.cycle or ''}")
        forms.append(_form(field, replace(choices, cycle=None), addresses))
    through = [("", tr("Where most went"))]
    through += [(node.id, tr("Through “{name}”", name=node.name)) for node in report.nodes]
    field = _select(tr("Path of the funnel"), "through", through, choices.through)
    return [*forms, _form(field, choices.down("", ()), addresses)]


def _form(field: Html, kept: Choices, addresses: Addresses) -> Html:
    hidden = [tag("input", type="hidden", name=name, value=value) for name, value in kept.fields()]
    return tag("form", hidden, field, tag("button", tr("Show")), action=addresses.base, class_="row")


def _select(label: str, name: str, options: Sequence[tuple[str, str]], chosen: str) -> Html:
    made = [tag("option", words, value=value, selected=value == chosen) for value, words in options]
    return tag("label", tag("span", label), tag("select", made, name=name), class_="field inline")


@dataclass(frozen=True)
class Behind:
    """People behind a number. words: which number; following: where the next ones are found, or None."""

    words: str
    people: BehindPage
    following: str | None


def people_page(
    frame: Frame, status: CampaignStatus, behind: Behind, addresses: Addresses, zone: ZoneInfo
) -> HTMLResponse:
    """The people behind a number of a report, a page at a time."""
    title = tr("People behind a number")
    back = tag(
        "a", icon("chevron-left"), tr("Report: {name}", name=status.name), href=addresses.base, class_="back"
    )
    lead = tag("p", tag("bdi", behind.words), class_="lead")
    lines = [
        tag(
            "tr",
            tag("th", tag("bdi", one.person_id), scope="row"),
            tag("td", number(one.entry)),
            tag("td", "" if one.at is None else moment_words(one.at, zone), class_="text when"),
        )
        for one in behind.people.people
    ]
    columns = [tr("Person"), tr("Entry"), tr("When")]
    listed = scrolling(title, table(columns, lines)) if lines else tag("p", tr("Nobody."), class_="nothing")
    more = (
        None
        if behind.following is None
        else tag("a", tr("Next page"), href=behind.following, class_="button")
    )
    note = tag("p", tr("Whoever was erased since is counted, but no longer listed."), class_="nothing")
    content = [
        tag("div", back, tag("h1", title), lead, class_="head"),
        tag("section", listed, more, note, class_="panel people"),
    ]
    return page(frame, title, content, styles=STYLES, kind="narrow")
