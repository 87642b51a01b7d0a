"""What comes back of messages: receipts once, whatever their order; clicks; people who want no more."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine.channels.adapter import Accepted, Outcome, Refused, Traits, Unknown
from engine.channels.receipts import Receipt
from engine.channels.sending.letters import Letter
from engine.channels.sending.links import Link, note_links
from engine.channels.sending.standing import Heard, Standing, first, furthest
from engine.shapes.time import from_milliseconds
from engine.store.tables.people import suppression
from engine.store.tables.runs import message
from engine.store.tables.sending import doubt, early_receipt
from engine.workspace.account import ACCOUNT, SIMULATED_ID, AccountFile
from tests.databases import Target
from tests.engine.channels.sending.provider import REAL, Provider
from tests.engine.channels.sending.test_sending import JUDGED, LINKS, ended, judged, left
from tests.engine.run.drafting import (
    DAY,
    EVERYBODY,
    HOUR,
    MINUTE,
    NOW,
    Running,
    bundle,
    database,
    populate,
)

RECEIPTS = Traits(batch=1, concurrency=4, receipts=True)
HOOK = ACCOUNT.adapter.validate_python(
    {
        "id": SIMULATED_ID,
        "name": "Hook",
        "kind": "webhook",
        "settings": {
            "url": "https://hook.example",
            "id_types": ["mobile"],
            "receipts": {"codes": ["came", "failed"], "collect": {"amount": 1, "unit": "day"}},
        },
    }
)
WEBHOOK: dict[str, tuple[str, dict[str, Any]]] = {
    "n_who": ("target_audience", EVERYBODY),
    "n_sms": ("webhook", {"webhook": SIMULATED_ID, "id_type": "mobile", "params": {}}),
    "n_result": (
        "result_judgment",
        {"judge_after": {"amount": 2, "unit": "hour"}, "by": "receipt", "results": ["came", "failed"]},
    ),
    "n_yes": ("end", {}),
    "n_no": ("end", {}),
    "n_other": ("end", {}),
}
WEBHOOK_LINKS = [
    "n_who out n_sms", "n_sms out n_result", "n_result result:came n_yes", "n_result result:failed n_no",
    "n_result other n_other",
]  # fmt: skip


@contextmanager
def sent(provider: Provider, target: Target, made: Any) -> Iterator[Running]:
    """A campaign whose messages have gone out."""
    with Running(target, open_adapter=provider.open) as run:
        run.engine.publish(made)
        run.advance(MINUTE)
        run.clock.set(run.clock.now() + 2 * MINUTE)
        yield run
        assert run.engine.check() == []


def reference_of(provider: Provider, person: str) -> str:
    return next(one.reference for one in provider.given if one.person == person)


def tell(run: Running, account: AccountFile, *told: Receipt) -> Any:
    return run.engine.receiving.take(account, told)


def standings(run: Running) -> dict[str, tuple[str, str, str | None]]:
    """The last digit of an address → state, reason, receipt."""
    m = message.c
    with run.database.read() as connection:
        rows = connection.execute(select(m.address, m.state, m.reason, m.receipt))
        return {row.address[-1]: tuple(row[1:]) for row in rows}


def listed(run: Running) -> list[tuple[str, str]]:
    with run.database.read() as connection:
        return sorted(tuple(row) for row in connection.execute(select(suppression)))


def at(minutes: float) -> Any:
    return NOW + timedelta(minutes=minutes)


def test_a_receipt_counts_once_and_shows_in_reports(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path)
    provider = Provider(RECEIPTS)
    with sent(provider, target, judged()) as run:
        one = Receipt("delivered", at(1), reference_of(provider, "p1"))
        taken = tell(run, REAL, one, one)
        assert (taken.counted, taken.early, taken.suppressed) == (1, 0, 0)
        assert tell(run, REAL, one).counted == 0
        assert run.engine.counts("c_1").receipts["n_sms"] == {"delivered": 1}
        assert standings(run)["1"] == ("sent", "", "delivered")


def test_a_judgment_by_receipt_goes_on_at_once_within_the_collection_period(
    target: Target, tmp_path: Path
) -> None:
    populate(target, tmp_path, people=4)
    provider = Provider(RECEIPTS)
    with sent(provider, target, bundle(WEBHOOK, WEBHOOK_LINKS, account=HOOK)) as run:
        names = [reference_of(provider, f"p{n}") for n in range(1, 5)]
        tell(run, HOOK, Receipt("came", at(0.5), names[0]), Receipt("failed", at(0.5), names[1]))
        tell(run, HOOK, Receipt("unheard_of", at(0.5), names[2]))
        run.advance(0)
        assert ended(run) == {"n_yes": 1, "n_no": 1, "n_other": 0}
        run.advance(3 * HOUR)
        assert ended(run) == {"n_yes": 1, "n_no": 1, "n_other": 2}
        run.clock.set(run.clock.now() + 2 * DAY)
        end = NOW + timedelta(days=1)
        tell(run, HOOK, Receipt("came", end, names[2]))
        tell(run, HOOK, Receipt("came", end + timedelta(milliseconds=1), names[3]))
        assert run.engine.counts("c_1").receipts["n_sms"] == {"came": 2, "failed": 1}
        assert ended(run) == {"n_yes": 1, "n_no": 1, "n_other": 2}


def test_a_report_settles_what_nobody_knew(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path, people=4)
    provider = Provider(RECEIPTS)
    provider.answer = lambda one: Refused("blocked") if one.person == "p4" else Unknown("reset")
    with sent(provider, target, judged()) as run:
        names = [reference_of(provider, f"p{n}") for n in range(1, 5)]
        assert left(run, doubt) == 3
        tell(run, REAL, Receipt("delivered", at(1), names[0]), Receipt("failed", at(1), names[1], "", "X1"))
        tell(run, REAL, Receipt("delivered", at(1), names[3]))
        run.advance(0)
        found = standings(run)
        assert found["1"] == ("sent", "", "delivered")
        assert found["2"] == ("failed", "X1", "failed")
        assert found["4"] == ("failed", "blocked", None)
        assert left(run, doubt) == 1
        assert ended(run) == {"n_yes": 1, "n_no": 2, "n_other": 0}
        tell(run, REAL, Receipt("delivered", at(1), names[1]))  # it arrived after all
        assert standings(run)["2"] == ("sent", "", "delivered")


def test_receipts_that_come_before_the_result_count_once_there_is_one(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path)
    provider = Provider(RECEIPTS)
    provider.answer = lambda one: Accepted(f"id-{one.person}")
    with Running(target, open_adapter=provider.open) as run:

        def report(batch: Sequence[Any]) -> None:
            for one in batch:
                name = one.reference if one.person == "p1" else f"id-{one.person}"
                assert tell(run, REAL, Receipt("delivered", at(0), name)).early == 1

        provider.before = report
        run.engine.publish(judged())
        run.advance(MINUTE)
        assert run.engine.counts("c_1").receipts["n_sms"] == {"delivered": 3}
        assert left(run, early_receipt) == 0
        assert run.engine.check() == []


def test_receipts_of_others_through_the_account_are_forgotten(tmp_path: Path) -> None:
    provider = Provider(RECEIPTS)
    with sent(provider, database(tmp_path), judged()) as run:
        tell(run, REAL, Receipt("delivered", at(1), "another's"))
        assert left(run, early_receipt) == 1
        run.clock.set(run.clock.now() + 2 * HOUR)
        tell(run, REAL, Receipt("delivered", at(1), "one more"))
        assert left(run, early_receipt) == 1
        other = REAL.model_copy(update={"id": "acc_other"})
        assert tell(run, other, Receipt("delivered", at(1), reference_of(provider, "p1"))).counted == 0


def test_who_wants_no_more_is_suppressed_at_once(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path)
    provider = Provider(RECEIPTS)
    with sent(provider, target, judged()) as run:
        told = (
            Receipt("unsubscribed", at(1), address="+8613900000009"),
            Receipt("unsubscribed", at(1), reference_of(provider, "p1")),
            Receipt("unsubscribed", at(1), address="nul\0"),
            Receipt("failed", at(1), reference_of(provider, "p2"), reason="5.1.1"),
        )
        assert tell(run, REAL, *told).suppressed == 2
        assert tell(run, REAL, *told).suppressed == 0
        assert listed(run) == [("mobile", "+8613800000001"), ("mobile", "+8613900000009")]


@pytest.mark.parametrize(
    ("reason", "suppresses"), [("5.1.1", True), ("SmtpNxBox", True), ("5.2.2", False), ("5.7.1", False)]
)
def test_an_address_that_nobody_has_is_suppressed(tmp_path: Path, reason: str, suppresses: bool) -> None:
    mail = ACCOUNT.adapter.validate_python(
        {"id": SIMULATED_ID, "name": "M", "kind": "alibaba_mail", "settings": {}}
    )
    with Running(database(tmp_path)) as run:
        tell(run, mail, Receipt("bounced", at(1), "env-1", "nobody@example.com", reason))
        assert bool(listed(run)) is suppresses


# ---- any order, any number of times

_CODES = st.sampled_from(["delivered", "failed", "opened", "clicked", "bounced", "unsubscribed"])
_HEARD = st.builds(Heard, _CODES, st.integers(1, 4), st.sampled_from(["", "a", "b"]))
_BEFORE = st.sampled_from(
    [
        Standing("sent", "", None, None),
        Standing("unknown", "", None, None),
        Standing("failed", "blocked", None, None),
        Standing("skipped", "fatigue", None, None),
    ]
)


@given(_BEFORE, st.lists(_HEARD, max_size=6), st.data())
def test_each_rule_comes_to_the_same_in_any_order(
    before: Standing, heard: list[Heard], data: st.DataObject
) -> None:
    other = data.draw(st.permutations(heard + heard[: data.draw(st.integers(0, len(heard)))]))
    for rule in (first, furthest):
        one, two = before, before
        for told in heard:
            one = rule(one, told)
        for told in other:
            two = rule(two, told)
        assert one == two
        assert one.state == before.state or before.state == "unknown"


def test_reports_in_any_order_and_cut_leave_the_same_rows(target: Target, tmp_path: Path) -> None:
    """Every message of several campaigns hears the same reports, each campaign in an order of its own."""
    populate(target, tmp_path, people=4)
    provider = Provider(RECEIPTS)
    answers: dict[str, Outcome] = {"p2": Unknown("reset"), "p3": Refused("blocked")}
    provider.answer = lambda one: answers.get(one.person, Accepted())
    told = st.tuples(st.integers(1, 4), _CODES, st.integers(0, 3), st.sampled_from(["", "5.1.1"]))
    number = itertools.count(1)
    with Running(target, open_adapter=provider.open) as run:

        @settings(max_examples=6, suppress_health_check=list(HealthCheck), deadline=None)
        @given(st.lists(told, max_size=8), st.data())
        def tell_all(reports: list[tuple[int, str, int, str]], data: st.DataObject) -> None:
            found = []
            again = data.draw(st.permutations(reports + reports))
            for order in (reports, again):
                id = f"c_{next(number)}"
                provider.batches.clear()
                run.engine.publish(bundle(JUDGED, LINKS, id=id, account=REAL))
                run.advance(1)
                base = run.clock.now()
                names = {n: reference_of(provider, f"p{n}") for n in range(1, 5)}
                run.clock.set(base + 10)
                cut = data.draw(st.integers(0, len(order)))
                for part in (order[:cut], order[cut:]):
                    receipts = [
                        Receipt(code, from_milliseconds(base + 1 + later), names[who], "", reason)
                        for who, code, later, reason in part
                    ]
                    tell(run, REAL, *receipts)
                counts = run.engine.counts(id)
                m = message.c
                with run.database.read() as connection:
                    query = select(m.address, m.state, m.reason, m.result, m.receipt, m.receipt_at - base)
                    last = select(m.campaign).order_by(m.campaign.desc()).limit(1).scalar_subquery()
                    rows = connection.execute(query.where(m.campaign == last).order_by(m.address)).all()
                found.append((rows, counts.receipts, counts.messages, counts.reasons, listed(run)))
                run.engine.stop(id)
            assert found[0] == found[1]

        tell_all()
        assert run.engine.check() == []


def test_what_is_known_of_links_goes_with_the_person_and_the_campaign(tmp_path: Path) -> None:
    provider = Provider(RECEIPTS)
    with sent(provider, database(tmp_path), judged()) as run:
        with run.database.write() as connection:
            m = message.c
            query = select(m.campaign, m.node, m.person, m.entry, m.address).order_by(m.person)
            for number, key in enumerate(connection.execute(query).all()):
                letter = Letter("", 0, 1, 0, *key[:4], key.address, "", None, 0, 0, 1, 0, None)
                own = Link(f"own{number}", "https://a.example")
                shared = Link("all", "https://b.example", own=False)
                note_links(connection, [(letter, own), (letter, shared)], 0)
        receiving = run.engine.receiving
        assert receiving.target("own0") == "https://a.example"
        for _ in range(2):
            receiving.click("own0")
            receiving.click("all")
        assert run.engine.counts("c_1").receipts["n_sms"] == {"clicked": 1}
        assert not receiving.unsubscribe("own0")
        run.engine.erase_person("p1")
        assert (receiving.target("own0"), receiving.target("own1")) == (None, "https://a.example")
        run.advance(HOUR)  # everybody is through
        run.engine.delete("c_1")
        assert (receiving.target("own1"), receiving.target("all")) == (None, None)
