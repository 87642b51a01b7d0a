"""Rates of destinations: no second holds more, nearly all of it is used, and nobody else waits for them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.channels.adapter import Delivery, Destinations, Traits
from engine.channels.http_client import USUAL
from engine.channels.network import Network
from engine.channels.providers import adapter_of
from engine.channels.sending.destinations import Domains, Limits
from engine.channels.sending.letters import Letter
from engine.channels.sending.loop import Sending
from engine.workspace.account import ACCOUNT, SIMULATED_ID
from tests.engine.channels.sending.provider import Provider
from tests.engine.channels.sending.test_rules import another, unusable
from tests.engine.channels.sending.test_sending import left, states
from tests.engine.run.drafting import EVERYBODY, Running, bundle, database


class Clock:
    """Goes on to the next moment that somebody sleeps until, and the engine's clock with it."""

    def __init__(self, run: Running) -> None:
        self.seconds = 0.0
        self._run = run
        self._began = run.clock.now()
        self._sleepers: list[float] = []

    async def sleep(self, wait: float) -> None:
        until = self.seconds + wait
        self._sleepers.append(until)
        while True:
            for _ in range(20):  # what can leave now leaves before the clock goes on
                await asyncio.sleep(0)
            if self.seconds >= until:
                break
            self.seconds = min(self._sleepers)
            self._run.clock.set(self._began + round(self.seconds * 1000))
        self._sleepers.remove(until)


def receiver(id: str = SIMULATED_ID, **settings: Any) -> Any:
    wanted = {"url": "https://hook.example/people", "id_types": ["member"], **settings}
    return ACCOUNT.adapter.validate_python({"id": id, "name": id, "kind": "webhook", "settings": wanted})


def sending(run: Running, clock: Clock, open_adapter: Any) -> Sending:
    return another(run, open_adapter, monotonic=lambda: clock.seconds, sleep=clock.sleep)


def send_all(run: Running, clock: Clock, loop: Sending) -> None:
    while True:
        while loop.step():
            pass
        if not left(run):
            return
        asyncio.run(clock.sleep(0.1))


def send_until(clock: Clock, loop: Sending, seconds: float) -> None:
    while clock.seconds < seconds:
        if not loop.step():
            asyncio.run(clock.sleep(0.1))


def busiest(times: Sequence[float]) -> int:
    """The most in any second."""
    return max(sum(at - 1 < other <= at for other in times) for at in times)


def used(times: Sequence[float], rate: int) -> float:
    """How much of a rate was used, until nothing was left."""
    return len(times) / (max(times) - min(times) + 1) / rate


def to_domains(run: Running, per_domain: Callable[[int], str]) -> None:
    """Give everybody an address at a domain."""
    with run.database.write() as connection:
        rows = connection.exec_driver_sql("SELECT person, value FROM person_id WHERE type = 'member'").all()
        for person, value in rows:
            address = f"{value}@{per_domain(person)}"
            connection.exec_driver_sql(
                "UPDATE person_id SET value = ? WHERE person = ? AND type = 'member'", (address, person)
            )


def pushes(account: Any, id: str = "c_1") -> Any:
    nodes = {
        "n_who": ("target_audience", EVERYBODY),
        "n_hook": ("webhook", {"webhook": SIMULATED_ID, "id_type": "member", "params": {}}),
        "n_end": ("end", {}),
    }
    return bundle(nodes, ["n_who out n_hook", "n_hook out n_end"], id=id, account=account)


def test_a_domain_gets_no_more_than_its_rate_and_others_do_not_wait_for_it(tmp_path: Path) -> None:
    rate, times = 10, dict[str, list[float]]()
    provider = Provider(Traits(batch=1, concurrency=20, destinations=Destinations(rate)))
    with Running(database(tmp_path, people=300), open_adapter=lambda _account: unusable()) as run:
        clock = Clock(run)

        def note(batch: Sequence[Delivery]) -> None:
            for one in batch:
                times.setdefault(one.address.rpartition("@")[2], []).append(clock.seconds)

        provider.before = note
        to_domains(run, lambda person: f"d{person}.cn" if person > 250 else "crowd.cn")
        run.engine.publish(pushes(receiver()))
        run.advance(0)
        loop = sending(run, clock, provider.open)
        send_all(run, clock, loop)
        loop.close()
        assert set(states(run).values()) == {"sent"}
        assert set(provider.by_key.values()) == {1}
        crowd = times.pop("crowd.cn")
        assert len(crowd) == 250
        assert busiest(crowd) <= rate
        assert used(crowd, rate) >= 0.95
        assert max(at for each in times.values() for at in each) <= 1
        assert run.engine.check() == []


