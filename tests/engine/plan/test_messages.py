"""What a touch writes, message by message."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert, text, update

from engine.components.behaviour import FromTemplate, Send
from engine.plan.contact import ContactRules, Daily, Holiday, Limit
from engine.plan.whitelist import doubt_about
from engine.shapes.time import Duration, to_milliseconds
from engine.shapes.variables import Binding
from engine.store.fields import DataFields, DataSchema
from engine.store.tables.people import audience
from engine.store.tables.people import person as people
from tests.engine.plan.sending import Sending, sms

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOON = to_milliseconds(datetime(2026, 3, 2, 4, tzinfo=UTC))  # in Shanghai
NIGHT = NOON + 11 * HOUR
MORNING = NIGHT + 9 * HOUR
QUIET = Daily(time(22), time(8), postpone=True)
NOTICE = sms(marketing=False, variables={"name": Binding.model_validate({"from": "constant", "value": "Li"})})


def test_a_message_is_handed_over_at_its_own_now(connection: Connection) -> None:
    s = Sending(connection)
    s.address(1, "old", time=1)
    s.address(1, "new", time=2)
    s.send(NOTICE, (1, 1, NOON), (2, 1, NOON + 1))
    wanted = (
        "address",
        "state",
        "reason",
        "planned_at",
        "sent_at",
        "result",
        "result_at",
        "contact_at",
        "variables",
    )
    assert s.rows(*wanted) == [
        ("new", "sent", "", NOON, NOON, "sent", NOON, None, '["Li"]'),
        ("", "failed", "no_id", NOON + 1, None, "failed", NOON + 1, None, '["Li"]'),
    ]
    s.expect_counts()


def test_messages_of_several_hours_are_counted_in_theirs(connection: Connection) -> None:
    s = Sending(connection)
    s.address(1, "a")
    s.send(NOTICE, (1, 1, NOON), (2, 1, NOON), (3, 1, NOON + HOUR))
    s.expect_counts()


def test_to_all_ids_writes_a_message_to_each(connection: Connection) -> None:
    s = Sending(connection)
    s.address(1, "a", time=1)
    s.address(1, "b", time=2)
    s.send(sms(marketing=False, to_all=True), (1, 1, NOON), (2, 1, NOON))
    assert s.rows("person", "address", "state") == [(1, "a", "sent"), (1, "b", "sent"), (2, "", "failed")]
    s.expect_counts()


def test_the_newest_openid_has_to_follow(connection: Connection) -> None:
    s = Sending(connection)
    for person, follower in ((1, 1), (2, 0), (3, None)):
        s.address(person, f"o{person}", "openid:wx", follower=follower)
    s.address(2, "followed", "openid:wx", follower=1, time=-1)
    s.send(
        Send("openid:wx", "wx", FromTemplate("m"), followers=True, marketing=True),
        (1, 1, 1),
        (2, 1, 1),
        (3, 1, 1),
    )
    assert s.fates() == ["sent", "failed not_follower", "sent"]
    assert s.rows("sent_at", "result", "result_at", "contact_at")[1] == (None, "failed", 1, None)
    s.expect_counts()


def test_suppressed_addresses_get_marketing_messages_only(connection: Connection) -> None:
    s = Sending(connection)
    s.address(1, "a")
    s.suppress("a")
    s.suppress("a", "email")
    s.send(sms(), (1, 1, NOON))
    s.send(NOTICE, (1, 1, NOON), node=2)
    assert (s.fates(), s.fates(2)) == (["skipped suppressed"], ["sent"])
    assert s.rows("sent_at", "result", "result_at") == [(None, "failed", NOON)]
    s.expect_counts()


def test_an_address_is_suppressed_for_its_own_type(connection: Connection) -> None:
    s = Sending(connection)
    s.address(1, "a")
    s.suppress("a", "email")
    s.suppress("b")
    s.send(sms(), (1, 1, NOON))
    assert s.fates() == ["sent"]


class TestDuplicates:
    def test_a_second_person_with_the_address_is_skipped(self, connection: Connection) -> None:
        s = Sending(connection)
        s.share("a", 1, 2)
        s.send(sms(), (1, 1, NOON))
        s.send(sms(), (2, 1, NOON), (1, 2, NOON))
        assert s.rows("person", "state", "reason") == [
            (1, "sent", ""),
            (1, "sent", ""),
            (2, "skipped", "duplicate_address"),
        ]
        s.expect_counts()

    def test_of_each_node_and_cycle_there_may_be_one(self, connection: Connection) -> None:
        s = Sending(connection, recurring=True)
        s.share("a", 1, 2)
        for person, cycle in ((1, 1), (2, 1), (2, 2)):
            s.entered(person, cycle, cycle)
        s.send(sms(), (1, 1, NOON))
        s.send(sms(), (2, 1, NOON), (2, 2, NOON))
        s.send(sms(), (2, 1, NOON), node=2)
        assert (s.fates(), s.fates(2)) == (["sent", "skipped duplicate_address", "sent"], ["sent"])
        s.expect_counts()

    def test_only_what_was_handed_over_counts(self, connection: Connection) -> None:
        s = Sending(connection)
        s.share("a", 1, 2)
        s.suppress("a")
        s.send(sms(), (1, 1, NOON))
        s.send(sms(), (2, 1, NOON))
        assert s.fates() == ["skipped suppressed", "skipped suppressed"]

    def test_the_check_can_be_off(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules(duplicates=False))
        s.share("a", 1, 2)
        s.send(sms(), (1, 1, NOON))
        s.send(sms(), (2, 1, NOON))
        assert s.fates() == ["sent", "sent"]


class TestFatigue:
    def test_a_window_excludes_its_beginning(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules(limits=(Limit(HOUR, 1),)))
        s.address(1, "a")
        for node, now in enumerate((0, HOUR - 1, HOUR, HOUR + 1), start=1):
            s.send(sms(), (1, 1, NOON + now), node=node)
        assert [s.fates(node)[0] for node in (1, 2, 3, 4)] == [
            "sent",
            "skipped fatigue",
            "sent",
            "skipped fatigue",
        ]
        s.expect_counts(2)

    def test_one_wave_uses_up_what_a_limit_leaves_in_order(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules(limits=(Limit(DAY, 3), Limit(HOUR, 2, "text_sms"))))
        s.address(1, "z", time=2)
        s.address(1, "a", time=1)
        s.address(2, "b")
        s.send(sms(to_all=True), (1, 2, NOON), (1, 1, NOON), (2, 1, NOON))
        assert s.rows("entry", "address", "state") == [
            (1, "a", "sent"),
            (1, "z", "sent"),
            (2, "a", "skipped"),
            (2, "z", "skipped"),
            (1, "b", "sent"),
        ]
        s.expect_counts()

    def test_the_newest_address_goes_first(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules(limits=(Limit(DAY, 1),)))
        s.address(1, "z", time=2)
        s.address(1, "a", time=1)
        s.send(sms(to_all=True), (1, 1, NOON))
        assert s.rows("address", "state") == [("a", "skipped"), ("z", "sent")]

    def test_limits_hold_for_a_channel_and_for_a_signature(self, connection: Connection) -> None:
        limits = (Limit(DAY, 1, "text_sms"), Limit(DAY, 1, "email"), Limit(DAY, 2, "text_sms", "Two"))
        s = Sending(connection, ContactRules(limits=limits))
        s.address(1, "a")
        s.send(sms(), (1, 1, NOON))
        s.send(sms(), (1, 1, NOON), node=2, kind="email")
        s.send(
            sms(signature="Two"), (1, 1, NOON), node=3
        )  # the limit of all is counted signature by signature
        s.send(sms(signature="Two"), (1, 1, NOON), node=4)
        s.send(sms(signature=None), (1, 1, NOON), node=5, kind="digital_sms")
        assert [s.fates(node)[0] for node in (1, 2, 3, 4, 5)] == [
            "sent",
            "sent",
            "sent",
            "skipped fatigue",
            "sent",
        ]

    def test_what_has_failed_by_then_does_not_count(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules(limits=(Limit(DAY, 1),)), scripted=True)
        s.address(1, "a")
        s.answer(1, 1, "failed", HOUR)
        s.answer(1, 3, "unknown", HOUR)
        for node, now in ((1, NOON), (2, NOON + HOUR - 1), (3, NOON + HOUR), (4, NOON + 2 * HOUR)):
            s.send(sms(), (1, 1, now), node=node)
        assert [s.fates(node)[0] for node in (1, 2, 3, 4)] == [
            "failed",
            "skipped fatigue",
            "unknown",
            "skipped fatigue",
        ]

    @pytest.mark.parametrize("by_address", [False, True])
    def test_counted_by_person_or_by_address(self, connection: Connection, by_address: bool) -> None:
        rules = ContactRules(limits=(Limit(DAY, 1),), by_address=by_address, duplicates=False)
        s = Sending(connection, rules)
        s.share("a", 1, 2)
        s.address(1, "b", time=1)
        s.send(sms(), (1, 1, NOON))
        s.send(sms(to_all=True), (1, 1, NOON), node=2)
        s.send(sms(), (2, 1, NOON), node=3)
        # To the person b was sent; to the addresses b, and then a.
        assert s.rows("address", "state") == [("b", "sent")]
        assert s.rows("address", "state", node=2) == [
            ("a", "sent" if by_address else "skipped"),
            ("b", "skipped"),
        ]
        assert s.fates(3) == ["skipped fatigue" if by_address else "sent"]

    def test_notifications_are_neither_limited_nor_counted(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules(limits=(Limit(DAY, 1),)))
        s.address(1, "a")
        for node in (1, 2):
            s.send(NOTICE, (1, 1, NOON), node=node)
        s.send(sms(), (1, 1, NOON), node=3)
        assert [s.fates(node) for node in (1, 2, 3)] == [["sent"]] * 3

    def test_the_whitelist_is_exempt_but_not_from_suppression(self, connection: Connection) -> None:
        rules = ContactRules((Limit(DAY, 1),), {"text_sms": QUIET}, whitelist="a_vip")
        s = Sending(connection, rules)
        s.whitelist(1, 2)
        for person in (1, 2, 3):
            s.address(person, f"a{person}")
        s.suppress("a2")
        s.send(sms(), *((person, 1, NIGHT) for person in (1, 2, 3)))
        s.send(sms(), (1, 1, NIGHT), node=2)
        assert (s.fates(), s.fates(2)) == (["sent", "skipped suppressed", "planned"], ["sent"])
        s.expect_counts()

    def test_of_a_whitelist_of_more_than_100_people_nobody_is_exempt(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules((Limit(DAY, 1),), {"text_sms": QUIET}, whitelist="a_vip"))
        assert str(doubt_about(connection, "a_vip", None)).startswith("The whitelist is the audience “a_vip”")
        assert "has no members yet" in str(doubt_about(connection, "a_vip", "VIP"))
        s.whitelist(*range(1, 101))
        assert doubt_about(connection, "a_vip", "VIP") is None
        connection.execute(update(audience).values(size=101))
        assert "holds 101 people" in str(doubt_about(connection, "a_vip", "VIP"))
        s.address(1, "a1")
        s.send(sms(), (1, 1, NIGHT))
        assert s.fates() == ["planned"]


class TestQuietTimes:
    def test_a_message_waits_for_the_end(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules(daily={"text_sms": QUIET}))
        s.address(1, "a")
        s.suppress("a")
        s.send(sms(), (1, 1, NIGHT))
        assert s.rows(
            "state", "reason", "planned_at", "due_at", "contact_at", "sent_at", "result", "result_at"
        ) == [("planned", "", NIGHT, MORNING, MORNING, None, None, None)]
        s.expect_counts()

    def test_what_does_not_postpone_wins(self, connection: Connection) -> None:
        holiday = Holiday(NIGHT, NIGHT + HOUR, postpone=False)
        s = Sending(connection, ContactRules(daily={"text_sms": QUIET}, holidays=(holiday,)))
        for person in (1, 2):
            s.address(person, "a")
        s.send(sms(), (1, 1, NIGHT), (2, 1, NIGHT + HOUR))
        assert s.fates() == ["skipped quiet_time", "planned"]
        assert s.rows("due_at", "contact_at", "result") == [(None, None, "failed"), (MORNING, MORNING, None)]
        s.expect_counts()

    def test_of_several_the_last_end_counts(self, connection: Connection) -> None:
        holidays = (
            Holiday(NIGHT, MORNING - HOUR, postpone=True),
            Holiday(NIGHT, MORNING + HOUR, postpone=True),
        )
        s = Sending(connection, ContactRules(daily={"text_sms": QUIET}, holidays=holidays))
        s.address(1, "a")
        s.send(sms(), (1, 1, NIGHT))
        assert s.rows("due_at") == [(MORNING + HOUR,)]

    def test_they_are_the_channels_own(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules(daily={"email": QUIET}))
        s.address(1, "a")
        s.send(sms(), (1, 1, NIGHT))
        assert s.fates() == ["sent"]
        s.expect_counts()

    @pytest.mark.parametrize(
        "zone", ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "America/Sao_Paulo"]
    )
    @pytest.mark.parametrize(
        ("start", "end"), [((22, 0), (8, 0)), ((0, 0), (2, 30)), ((2, 30), (2, 15)), ((5, 0), (5, 0))]
    )
    def test_their_ends_are_wall_clock_times(
        self, connection: Connection, zone: str, start: tuple[int, int], end: tuple[int, int]
    ) -> None:
        quiet, moments = Daily(time(*start), time(*end), postpone=True), _moments_of_change(zone)
        s = Sending(connection, ContactRules(daily={"text_sms": quiet}), ZoneInfo(zone))
        s.address(1, "a")
        s.send(sms(), *((1, number, now) for number, now in enumerate(moments)))
        found = [due for (due,) in s.rows("due_at")]
        assert found == [_end_of_quiet(now, quiet, ZoneInfo(zone)) for now in moments]


@cache
def _moments_of_change(zone: str) -> list[int]:
    """Each quarter of an hour of the days around the changes of 2010, and around some of 2026."""
    moments: list[int] = []
    for year in (2010, 2026):
        moment = datetime(year, 1, 1, 0, 7, tzinfo=UTC)
        while moment.year == year:
            before, after = (moment + timedelta(days=days) for days in (-1, 1))
            if before.astimezone(ZoneInfo(zone)).utcoffset() != after.astimezone(ZoneInfo(zone)).utcoffset():
                moments.append(to_milliseconds(moment))
            moment += timedelta(minutes=15)
    return moments or [NOON, NIGHT]


@cache
def _first_shown(day: datetime, wall: time, zone: ZoneInfo) -> int:
    """When the clocks first show a time of day, or the first later one, on a date; found by looking."""
    wanted = datetime.combine(day, wall)
    moment = wanted.replace(tzinfo=zone).astimezone(UTC) - timedelta(minutes=150)
    while moment.astimezone(zone).replace(tzinfo=None) < wanted:
        moment += timedelta(minutes=1)
    return to_milliseconds(moment)


def _end_of_quiet(now: int, quiet: Daily, zone: ZoneInfo) -> int | None:
    today = datetime.fromtimestamp(now / 1000, zone).replace(hour=0, minute=0, tzinfo=None)
    for days in (-1, 0, 1):
        day = today + timedelta(days=days)
        begin = _first_shown(day, quiet.start, zone)
        end = _first_shown(day + timedelta(days=quiet.end < quiet.start), quiet.end, zone)
        if begin <= now < end:
            return end
    return None


class TestRelease:
    def test_everything_is_looked_at_again(self, connection: Connection) -> None:
        holiday = Holiday(MORNING, MORNING + HOUR, postpone=True)
        rules = ContactRules((Limit(DAY, 1),), {"text_sms": QUIET}, (holiday,))
        s = Sending(connection, rules)
        for person in (1, 2, 3):
            s.address(person, f"a{person}")
        s.send(
            sms(variables=NOTICE.variables),
            *((person, 1, NIGHT) for person in (1, 2, 3)),
        )
        s.send(sms(), (3, 1, NOON), node=2)
        assert s.counted() == {"planned": 3}
        s.suppress("a2")
        s.release(sms(), *((person, 1, MORNING, f"a{person}") for person in (1, 2, 3)))
        assert (s.fates(), s.counted()) == (["planned"] * 3, {"planned": 3})
        assert s.rows("due_at", "contact_at") == [(MORNING + HOUR, MORNING + HOUR)] * 3
        s.release(sms(), *((person, 1, MORNING + HOUR, f"a{person}") for person in (1, 2, 3)))
        assert s.fates() == ["sent", "skipped suppressed", "skipped fatigue"]
        wanted = ("planned_at", "sent_at", "result", "result_at", "due_at", "contact_at", "variables")
        then = MORNING + HOUR
        assert s.rows(*wanted) == [
            (NIGHT, then, "sent", then, None, then, '["Li"]'),
            (NIGHT, None, "failed", then, None, None, '["Li"]'),
            (NIGHT, None, "failed", then, None, None, '["Li"]'),
        ]
        s.expect_counts()

    def test_one_persons_messages_go_in_order_of_planning(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules((Limit(DAY, 2),), {"text_sms": QUIET}))
        s.address(1, "z", time=2)
        s.address(1, "a", time=1)
        s.send(sms(to_all=True), (1, 2, NIGHT))
        s.send(sms(to_all=True), (1, 1, NIGHT + 1))
        s.release(sms(), *((1, entry, MORNING, address) for entry in (1, 2) for address in "az"))
        assert s.fates() == ["skipped fatigue", "skipped fatigue", "sent", "sent"]
        s.expect_counts()

    def test_the_newest_address_goes_first(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules((Limit(DAY, 1),), {"text_sms": QUIET}))
        s.address(1, "z", time=2)
        s.address(1, "a", time=1)
        s.send(sms(to_all=True), (1, 1, NIGHT))
        s.release(sms(), (1, 1, MORNING, "a"), (1, 1, MORNING, "z"))
        assert s.fates() == ["skipped fatigue", "sent"]

    def test_of_people_who_share_an_address_one_gets_it(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules(daily={"text_sms": QUIET}))
        s.share("a", 1, 2)
        s.send(sms(), (1, 1, NIGHT))
        s.send(sms(), (2, 1, NIGHT))
        s.release(sms(), (1, 1, MORNING, "a"))
        s.release(sms(), (2, 1, MORNING, "a"))
        assert s.fates() == ["sent", "skipped duplicate_address"]
        s.expect_counts()

    def test_the_channel_answers_then(self, connection: Connection) -> None:
        s = Sending(connection, ContactRules(daily={"text_sms": QUIET}), scripted=True)
        s.address(1, "a")
        s.answer(1, 1, "failed", MINUTE, reason="BUSY")
        s.send(sms(), (1, 1, NIGHT))
        s.release(sms(), (1, 1, MORNING, "a"), horizon=MORNING)
        assert s.rows("state", "reason", "sent_at", "result", "result_at") == [
            ("sending", "BUSY", MORNING, "failed", MORNING + MINUTE)
        ]
        assert s.counted() == {"sending": 1}


class TestAnswers:
    def test_a_result_is_shown_when_its_time_has_come(self, connection: Connection) -> None:
        s = Sending(connection, scripted=True)
        for person in (1, 2):
            s.address(person, "a")
            s.answer(person, 1, "failed", person * MINUTE, reason="BUSY")
        s.send(NOTICE, (1, 1, NOON), (2, 1, NOON), horizon=NOON + MINUTE)
        assert s.rows("state", "result_at") == [("failed", NOON + MINUTE), ("sending", NOON + 2 * MINUTE)]
        assert s.counted() == {"failed BUSY": 1, "sending": 1}

    def test_the_most_specific_answer_counts(self, connection: Connection) -> None:
        s = Sending(connection, scripted=True)
        s.address(1, "a")
        s.answer(1, 1, "failed", entry=2)
        s.answer(1, 1, "unknown", address="a")
        s.send(NOTICE, (1, 1, NOON), (1, 2, NOON))
        assert s.fates() == ["unknown", "failed"]
        s.expect_counts()

    def test_a_receipt_comes_after_a_sent_result(self, connection: Connection) -> None:
        s = Sending(connection, scripted=True)
        for person, result in enumerate(("sent", "failed", "sent"), start=1):
            s.address(person, "a")
            s.answer(person, 1, result, MINUTE, receipt="opened", receipt_after=person * MINUTE)
        s.send(NOTICE, *((person, 1, NOON) for person in (1, 2, 3)), horizon=NOON + 3 * MINUTE)
        assert s.rows("receipt", "receipt_at") == [
            ("opened", NOON + 2 * MINUTE),
            (None, None),
            ("opened", NOON + 4 * MINUTE),
        ]
        assert s.counted() == {"sent opened": 1, "failed": 1, "sent": 1}

    def test_a_webhook_collects_receipts_for_a_while(self, connection: Connection) -> None:
        s = Sending(connection, scripted=True, collect={"acc": Duration(amount=1, unit="day")})
        for person, late in ((1, 0), (2, 1)):
            s.address(person, "a")
            s.answer(person, 1, "sent", MINUTE, receipt="read", receipt_after=DAY - MINUTE + late)
        s.send(NOTICE, (1, 1, NOON), (2, 1, NOON))
        assert s.rows("receipt") == [("read",), (None,)]
        s.expect_counts()


def test_the_language_of_the_person_stands_before_the_bound_values(connection: Connection) -> None:
    spoken = DataSchema(attributes={"language": "text"})
    DataFields.load(connection).declare(connection, spoken)
    s = Sending(connection, languages={"m_1": "language"})
    column = s.context.fields.attributes["language"].slot
    for id, language in ((1, "de"), (2, None)):
        connection.execute(insert(people).values(id=id, external_id=f"p{id}", hash=id, import_id=0))
        said = text(f"UPDATE person SET {column} = :value WHERE id = :id")
        connection.execute(said, {"value": language, "id": id})
        s.address(id, f"a{id}")
    s.send(NOTICE, (1, 1, NOON), (2, 1, NOON))
    s.send(sms(marketing=False), (1, 2, NOON))
    assert s.rows("variables") == [('["de","Li"]',), ('["de"]',), ('["","Li"]',)]
