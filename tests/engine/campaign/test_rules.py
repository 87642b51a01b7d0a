"""Every structure rule finds its case, at its place, and leaves a sound campaign alone."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import append, configure, end_open_links, insert, set_attributes
from engine.campaign.edits.edit import Draft
from engine.campaign.fixes import fix
from engine.campaign.model import START_ID, Link, Node
from engine.campaign.problem import Severity
from engine.campaign.rules import Problem, problems
from engine.campaign.send_window import SendWindow
from engine.campaign.stay import ExitRule
from engine.components.base import Lookup, RefKind
from engine.components.registry import COMPONENTS
from engine.components.target_audience import TargetAudienceConfig
from engine.i18n import LANGUAGES, Message, use_language
from tests.engine.campaign.building import Everything, Nothing, chain, empty_campaign, open_end, run
from tests.engine.campaign.random_edits import random_edit
from tests.engine.components.small_workspace import SmallWorkspace

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def found(
    document: CampaignDocument, lookup: Lookup | None = None, **more: Any
) -> set[tuple[str, str | None]]:
    """The findings as (code, node)."""
    return {(problem.code, problem.node) for problem in _all(document, lookup, **more)}


def _all(document: CampaignDocument, lookup: Lookup | None = None, **more: Any) -> list[Problem]:
    return problems(document, lookup or Everything(), NOW, **more)


def confirm(document: CampaignDocument, node_id: str, **config: Any) -> None:
    node = document.node(node_id)
    run(
        document,
        configure(document, node_id, name=node.name, memo="", config={**node.config, **config}),
    )


def change(document: CampaignDocument, **links: Link) -> None:
    """Put links as they are, as a file or a later gesture could."""
    draft = Draft(document)
    for link_id, link in links.items():
        draft.put_link(link, link_id)
    document.apply(draft.edit(Message("links")).ops)


def sound_campaign() -> tuple[CampaignDocument, str, str, str]:
    """Audience, wait, end: configured and closed."""
    document = empty_campaign()
    audience, wait, end = chain(document, "target_audience", "wait_until", "end")
    confirm(document, audience, audiences=["a_1"], mode="now", repeat_unchanged=False)
    confirm(document, wait, mode="duration", amount=1, unit="day")
    return document, audience, wait, end


def test_a_sound_campaign_has_no_problem() -> None:
    document, *_ = sound_campaign()
    assert found(document) == set()


def test_an_empty_campaign_asks_for_a_trigger_only() -> None:
    assert found(empty_campaign()) == {("no_trigger", START_ID)}


def test_an_unconfigured_component_and_its_field() -> None:
    document = empty_campaign()
    audience, end = chain(document, "target_audience", "end")
    assert found(document) == {("unconfigured", audience)}
    assert {problem.field for problem in _all(document)} == {"audiences"}
    assert not found(document) & {("unconfigured", end)}


def test_a_partial_config_that_would_do_still_wants_its_ok() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    assert ("unconfigured", groups) in found(document)
    confirm(document, groups)
    assert ("unconfigured", groups) not in found(document)


def test_an_open_end_names_its_branch() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    run(document, append(document, open_end(document, groups), "end"))
    (problem,) = [problem for problem in _all(document) if problem.code == "open_end"]
    assert problem.node == groups
    assert problem.link == open_end(document, groups)
    assert "2" in str(problem.message)


def test_open_ends_are_told_in_the_order_of_the_branches() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    confirm(document, groups, groups=[{"id": f"g_{n}", "name": str(n), "percent": 10} for n in range(10)])
    told = [problem.link for problem in _all(document) if problem.code == "open_end"]
    assert told == document.out_links(groups)


def test_a_second_trigger_and_lines_into_triggers_and_start() -> None:
    document, audience, _, end = sound_campaign()
    draft = Draft(document)
    draft.put_node(Node(kind="behavior_event", name="Other"), "n_other")
    draft.put_link(Link(source="n_other", port="out", target=end), "l_other")
    document.apply(draft.edit(Message("second")).ops)
    assert ("second_trigger", "n_other") in found(document)
    change(document, l_back=Link(source="n_other", port="out", target=audience))
    assert ("bad_link", "n_other") in found(document)
    change(document, l_back=Link(source="n_other", port="out", target=START_ID))
    assert ("bad_link", "n_other") in found(document)


def test_a_second_identical_line() -> None:
    document, _, wait, end = sound_campaign()
    change(document, l_twin=Link(source=wait, port="out", target=end))
    assert found(document) == {("bad_link", wait)}


def test_a_cycle_and_a_part_that_no_line_leads_to() -> None:
    document, audience, wait, end = sound_campaign()
    change(document, l_back=Link(source=wait, port="out", target=wait))
    assert {code for code, _ in found(document)} >= {"cycle", "bad_link"}
    (entering,) = document.in_links(end)
    change(document, **{entering: Link(source=wait, port="out", target=None)})
    assert ("unreachable", end) in found(document)
    assert ("open_end", wait) in found(document)
    assert ("unreachable", audience) not in found(document)


def test_placement_behind_the_wrong_component_or_trigger() -> None:
    document, _, wait, end = sound_campaign()
    draft = Draft(document)
    draft.put_node(Node(kind="result_judgment", name="Sent?"), "n_judge")
    draft.put_node(Node(kind="attribute_judgment", name="Which?"), "n_which")
    draft.put_link(Link(source=wait, port="out", target="n_judge"), "l_1")
    draft.put_link(Link(source="n_judge", port="other", target="n_which"), "l_2")
    draft.put_link(Link(source="n_which", port="other", target=end), "l_3")
    document.apply(draft.edit(Message("misplaced")).ops)
    assert {("placement", "n_judge"), ("placement", "n_which")} <= found(document)


def test_an_audience_judgment_needs_an_audience_campaign() -> None:
    document = empty_campaign()
    (event,) = chain(document, "behavior_event")
    draft = Draft(document)
    draft.put_node(Node(kind="audience_judgment", name="Which?"), "n_which")
    draft.put_link(Link(source=event, port="out", target="n_which"), open_end(document, event))
    document.apply(draft.edit(Message("misplaced")).ops)
    assert ("placement", "n_which") in found(document)


def test_groups_that_do_not_sum_to_a_hundred() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    confirm(
        document,
        groups,
        groups=[{"id": "g_1", "name": "A", "percent": 50}, {"id": "g_2", "name": "B", "percent": 40}],
    )
    assert ("percent_sum", groups) in found(document)


def test_a_reference_that_does_not_exist() -> None:
    document, audience, *_ = sound_campaign()
    assert found(document, Nothing()) == {("missing_reference", audience)}


def test_fixed_times_past_and_outside() -> None:
    document, _, wait, _ = sound_campaign()
    confirm(document, wait, mode="at", at="2026-11-23T07:00:00Z")
    assert ("time_past", wait) in found(document)
    late = empty_campaign(start="2026-12-01T00:00:00Z", end="2026-12-31T00:00:00Z")
    late = CampaignDocument(late.attributes, document.nodes, document.links, layout=document.layout)
    for moment in ("2026-11-30T00:00:00Z", "2027-01-01T00:00:00Z"):
        confirm(late, wait, mode="at", at=moment)
        assert ("time_outside", wait) in found(late)
    confirm(late, wait, mode="at", at="2026-12-24T00:00:00Z")
    assert found(late) == set()


def test_nobody_enters_at_the_very_end_but_a_wait_may_last_until_then() -> None:
    sound, trigger, wait, _ = sound_campaign()
    end = "2026-12-31T00:00:00Z"
    ends = empty_campaign(end=end).attributes
    document = CampaignDocument(ends, sound.nodes, sound.links, layout=sound.layout)
    confirm(document, wait, mode="at", at=end)
    assert found(document) == set()
    confirm(document, trigger, mode="once", at=end)
    assert found(document) == {("time_outside", trigger)}
    confirm(document, trigger, at="2026-12-30T23:59:59.999Z")
    assert found(document) == set()


def test_a_wait_longer_than_the_campaign_is_a_warning() -> None:
    document, _, wait, _ = sound_campaign()
    ends = empty_campaign(end="2026-12-01T00:00:00Z").attributes
    document = CampaignDocument(ends, document.nodes, document.links, layout=document.layout)
    assert found(document) == set()
    confirm(document, wait, amount=30)
    (problem,) = _all(document)
    assert (problem.code, problem.severity, problem.node) == ("waits_past_end", "warning", wait)


def test_a_branch_of_an_ab_test_that_ends_before_its_target() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")
    run(document, insert(document, document.out_links(test)[0], "random_grouping"))
    (groups,) = [id for id, node in document.nodes.items() if node.kind == "random_grouping"]
    end = run(document, append(document, open_end(document, groups), "end"))
    assert ("ab_escape", end) in found(document)


def test_one_result_judgment_behind_two_touches_of_an_entry() -> None:
    document = empty_campaign()
    _, one, judgment = chain(document, "target_audience", "text_sms", "result_judgment")
    draft = Draft(document)
    draft.put_node(Node(kind="text_sms", name="Second"), "n_two")
    (entering,) = document.in_links(one)
    source = document.links[entering].source
    draft.put_link(Link(source="n_two", port="out", target=judgment), "l_two")
    draft.put_link(Link(source=source, port="out", target="n_two"), "l_fan")
    document.apply(draft.edit(Message("fan-out")).ops)
    assert ("shared_result", judgment) in found(document)
    change(document, l_fan=Link(source=judgment, port="other", target=None))  # no entry reaches both any more
    assert ("shared_result", judgment) not in found(document)


class Updated(Everything):
    """A workspace whose audiences are updated like this."""

    def __init__(self, update: JsonValue) -> None:
        self._update = update

    def detail(self, kind: RefKind, id: str) -> Mapping[str, JsonValue] | None:
        return {"update": self._update} if kind is RefKind.AUDIENCE else None


def test_cycles_that_would_be_skipped_because_nobody_updates_the_audience() -> None:
    document, audience, *_ = sound_campaign()
    every: JsonValue = {"unit": "hour", "interval": 1, "minute": 0}
    confirm(document, audience, mode="recurring", every=every)
    assert found(document, Updated("manual")) == {("skipped_cycles", audience)}
    assert found(document, Updated(every)) == set()
    confirm(document, audience, repeat_unchanged=True)
    assert found(document, Updated("manual")) == set()


def test_a_name_that_another_campaign_has() -> None:
    document, *_ = sound_campaign()
    assert found(document, other_names={"Test"}) == {("name_taken", None)}


def test_end_everywhere_leaves_no_open_end() -> None:
    document = empty_campaign()
    chain(document, "target_audience", "random_grouping")
    run(document, end_open_links(document))
    assert "open_end" not in {code for code, _ in found(document)}


@given(st.integers(0, 2**32))
def test_any_document_is_judged_in_both_languages_without_failing(seed: int) -> None:
    choose = random.Random(seed)
    document = empty_campaign()
    for _ in range(12):
        if (edit := random_edit(document, choose)) is not None:
            document.apply(edit.ops)
    draft = Draft(document)
    for index in range(3):  # wreck it: lines from anywhere to anywhere
        ends = [START_ID, *sorted(document.nodes)]
        source = choose.choice(ends)
        ports = [port.name for port in document.ports(source)] or ["out"]
        link = Link(source=source, port=choose.choice(ports), target=choose.choice(ends))
        draft.put_link(link, f"l_wreck{index}")
    document.apply(draft.edit(Message("wreck")).ops)
    for language in LANGUAGES:
        with use_language(language):
            assert all(str(problem.message) for problem in _all(document, Nothing()))
    assert set(COMPONENTS) >= {node.kind for node in document.nodes.values()}


def test_exit_rules_that_name_what_is_gone_or_turn_everybody_away() -> None:
    document, audience, *_ = sound_campaign()
    config = document.node(audience).parsed.config
    assert isinstance(config, TargetAudienceConfig)
    exits = (ExitRule(event="order"), ExitRule(audience=config.audiences[0]))
    run(document, set_attributes(document, document.attributes.model_copy(update={"exits": exits})))
    assert found(document) == {("exit_at_once", None)}
    gone = {problem.field for problem in problems(document, Nothing(), NOW) if problem.node is None}
    assert {"exits.0.event", "exits.1.audience"} <= gone


def test_a_send_window_names_a_text_attribute() -> None:
    document, *_ = sound_campaign()
    workspace = SmallWorkspace()
    for zone, said in (("city", None), ("age", "holds no text"), ("gone", "is not in the catalogue")):
        window = SendWindow(from_="09:00", to="20:00", zone=zone)
        run(
            document, set_attributes(document, document.attributes.model_copy(update={"send_window": window}))
        )
        mine = [one for one in problems(document, workspace, NOW) if one.field == "send_window.zone"]
        assert [one.severity for one in mine] == ([] if said is None else [Severity.ERROR])
        assert all(said in str(one.message) for one in mine if said)
        if mine:
            cure = fix(document, mine[0])
            assert cure is not None
            run(document, cure)
            assert document.attributes.send_window == SendWindow(from_="09:00", to="20:00")


def _rule(*cards: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {"name": "New", "cards": list(cards)}


@pytest.mark.parametrize(
    ("once", "new", "code", "said"),
    [
        ({"card": "audience", "audience": "a_gone"}, None, "missing_reference", "“a_gone”"),
        (
            {"card": "audience", "audience": "a_new"},
            {"card": "audience", "audience": "a_gone"},
            "missing_reference",
            "“a_gone”",
        ),
        ({"card": "audience", "audience": "a_once"}, None, "unconfigured", "contains itself"),
        (
            {"card": "audience", "audience": "a_new"},
            {"card": "audience", "audience": "a_once"},
            "unconfigured",
            "contains itself",
        ),
        ({"card": "metrics", "table": "t_gone"}, None, "missing_reference", "“t_gone”"),
        ({"card": "rfm", "model": "m_gone"}, None, "missing_reference", "“m_gone”"),
    ],
)
def test_an_audience_whose_rule_can_find_nobody_keeps_a_campaign_from_being_published(
    once: dict[str, JsonValue], new: dict[str, JsonValue] | None, code: str, said: str
) -> None:
    """It would end abnormally as soon as people are to enter."""
    document, trigger, *_ = sound_campaign()
    confirm(document, trigger, audiences=["a_once"])
    workspace = SmallWorkspace()
    workspace.tables |= {RefKind.STATISTICS_TABLE: {}, RefKind.RFM_MODEL: {}}
    assert found(document, workspace) == set()
    workspace.tables[RefKind.AUDIENCE] |= {"a_once": _rule(once), "a_new": _rule(*[new] if new else [])}
    (problem,) = _all(document, workspace)
    assert (problem.code, problem.severity, problem.node) == (code, Severity.ERROR, trigger)
    assert problem.field == "audiences.0"
    assert said in str(problem.message)


def test_so_does_one_whose_people_leave() -> None:
    sound, trigger, *_ = sound_campaign()
    leaving = empty_campaign(exits=(ExitRule(audience="a_left"),)).attributes
    document, workspace = (
        CampaignDocument(leaving, sound.nodes, sound.links, layout=sound.layout),
        SmallWorkspace(),
    )
    confirm(document, trigger, audiences=["a_once"])
    audiences = workspace.tables[RefKind.AUDIENCE]
    audiences["a_left"] = _rule()
    assert found(document, workspace) == set()
    audiences["a_left"] = _rule({"card": "audience", "audience": "a_gone"})
    (problem,) = _all(document, workspace)
    assert (problem.code, problem.field) == ("missing_reference", "exits.0.audience")
    assert str(problem.message).startswith("Exit rule 1: ")
    assert "“a_gone”" in str(problem.message)


def test_audiences_that_meet_in_a_third_one_contain_nothing_twice() -> None:
    document, trigger, *_ = sound_campaign()
    confirm(document, trigger, audiences=["a_once", "a_new"])
    workspace = SmallWorkspace()
    shared: dict[str, JsonValue] = {"card": "audience", "audience": "a_shared"}
    audiences = {"a_once": _rule(shared, {"card": "audience", "audience": "a_new"}), "a_new": _rule(shared)}
    workspace.tables[RefKind.AUDIENCE] |= {**audiences, "a_shared": {"name": "A list"}}
    assert found(document, workspace) == set()
