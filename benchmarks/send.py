"""From the outbox to receivers on loopback: what the sending loop does in a second, channel by channel.

A campaign puts one message for each person into the outbox; then the loop sends them all. The receivers run
in another process. Beside each figure stands the CPU time that one message costs the engine's process, and
where that goes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from benchmarks._databases import DIALECTS, Target, new_database, server
from benchmarks._journey import bundle_of, fill
from benchmarks._layers import Layers
from benchmarks._report import Report
from benchmarks._sinks import sink
from engine.channels.adapter import Adapter
from engine.channels.network import Network
from engine.channels.opening import NotUsable
from engine.channels.providers import adapter_of
from engine.files.memory import leave_out_the_program
from engine.i18n import Message
from engine.run.clock import RealClock
from engine.run.engine import Engine
from engine.run.settings import EngineSettings
from engine.store.database import Database
from engine.workspace.account import ACCOUNT, SIMULATED_ID, AccountFile
from engine.workspace.bundle import Bundle

ZONE = ZoneInfo("Asia/Shanghai")
TOPIC = "people"
GIVE_UP_S = 120.0


Account = tuple[str, dict[str, Any]]
"""Its kind and its settings."""


class Channel(NamedTuple):
    """receiver: makes one, and the account that reaches it. component: kind and config. target: messages a
    second."""

    receiver: Callable[[], AbstractContextManager[Account]]
    component: tuple[str, dict[str, Any]]
    people: int
    target: int


_PUSH = {"id_type": "mobile"}
_VALUES = {"name": {"from": "constant", "value": "Ann"}, "city": {"from": "constant", "value": "Rome"}}
_PARAMETERS = [{"name": "name"}, {"name": "city"}]


@contextmanager
def webhook(batch: int) -> Iterator[Account]:
    with sink("http") as port:
        url = f"http://127.0.0.1:{port}/people"
        yield (
            "webhook",
            {"url": url, "id_types": ["mobile"], "params": _PARAMETERS, "batch_size": batch},
        )


@contextmanager
def smtp() -> Iterator[Account]:
    with sink("smtp") as port:
        settings = {"host": "127.0.0.1", "port": port, "security": "none", "senders": ["shop@example.org"]}
        yield "smtp", settings


@contextmanager
def kafka() -> Iterator[Account]:
    """Brokers inside librdkafka, of a producer that does nothing else."""
    from confluent_kafka import Producer

    keeper = Producer({"bootstrap.servers": "unused", "test.mock.num.brokers": 1})
    try:
        brokers = keeper.list_topics(timeout=10).brokers.values()
        places = [f"{one.host}:{one.port}" for one in brokers]
        yield (
            "kafka",
            {"brokers": places, "topic": TOPIC, "id_types": ["mobile"], "fields": _PARAMETERS},
        )
    finally:
        keeper.close()


HOOK = ("webhook", {**_PUSH, "webhook": SIMULATED_ID, "params": _VALUES})
MAIL = ("email", {"account": SIMULATED_ID, "sender": "shop@example.org", "template": "m_mail"})
STREAM = ("push_kafka", {**_PUSH, "interface": SIMULATED_ID, "fields": _VALUES})


def campaign(account: AccountFile, component: tuple[str, dict[str, Any]]) -> Bundle:
    made = bundle_of(
        "c_send",
        {
            "n_0": ("target_audience", {"audiences": ["a_all"], "mode": "now"}),
            "n_1": component,
            "n_2": ("end", {}),
        },
        [("n_start", "out", "n_0"), ("n_0", "out", "n_1"), ("n_1", "out", "n_2")],
    )
    return Bundle(made.campaign, made.audiences, made.messages, {SIMULATED_ID: account}, made.catalog)


class Measured(NamedTuple):
    """Messages a second; ms of this process's CPU time that one of them costs; the layers' shares of it."""

    rate: float
    cpu: float
    shares: Mapping[str, float]


def measure(target: Target, people: int, account: Account, component: tuple[str, dict[str, Any]]) -> Measured:
    kind, settings = account
    file = ACCOUNT.adapter.validate_python(
        {"id": SIMULATED_ID, "name": "Sink", "kind": kind, "settings": settings}
    )
    fill(target, people)
    network, ready, layers = Network(["127.0.0.1"]), False, Layers()

    def open_adapter(found: AccountFile) -> Adapter:
        if not ready:
            raise NotUsable(Message("everybody is to be in the outbox first"))
        return adapter_of(found, {}, network)

    with Database.open(target) as database, layers.watched():
        engine = Engine(database, EngineSettings(ZONE), RealClock(), open_adapter=open_adapter)
        try:
            engine.publish(campaign(file, component))
            while engine.step():
                pass
            ready = True
            leave_out_the_program()  # as the engine's process does
            begun, cpu = time.perf_counter(), time.process_time()
            engine.start()
            while (counts := engine.counts("c_send").messages["n_1"]) != {"sent": people}:
                if time.perf_counter() > begun + GIVE_UP_S:
                    raise SystemExit(f"of {people} messages: {counts}")
                time.sleep(0.1)
            took, used = time.perf_counter() - begun, time.process_time() - cpu
            return Measured(people / took, used / people * 1000, layers.shares(used))
        finally:
            engine.close()


CHANNELS: Mapping[str, Channel] = {
    "webhook, one a request": Channel(lambda: webhook(1), HOOK, 20_000, 6_000),
    "webhook, 500 a request": Channel(lambda: webhook(500), HOOK, 100_000, 30_000),
    "kafka": Channel(kafka, STREAM, 100_000, 50_000),
    "smtp": Channel(smtp, MAIL, 4_000, 800),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench send", description=__doc__)
    parser.add_argument("--people", type=int, help="messages of each channel")
    parser.add_argument("--full", action="store_true", help="ten times as many")
    parser.add_argument("--only", choices=list(CHANNELS), help="one channel")
    options = parser.parse_args()
    report = Report("send")
    with server() as postgres:
        for dialect in DIALECTS:
            if dialect == "postgresql" and postgres is None:
                continue
            for name, channel in CHANNELS.items():
                if options.only in (None, name):
                    people = options.people or channel.people * (10 if options.full else 1)
                    with new_database(dialect, postgres) as target, channel.receiver() as account:
                        found = measure(target, people, account, channel.component)
                    wanted = channel.target if dialect == "sqlite" else None
                    report.line(f"{dialect} {name}", found.rate, "messages/s", wanted, at_most=False)
                    report.line(f"{dialect} {name}, CPU time of one", found.cpu, "ms")
                    for layer, share in found.shares.items():
                        report.line(f"{dialect} {name}, CPU time in {layer}", share * 100, "%")
    report.machine()
    return 0 if report.ok else 1


if __name__ == "__main__":
    raise SystemExit(main())
