"""What the parts of a report's page say, of a report that has something in each of them."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.i18n import use_language
from engine.server.web.choices import Addresses, Choices
from engine.server.web.report_parts import ReportParts
from engine.server.wire.reporting import Report, ReportEffect, ReportRate, ReportUplift
from tests.engine.server.reported.told import report

ZONE = ZoneInfo("Asia/Shanghai")
BASE = "/web/campaigns/c_1"
UPLIFT = ReportUplift(gap=0.05, low=0.02, high=0.08, ratio=0.5, extra=50, p=0.001, exact=False, holds=True)
EVIL = ['<script>alert("1")</script>', "\u202egnp.exe", "a\0b", '" onload="x', "]]>"]
EFFECT = ReportEffect(
    goal="“Order” within 3 days",
    entered=ReportRate(people=1_000, converted=150, rate=0.15, low=0.13, high=0.17),
    control=ReportRate(people=500, converted=50, rate=0.1, low=0.08, high=0.13),
    uplift=UPLIFT,
)


def written(told: Report, *, people: bool = True, choices: Choices | None = None) -> str:
    parts = ReportParts(told, choices or Choices(), Addresses(BASE, people), ZONE)
    return "".join(parts.parts())


def changed(**fields: Any) -> Report:
    return report().model_copy(update=fields)


def with_goal(effect: ReportEffect) -> Report:
    series = report().series.model_copy(update={"converted": [5, 3]})
    return changed(effect=effect, series=series)


def said(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def headings(html: str) -> list[str]:
    return re.findall(r"<h2>(.*?)</h2>", html)


def test_every_part_is_there_in_the_designers_order() -> None:
    assert headings(written(with_goal(EFFECT))) == [
        "Goal: “Order” within 3 days",
        "Funnel",
        "Where people went",
        "By the hour",
        "Messages",
        "AB test: Wait",
        "Cycles",
    ]
    with use_language("zh"):
        assert "漏斗" in headings(written(report()))


def test_figures_messages_and_their_cost() -> None:
    text = said(written(report()))
    assert "Messages sent 6 of 8 planned" in text
    assert "Clicked 3 50.0%" in text
    assert "Cost 0.30 CNY" in text
    assert (
        "Component All messages Sent Failed Clicked Cost SMS Failed: no ID to send to 2 8 6 2 3 0.30 CNY"
        in text
    )


def test_a_test_says_rates_chances_and_a_winner_only_when_it_holds() -> None:
    text = said(written(report()))
    assert "=group:a 10.00% 8.00% – 12.00% 100 1,000 2.0%" in text
    assert "“=group:b” is the best group: that holds." in text
    assert "z-test of two proportions, two-sided, corrected for the number of groups: p = 0.0007" in text
    (test,) = report().tests
    early = test.model_copy(update={"winner": None, "needed": 3_000})
    text = said(written(changed(tests=[early])))
    assert (
        "“=group:b” is ahead, but not surely yet: that takes 3,000 people a group, there are 1,000." in text
    )
    assert "kind-ok" not in written(changed(tests=[early]))


def test_the_goal_says_what_the_control_group_does() -> None:
    text = said(written(with_goal(EFFECT)))
    assert "Entered 15.00% 13.00% – 17.00% 150 1,000" in text
    assert "Control group 10.00% 8.00% – 13.00% 50 500" in text
    assert "+5.00 points against the control group, about 50 people more: that holds." in text
    nobody = ReportRate(people=0, converted=0, rate=None, low=0, high=1)
    assert "Entered – 0 0" in said(written(with_goal(EFFECT.model_copy(update={"entered": nobody}))))


def test_numbers_lead_to_their_people_or_to_nobody() -> None:
    html = written(report(), choices=Choices(cycle=2))
    links = set(re.findall(r'href="([^"]*/people[^"]*)"', html))
    for what in (
        "what=entered",
        "what=line&amp;place=l_3",
        "place=n_sms&amp;what=messages&amp;state=failed&amp;reason=no_id",
        "place=n_sms&amp;what=receipt&amp;receipt=clicked",
        "place=n_wait&amp;port=group%3Ab&amp;what=achieved",
    ):
        assert f"{BASE}/report/people?{what}" in links
    assert "/people" not in written(report(), people=False)


def test_a_branch_is_chosen_at_each_fork() -> None:
    html = written(report())
    branches = re.findall(r'<a href="([^"]*)#funnel"( aria-current="true")?><bdi>(.*?)</bdi>', html)
    assert branches == [
        (f"{BASE}/report?via=l_1", ' aria-current="true"', "SMS"),
        (f"{BASE}/report?via=l_2", "", "Wait"),
    ]


def test_a_chosen_fork_stays_chosen_further_down() -> None:
    told = report()
    flows = [*told.flows, told.flows[2].model_copy(update={"link": "l_4", "target": "n_end", "n": 0})]
    nodes = [*told.nodes, told.nodes[0].model_copy(update={"id": "n_end", "name": "End"})]
    counts = told.counts.model_copy(
        update={
            "nodes": {
                **told.counts.nodes,
                "n_end": told.counts.nodes["n_who"].model_copy(update={"arrived": 0}),
            }
        }
    )
    html = written(changed(flows=flows, nodes=nodes, counts=counts), choices=Choices(via=("l_1",), cycle=3))
    assert f"{BASE}/report?cycle=3&amp;via=l_1&amp;via=l_4#funnel" in html


def test_charts_say_in_words_and_tables_what_they_draw() -> None:
    html = written(report())
    for chart in re.findall(r'<svg[^>]*role="img".*?</svg>', html, re.DOTALL):
        assert "<title>" in chart
        assert "<desc>" in chart
    assert "Entered: 12; most at 11-23 16:00: 8." in said(html)
    assert html.count("<details") == 2
    assert "<title>Everybody → SMS: 8</title>" in html


@pytest.mark.parametrize(
    "evil", ['<script>alert("1")</script>', "\u202egnp.exe", "a\0b", '" onload="x', "]]>"]
)
def test_names_are_never_markup_and_turn_nothing_around(evil: str) -> None:
    told = report()
    (test,) = told.tests
    nodes = [node.model_copy(update={"name": evil}) for node in told.nodes]
    groups = [group.model_copy(update={"name": evil}) for group in test.groups]
    html = written(changed(nodes=nodes, tests=[test.model_copy(update={"groups": groups})]))
    assert "<script" not in html
    assert 'onload="' not in html
    if "\u202e" in evil:
        outside = re.sub(r"<(bdi|text|title|h2|p|b|nav|option)\b.*?</\1>|aria-label=\"[^\"]*\"", "", html)
        assert "\u202e" not in outside


def test_a_long_campaign_shares_bars() -> None:
    told = report()
    moments = [f"2026-{month:02}-{day:02}T00:00:00.000Z" for month in range(1, 13) for day in range(1, 29)]
    many = told.series.model_copy(
        update={"moments": moments, "entries": [1] * len(moments), "messages": {}, "step": "hour"}
    )
    html = written(changed(series=many))
    assert len(re.findall('class="spot"', html)) <= 400
    assert f"Entered: {len(moments)};" in said(html)
