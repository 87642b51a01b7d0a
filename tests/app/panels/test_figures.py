"""What a running campaign's counts say in the panel of the selected component."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QLabel

from app.panels import ConfigurationPanel
from app.panels.figures import LAST_CYCLES, Figures, Table
from engine.campaign.document import CampaignDocument
from engine.campaign.model import Attributes, Node
from engine.i18n import set_language
from engine.workspace.workspace import Workspace
from tests.app.panels.conftest import OpenPanel

GROUPS = [{"id": "g_1", "name": "Short text", "percent": 50}, {"id": "g_2", "name": "Long", "percent": 50}]
COUNTS: dict[str, Any] = {
    "nodes": {},
    "links": {},
    "reasons": {
        "n_sms": {"sent": {"": 1200}, "failed": {"no_id": 3, "quota": 40}, "skipped": {"fatigue": 7}}
    },
    "receipts": {"n_sms": {"opened": 300, "clicked": 20}},
    "goals": {
        "n_goal": {"group:g_2": {"judged": 40, "achieved": 10}, "group:g_1": {"judged": 0, "achieved": 0}}
    },
    "cycles": [
        {"number": 1, "moment": "2026-03-02T01:00:00.000Z", "entries": 1000, "inside": 0, "finished": 1000},
        {"number": 2, "moment": "2026-03-04T01:00:00.000Z", "entries": 900, "inside": 40, "finished": 860},
    ],
    "skipped": [{"moment": "2026-03-03T01:00:00.000Z", "audience": "a_all"}],
}


def figures(counts: dict[str, Any] = COUNTS, next_run: str | None = None) -> Figures:
    return Figures(counts, next_run, ZoneInfo("Asia/Shanghai"), {"a_all": "Everybody"}.__getitem__)


@pytest.fixture
def document() -> CampaignDocument:
    kinds: dict[str, tuple[str, dict[str, Any]]] = {
        "n_who": ("target_audience", {}),
        "n_sms": ("app_push", {}),
        "n_test": ("ab_test", {"groups": GROUPS}),
        "n_goal": ("ab_target", {"test": "n_test"}),
        "n_wait": ("wait_until", {}),
    }
    nodes = {id: Node(kind=kind, name=id, config=config) for id, (kind, config) in kinds.items()}
    return CampaignDocument(Attributes(id="c_1", name="C"), nodes, {})


def test_who_waits_and_when_the_next_one_goes_on(document: CampaignDocument) -> None:
    waiting = {"nodes": {"n_wait": {"waiting": 1200}}, "releases": {"n_wait": "2026-03-04T01:30:00.000Z"}}
    (table,) = figures({**COUNTS, **waiting}).tables(document, "n_wait")
    assert table == Table("Waiting", (), (("People", "1,200"), ("Next release", "2026-03-04 09:30")))
    assert figures({**COUNTS, "nodes": waiting["nodes"]}).tables(document, "n_wait") == []


def test_messages_by_state_and_reason_and_their_receipts(document: CampaignDocument) -> None:
    assert figures().tables(document, "n_sms") == [
        Table(
            "Messages",
            (),
            (
                ("Sent", "1,200"),
                ("Failed: quota", "40"),
                ("Failed: no ID to send to", "3"),
                ("Skipped: contacted too often", "7"),
            ),
            trouble="50 failed or skipped",
        ),
        Table("Receipts", (), (("Clicked", "20"), ("Opened", "300"))),
    ]


def test_a_test_target_says_group_by_group_who_reached_the_goal(document: CampaignDocument) -> None:
    (table,) = figures().tables(document, "n_goal")
    assert table.rows == (("Short text", "0", "0", ""), ("Long", "40", "10", "25.0%"))


def test_target_audience_says_its_runs_those_skipped_and_the_next(document: CampaignDocument) -> None:
    (table,) = figures(next_run="2026-03-05T01:00:00.000Z").tables(document, "n_who")
    assert table.rows == (
        ("1", "03-02 09:00", "1,000", "0", "1,000"),
        ("–", "03-03 09:00", "skipped", "", ""),
        ("2", "03-04 09:00", "900", "40", "860"),
    )
    assert table.note == (
        "Last skipped because “Everybody” had not been updated.\nNext run: 2026-03-05 09:00"
    )


def test_before_the_first_run_there_is_no_table_head(document: CampaignDocument) -> None:
    nothing_yet = {**COUNTS, "cycles": [], "skipped": []}
    (table,) = figures(nothing_yet, next_run="2026-03-05T01:00:00.000Z").tables(document, "n_who")
    assert (table.head, table.rows) == ((), ())
    assert table.note == "Next run: 2026-03-05 09:00"


def test_no_two_words_of_a_table_are_the_same(document: CampaignDocument) -> None:
    set_language("zh")
    for node_id in document.nodes:
        for table in figures().tables(document, node_id):
            words = [table.title, *filter(None, table.head)]
            assert len(set(words)) == len(words)


def test_figures_stand_on_the_grid(open_panel: OpenPanel) -> None:
    panel = open_panel("target_audience")
    panel.show_figures(figures())
    QApplication.processEvents()
    cells = [found for found in panel.figures.findChildren(QLabel) if not found.isHidden()]
    tops = sorted({found.mapTo(panel.figures, QPoint(0, 0)).y() for found in cells})
    assert all((top - tops[0]) % 8 == 0 for top in tops), tops


def test_only_the_last_runs_are_listed(document: CampaignDocument) -> None:
    one = COUNTS["cycles"][0]
    many = [
        {**one, "number": number, "moment": f"2026-03-{number:02d}T01:00:00.000Z"} for number in range(1, 9)
    ]
    (table,) = figures({**COUNTS, "cycles": many, "skipped": []}).tables(document, "n_who")
    assert [row[0] for row in table.rows] == ["4", "5", "6", "7", "8"]
    assert len(table.rows) == LAST_CYCLES
    assert table.note == "3 earlier cycles."


def test_most_components_have_nothing_to_say(document: CampaignDocument) -> None:
    assert figures().tables(document, "n_wait") == []
    assert figures({}).tables(document, "n_who") == []


def words(panel: ConfigurationPanel) -> list[str]:
    return [found.text() for found in panel.figures.findChildren(QLabel) if not found.isHidden()]


def test_the_panel_follows_the_counts_and_the_language(open_panel: OpenPanel, workspace: Workspace) -> None:
    panel = open_panel("text_sms")
    assert panel.figures.isHidden()
    counts = deepcopy(COUNTS)
    counts["reasons"] = {"n_x": {"sent": {"": 5}}}
    panel.show_figures(figures(counts))
    assert panel.figures.isVisible()
    assert words(panel) == ["Messages", "Sent", "5"]
    more = deepcopy(counts)
    more["reasons"]["n_x"]["sent"][""] = 6
    panel.show_figures(figures(more))
    assert words(panel)[-1] == "6"
    panel.show_figures(None)
    assert panel.figures.isHidden()
    assert panel.figures.tables == []


def test_the_panel_of_a_component_without_figures_shows_none(open_panel: OpenPanel) -> None:
    panel = open_panel("wait_until")
    panel.show_figures(figures())
    assert panel.figures.isHidden()


@pytest.fixture(autouse=True)
def english() -> None:
    set_language("en")