def test_what_a_domain_cannot_take_soon_gives_others_their_turn(tmp_path: Path) -> None:
    """A claim takes 1,000 letters at the most: those of one domain must not fill it."""
    first = list[tuple[str, float]]()
    provider = Provider(Traits(batch=50, concurrency=2, destinations=Destinations(2)))
    with Running(database(tmp_path, people=1_200), open_adapter=lambda _account: unusable()) as run:
        clock = Clock(run)
        provider.before = lambda batch: first.extend(
            (one.address.rpartition("@")[2], clock.seconds) for one in batch
        )
        to_domains(run, lambda person: "crowd.cn" if person <= 1_150 else f"d{person}.cn")
        run.engine.publish(pushes(receiver()))
        run.advance(0)
        loop = sending(run, clock, provider.open)
        while sum(domain != "crowd.cn" for domain, _ in first) < 50:
            loop.step()
        loop.close()
        assert clock.seconds < 15
        assert busiest([at for domain, at in first if domain == "crowd.cn"]) <= 2
        assert run.engine.check() == []


def test_campaigns_take_turns_at_a_domain_whoever_came_first(tmp_path: Path) -> None:
    """Also where the first one's emails have their turns there already."""
    provider = Provider(Traits(batch=1, concurrency=20, destinations=Destinations(10)))
    with Running(database(tmp_path, people=200), open_adapter=lambda _account: unusable()) as run:
        clock = Clock(run)
        to_domains(run, lambda _person: "crowd.cn")
        run.engine.publish(pushes(receiver()))
        run.advance(0)
        loop = sending(run, clock, provider.open)
        send_until(clock, loop, 1)
        run.engine.publish(pushes(receiver(), "c_2"))
        run.advance(0)
        send_until(clock, loop, 21)
        loop.close()
        sent = [run.engine.counts(id).messages["n_hook"]["sent"] for id in ("c_1", "c_2")]
        assert sum(sent) >= 200
        assert sent[1] >= 80


def test_accounts_at_one_host_keep_to_its_rate_together(tmp_path: Path) -> None:
    """At other paths of one host; the smaller rate holds."""
    times, per_account = list[float](), Counter[str]()
    with Running(database(tmp_path, people=60), open_adapter=lambda _account: unusable()) as run:
        clock = Clock(run)

        def opened(account: Any) -> Any:
            traits = adapter_of(account, {}, Network(), USUAL).traits
            provider = Provider(Traits(1, 4, destinations=traits.destinations))

            def note(batch: Sequence[Delivery]) -> None:
                times.append(clock.seconds)
                per_account[account.settings.url] += len(batch)

            provider.before = note
            return provider.open(account)

        for id, path, rate in (("c_1", "people", 10), ("c_2", "others", 1_000)):
            made = pushes(receiver(url=f"https://hook.example/{path}", per_second_host=rate), id)
            run.engine.publish(made)
        run.advance(0)
        with run.database.write() as connection:  # each campaign has an account of its own
            connection.exec_driver_sql("UPDATE outbox SET account = 'other' WHERE version = 2")
        loop = sending(run, clock, opened)
        loop._sheet = _renaming(loop._sheet)  # type: ignore[method-assign]
        send_all(run, clock, loop)
        loop.close()
        assert set(per_account.values()) == {60}
        assert busiest(times) <= 10
        assert used(times, 10) >= 0.95


