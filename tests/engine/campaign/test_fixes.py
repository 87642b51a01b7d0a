"""Each obvious fix cures exactly its problem, in one undo step."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import append, insert
from engine.campaign.edits.edit import Draft
from engine.campaign.fixes import fix
from engine.campaign.model import Link, Node
from engine.campaign.rules import Problem, problems
from engine.i18n import Message
from tests.engine.campaign.building import Everything, chain, empty_campaign, open_end, run
from tests.engine.campaign.test_edits import assert_whole, random_edit
from tests.engine.campaign.test_rules import NOW, confirm, sound_campaign


def _problems(document: CampaignDocument, code: str) -> list[Problem]:
    return [problem for problem in problems(document, Everything(), NOW) if problem.code == code]


def _cure(document: CampaignDocument, code: str) -> None:
    """Fix the first problem of the code; there must be one, and its fix must cure it."""
    found = _problems(document, code)
    edit = fix(document, found[0])
    assert edit is not None
    document.apply(edit.ops)
    assert len(_problems(document, code)) < len(found)


def test_an_open_end_gets_an_end() -> None:
    document = empty_campaign()
    chain(document, "target_audience")
    _cure(document, "open_end")
    assert [node.kind for node in document.nodes.values()] == ["target_audience", "end"]


def test_an_open_branch_of_an_ab_test_joins_its_target_and_so_does_an_end_inside() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")
    run(document, insert(document, document.out_links(test)[0], "random_grouping"))
    (groups,) = [id for id, node in document.nodes.items() if node.kind == "random_grouping"]
    run(document, append(document, open_end(document, groups), "end"))
    _cure(document, "ab_escape")
    assert_whole(document)
    (target,) = [id for id, node in document.nodes.items() if node.kind == "ab_target"]
    assert document.successors(groups) == [target]


def test_a_second_line_goes_and_the_first_stays() -> None:
    document, _, wait, end = sound_campaign()
    draft = Draft(document)
    draft.put_link(Link(source=wait, port="out", target=end), "l_twin")
    document.apply(draft.edit(Message("twin")).ops)
    _cure(document, "bad_link")
    assert document.successors(wait) == [end]
    assert not problems(document, Everything(), NOW)


def test_what_no_line_leads_to_is_deleted_with_what_stands_behind_it() -> None:
    document, *_ = sound_campaign()
    draft = Draft(document)
    draft.put_node(Node(kind="text_sms", name="Lost"), "n_lost")
    draft.put_link(Link(source="n_lost", port="out", target=None), "l_lost")
    document.apply(draft.edit(Message("lost")).ops)
    _cure(document, "unreachable")
    assert not problems(document, Everything(), NOW)


@pytest.mark.parametrize("count", [2, 3, 7, 30])
def test_groups_are_evened_out_to_exactly_a_hundred(count: int) -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    uneven = [{"id": f"g_{index}", "name": str(index), "percent": 1} for index in range(count)]
    confirm(document, groups, groups=uneven)
    _cure(document, "percent_sum")


@given(st.integers(0, 2**32))
def test_no_fix_fails_or_adds_a_problem_of_its_kind(seed: int) -> None:
    choose = random.Random(seed)
    document = empty_campaign()
    for _ in range(15):
        if (edit := random_edit(document, choose)) is not None:
            document.apply(edit.ops)
    for problem in problems(document, Everything(), NOW):
        if (edit := fix(document, problem)) is not None:
            before = len(_problems(document, problem.code))
            document.apply(edit.ops)
            assert_whole(document)
            assert len(_problems(document, problem.code)) < before
            return
