"""Branches of a component that come and go in its panel."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLabel

from app.panels import ConfigurationPanel
from tests.app.panels.conftest import OpenPanel
from tests.app.panels.filling import click, form_of, write
from tests.app.panels.looking import edits_of, node_of


def test_a_new_group_never_takes_over_the_links_of_a_removed_one(open_panel: OpenPanel) -> None:
    panel = open_panel("random_grouping")
    groups: Any = form_of(panel).editor("groups")
    click(groups, "Add group")
    groups.cards()[1].removed.emit()
    click(groups, "Add group")
    assert [card.group_id for card in groups.cards()] == ["g_1", "g_3", "g_4"]


def three_groups() -> dict[str, Any]:
    shares = ((1, 40), (2, 30), (3, 30))
    return {"groups": [{"id": f"g_{n}", "name": f"Group {n}", "percent": share} for n, share in shares]}


def test_removing_a_branch_asks_what_becomes_of_what_stands_behind_it(open_panel: OpenPanel) -> None:
    panel = open_panel("random_grouping", three_groups())
    edits = edits_of(panel)
    groups: Any = form_of(panel).editor("groups")
    groups.cards()[2].removed.emit()
    click(groups, "Divide evenly")
    panel.confirm()
    assert not edits
    assert panel.question is not None
    assert panel.question.windowTitle() == "Remove 1 component?"
    assert any("“End 3”" in label for label in question_texts(panel))
    panel.question.cancel.click()
    assert not edits
    assert panel.is_dirty  # keeping goes back to the panel
    panel.confirm()
    panel.question.buttons[0].click()
    assert len(edits) == 1
    assert any(op.id == "n_end2" and op.after is None for op in edits[0].ops)


def question_texts(panel: ConfigurationPanel) -> list[str]:

    assert panel.question is not None
    return [label.text() for label in panel.question.findChildren(QLabel)]


def test_renaming_and_reordering_groups_asks_nothing(open_panel: OpenPanel) -> None:
    panel = open_panel("random_grouping", three_groups())
    edits = edits_of(panel)
    groups: Any = form_of(panel).editor("groups")
    groups.cards()[2].moved.emit(-1)
    write(groups.cards()[0].name, "First")
    panel.confirm()
    assert panel.question is None
    assert [op.id for op in edits[0].ops] == ["n_x"]
    assert [group["id"] for group in node_of(edits[0]).config["groups"]] == ["g_1", "g_3", "g_2"]  # type: ignore[index,union-attr,call-overload]