def test_what_an_account_says_in_the_newest_version_holds_for_all(tmp_path: Path) -> None:
    """Also where it says again what it said before, and where an older version comes to send later."""
    times = list[float]()
    with Running(database(tmp_path, people=30), open_adapter=lambda _account: unusable()) as run:
        clock = Clock(run)

        def opened(account: Any) -> Any:
            provider = Provider(Traits(1, 4, account.settings.per_second))
            provider.before = lambda _batch: times.append(clock.seconds)
            return provider.open(account)

        loop = sending(run, clock, opened)
        for id, rate in (("c_1", 5), ("c_2", 100), ("c_3", 5)):
            run.engine.publish(pushes(receiver(per_second=rate), id))
            times.clear()
            run.advance(0)
            send_all(run, clock, loop)
            assert min(rate, 30) / 2 < busiest(times) <= rate
        loop.close()


def test_hosts_have_the_rates_of_the_accounts_that_go_there_now() -> None:
    limits = Limits(lambda: 0.0)

    def at(account: str, version: int, host: str, rate: int) -> int | None:
        traits = Traits(1, 1, destinations=Destinations(rate, host))
        limits.pinned(account, traits, version)
        return limits.of(account, traits).per_second

    assert at("a", 1, "h.cn", 5) == 5
    assert at("b", 2, "h.cn", 10) == 5
    assert at("a", 3, "i.cn", 7) == 7
    assert at("b", 2, "h.cn", 10) == 10
    assert at("a", 1, "h.cn", 1) == 10


def _renaming(load: Callable[..., Any]) -> Callable[..., Any]:
    def loaded(*args: Any) -> Any:
        sheet = load(*args)
        sheet.bundle.accounts["other"] = sheet.bundle.accounts[SIMULATED_ID]
        return sheet

    return loaded


@pytest.mark.parametrize(
    ("kind", "settings", "expected"),
    [
        (
            "webhook",
            {"url": "https://h.cn:8443/a", "id_types": ["m"], "per_second_host": 7},
            (7, "h.cn"),
        ),
        ("http_sms", {"url": "https://sms.example/send", "per_second_host": 7}, (7, "sms.example")),
        ("smtp", {"host": "mail.example", "per_second_domain": 7}, (7, "")),
        ("alibaba_mail", {"per_second_domain": 7}, (7, "")),
        ("smtp", {"host": "mail.example"}, None),
        ("webhook", {"url": "https://h.example", "id_types": ["m"]}, None),
    ],
)
def test_accounts_say_where_their_messages_go(kind: str, settings: Any, expected: Any) -> None:
    account = ACCOUNT.adapter.validate_python({"id": "a_1", "name": "A", "kind": kind, "settings": settings})
    found = adapter_of(account, {}, Network()).traits.destinations
    assert (None if found is None else (found.per_second, found.host)) == expected


def letter(number: int, domain: str) -> Letter:
    address = f"{number}@{domain}"
    return Letter("a", 1, 1, 0, 1, 1, number, 1, address, "", None, 0, 0, 1, 0, None)


def test_a_notification_has_its_turn_before_marketing_that_gave_way() -> None:
    """The domain is free for it at once, and marketing's turns are its own."""
    limit = Domains(10, lambda: 0.0)
    kept, later = limit.soon([letter(number, "a") for number in range(200)])
    assert len(kept) + len(later) == 200
    limit.given_back(kept)
    orders = [letter(number, "a")._replace(priority=0) for number in range(60)]
    kept, later = limit.soon(orders)
    assert kept == orders[: len(kept)]
    assert len(kept) == 51
    assert max(later.values()) <= 6


@settings(max_examples=30)
@given(
    rate=st.integers(1, 20),
    domains=st.lists(st.sampled_from("abc"), min_size=1, max_size=120),
    most=st.integers(1, 40),
)
def test_no_domain_gets_more_than_its_rate_whoever_is_next(rate: int, domains: list[str], most: int) -> None:
    now, times = 0.0, dict[str, list[float]]()
    limit = Domains(rate, lambda: now)
    waiting = [letter(number, domain) for number, domain in enumerate(domains)]
    while waiting:
        picked = limit.pick(waiting, most)
        both = limit.pick([one for one in waiting if one not in picked], most)  # an attempt beside it
        now += 0.003 if picked else limit.wait(waiting)
        for some in (picked, both):
            limit.left(some, some)
            for one in some:
                times.setdefault(one.address[-1], []).append(now)
        waiting = [one for one in waiting if one not in picked and one not in both]
    assert sum(map(len, times.values())) == len(domains)
    assert all(busiest(each) <= rate for each in times.values())
