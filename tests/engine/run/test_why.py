"""Why somebody did, or did not, get what a campaign gives: the chain of facts, for those whom it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.i18n import use_language
from engine.run.answers import UnknownComponent
from engine.run.lifecycle import number_of
from engine.run.why import Kind, Why, why_of
from engine.store.people import UnknownPerson, known_key
from tests.databases import Target
from tests.engine.run.drafting import DAY, HOUR, bundle
from tests.engine.run.living import END, ORDER_LINKS, ORDERS, SMS_LINKS, SMS_THEN_WAIT, Living

GOLD = {"field": "tag:level", "op": "is", "value": ["Gold"]}
VIPS = {
    "n_who": SMS_THEN_WAIT["n_who"],
    "n_vip": ("tag_judgment", {"groups": [{"id": "g_1", "name": "VIP", "condition": GOLD}], "other": True}),
    "n_sms": SMS_THEN_WAIT["n_sms"],
    "n_yes": END,
    "n_no": END,
}
VIP_LINKS = ["n_who out n_vip", "n_vip group:g_1 n_sms", "n_sms out n_yes", "n_vip other n_no"]


def why(now: Living, person: str, node: str | None = None) -> Why:
    with now.database.read() as connection:
        number, key = number_of(connection, "c_1"), known_key(connection, person)
        return why_of(connection, number, key, now.engine.settings, now.clock.now(), node)


def texts(found: Why) -> list[str]:
    return [str(line.text) for line in found.lines]


def test_a_path_with_what_decided_and_what_was_sent(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(bundle(VIPS, VIP_LINKS))
        now.pass_time(HOUR)
        found = why(now, "p1")
        about = why(now, "p1", "n_sms")
    assert str(found.answer) == "The person entered, and went through to “n_no”."
    assert "“n_vip”: took the branch “Other”" in texts(found)
    assert any(line.kind is Kind.FACT and "level" in str(line.text) for line in found.lines)
    assert str(about.answer) == (
        "The person did not come to “n_sms”: at “n_vip” they took the branch “Other”."
    )


def test_messages_and_waiting(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS))
        now.engine.run_until_idle(now.clock.now())
        found = why(now, "p2")
        sms = why(now, "p2", "n_sms")
        end = why(now, "p2", "n_end")
    assert str(found.answer) == "The person entered, and waits at “n_wait”."
    assert any(line.kind is Kind.MESSAGE and "Sent" in str(line.text) for line in found.lines)
    assert str(sms.answer).startswith("The person came to “n_sms”: Message to ")
    assert str(end.answer) == "The person has not come to “n_end” yet: they wait at “n_wait”."


def test_a_component_that_the_campaign_does_not_have(shop: Target) -> None:
    """Whoever asks is told so, whether the person has entered or not; one of an earlier version is known."""
    waiting = {**VIPS, "n_wait": SMS_THEN_WAIT["n_wait"]}
    links = [*VIP_LINKS[:3], "n_vip other n_wait", "n_wait out n_no"]
    with Living(shop) as now:
        now.engine.publish(bundle(waiting, links))
        for _ in range(2):
            with pytest.raises(UnknownComponent, match="has a component “n_smss”"):
                why(now, "p1", "n_smss")
            now.pass_time(HOUR // 4)
        shorter = {id: waiting[id] for id in ("n_who", "n_wait", "n_no")}
        now.engine.publish(bundle(shorter, ["n_who out n_wait", "n_wait out n_no"]))
        answers = [str(why(now, "p1", node).answer) for node in ("n_sms", "n_vip")]
    assert answers == ["The person entered, but no way led to “n_sms”.", "The person came to “n_vip”."]


def test_why_nobody_entered_by_an_event(shop: Target) -> None:
    with Living(shop) as now:
        config = {"event": "order", "where": {"field": "amount", "op": ">=", "value": 50}}
        now.engine.publish(bundle({**ORDERS, "n_order": ("behavior_event", config)}, ORDER_LINKS))
        now.order("e1", "p1", amount=5)
        few = why(now, "p1")
        none = why(now, "p2")
        with use_language("zh"):
            chinese = str(none.answer)
    assert str(few.answer) == "The person did not enter this campaign."
    assert texts(few)[-1].endswith("It does not meet the condition of “n_order”.")
    assert texts(none) == ["“Order”, with which people enter, never happened for this person."]
    assert chinese != str(none.answer)


def test_why_somebody_new_did_not_enter_with_an_audience(shop: Target) -> None:
    with Living(shop) as now:
        now.engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS))
        now.pass_time(DAY)
        now.order("e1", "p9")  # whoever was not known becomes a person with an event
        said = texts(why(now, "p9"))
    assert said[-2].startswith("People entered last on 2026-03-02 17:00")
    assert said[-1].startswith("The person is not in the audience")


def test_a_person_whom_nobody_knows(shop: Target, tmp_path: Path) -> None:
    with Living(shop) as now:
        now.engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS))
        with pytest.raises(UnknownPerson):
            why(now, "nobody")
