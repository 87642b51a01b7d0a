"""What stands on a card fits, in both languages, or is shortened so that it still tells which one it is."""

from __future__ import annotations

import pytest

from canvas_widgets.items.card import fitting_name
from canvas_widgets.items.count_line import Remarks, count_line, people_beside
from canvas_widgets.items.geometry import CARD, TEXT_ROOM
from canvas_widgets.items.paints import MARGIN, Paints
from canvas_widgets.look import Look
from engine import i18n
from engine.components.registry import COMPONENTS, component
from tests.canvas_widgets.conftest import Everything


@pytest.mark.parametrize("code", i18n.LANGUAGES)
@pytest.mark.parametrize("kind", sorted(COMPONENTS))
def test_the_name_and_the_hint_of_every_new_component_fit(look: Look, kind: str, code: str) -> None:
    """As they are when a component is added: with a running number, and nothing configured."""
    paints, declared = Paints(look), component(kind)
    with i18n.use_language(code):
        name = f"{i18n.tr(declared.label)} 1"
        hint = str(declared.summary(declared.defaults(), Everything()))
    assert paints.name_metrics.horizontalAdvance(name) <= TEXT_ROOM
    assert paints.small_metrics.horizontalAdvance(hint) <= TEXT_ROOM


def test_a_name_that_is_too_long_keeps_its_number(look: Look) -> None:
    metrics = Paints(look).name_metrics
    name = "Thank everybody who bought something"
    shown = [fitting_name(f"{name} {number}", metrics, TEXT_ROOM) for number in (1, 12)]
    assert shown[0].endswith("… 1")
    assert shown[1].endswith("… 12")
    assert all(metrics.horizontalAdvance(text) <= TEXT_ROOM for text in shown)
    assert fitting_name(name, metrics, TEXT_ROOM).endswith("…")
    assert fitting_name("Tag 12", metrics, TEXT_ROOM) == "Tag 12"


def test_people_are_told_shorter_where_what_was_not_delivered_leaves_no_room() -> None:
    counts = {"arrived": 1_234, "waiting": 56}
    line = count_line("text_sms", counts, {"failed": {"no_id": 7}})
    whole = people_beside(line, len, 100)
    assert "56 waiting" in whole
    assert people_beside(line, len, len(whole)) == whole
    assert people_beside(line, len, len(whole) - 1) == "1,234 · "
    assert line.reasons == ("Failed: no ID to send to: 7",)
    told = count_line("text_sms", counts, {"failed": {"no_id": 7}}, "mobile")
    assert told.reasons == ("Failed: no mobile number: 7",)
    untroubled = count_line("text_sms", counts)
    assert people_beside(untroubled, len, len(untroubled.people)) == untroubled.people
    assert people_beside(untroubled, len, 1) == "1,234"


def test_when_the_next_one_goes_on_stands_behind_who_waits_as_far_as_there_is_room() -> None:
    counts = {"arrived": 12_345, "waiting": 678}
    line = count_line("wait_until", counts, remarks=Remarks(release="14:05", why="At 14:05."))
    assert line.people == "12,345 · 678 waiting · next 14:05"
    assert people_beside(line, len, len(line.people) - 1) == "678 waiting · next 14:05"
    assert people_beside(line, len, 23) == "12,345 · 678 waiting"
    assert people_beside(line, len, 1) == "12,345"
    assert line.reasons == ("At 14:05.",)
    assert count_line("wait_until", {"arrived": 3}, remarks=Remarks(release="14:05")).people == "3"


@pytest.mark.parametrize("code", i18n.LANGUAGES)
def test_a_million_who_wait_leave_room_for_when_the_next_one_goes_on(look: Look, code: str) -> None:
    paints = Paints(look)
    with i18n.use_language(code):
        remarks = Remarks(release="12-31 14:05")
        line = count_line("wait_until", {"arrived": 1_000_000, "waiting": 999_999}, remarks=remarks)
    shown = people_beside(line, paints.small_metrics.horizontalAdvance, CARD.width() + 2 * MARGIN)
    assert "12-31 14:05" in shown
    assert "999,999" in shown
