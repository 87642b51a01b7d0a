"""A shared server over HTTP: publishers at one campaign, events one by one at 1,000 a second, and in bulk.

The server is a process of its own on loopback. All publishers of a round say that they follow the same
version: one may be taken. An event is answered once it is durable; its time counts from the moment at which
it was to be sent, so that a server that cannot keep up shows it. Then many enter a campaign
meanwhile, and pages show how it goes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from datetime import UTC, datetime
from itertools import count

from benchmarks._databases import DIALECTS, new_database, server
from benchmarks._journey import fill
from benchmarks._report import Report
from benchmarks._shared_server import Answer, Caller, Running, pages, running
from benchmarks.events import in_bulk, on_event
from engine.campaign.document import CampaignDocument
from engine.server.wire.base import API
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle

SHARED = "c_shared"
RATE = 1_000
CONNECTIONS = 64
BATCH, BATCHES, SENDERS = 1_000, 20, 4
P99_TARGET_MS, BULK_TARGET = 100, 25_000
GIVE_UP = 1.5
"""How many times as long as planned a phase may take; what is not sent by then is not."""

Latencies = list[float]


class Sizes(argparse.Namespace):
    """How much of everything."""

    people: int
    seconds: int
    publishers: int
    rounds: int
    pages: int
    full: bool


def renamed(name: str) -> bytes:
    """The file of the campaign that all publish, with another name; it does not end by itself."""
    bundle = on_event(SHARED)
    document = bundle.campaign
    attributes = document.attributes.model_copy(update={"name": name})
    document = CampaignDocument(attributes, document.nodes, document.links)
    return bundles.write(Bundle(document, bundle.audiences, bundle.messages, bundle.accounts, bundle.catalog))


async def publishing(report: Report, server: Running, case: str, sizes: Sizes) -> None:
    """Publishers compete for each base version."""
    callers = await server.callers(sizes.publishers)
    first = await callers[0].post("/campaigns", renamed("First"))
    base, winners, strange, latencies = first.etag, [], 0, []
    expected = [first.body["hash"]]

    async def publish(number: int, caller: Caller, round: int) -> Answer:
        body = renamed(f"{round} of {number}")
        begun = time.perf_counter()
        answer = await caller.post("/campaigns", body, f"If-Match: {base}\r\n")
        latencies.append((time.perf_counter() - begun) * 1e3)
        return answer

    for round in range(sizes.rounds):
        answers = await asyncio.gather(*(publish(n, one, round) for n, one in enumerate(callers)))
        won = [one for one in answers if one.status == 200]
        strange += sum(one.status not in (200, 412) for one in answers)
        winners.append(len(won))
        base = won[-1].etag
        expected += [one.body["hash"] for one in won]
    await callers[0].post(f"/campaigns/{SHARED}/stop", b"")
    lost = await _lost(callers[0], expected)
    for caller in callers:
        await caller.close()
    name = f"{case}, {sizes.publishers} publishers, {sizes.rounds} rounds"
    report.line(f"{name}: winners of a base version, at least", min(winners), "winners", 1, at_most=False)
    report.line(f"{name}: winners of a base version, at most", max(winners), "winners", 1)
    report.line(f"{name}: updates lost", lost, "versions", 0)
    report.line(f"{name}: answers but 200 and 412", strange, "answers", 0)
    _percentiles(report, f"{name}: publishing", latencies)


async def _lost(caller: Caller, expected: list[str]) -> int:
    """How many of the versions that were answered are not what the server has, in this order."""
    found: list[str] = []
    after = ""
    while True:
        page = (await caller.get(f"{API}/campaigns/{SHARED}/versions{after}")).body
        found += [one["hash"] for one in page["versions"]]
        if page.get("after") is None:
            break
        after = f"?after={page['after']}"
    return sum(a != b for a, b in zip(expected, found, strict=False)) + abs(len(expected) - len(found))


def event(id: str, number: int, people: int) -> dict[str, str]:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"event_id": id, "person_id": f"p{number % people + 1}", "event": "visit", "time": now}


async def one_by_one(server: Running, name: str, people: int, seconds: int) -> tuple[Latencies, float]:
    """ms of every event that was sent, and the events a second that were answered."""
    callers = await server.callers(CONNECTIONS)
    numbers, latencies = count(), Latencies()
    begun = time.perf_counter()

    async def send(caller: Caller) -> None:
        for number in numbers:
            due = begun + number / RATE
            if number >= seconds * RATE or time.perf_counter() > begun + seconds * GIVE_UP:
                return
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            body = json.dumps(event(f"{name}{number}", number, people)).encode()
            answer = await caller.post("/events", body)
            if answer.status != 200 or answer.body["accepted"] != 1:
                raise SystemExit(f"{name}: {answer}")
            latencies.append((time.perf_counter() - due) * 1e3)

    await asyncio.gather(*(send(caller) for caller in callers))
    rate = len(latencies) / (time.perf_counter() - begun)
    for caller in callers:
        await caller.close()
    return latencies, rate


async def in_batches(server: Running, people: int) -> float:
    """Events a second of calls that carry many."""
    callers = await server.callers(SENDERS)
    bodies = [
        json.dumps([event(f"bulk{n}", n, people) for n in range(first, first + BATCH)]).encode()
        for first in range(0, BATCH * BATCHES, BATCH)
    ]
    begun = time.perf_counter()

    async def send(caller: Caller) -> None:
        while bodies:
            answer = await caller.post("/events", bodies.pop())
            if answer.status != 200 or answer.body["accepted"] != BATCH:
                raise SystemExit(f"bulk: {answer}")

    await asyncio.gather(*(send(caller) for caller in callers))
    rate = BATCH * BATCHES / (time.perf_counter() - begun)
    for caller in callers:
        await caller.close()
    return rate


async def measure(report: Report, dialect: str, server: Running, sizes: Sizes) -> None:
    begin = await server.used()
    await publishing(report, server, dialect, sizes)
    await _ask(server, "/campaigns", bundles.write(on_event()))
    await one_by_one(server, "warm", sizes.people, 1)
    await _events(report, server, f"{dialect} quiet", sizes)
    async with pages(server, "c_event", sizes.pages) as opened:
        await _ask(server, "/campaigns", bundles.write(in_bulk("c_busy")))
        await _events(report, server, f"{dialect} while {sizes.people} people run", sizes)
    counting = sum(page.heard > 1 for page in opened)
    report.line(f"{dialect} pages open meanwhile, with live counts", counting, "pages", sizes.pages,
                at_most=False)  # fmt: skip
    await _ask(server, "/campaigns/c_event/stop", b"")
    report.line(f"{dialect} bulk", await in_batches(server, sizes.people), "events/s", BULK_TARGET,
                at_most=False)  # fmt: skip
    end = await server.used()
    report.line(f"{dialect} memory at the begin", begin.memory / 2**20, "MiB")
    report.line(f"{dialect} memory at the end", end.memory / 2**20, "MiB")


async def _events(report: Report, server: Running, case: str, sizes: Sizes) -> None:
    before = await server.used()
    latencies, rate = await one_by_one(server, case.replace(" ", "_"), sizes.people, sizes.seconds)
    used = (await server.used()).cpu - before.cpu
    report.line(f"{case}, events one by one", rate, "events/s", RATE * 0.99, at_most=False)
    _percentiles(report, case, latencies, P99_TARGET_MS)
    report.line(f"{case}, CPU of the server for an event", used * 1e3 / len(latencies), "ms")


async def _ask(server: Running, path: str, body: bytes) -> None:
    """One call on a connection of its own: the server ends those on which nothing has come for a while."""
    caller = await server.caller()
    answer = await caller.post(path, body)
    await caller.close()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer}")


def _percentiles(report: Report, case: str, latencies: Latencies, target: float | None = None) -> None:
    ordered = sorted(latencies)
    report.line(f"{case}, p50", ordered[len(ordered) // 2], "ms")
    report.line(f"{case}, p99", ordered[len(ordered) * 99 // 100], "ms", target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000, help="in the campaign meanwhile")
    parser.add_argument("--seconds", type=int, default=3, help="of each phase of events")
    parser.add_argument("--publishers", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=50, help="open while the campaign runs")
    parser.add_argument(
        "--full", action="store_true", help="200 publishers, 50 rounds, 500 pages, ten minutes a phase"
    )
    sizes = parser.parse_args(namespace=Sizes())
    if sizes.full:
        sizes.publishers, sizes.rounds, sizes.pages, sizes.seconds = 200, 50, 500, 600
    report = Report("server")
    with server() as postgres:
        for dialect in DIALECTS if postgres is not None else DIALECTS[:1]:
            with (
                new_database(dialect, postgres) as target,
                running(target, lambda target: fill(target, sizes.people)) as found,
            ):
                asyncio.run(measure(report, dialect, found, sizes))
    report.machine()


if __name__ == "__main__":
    main()
