"""Rehearsing in the editor: what is asked, what lies on the canvas, and one person's path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.rehearsing.bar import figures_text
from app.rehearsing.choice import MOST_KEPT, RehearsalChoice, kept
from app.rehearsing.dialog import RehearsalDialog
from app.rehearsing.figures import Rehearsed
from app.rehearsing.ordering import first_choice, order_of, span_of
from app.window import MainWindow
from engine.campaign import campaign_file, edits, graph
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import configure
from engine.campaign.measuring import CampaignGoal
from engine.campaign.model import START_ID, Point
from engine.campaign.rates import rateable
from engine.components.registry import component
from engine.workspace import bundle as bundles
from engine.workspace.workspace import Workspace
from tests.app.conftest import dialogs, open_draft, settle
from tests.app.panels.samples import CONFIGS
from tests.app.rehearsing.telling import HOUR, PEOPLE, ToldProcess, told

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def told_processes() -> Iterator[None]:
    ToldProcess.orders.clear()
    yield
    ToldProcess.refusal = ""


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    """Everybody, at random this way or that."""
    found = open_draft(qtbot, window, kinds=("target_audience", "random_grouping", "end"))
    found.push(edits.end_open_links(found.session.document))
    found.rehearsing.make_process = cast("Any", ToldProcess)
    settle(qtbot)
    return found


@pytest.fixture
def rehearsed(qtbot: QtBot, page: EditorPage) -> EditorPage:
    page.rehearsing.begin(RehearsalChoice())
    settle(qtbot)
    qtbot.waitUntil(lambda: page.rehearsing.rehearsed is not None)
    return page


def node_of(document: CampaignDocument, kind: str) -> str:
    return next(id for id, node in document.nodes.items() if node.kind == kind)


# ---- what is asked


def test_what_is_chosen_is_rehearsed_and_remembered(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    choice = RehearsalChoice(who="audience", audience="a_once", days=7)
    page.rehearsing.begin(choice)
    settle(qtbot)
    (order,) = ToldProcess.orders
    assert (order.people, order.audience, order.react) == ("audience", "a_once", "nobody")
    assert order.until - order.since == timedelta(days=7)
    id = page.session.document.attributes.id
    assert window.preferences.rehearsals[id] == choice
    assert page.session.dirty, "the draft as it is, and unsaved"
    assert node_of(page.session.document, "random_grouping") in order.draft


def test_the_dialog_says_what_is_missing(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    chosen: list[RehearsalChoice] = []
    session = page.session
    dialog = RehearsalDialog(
        window, window.look, session.document, session.workspace, RehearsalChoice(), _nobody, chosen.append
    )
    dialog.open()
    for value, missing in (("audience", "audience"), ("person", "person"), ("folder", "folder")):
        dialog.who.buttons()[value].click()
        dialog.rehearse.click()
        assert missing in dialog.problem.text()
    dialog.who.buttons()["everybody"].click()
    dialog.span.days.setText("9999")
    dialog.span.days.textEdited.emit("9999")
    dialog.rehearse.click()
    assert "366" in dialog.problem.text()
    dialog.span.when.buttons()["between"].click()
    dialog.span.until.set_value(dialog.span.since.value())
    dialog.rehearse.click()
    assert "before it begins" in dialog.problem.text()
    dialog.span.when.buttons()["past"].click()
    dialog.span.days.set_value(14)
    dialog.reactions.react.buttons()["everybody"].click()
    dialog.rehearse.click()
    (choice,) = chosen
    assert (choice.who, choice.when, choice.days, choice.react) == ("everybody", "past", 14, "everybody")


def test_enter_rehearses_wherever_the_keyboard_is(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    chosen: list[RehearsalChoice] = []
    session = page.session
    dialog = RehearsalDialog(
        window, window.look, session.document, session.workspace, RehearsalChoice(), _nobody, chosen.append
    )
    dialog.open()
    past = dialog.span.when.buttons()["past"]
    past.click()
    QTest.keyClick(past, Qt.Key.Key_Return)
    assert [choice.when for choice in chosen] == ["past"]


def test_rates_stand_in_the_order_of_the_flow(workspace: Workspace) -> None:
    document = _draft(workspace)
    (link,) = document.out_links(START_ID)
    document.apply(edits.append(document, link, "target_audience").ops)
    for kind in ("text_sms", "email", "text_sms"):
        (link,) = document.out_links(list(document.nodes)[-1])
        document.apply(edits.append(document, link, kind).ops)
    flow = graph.flow_order(document)
    for id in flow[1:]:
        config = {**component(document.nodes[id].kind).defaults(), **CONFIGS[document.nodes[id].kind][0]}
        document.apply(configure(document, id, name=id, memo="", config=config).ops)
    assert [one.node for one in rateable(document)] == flow[1:]


def _nobody(*_asked: object) -> None: ...


def test_an_incomplete_campaign_shows_its_problems_instead(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    window.actions_["editor.rehearse"].trigger()
    settle(qtbot)
    assert not dialogs(window)
    assert page.problems.isVisible()
    assert "first" in window.toast.message


def test_events_are_looked_for_in_the_past_audiences_in_the_coming_days(workspace: Workspace) -> None:
    for kind, when in (("behavior_event", "past"), ("target_audience", "coming")):
        document = _draft(workspace)
        (link,) = document.out_links(START_ID)
        document.apply(edits.append(document, link, kind).ops)
        assert first_choice(document).when == when


def test_the_past_ends_now_and_forgets_the_campaign_s_own_span(workspace: Workspace) -> None:
    document = _dated(workspace)
    span = span_of(RehearsalChoice(when="past", days=2), document, NOW, ZONE)
    assert (span.since.isoformat(), span.until) == ("2026-11-21T00:00:00+08:00", NOW)
    order = order_of(RehearsalChoice(when="past"), document, workspace, "en", NOW)
    assert '"start": null' in order.draft
    coming = span_of(RehearsalChoice(days=3), document, NOW, ZONE)
    assert coming.since == datetime.fromisoformat("2026-12-01T00:00:00+08:00")
    assert '"start": "2026-12-01' in order_of(RehearsalChoice(), document, workspace, "en", NOW).draft


def test_an_earlier_version_goes_with_what_it_was_published_with(workspace: Workspace) -> None:
    document = _dated(workspace)
    published = bundles.make(workspace, document)
    order = order_of(RehearsalChoice(when="past"), document, workspace, "en", NOW, published=published)
    assert not order.draft
    told = bundles.read(order.bundle.encode(), own=True)
    assert told.campaign.attributes.start is None
    assert told.campaign.nodes == document.nodes


def _draft(workspace: Workspace) -> CampaignDocument:
    """The empty one."""
    (entry,) = workspace.campaigns()
    return campaign_file.load(entry.path)


def _dated(workspace: Workspace) -> CampaignDocument:
    document = _draft(workspace)
    attributes = document.attributes.model_copy(update={"start": "2026-12-01T00:00:00+08:00"})
    document.apply(edits.set_attributes(document, attributes).ops)
    return document


def test_only_the_last_campaigns_choices_are_kept() -> None:
    found: dict[str, RehearsalChoice] = {}
    for number in range(MOST_KEPT + 5):
        found = kept(found, f"c_{number}", RehearsalChoice())
    found = kept(found, "c_10", RehearsalChoice(days=3))
    assert len(found) == MOST_KEPT
    assert list(found)[-1] == "c_10"
    assert "c_4" not in found


# ---- what lies on the canvas


def test_figures_stand_at_cards_and_lines(rehearsed: EditorPage) -> None:
    document, scene = rehearsed.session.document, rehearsed.scene
    trigger = scene.cards[node_of(document, "target_audience")]
    assert "100" in trigger._count.people
    assert "9.00 EUR" in trigger._count.people
    assert "10 skipped" in trigger._count.trouble
    assert "too fast" in trigger._count.trouble
    (entrance,) = document.out_links(START_ID)
    assert scene.links[entrance].full_text() == "100"
    bar = rehearsed.rehearsal_bar
    assert bar.isVisible()
    assert "100 entered" in bar._figures.text()


def test_what_nobody_took_is_marked_by_shape_and_word(rehearsed: EditorPage, window: MainWindow) -> None:
    document, scene = rehearsed.session.document, rehearsed.scene
    grouping = node_of(document, "random_grouping")
    taken, *others = document.out_links(grouping)
    assert "untested" not in scene.links[taken].full_text()
    for link in others:
        assert scene.links[link]._untested
        assert "○ untested" in scene.links[link].full_text()
        target = document.links[link].target
        assert target is not None
        assert scene.cards[target]._count.people == "○ untested"
    assert rehearsed.rehearsing.rehearsed is not None
    assert rehearsed.rehearsing.rehearsed.gaps == others
    window.actions_["rehearsal.untested"].trigger()
    assert scene.selected_node == grouping


def test_the_slider_shows_how_it_stood_then(rehearsed: EditorPage) -> None:
    document, bar = rehearsed.session.document, rehearsed.rehearsal_bar
    grouping = node_of(document, "random_grouping")
    bar.slider.setValue(0)
    assert rehearsed.scene.stage.counts is not None
    assert rehearsed.scene.stage.counts["nodes"][grouping]["arrived"] == 0
    bar.slider.setValue(2)
    assert rehearsed.scene.stage.counts["nodes"][grouping]["arrived"] == PEOPLE
    bar.toggle()
    assert bar.playing
    bar.pause()


def test_closing_shows_what_was_there_before(rehearsed: EditorPage, window: MainWindow) -> None:
    live = {"nodes": {}, "links": {}, "entries": 3}
    rehearsed.running.show_counts(live)
    assert rehearsed.scene.stage.counts != live, "live counts wait below the rehearsal"
    QTest.keyClick(rehearsed, Qt.Key.Key_Escape)
    assert rehearsed.rehearsing.rehearsed is None
    assert rehearsed.rehearsal_bar.isHidden()
    counts = rehearsed.scene.stage.counts
    assert counts is not None
    assert {**counts, **live} == counts
    assert not window.actions_["rehearsal.play"].isEnabled()


def test_escape_on_the_canvas_leaves_the_path_then_the_rehearsal(rehearsed: EditorPage) -> None:
    rehearsed.rehearsing.somebody()
    rehearsed.view.setFocus()
    QTest.keyClick(rehearsed.view, Qt.Key.Key_Escape)
    assert not rehearsed.rehearsing.walking
    assert rehearsed.scene.selection, "what is selected comes next"
    QTest.keyClick(rehearsed.view, Qt.Key.Key_Escape)
    assert rehearsed.rehearsing.active
    assert not rehearsed.scene.selection
    QTest.keyClick(rehearsed.view, Qt.Key.Key_Escape)
    assert not rehearsed.rehearsing.active


def test_a_changed_draft_is_said_a_moved_card_is_not(rehearsed: EditorPage) -> None:
    document, note = rehearsed.session.document, rehearsed.rehearsal_bar.note
    end = node_of(document, "end")
    rehearsed.push(edits.move(document, {end: Point(900, 900)}))
    assert "changed" not in note.text()
    rehearsed.push(edits.rename(document, end, "Over"))
    assert "changed" in note.text()
    assert note.isVisible()
    rehearsed.session.undo_stack.undo()
    assert "changed" not in note.text(), "it is the draft of the rehearsal again"


def test_a_refusal_is_said_and_leaves_nothing(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    ToldProcess.refusal = "The audience is empty."
    page.rehearsing.begin(RehearsalChoice())
    settle(qtbot)
    qtbot.waitUntil(lambda: window.toast.message == "The audience is empty.")
    assert not page.rehearsing.active
    assert page.rehearsal_bar.isHidden()


def test_it_can_be_called_off(page: EditorPage, qtbot: QtBot) -> None:
    page.rehearsing.begin(RehearsalChoice())
    page.rehearsal_bar.cancel.click()
    page.rehearsing.close()
    settle(qtbot)
    assert page.rehearsing.rehearsed is None
    assert page.rehearsal_bar.isHidden()


# ---- one person's path


def test_a_path_is_gone_step_by_step(rehearsed: EditorPage, window: MainWindow) -> None:
    rehearsed.rehearsing.somebody()
    journey, scene = rehearsed.journey, rehearsed.scene
    assert journey.isVisible()
    assert journey.current == 0
    document = rehearsed.session.document
    trigger, grouping = node_of(document, "target_audience"), node_of(document, "random_grouping")
    assert scene.selected_node == trigger
    window.actions_["rehearsal.on"].trigger()
    assert scene.selected_node == grouping
    assert {trigger, grouping} <= scene.stage.target_nodes
    assert document.out_links(grouping)[0] in (scene.stage.targets or ())
    assert "city is Rome" in journey.details.text
    assert "Hello" in journey.details.text
    assert rehearsed.rehearsal_bar.position == 2, "the canvas shows how everything stood then"
    window.actions_["rehearsal.back"].trigger()
    assert scene.selected_node == trigger
    window.actions_["rehearsal.path"].trigger()
    assert not rehearsed.rehearsing.walking
    assert scene.stage.targets is None


def test_a_path_is_gone_along_where_it_can_be_read(
    rehearsed: EditorPage, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearsed.view.zoom_to(0.4, glide=False)
    monkeypatch.setattr(window.look, "motion", True)
    rehearsed.rehearsing.somebody()
    qtbot.waitUntil(lambda: rehearsed.view.zoom >= 0.9)


def test_at_random_means_who_came_to_what_is_selected(rehearsed: EditorPage, window: MainWindow) -> None:
    rehearsing, document, scene = rehearsed.rehearsing, rehearsed.session.document, rehearsed.scene
    process, action = cast("ToldProcess", rehearsing._process), window.actions_["rehearsal.somebody"]
    rehearsing.toggle_path()
    scene.select([])
    assert action.text() == "Path of somebody at random"
    grouping = node_of(document, "random_grouping")
    scene.select([grouping])
    assert action.text() == "Path of somebody who came here"
    action.trigger()
    assert process.asked[-2]["place"] == grouping
    action.trigger()
    assert process.asked[-2]["place"] == "", "where the path stands nobody has selected anything"


def test_a_drag_leaves_the_lit_path_as_it_was(rehearsed: EditorPage) -> None:
    rehearsed.rehearsing.somebody()
    stage = rehearsed.scene.stage
    lit = stage.targets, stage.target_nodes
    assert lit[0]
    rehearsed.scene.set_targets(["l_dragged"], ["n_below"])
    assert stage.targets == frozenset(["l_dragged"])
    rehearsed.scene.set_targets(None)
    assert (stage.targets, stage.target_nodes) == lit
    rehearsed.rehearsing.toggle_path()
    assert stage.targets is None


def test_in_the_other_language_other_values_stay(rehearsed: EditorPage, qtbot: QtBot) -> None:
    rehearsed.rehearsing.somebody()
    rehearsed.journey.values_asked.emit({"city": "Oslo"}, {})
    field = rehearsed.journey.what_if._fields["attr:city"]
    field.setText("Oslo")
    rehearsed.rehearsing.retranslate()
    process = cast("ToldProcess", rehearsed.rehearsing._process)
    assert process.asked[-1]["attributes"] == {"city": "Oslo"}
    assert rehearsed.journey.other


def test_with_another_value_it_is_asked_again(rehearsed: EditorPage, qtbot: QtBot) -> None:
    rehearsed.rehearsing.somebody()
    what_if = rehearsed.journey.what_if
    field = what_if._fields["attr:city"]
    assert not what_if.show_path.isEnabled()
    field.setText("Oslo")
    field.textEdited.emit("Oslo")
    assert what_if.changes() == ({"city": "Oslo"}, {})
    what_if.show_path.click()
    process = cast("ToldProcess", rehearsed.rehearsing._process)
    assert process.asked[-1]["attributes"] == {"city": "Oslo"}
    assert "other values" in rehearsed.journey.state.text()
    what_if.revert.click()
    assert process.asked[-1]["attributes"] == {}


# ---- figures


def test_at_the_end_everything_has_happened_and_at_the_beginning_nothing(workspace: Workspace) -> None:
    document = _through(workspace)
    outcome = told(order_of(RehearsalChoice(), document, workspace, "en", NOW))
    figures = Rehearsed(outcome, document)
    assert figures.counts(0)["entries"] == 0
    last = figures.counts(figures.end)
    assert (last["entries"], last["inside"], last["finished"]) == (PEOPLE, 0, PEOPLE)
    assert figures.position(outcome.first) == 1
    assert figures.moment(figures.end) == outcome.last
    for position in range(figures.end + 1):
        counts = figures.counts(position)
        assert counts["entries"] == counts["inside"] + counts["finished"]
        for node in counts["nodes"].values():
            gone = node["passed"] + node["left"] + node["merged"]
            assert node["arrived"] == gone + node["waiting"] >= gone
    assert sum(n for _, n in figures.activity) == PEOPLE * len(outcome.timeline.moments)
    assert figures.totals(figures.end).sent == 90
    assert figures.moment(1) - figures.moment(0) <= HOUR


def test_who_has_reached_the_goal_counts_where_there_is_one(workspace: Workspace) -> None:
    document = _through(workspace)
    without = Rehearsed(told(order_of(RehearsalChoice(), document, workspace, "en", NOW)), document)
    assert "goal" not in figures_text(without.totals(without.end))
    goal = CampaignGoal.model_validate({"event": "order", "within": {"amount": 7, "unit": "day"}})
    attributes = document.attributes.model_copy(update={"goal": goal})
    document.apply(edits.set_attributes(document, attributes).ops)
    figures = Rehearsed(told(order_of(RehearsalChoice(), document, workspace, "en", NOW)), document)
    assert figures_text(figures.totals(0)).endswith(" · 0 reached the goal · ≈ 0.00 EUR")
    assert figures_text(figures.totals(figures.end)).endswith(" · 12 reached the goal · 9.00 EUR")


def _through(workspace: Workspace) -> CampaignDocument:
    """An audience that goes straight to the end."""
    document = _draft(workspace)
    (link,) = document.out_links(START_ID)
    document.apply(edits.append(document, link, "target_audience").ops)
    id = node_of(document, "target_audience")
    config = {**component("target_audience").defaults(), **CONFIGS["target_audience"][0]}
    document.apply(configure(document, id, name="Who", memo="", config=config).ops)
    document.apply(edits.end_open_links(document).ops)
    return document
