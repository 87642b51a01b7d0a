"""Which path a funnel takes: where most people went, through a component, or down chosen lines."""

from __future__ import annotations

from engine.report.funnel import Flow, main_path, path_through

FLOWS = [
    Flow("l_1", "who", "out", "test", 100),
    Flow("l_2", "test", "a", "sms", 60),
    Flow("l_3", "test", "b", "mail", 40),
    Flow("l_4", "sms", "out", "came", 60),
    Flow("l_5", "mail", "out", "came", 40),
    Flow("l_6", "came", "yes", "thanks", 10),
    Flow("l_7", "came", "no", "end", 90),
]


def test_most_people_or_the_lines_that_are_chosen() -> None:
    assert main_path("who", FLOWS) == ["who", "test", "sms", "came", "end"]
    assert main_path("who", FLOWS, ["l_3"]) == ["who", "test", "mail", "came", "end"]
    assert main_path("who", FLOWS, ["l_6", "l_3", "l_none"]) == ["who", "test", "mail", "came", "thanks"]


def test_through_a_component_the_lines_hold_on_both_sides() -> None:
    assert path_through("came", FLOWS) == ["who", "test", "sms", "came", "end"]
    assert path_through("mail", FLOWS) == ["who", "test", "mail", "came", "end"]
    assert path_through("came", FLOWS, ["l_5", "l_6"]) == ["who", "test", "mail", "came", "thanks"]


def test_versions_that_lead_in_circles_end() -> None:
    circle = [*FLOWS, Flow("l_8", "end", "out", "who", 200)]
    path = path_through("sms", circle)
    assert len(set(path)) == len(path)
    assert path.index("test") + 1 == path.index("sms")
