"""The outline of a campaign: every component once, branches below, joins as references."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import join
from engine.campaign.edits.edit import Draft
from engine.campaign.model import START_ID, Link, Node
from engine.campaign.ops import inverse
from engine.campaign.outline import Children, Outline, Row
from engine.i18n import Message
from tests.engine.campaign.building import chain, empty_campaign, open_end
from tests.engine.campaign.random_edits import random_edit


def outline_of(document: CampaignDocument) -> Outline:
    outline = Outline(document)
    for _ in outline.read():
        pass
    return outline


def lines(
    document: CampaignDocument, children: Children, above: Row | None = None, depth: int = 0
) -> list[str]:
    """The outline as indented text."""
    found: list[str] = []
    for row in children.get(above, []):
        target = document.links[row.id].target if row.kind == "reference" else None
        name = document.node(target or row.id).kind if row.kind in ("node", "reference", "loose") else ""
        found.append(f"{'  ' * depth}{row.kind} {name}".rstrip())
        found += lines(document, children, row, depth + 1)
    return found


def test_a_new_campaign_has_one_open_end() -> None:
    document = empty_campaign()
    assert lines(document, outline_of(document).children()) == ["node start", "open"]


def test_a_test_target_goes_on_behind_the_branches_of_its_ab_test() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")
    (target,) = document.successors(test)
    chain(document, "end", source=target)
    assert lines(document, outline_of(document).children()) == [
        "node start",
        "node target_audience",
        "node ab_test",
        "  reference ab_target",
        "  reference ab_target",
        "node ab_target",
        "node end",
    ]


def test_branches_stand_below_and_joins_are_references() -> None:
    document = empty_campaign()
    _, groups, wait = chain(document, "target_audience", "random_grouping", "wait_until")
    document.apply(join(document, open_end(document, groups), wait).ops)
    assert lines(document, outline_of(document).children())[2:] == [
        "node random_grouping",
        "  branch",
        "    node wait_until",
        "    open",
        "  reference wait_until",
    ]


def test_an_open_branch_has_no_row_beside_its_open_end() -> None:
    document = empty_campaign()
    chain(document, "target_audience", "random_grouping", "wait_until")
    assert lines(document, outline_of(document).children())[2:] == [
        "node random_grouping",
        "  branch",
        "    node wait_until",
        "    open",
        "  open",
    ]


def test_what_start_does_not_lead_to_stands_at_the_end_cycles_too() -> None:
    document = empty_campaign()
    draft = Draft(document)
    for node_id, target in (("n_a", "n_b"), ("n_b", "n_a"), ("n_c", None)):
        draft.put_node(Node(kind="wait_until", name=node_id), node_id)
        draft.put_link(Link(source=node_id, port="out", target=target), f"l_{node_id}")
    document.apply(draft.edit(Message("loose")).ops)
    children = outline_of(document).children()
    assert children[None][2:] == [Row("loose", "n_c"), Row("loose", "n_a")]
    assert children[Row("loose", "n_a")] == [
        Row("node", "n_a"),
        Row("node", "n_b"),
        Row("reference", "l_n_b"),
    ]


def test_moving_a_card_changes_nothing() -> None:
    document = empty_campaign()
    (audience,) = chain(document, "target_audience")
    outline = outline_of(document)
    draft = Draft(document)
    draft.put_node(document.node(audience).model_copy(update={"name": "Everybody"}), audience)
    edit = draft.edit(Message("rename"))
    document.apply(edit.ops)
    assert not outline.follow(edit.ops)


@given(st.integers(0, 2**32))
def test_following_comes_to_what_reading_anew_does(seed: int) -> None:
    choose = random.Random(seed)
    document = empty_campaign()
    outline = outline_of(document)
    for _ in range(12):
        edit = random_edit(document, choose)
        if edit is None:
            continue
        for ops in (edit.ops, inverse(edit.ops), edit.ops):
            document.apply(ops)
            before = outline.children()
            if not outline.follow(ops):
                assert outline.children() == before
        fresh = outline_of(document).children()
        assert outline.children() == fresh
        shown = [row.id for rows in fresh.values() for row in rows if row.kind == "node"]
        assert sorted(shown) == sorted([START_ID, *document.nodes])
        lines_shown = [r.id for rows in fresh.values() for r in rows if r.kind in ("open", "reference")]
        assert len(lines_shown) == len(set(lines_shown))
        assert {id for id, link in document.links.items() if link.target is None} <= set(lines_shown)
