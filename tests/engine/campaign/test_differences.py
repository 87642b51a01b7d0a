"""Two states of a campaign: the ops between them, and what is said of them."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from engine.campaign import campaign_file, edits
from engine.campaign.differences import Change, differences, ops_between
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit
from engine.campaign.exporting.table import rows
from engine.campaign.merging import merge, words
from engine.campaign.model import Note, Point
from engine.campaign.ops import Op, Table
from engine.campaign.send_window import SendWindow
from engine.campaign.stay import ExitRule
from engine.components.base import RefKind
from engine.shapes.conditions import Leaf
from tests.engine.campaign.building import Everything, chain, empty_campaign, link_between
from tests.engine.campaign.random_edits import random_edit


def said(before: CampaignDocument, after: CampaignDocument) -> list[tuple[str, str, list[str]]]:
    return [
        (found.change.value, str(found.title), [str(detail) for detail in found.details])
        for found in differences(before, after, Everything())
    ]


def told(document: CampaignDocument) -> dict[str, Any]:
    """All of a campaign but the ids of its lines, which mean nothing to a person."""
    content = campaign_file.content(document)
    return content | {"links": sorted(content["links"].values(), key=str)}


def changed(document: CampaignDocument, *made: Edit) -> CampaignDocument:
    after = document.copy()
    for edit in made:
        after.apply(edit.ops)
    return after


def test_equal_states_have_no_differences() -> None:
    document = empty_campaign()
    chain(document, "target_audience", "tag")
    assert ops_between(document, document.copy()) == ()
    assert differences(document, document.copy(), Everything()) == []


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), steps=st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_the_ops_lead_from_any_state_to_any_other(seed: int, steps: tuple[int, int]) -> None:
    choose = random.Random(seed)
    common = empty_campaign()
    chain(common, "target_audience", "random_grouping")
    states = common.copy(), common.copy()
    for document, count in zip(states, steps, strict=True):
        for _ in range(count):
            if (edit := random_edit(document, choose)) is not None:
                document.apply(edit.ops)
    before, after = states
    assert bool(differences(before, after, Everything())) == (told(before) != told(after))
    before.apply(ops_between(before, after))
    assert campaign_file.dump(before) == campaign_file.dump(after)


def test_what_came_and_went_is_named_with_its_kind_and_its_lines() -> None:
    before = empty_campaign()
    trigger, tag = chain(before, "target_audience", "tag")
    after = changed(before, edits.delete_behind(before, tag))
    (sms,) = chain(after, "text_sms", source=trigger)
    found = differences(before, after, Everything())
    assert {difference.node: difference.change for difference in found} == {
        tag: Change.REMOVED,
        sms: Change.ADDED,
        trigger: Change.CHANGED,
    }
    by_node = {difference.node: difference for difference in found}
    assert str(by_node[tag].title) == "Tag 1 (Tag)"
    assert [str(detail) for detail in by_node[trigger].details] == [
        "Line to “Text SMS 1”.",
        "No line to “Tag 1” any more.",
    ]
    assert "Line to an open end." in [str(detail) for detail in by_node[sms].details]


def test_changed_fields_are_called_as_in_the_panel() -> None:
    before = empty_campaign()
    _, tag = chain(before, "target_audience", "tag")
    config: dict[str, JsonValue] = {
        "on_conflict": "overwrite",
        "assignments": [{"tag": "level", "value": "VIP"}],
    }
    after = changed(before, edits.configure(before, tag, name="Mark", memo="m", config=config))
    ((change, title, details),) = said(before, after)
    assert (change, title) == ("changed", "Mark (Tag)")
    assert details[0] == "Renamed from “Tag 1” to “Mark”."
    assert details[1].startswith("Changed: ")
    assert details[1].endswith("Memo.")
    assert any(detail.startswith("Now: ") for detail in details)
    assert details[-1] == "Confirmed with OK."


def test_the_campaign_comes_first_and_moves_are_counted() -> None:
    before = empty_campaign()
    trigger, tag = chain(before, "target_audience", "tag")
    attributes = before.attributes.model_copy(update={"name": "Spring", "group": "Retention"})
    after = changed(
        before,
        edits.set_attributes(before, attributes),
        edits.move(before, {trigger: Point(8, 8), tag: Point(800, 8)}),
    )
    note = Note(text="Ask Li", at=Point(0, 0), size=Point(80, 80))
    after.apply([Op(Table.NOTES, "t_1", None, note)])
    assert said(before, after) == [
        (
            "changed",
            "Campaign",
            [
                "Renamed from “Test” to “Spring”.",
                "Folder: none → “Retention”",
                "Cards moved: 2.",
                "Notes and frames added: 1.",
            ],
        )
    ]


def test_a_branch_is_named_where_its_line_leads_elsewhere() -> None:
    before = empty_campaign()
    _, grouping, _ = chain(before, "target_audience", "random_grouping", "end")
    target = before.successors(grouping)[0]
    after = before.copy()
    link = link_between(after, grouping, target)
    opened = after.links[link].model_copy(update={"target": None})
    after.apply([Op(Table.LINKS, link, after.links[link], opened)])
    ((_, _, details),) = said(before, after)
    assert details[1].startswith("No line “")


def test_one_of_two_open_ends_of_a_branch_is_told_of() -> None:
    one = empty_campaign()
    trigger, _ = chain(one, "target_audience", "tag")
    (line,) = (link for link in one.links.values() if link.source == trigger)
    opened = [Op(Table.LINKS, f"l_{n}", None, line.model_copy(update={"target": None})) for n in (1, 2)]
    one.apply(opened[:1])
    two = one.copy()
    two.apply(opened[1:])
    assert [details for _, _, details in said(one, two)] == [["Line to an open end."]]
    assert [details for _, _, details in said(two, one)] == [["No line to an open end any more."]]


def test_exit_rules_are_told_in_words() -> None:
    document = empty_campaign()
    large = Leaf(field="amount", op=">", value=3)
    exits = (ExitRule(event="order", where=large), ExitRule(audience="a_1"))
    after = changed(
        document, edits.set_attributes(document, document.attributes.model_copy(update={"exits": exits}))
    )
    ((_, _, details),) = said(document, after)
    words = "with the event “order” where amount > 3, in the audience “a_1”"
    assert details == [f"Exit rules: none → {words}"]


def test_a_send_window_is_told_in_words() -> None:
    document = empty_campaign()
    windows = SendWindow(from_="09:00", to="20:00"), SendWindow(from_="09:00", to="20:00", zone="home")
    one, other = (
        changed(
            document,
            edits.set_attributes(document, document.attributes.model_copy(update={"send_window": window})),
        )
        for window in windows
    )
    ((_, _, details),) = said(document, one)
    assert details == ["Send window: none → 09:00 to 20:00"]
    ((_, _, details),) = said(one, other)
    assert details == ["Send window: 09:00 to 20:00 → 09:00 to 20:00 in the time zone that “home” names"]


def test_marketing_campaigns_templates_and_audiences_are_told_by_their_names() -> None:
    """As far as they are known: what is gone keeps its id."""
    before, after = empty_campaign(), empty_campaign()
    rule = ExitRule(audience="a_vip")
    fields = {"sub_campaigns": ("mc_spring", "mc_gone"), "template": "tpl_first", "exits": (rule,)}
    attributes = after.attributes.model_copy(update=fields)
    after.apply(edits.set_attributes(after, attributes).ops)
    (found,) = differences(before, after, Named())
    assert [str(detail) for detail in found.details] == [
        "Sub-campaigns: none → “Spring, mc_gone”",
        "Template: none → “First purchase”",
        "Exit rules: none → in the audience “VIPs”",
    ]
    values = {row.field: row.value for row in rows(after, Named()) if not row.component}
    assert values["Sub-campaigns"] == "Spring, mc_gone"
    assert values["Template"] == "First purchase"
    assert values["Exit rules"] == "in the audience “VIPs”"
    other = empty_campaign(exits=(ExitRule(audience="a_gone"),))
    (conflict,) = words.told(merge(before, after, other), Named())
    assert str(conflict.ours[0]) == "Exit rules: in the audience “VIPs”"


class Named(Everything):
    """A workspace that knows some names."""

    def name_of(self, kind: RefKind, id: str) -> str | None:
        names = {
            (RefKind.MARKETING_CAMPAIGN, "mc_spring"): "Spring",
            (RefKind.TEMPLATE, "tpl_first"): "First purchase",
            (RefKind.AUDIENCE, "a_vip"): "VIPs",
        }
        return names.get((kind, id))
