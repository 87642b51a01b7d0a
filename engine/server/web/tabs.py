"""The head of the pages of one campaign: its name and state, and from each of them to the other."""

from __future__ import annotations

from engine.i18n import tr
from engine.run.answers import CampaignStatus
from engine.server.web.frame import Frame
from engine.server.web.html import Html, tag
from engine.server.web.look import icon


def campaign_head(
    frame: Frame, status: CampaignStatus, campaign: str, states: Html, facts: Html, *, report: bool
) -> Html:
    """campaign: the address of its page. states: what is said behind its name. report: whether this is its
    report."""
    back = tag("a", icon("chevron-left"), tr("All campaigns"), href="/web", class_="back")
    name = tag("div", tag("h1", tag("bdi", status.name)), states, class_="title")
    tabs = tag(
        "nav", _tab(tr("As it runs"), campaign, here=not report),
        _tab(tr("Report"), f"{campaign}/report", here=report), class_="segmented",
        aria_label=tr("Views of this campaign"),
    )  # fmt: skip
    return tag("div", back if frame.user else None, name, facts, tabs, class_="head")


def _tab(words: str, address: str, *, here: bool) -> Html:
    return tag("a", words, href=address, aria_current="page" if here else None)
