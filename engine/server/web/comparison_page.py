"""Campaigns side by side: which ones, and what each has come to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from engine.i18n import tr
from engine.run.answers import CampaignStatus
from engine.server.reported.comparing import LEAST, MOST, Measure, Part, parts
from engine.server.reported.files import FORMATS
from engine.server.reported.numbers import share
from engine.server.web.charts import bar
from engine.server.web.frame import Frame, page, quoted
from engine.server.web.html import Child, Html, tag
from engine.server.web.look import icon
from engine.server.web.parts import panel, scrolling, table
from engine.server.web.report_page import STYLES
from engine.server.wire.reporting import CampaignSum, Comparison

ADDRESS = "/web/comparison"


def comparison_page(
    frame: Frame, campaigns: Sequence[CampaignStatus], chosen: Collection[str], found: Comparison | None
) -> HTMLResponse:
    """campaigns: all that can be chosen. chosen: by id. found: None where too few or too many are chosen."""
    title = tr("Compare campaigns")
    back = tag("a", icon("chevron-left"), tr("All campaigns"), href="/web", class_="back")
    above = tag("div", back, tag("h1", title), class_="head")
    if found is None:
        many, few = tr("So many are hard to compare: tick ten at most."), tr("Tick two to ten campaigns.")
        said = many if len(chosen) > MOST else few
        shown: list[Child] = [tag("section", tag("p", said, class_="nothing"), class_="panel")]
    else:
        shown = [_panel(part, found.campaigns) for part in parts(found.campaigns)]
    files = None if found is None else _files(found)
    body = tag("div", tag("aside", _form(campaigns, chosen)), tag("div", files, shown, class_="column"),
               class_="side-by-side")  # fmt: skip
    return page(frame, title, [above, body], styles=STYLES)


def address_of(campaigns: Sequence[str], format: str = "") -> str:
    """Where these are compared, or where the file is."""
    where = f"{ADDRESS}/files/{format}" if format else ADDRESS
    return f"{where}?{urlencode([('campaign', id) for id in campaigns])}"


def enough(chosen: Collection[str]) -> bool:
    """Whether so many can be compared."""
    return LEAST <= len(chosen) <= MOST


def _files(found: Comparison) -> Html:
    ids = [one.campaign for one in found.campaigns]
    links = [
        tag("a", icon("download"), tr(name), href=address_of(ids, format), class_="button", download=True)
        for format, name in FORMATS.items()
    ]
    return tag("div", links, class_="row files")


def _form(campaigns: Sequence[CampaignStatus], chosen: Collection[str]) -> Html:
    boxes = [
        tag(
            "label",
            tag(
                "input", type="checkbox", name="campaign", value=one.campaign, checked=one.campaign in chosen
            ),
            tag("span", tag("bdi", one.name), tag("small", tr("{n:,} entered", n=one.entries))),
        )
        for one in campaigns
    ]
    legend = tag("legend", tr("Campaigns to compare"))
    fields = tag("fieldset", legend, tag("div", boxes, class_="boxes"))
    button = tag("button", tr("Compare"), class_="primary")
    return tag("form", fields, button, action=ADDRESS, class_="panel ticked")


def _panel(part: Part, campaigns: Sequence[CampaignSum]) -> Html:
    title = tr(part.title)
    lines = [
        tag(
            "tr",
            tag("th", tag("bdi", one.name), scope="row"),
            [_cell(one, measure, campaigns) for measure in part.measures],
        )
        for one in campaigns
    ]
    head = [tr("Campaign"), *(tr(measure.name) for measure in part.measures)]
    return panel(title, scrolling(title, table(head, lines)), "compared")


def _cell(one: CampaignSum, measure: Measure, campaigns: Sequence[CampaignSum]) -> Html:
    """The number, which leads to the report that it is from; its share, and a bar as long as that."""
    n = measure.n(one)
    said = "" if measure.whole is None else share(n, measure.whole(one))
    address = f"/web/campaigns/{quoted(one.campaign)}/report"
    shown = tag("a", f"{n:,}", href=address) if n else f"{n:,}"
    drawn = bar(measure.length(one, campaigns))
    return tag("td", shown, tag("small", said) if said else None, drawn, class_=None if n else "zero")
