"""The pages: sign-in, the list of campaigns, one campaign, its links, and what went wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse

from engine.i18n import ntr, tr
from engine.run.answers import CampaignStatus
from engine.server.identity.passwords import LONGEST, SHORTEST
from engine.server.identity.users import Credential
from engine.server.reported.comparing import LEAST
from engine.server.web import comparison_page
from engine.server.web.figures import Figures
from engine.server.web.frame import Frame, field, page, quoted
from engine.server.web.html import Child, Html, tag
from engine.server.web.look import icon
from engine.server.web.parts import panel, scrolling
from engine.server.web.picture import Picture
from engine.server.web.shared_links import DAYS
from engine.server.web.tabs import campaign_head
from engine.server.web.words import moment, moment_text, number, state
from engine.server.wire.base import Problem

_EMPTY = re.compile(r'data-live="([^"]*)">')


def sign_in_page(frame: Frame, problem: str = "", status: int = 200) -> HTMLResponse:
    """Asks for name and password. problem: why it did not work the last time."""
    form = tag(
        "form",
        field(tr("Name"), "name", autocomplete="username", required=True, autofocus=True,
              autocapitalize="none", spellcheck="false", maxlength="100"),
        field(tr("Password"), "password", type="password", autocomplete="current-password", required=True,
              maxlength="1000"),
        tag("button", tr("Sign in"), class_="primary"),
        method="post",
    )  # fmt: skip
    note = tag(
        "p", tr("Users are invited by an administrator of this server."), " ",
        tag("a", tr("I have an invitation"), href="/web/invitation"), class_="nothing",
    )  # fmt: skip
    return _form_page(frame, tr("Sign in"), frame.workspace, problem, form, note, status)


def invitation_page(frame: Frame, problem: str = "", status: int = 200) -> HTMLResponse:
    """Asks who was invited for a password. What stands behind # in its address is the invitation: a script
    puts it into its field, and no server or proxy ever sees it in an address."""
    new: dict[str, object] = {"type": "password", "autocomplete": "new-password", "required": True,
                              "minlength": SHORTEST, "maxlength": LONGEST}  # fmt: skip
    form = tag(
        "form",
        field(tr("Invitation"), "token", autocomplete="off", required=True, autofocus=True,
              autocapitalize="none", spellcheck="false", maxlength="200"),
        field(tr("Password"), "password", **new),
        field(tr("The same password again"), "again", **new),
        tag("button", tr("Choose this password"), class_="primary"),
        method="post", data_differ=tr("The two passwords are not the same. Enter them anew."),
    )  # fmt: skip
    text = tr("At least {n} characters. Several words are easy to remember.", n=SHORTEST)
    note = [
        tag("p", text, class_="nothing"),
        tag("p", tag("a", tr("I have a password"), href="/web/sign-in"), class_="nothing"),
    ]
    lead = tr("You were invited to {workspace}. Choose your password.", workspace=frame.workspace)
    return _form_page(frame, tr("Welcome"), lead, problem, form, note, status, scripts=("invitation.js",))


def _form_page(
    frame: Frame,
    title: str,
    lead: str,
    problem: str,
    form: Html,
    note: Child,
    status: int,
    scripts: Sequence[str] = (),
) -> HTMLResponse:
    """A page with one form. problem: why it was not taken the last time."""
    alarm = tag("p", icon("alert-triangle"), problem, class_="alarm", role="alert") if problem else None
    heading = tag("h1", title)
    card = tag("section", heading, tag("p", lead, class_="lead"), alarm, form, note, class_="panel")
    return page(frame, title, [card], status=status, scripts=scripts, kind="small")


def problem_page(frame: Frame, problem: Problem) -> HTMLResponse:
    """Says why there is nothing else to see."""
    title = tr("Not found") if problem.status == 404 else tr("This did not work")
    detail = problem.detail or tr("Try again in a moment.")
    back = tag("a", tr("All campaigns"), href="/web", class_="button")
    card = tag("section", tag("h1", title), tag("p", detail, class_="lead"), back, class_="panel")
    return page(frame, title, [card], status=problem.status, kind="small")


def list_page(frame: Frame, campaigns: Sequence[CampaignStatus], zone: ZoneInfo) -> HTMLResponse:
    """All published campaigns, the newest first."""
    title = tr("Campaigns")
    lead = tag("p", _how_many(len(campaigns)), class_="lead")
    compare = tag("a", icon("a-b"), tr("Compare campaigns"), href=comparison_page.ADDRESS, class_="button")
    more = compare if len(campaigns) >= LEAST else None
    head = tag("div", tag("div", tag("h1", title), more, class_="title"), lead, class_="head")
    if not campaigns:
        empty = tag("p", tr("Nothing has been published to this server yet."), class_="nothing")
        return page(frame, title, [head, tag("section", empty, class_="panel")])
    columns = (tr("Campaign"), tr("Status"), tr("Entered"), tr("Inside"), tr("Finished"), tr("Published"))
    rows = [_campaign_row(one, zone) for one in sorted(campaigns, key=lambda one: -one.version_published_at)]
    top = tag("thead", tag("tr", [tag("th", words, scope="col") for words in columns]))
    table = tag("table", top, tag("tbody", rows), class_="campaigns")
    return page(frame, title, [head, tag("section", scrolling(title, table), class_="panel flush")])


def _how_many(n: int) -> str:
    return ntr("{n:,} published campaign", "{n:,} published campaigns", n)


def _campaign_row(one: CampaignStatus, zone: ZoneInfo) -> Html:
    link = tag("a", one.name, href=f"/web/campaigns/{quoted(one.campaign)}")
    numbers = ((tr("Entered"), one.entries), (tr("Inside"), one.inside), (tr("Finished"), one.finished))
    published = [moment(one.version_published_at, zone), tag("small", tr("version {n}", n=one.version))]
    return tag(
        "tr",
        tag("th", link, scope="row"),
        tag("td", state(one), class_="text"),
        [tag("td", number(n), data_label=label, class_="zero" if not n else None) for label, n in numbers],
        tag("td", published, data_label=tr("Published"), class_="text when"),
    )


def campaign_page(
    frame: Frame, figures: Figures, picture: Picture, address: str, links: Sequence[Credential] | None
) -> HTMLResponse:
    """One campaign as it runs. address: its own. links: to it; None for who makes none."""
    status, parts = figures.status, figures.parts()
    states = _part("state", parts["state"], "states")
    above = campaign_head(frame, status, address, states, _facts(figures), report=False)
    grid = tag(
        "div",
        _panel(tr("How far people came"), "funnel", parts["funnel"]),
        tag("div", _panel(tr("Goal"), "goal", parts["goal"]) if "goal" in parts else None,
            _panel(tr("Messages by result"), "messages", parts["messages"]),
            _panel(tr("Cycles"), "cycles", parts["cycles"]),
            None if links is None else _links_panel(figures, links), class_="column"),
        class_="grid",
    )  # fmt: skip
    content = tag(
        "div", above, _part("totals", parts["totals"], "totals", "dl"), _stage(figures, picture), grid,
        data_live_from=f"{address}/live", data_version=status.version,
    )  # fmt: skip
    return page(frame, status.name, [content], scripts=("live.js", "picture.js"), kind="campaign")


def _facts(figures: Figures) -> Html:
    status, zone = figures.status, figures.zone
    facts: list[object] = [
        [tr("Version"), " ", f"{status.version}"],
        [tr("Published"), " ", moment(status.version_published_at, zone)],
    ]
    facts += [[tr("Start"), " ", moment(status.start, zone)]] if status.start is not None else []
    facts += [[tr("End"), " ", moment(status.end, zone)]] if status.end is not None else []
    facts += [[tr("Next run"), " ", moment(status.next_run, zone)]] if status.next_run is not None else []
    connection = tag(
        "li", tag("span", class_="pulse", aria_hidden="true"), tag("span", tr("Not live"), role="status"),
        class_="connection", data_connection="off", data_on=tr("Live"), data_off=tr("Reconnecting …"),
    )  # fmt: skip
    return tag("ul", [tag("li", fact) for fact in facts], connection, class_="facts")


def _part(name: str, content: Html, kind: str, element: str = "div") -> Html:
    return tag(element, content, data_live=f"+{name}", class_=kind)


def _panel(title: str, name: str, content: Html) -> Html:
    return panel(title, scrolling(title, tag("div", content, data_live=f"+{name}")), name)


def _stage(figures: Figures, picture: Picture) -> Html:
    """The picture, which keys, pointers and fingers move; what it says stands in the table below, too."""
    live = {key: text for key, text in figures.live().items() if not key.startswith("+")}
    drawing = _filled(picture.drawing, live)
    svg = tag(
        "svg", tag("title", tr("The flow of “{name}”", name=figures.status.name)), drawing,
        viewBox=picture.view_box, role="img", preserveAspectRatio="xMidYMid meet",
    )  # fmt: skip
    tools = [
        ("minus", tr("Smaller"), "out"), ("plus", tr("Larger"), "in"), ("maximize", tr("Show all"), "all"),
    ]  # fmt: skip
    buttons = [
        tag("button", icon(name), type="button", title=text, aria_label=text, data_zoom=what)
        for name, text, what in tools
    ]
    hint = tr("Picture of the flow. Arrow keys move it, + and − change its size, 0 shows all of it.")
    stage = tag("div", svg, class_="stage", tabindex="0", role="group", aria_label=hint)
    return tag("section", stage, tag("div", buttons, class_="tools", hidden=True), class_="panel flush flow")


def _filled(drawing: Html, live: Mapping[str, str]) -> Html:
    """The picture with the texts of this moment, as it is without any script."""
    return Html(_EMPTY.sub(lambda found: found[0] + escape(live.get(found[1], "")), drawing))


def _links_panel(figures: Figures, links: Sequence[Credential]) -> Html:
    """Links to this campaign for who has no account: made and revoked here."""
    address = f"/web/campaigns/{quoted(figures.status.campaign)}/links"
    rows = [
        tag(
            "li",
            tag("span", _until(one, figures.zone), tag("small", one.owner)),
            tag("form", tag("button", tr("Revoke"), class_="quiet"), method="post",
                action=f"{address}/{quoted(one.id)}/revoke"),
        )
        for one in links
    ]  # fmt: skip
    days = [tag("option", ntr("{n} day", "{n} days", n), value=n, selected=n == DAYS[1]) for n in DAYS]
    form = tag(
        "form",
        tag("label", tag("span", tr("Holds for")), tag("select", days, name="days"), class_="field inline"),
        tag("button", icon("link"), tr("Make a link"), class_="button"),
        method="post", action=address, class_="row",
    )  # fmt: skip
    said = tr(
        "Who has the link can look at this page and the report without an account, until it expires or is "
        "revoked. It shows numbers, but not the people behind them."
    )
    made = tag("ul", rows, class_="links") if rows else None
    return panel(tr("Share"), [tag("p", said, class_="nothing"), made, form], "share")


def _until(link: Credential, zone: ZoneInfo) -> str:
    return tr("until {moment}", moment=moment_text(link.expires_at, zone))


def link_page(frame: Frame, status: CampaignStatus, link: str, until: int, zone: ZoneInfo) -> HTMLResponse:
    """Shows a link that was made: never again."""
    title = tr("A link to “{name}”", name=status.name)
    said = tr("It is shown only now, and holds until {moment}.", moment=moment_text(until, zone))
    copy = tag("button", icon("copy"), tr("Copy"), type="button", class_="primary", data_copy=link,
               hidden=True, data_done=tr("Copied"))  # fmt: skip
    shown = field(tr("Link"), "link", value=link, readonly=True, autofocus=True)
    back = tag(
        "a", tr("Back to the campaign"), href=f"/web/campaigns/{quoted(status.campaign)}", class_="button"
    )
    row = tag("div", copy, back, class_="row")
    card = tag("section", tag("h1", title), tag("p", said, class_="lead"), shown, row, class_="panel")
    return page(frame, title, [card], scripts=("copy.js",), kind="small")
