"""Each obvious fix cures exactly its problem, in one undo step."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from engine import components
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import append, delete_behind, insert
from engine.campaign.edits.edit import Draft
from engine.campaign.fixes import Known, fix, fix_all
from engine.campaign.model import START_ID, Link, Node
from engine.campaign.ops import inverse
from engine.campaign.rules import Problem, Severity, problems
from engine.campaign.stay import ExitRule
from engine.i18n import Message
from tests.engine.campaign.building import Everything, chain, empty_campaign, open_end, run
from tests.engine.campaign.random_edits import assert_whole, random_edit
from tests.engine.campaign.test_rules import NOW, change, confirm, sound_campaign

COMPONENT_FILES = sorted(Path(components.__file__).parent.glob("*.py"))


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


def test_a_line_that_leads_back_is_cut() -> None:
    document, audience, wait, _end = sound_campaign()
    change(document, l_back=Link(source=wait, port="out", target=audience))
    change(document, l_back=Link(source=wait, port="out", target=wait))
    _cure(document, "cycle")
    assert not problems(document, Everything(), NOW)


def test_start_is_led_to_the_one_trigger() -> None:
    document, audience, *_ = sound_campaign()
    (link,) = document.out_links(START_ID)
    change(document, **{link: document.links[link].model_copy(update={"target": None})})
    _cure(document, "no_trigger")
    assert document.successors(START_ID) == [audience]
    assert not problems(document, Everything(), NOW)


def test_a_test_target_without_its_ab_test_goes_and_its_lines_lead_on() -> None:
    document, _, wait, end = sound_campaign()
    (line,) = document.out_links(wait)
    draft = Draft(document)
    draft.put_node(Node(kind="ab_target", name="Target", config={"test": "n_gone"}), "n_target")
    draft.put_link(Link(source="n_target", port="out", target=end), "l_on")
    draft.retarget(line, "n_target")
    document.apply(draft.edit(Message("left over")).ops)
    _cure(document, "ab_escape")
    assert document.successors(wait) == [end]
    assert not problems(document, Everything(), NOW)


def test_an_ab_test_without_its_target_is_deleted() -> None:
    document = empty_campaign()
    chain(document, "target_audience", "ab_test")
    (target,) = [id for id, node in document.nodes.items() if node.kind == "ab_target"]
    draft = Draft(document)
    draft.drop_node(target)
    for link_id in document.in_links(target):
        draft.retarget(link_id, None)
    document.apply(draft.edit(Message("lost")).ops)
    _cure(document, "ab_escape")
    assert [node.kind for node in document.nodes.values()] == ["target_audience"]


def test_a_name_that_is_taken_gets_a_number() -> None:
    document = empty_campaign()
    taken = {"Test", "Test 2"}
    (found,) = [p for p in problems(document, Everything(), NOW, taken) if p.code == "name_taken"]
    edit = fix(document, found, Known(NOW, taken))
    assert edit is not None
    assert str(edit.label) == "Rename to “Test 3”"
    document.apply(edit.ops)
    assert document.attributes.name == "Test 3"


@pytest.mark.parametrize(
    ("start", "end", "label"),
    [
        ("2027-02-01T00:00:00Z", "2027-01-01T00:00:00Z", "Swap start and end"),
        ("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z", "Remove the end"),
        (None, "2026-01-01T00:00:00Z", "Remove the end"),
    ],
)
def test_an_end_that_cannot_be(start: str | None, end: str, label: str) -> None:
    document = empty_campaign(start=start, end=end)
    (found,) = _problems(document, "time_past")
    edit = fix(document, found, Known(NOW))
    assert edit is not None
    assert str(edit.label) == label
    document.apply(edit.ops)
    assert not _problems(document, "time_past")


def test_cycles_that_would_be_skipped_run_again() -> None:
    document, audience, *_ = sound_campaign()
    recurring = {"mode": "recurring", "schedule": {"every": "day", "interval": 1, "at": "09:00"}}
    found = Problem("skipped_cycles", Severity.WARNING, Message("skipped"), node=audience)
    edit = fix(document, found)
    assert edit is not None
    document.apply(edit.ops)
    config = document.node(audience).config
    assert config["repeat_unchanged"] is True
    assert document.node(audience).confirmed
    assert recurring.keys() - config.keys() == {"schedule"}


def test_what_lacks_only_its_ok_can_be_confirmed() -> None:
    document, _, wait, _end = sound_campaign()
    draft = Draft(document)
    draft.put_node(document.node(wait).model_copy(update={"confirmed": False}), wait)
    document.apply(draft.edit(Message("loosened")).ops)
    (found,) = _problems(document, "unconfigured")
    assert fix_all(document, [found], "unconfigured") is None, "nobody has looked at it"
    _cure(document, "unconfigured")
    assert not problems(document, Everything(), NOW)


SURPLUS: list[tuple[str, dict[str, JsonValue], str, str, dict[str, JsonValue]]] = [
    (
        "webhook",
        {"values": {"a.b": {"from": "fixed"}, "c": {}}},
        "values.a.b",
        "“{name}” is not defined. Remove it.",
        {"values": {"c": {}}},
    ),
    (
        "template_message",
        {"keywords": [{"key": "a"}, {"key": "b"}]},
        "keywords.1.key",
        "The keyword “{name}” is there twice.",
        {"keywords": [{"key": "a"}]},
    ),
    (
        "audience_judgment",
        {"groups": [{"id": "g_1", "audiences": ["a_1", "a_2"]}]},
        "groups.0.audiences.0",
        "This audience does not enter the campaign. Choose another one.",
        {"groups": [{"id": "g_1", "audiences": ["a_2"]}]},
    ),
    (
        "result_judgment",
        {"by": "receipt"},
        "by",
        "What stands in front has no receipts. Judge the send result.",
        {"by": "send"},
    ),
    (
        "tag",
        {"assignments": [{"tag": "level", "value": ["VIP", "Gold"]}]},
        "assignments.0.value",
        "“{tag}” holds one value only. Remove the second one.",
        {"assignments": [{"tag": "level", "value": ["VIP"]}]},
    ),
]


@pytest.mark.parametrize(("kind", "config", "field", "reason", "cured"), SURPLUS)
def test_what_is_too_much_is_taken_away(
    kind: str, config: dict[str, JsonValue], field: str, reason: str, cured: dict[str, JsonValue]
) -> None:
    """The reasons are those of the components: a finding that is worded anew needs its cure to follow."""
    assert any(f'"{reason}"' in path.read_text("utf-8") for path in COMPONENT_FILES)
    document, _, wait, end = sound_campaign()
    document.apply(delete_behind(document, end).ops)
    draft = Draft(document)
    draft.put_node(Node(kind=kind, name="Node", config=config), wait)
    document.apply(draft.edit(Message("other")).ops)
    message = Message("{name}: {reason}", name="Node", reason=Message(reason, name="x", tag="x"))
    edit = fix(document, Problem("unconfigured", Severity.ERROR, message, node=wait, field=field))
    assert edit is not None
    document.apply(edit.ops)
    assert document.node(wait).config == cured
    assert not document.node(wait).confirmed


def test_all_of_a_kind_are_cured_in_one_step() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    chain(document, "random_grouping", source=groups)
    found = problems(document, Everything(), NOW)
    edit = fix_all(document, found, "open_end")
    assert edit is not None
    document.apply(edit.ops)
    assert not _problems(document, "open_end")
    document.apply(inverse(edit.ops))
    assert len(_problems(document, "open_end")) == 3


def test_what_deletes_is_not_cured_unseen() -> None:
    document = empty_campaign()
    assert fix_all(document, [], "open_end") is None
    assert fix_all(document, [], "unreachable") is None
    twins = Problem("bad_link", Severity.ERROR, Message("twins"), link="l_gone")
    assert fix_all(document, [twins], "bad_link") is None


def test_lines_that_must_not_be_go_together() -> None:
    document, audience, wait, end = sound_campaign()
    change(
        document,
        l_twin=Link(source=wait, port="out", target=end),
        l_other=Link(source=audience, port="out", target=wait),
    )
    edit = fix_all(document, problems(document, Everything(), NOW), "bad_link")
    assert edit is not None
    assert str(edit.label) == "Remove the line (2)"
    document.apply(edit.ops)
    assert not problems(document, Everything(), NOW)


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


def test_an_exit_rule_that_cannot_hold_is_taken_out() -> None:
    exits = (ExitRule(event="order"), ExitRule(audience="a_1"))
    document = empty_campaign(exits=exits)
    problem = Problem("missing_reference", Severity.ERROR, Message("gone"), field="exits.0.event")
    edit = fix(document, problem)
    assert edit is not None
    document.apply(edit.ops)
    assert document.attributes.exits == exits[1:]
    assert fix(document, problem._replace(field="exits.1.audience")) is None
