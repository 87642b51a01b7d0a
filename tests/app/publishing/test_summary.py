"""What publishing says beforehand: who, when, what and which limits, true for every kind of trigger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.publishing.changes import Changes, changes
from app.publishing.dialog import version_lines
from app.publishing.known import Known, Published
from app.publishing.summary import Summary
from engine.campaign.differences import Change, Difference
from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID, Attributes, Link, Node
from engine.campaign.send_window import SendWindow
from engine.i18n import Message
from engine.workspace import bundle
from engine.workspace.audience import AudienceFile
from engine.workspace.settings import Settings
from engine.workspace.workspace import Workspace
from tests.app.panels.samples import CONFIGS, sample_workspace

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # 17:00 in Shanghai
DAILY = {"unit": "day", "interval": 1, "time": "18:00"}


@pytest.fixture(autouse=True)
def in_shanghai(at_home_in: Callable[[str], None]) -> None:
    """This machine's clock shows the workspace's times: nothing need be said of them."""
    at_home_in("Asia/Shanghai")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return sample_workspace(tmp_path / "shop")


Draft = Callable[..., CampaignDocument]


@pytest.fixture
def draft(workspace: Workspace) -> Draft:
    def make(*nodes: tuple[str, dict[str, Any]], **attributes: Any) -> CampaignDocument:
        placed = {
            f"n_{index}": Node(kind=kind, name=f"{kind} {index}", config=config)
            for index, (kind, config) in enumerate(nodes)
        }
        return CampaignDocument(Attributes(id="c_1", name="C", **attributes), placed, {})

    return make


def audience(workspace: Workspace) -> str:
    return next(iter(workspace.audiences))


def said(
    workspace: Workspace, document: CampaignDocument, title: str, known: Known | None = None, **options: Any
) -> list[str]:
    sections = Summary(document, workspace, NOW, **options).sections(known or Known())
    return [line for section in sections if section.title == title for line in section.lines]


def enter(workspace: Workspace, **config: Any) -> tuple[str, dict[str, Any]]:
    return "target_audience", {"audiences": [audience(workspace)], "mode": "now", **config}


def published(**values: Any) -> Known:
    given = {"version": 1, "status": "in_progress", "since": "2026-03-01T09:00:00.000Z", **values}
    return Known(answered=True, published=Published(**given))


def test_elsewhere_the_zone_of_the_times_is_said(
    workspace: Workspace, draft: Draft, at_home_in: Callable[[str], None]
) -> None:
    at_home_in("Europe/Berlin")
    every_day = enter(workspace, mode="recurring", every=DAILY, repeat_unchanged=True)
    runs = draft(every_day, end="2026-03-05T09:00:00+08:00")
    assert said(workspace, runs, "When") == [
        "Every day at 18:00",
        "Next: 2026-03-02 18:00, then 2026-03-03 18:00 (Asia/Shanghai)",
        "Until 2026-03-05 09:00 (Asia/Shanghai)",
    ]


def test_an_audience_has_its_size_or_none_is_said(workspace: Workspace, draft: Draft) -> None:
    document, id = draft(enter(workspace)), audience(workspace)
    name = workspace.audiences[id].name
    assert said(workspace, document, "Who enters") == [f"“{name}”"]
    (line,) = said(workspace, document, "Who enters", Known(answered=True, sizes={id: 1204}))
    assert "1,204" in line
    (line,) = said(workspace, document, "Who enters", Known(answered=True, estimates={id: 7}))
    assert line == f"“{name}”: 7 people now"
    assert said(workspace, document, "Who enters", elsewhere=True) == [f"“{name}”, as it is there"]


@pytest.mark.parametrize(
    ("config", "attributes", "known", "lines"),
    [
        ({}, {}, None, ["At once"]),
        ({}, {"start": "2026-03-05T10:00:00+08:00"}, None, ["Once, on 2026-03-05 10:00"]),
        ({"mode": "once", "at": "2026-03-03T10:00:00+08:00"}, {}, None, ["Once, on 2026-03-03 10:00"]),
        (
            {"mode": "once", "at": "2026-03-01T10:00:00+08:00"},
            {},
            None,
            ["2026-03-01 10:00 will be past by then: nobody enters."],
        ),
        (
            {},
            {},
            published(entered="2026-03-01T09:00:00.000Z", runs=1),
            ["Its people entered on 2026-03-01 17:00; nobody enters once more."],
        ),
        (
            {"mode": "recurring", "every": DAILY, "repeat_unchanged": True},
            {},
            None,
            ["Every day at 18:00", "Next: 2026-03-02 18:00, then 2026-03-03 18:00"],
        ),
        (
            {"mode": "recurring", "every": {**DAILY, "interval": 2}, "repeat_unchanged": True},
            {},
            published(),  # the grid began with the first version, the day before
            ["Every 2 days at 18:00", "Next: 2026-03-03 18:00, then 2026-03-05 18:00"],
        ),
        (
            {"mode": "recurring", "every": {**DAILY, "interval": 2}, "repeat_unchanged": True},
            {},
            published(rescheduled=True),  # the grid begins now
            ["Every 2 days at 18:00", "Next: 2026-03-02 18:00, then 2026-03-04 18:00"],
        ),
        (
            {"mode": "once", "at": "2026-03-03T10:00:00+08:00"},
            {},
            published(entered="2026-03-01T09:00:00.000Z", runs=1),
            ["Once, on 2026-03-03 10:00"],
        ),
        (
            {"mode": "recurring", "every": DAILY, "repeat_unchanged": True, "max_cycles": 3},
            {},
            published(runs=2),
            ["Every day at 18:00", "Once more: 2026-03-02 18:00", "At most 3 runs"],
        ),
        (
            {"mode": "recurring", "every": DAILY, "repeat_unchanged": True},
            {"end": "2026-03-03T09:00:00+08:00"},
            None,
            ["Every day at 18:00", "Once more: 2026-03-02 18:00", "Until 2026-03-03 09:00"],
        ),
        (
            {},
            {"end": "2026-03-01T09:00:00+08:00"},
            None,
            ["Its end, 2026-03-01 09:00, is past: nobody enters."],
        ),
    ],
)
def test_when_the_people_of_audiences_enter(
    workspace: Workspace,
    draft: Draft,
    config: dict[str, Any],
    attributes: dict[str, Any],
    known: Known | None,
    lines: list[str],
) -> None:
    document = draft(enter(workspace, **config), **attributes)
    assert said(workspace, document, "When", known) == lines


def test_a_stopped_campaign_lets_nobody_in_until_it_is_restarted(workspace: Workspace, draft: Draft) -> None:
    lines = said(workspace, draft(enter(workspace)), "When", published(status="stopped"))
    assert lines == ["The campaign is stopped: nobody enters until it is restarted.", "At once"]


def test_events_let_people_in_as_the_trigger_says(workspace: Workspace, draft: Draft) -> None:
    event = next(iter(workspace.catalog.events))
    document = draft(("behavior_event", {"event": event, "re_entry": "after_exit"}))
    name = workspace.catalog.event_name(event)
    assert said(workspace, document, "Who enters") == [
        f"Whoever does this: {name}",
        "Again only after having left.",
    ]
    assert said(workspace, document, "When") == ["At each such event from now on"]
    later = draft(("behavior_event", {"event": event}), start="2026-03-05T10:00:00+08:00")
    assert said(workspace, later, "When") == ["At each such event from 2026-03-05 10:00 on"]


@pytest.mark.parametrize("status", ["not_started", "in_progress"])
def test_a_start_counts_also_where_the_campaign_has_begun(
    workspace: Workspace, draft: Draft, status: str
) -> None:
    """`engine.run.active` lets nobody enter the version before."""
    lines = ["At each such event from 2026-03-05 10:00 on"]
    event = next(iter(workspace.catalog.events))
    document = draft(("behavior_event", {"event": event}), start="2026-03-05T10:00:00+08:00")
    assert said(workspace, document, "When", published(status=status)) == lines
    daily = {"mode": "recurring", "every": DAILY, "repeat_unchanged": True}
    runs = draft(enter(workspace, **daily), start="2026-03-05T10:00:00+08:00")
    assert said(workspace, runs, "When", published(status=status)) == [
        "Every day at 18:00",
        "Next: 2026-03-05 18:00, then 2026-03-06 18:00",
    ]


@pytest.mark.parametrize("kind", sorted(CONFIGS))
def test_every_kind_of_component_can_be_summed_up(workspace: Workspace, draft: Draft, kind: str) -> None:
    triggers = ("target_audience", "behavior_event")
    for config in CONFIGS[kind]:
        nodes = [(kind, dict(config))] if kind in triggers else [enter(workspace), (kind, dict(config))]
        sections = Summary(draft(*nodes), workspace, NOW).sections(Known())
        assert all(line for section in sections for line in section.lines)
        assert {"Who enters", "When", "What they get"} <= {section.title for section in sections}


def test_limits_are_those_of_the_channels_in_use(workspace: Workspace, draft: Draft) -> None:
    raw = {
        "name": "Shop",
        "time_zone": "Asia/Shanghai",
        "quiet": {
            "channels": {
                "text_sms": {"from": "22:00", "to": "08:00", "postpone": True},
                "email": {"from": "21:00", "to": "07:00"},
            }
        },
        "fatigue": {"global": [{"per": "day", "max": 2}]},
    }
    workspace.settings = Settings.model_validate(raw)
    sms = next(dict(config) for config in CONFIGS["text_sms"] if config.get("sms_type") == "promotional")
    document = draft(enter(workspace), ("text_sms", sms))
    assert said(workspace, document, "Limits") == [
        "Text SMS: quiet from 22:00 to 08:00, sent afterwards",
        "At most 2 a day, all channels together",
    ]
    quiet = draft(enter(workspace), ("text_sms", {**sms, "sms_type": "notification"}))
    assert said(workspace, quiet, "Limits") == [
        "None: quiet times and limits hold for marketing messages only."
    ]
    assert said(workspace, draft(enter(workspace)), "Limits") == []


def test_the_send_window_is_told_and_whether_it_ever_opens(workspace: Workspace, draft: Draft) -> None:
    quiet = {"from": "08:00", "to": "22:00", "postpone": True}
    raw = {"name": "Shop", "time_zone": "UTC", "quiet": {"channels": {"text_sms": quiet}}}
    workspace.settings = Settings.model_validate(raw)
    sms = next(dict(config) for config in CONFIGS["text_sms"] if config.get("sms_type") == "promotional")
    day, late = SendWindow(from_="09:00", to="20:00"), SendWindow(from_="09:00", to="22:01")
    document = draft(enter(workspace), ("text_sms", sms), send_window=day)
    assert said(workspace, document, "Limits")[1:] == [
        "Send window: 09:00 to 20:00. What comes at other times waits.",
        "Text SMS: nothing would ever be sent, for it is quiet all through that.",
    ]
    assert len(said(workspace, document, "Limits", elsewhere=True)) == 2
    document = draft(enter(workspace), ("text_sms", sms), send_window=late)
    assert len(said(workspace, document, "Limits")) == 2
    notice = draft(enter(workspace), ("text_sms", {**sms, "sms_type": "notification"}), send_window=day)
    assert len(said(workspace, notice, "Limits")) == 1


def test_a_limit_of_a_signature_is_told_where_that_is_used(workspace: Workspace, draft: Draft) -> None:
    sms = next(dict(config) for config in CONFIGS["text_sms"] if config.get("sms_type") == "promotional")
    limits = [{"per": "week", "max": 5, "signature": "Elsewhere"}, {"per": "week", "max": 9}]
    raw = {"name": "Shop", "time_zone": "UTC", "fatigue": {"channels": {"text_sms": limits}}}
    workspace.settings = Settings.model_validate(raw)
    document = draft(enter(workspace), ("text_sms", sms))
    assert said(workspace, document, "Limits") == ["Text SMS: At most 9 a week"]
    limits[0]["signature"] = sms["signature"]
    workspace.settings = Settings.model_validate(raw)
    assert said(workspace, document, "Limits") == [
        f"Text SMS, signed “{sms['signature']}”: At most 5 a week",
        "Text SMS: At most 9 a week",
    ]


def test_a_holiday_says_what_becomes_of_messages(workspace: Workspace, draft: Draft) -> None:
    sms = next(dict(config) for config in CONFIGS["text_sms"] if config.get("sms_type") == "promotional")
    days = {"from": "2027-02-05", "to": "2027-02-12"}
    holidays = [{"name": "Lanterns", **days}, {"name": "Spring", "postpone": True, **days}]
    quiet = {"holidays": holidays, "channels": {"text_sms": {"from": "08:00", "to": "08:00"}}}
    workspace.settings = Settings.model_validate({"name": "Shop", "time_zone": "UTC", "quiet": quiet})
    assert said(workspace, draft(enter(workspace), ("text_sms", sms)), "Limits") == [
        "Quiet: Lanterns, 2027-02-05 to 2027-02-12, not sent",
        "Quiet: Spring, 2027-02-05 to 2027-02-12, sent afterwards",
    ]


def test_messages_come_in_the_order_of_the_flow(workspace: Workspace, draft: Draft) -> None:
    email = dict(CONFIGS["email"][0])
    sms = dict(CONFIGS["text_sms"][0])
    document = draft(("email", email), ("text_sms", sms), enter(workspace))
    links = {
        f"l_{number}": Link(source=source, port="out", target=target)
        for number, (source, target) in enumerate([(START_ID, "n_2"), ("n_2", "n_1"), ("n_1", "n_0")])
    }
    document = CampaignDocument(document.attributes, document.nodes, links)
    lines = said(workspace, document, "What they get")
    assert [line.split(":")[0] for line in lines[:2]] == ["Text SMS", "Email"]


def test_the_version_says_what_it_changes() -> None:
    assert version_lines(Known()) == ("Asking the engine…",)
    assert version_lines(Known(answered=True)) == ("The first version",)
    same = published(changes=Changes(same=True), version=2)
    assert version_lines(same) == ("Nothing has changed since version 2; it stays as it is.",)
    one = Difference("n_1", Change.ADDED, Message("Wait"), ())
    lines = version_lines(published(changes=Changes((one,), ("Welcome",)), version=2, inside=1204))
    assert lines == (
        "Version 3",
        "1 difference from version 2 on the canvas",
        "Changed in what it refers to: “Welcome”",
        "1,204 people are inside and finish the version that they entered.",
    )


def test_changes_also_of_what_is_referred_to(workspace: Workspace, draft: Draft) -> None:
    document = draft(enter(workspace))
    before = bundle.make(workspace, document)
    assert changes(before, bundle.make(workspace, document.copy())).same
    id = audience(workspace)
    files = {**before.audiences, id: before.audiences[id].model_copy(update={"remark": "Another"})}
    after = bundle.Bundle(document.copy(), files, before.messages, before.accounts, before.catalog)
    assert changes(before, after).referred == (before.audiences[id].name,)


def test_an_audience_that_was_never_updated_is_estimated(workspace: Workspace, draft: Draft) -> None:
    ruled = audience(workspace)
    cards = ({"join": None, "card": "audience", "audience": "a_other"},)
    rule = AudienceFile.model_validate({"id": ruled, "name": "Ruled", "version": 1, "cards": cards})
    workspace.audiences = {ruled: rule}  # type: ignore[assignment]
    document = draft(("target_audience", {"audiences": [ruled], "mode": "now"}))
    summary = Summary(document, workspace, NOW + timedelta(days=1))
    assert list(summary.unknown_rules(Known())) == [ruled]
    assert summary.unknown_rules(Known(sizes={ruled: 3})) == {}
