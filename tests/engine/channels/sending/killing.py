"""A process that sends what waits in an outbox to a receiver on a socket, and is killed on the way.

Named points: before and after the commit of a claim, of an attempt and of results, as the request goes out,
and when it has been answered and nobody has read that. `call` dies at the n-th call of the database's driver.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from engine.channels.adapter import Adapter
from engine.channels.http_client import HttpClient, Timeouts
from engine.channels.network import Network
from engine.channels.providers import adapter_of
from engine.channels.sending import claims, loop
from engine.channels.web import Answer, Request
from engine.run.answers import Refused
from engine.run.clock import VirtualClock
from engine.workspace.account import ACCOUNT, SIMULATED_ID, AccountFile
from tests.databases import Target
from tests.engine import nursery
from tests.engine.run.drafting import EVERYBODY, MINUTE, Running, bundle
from tests.engine.run.interference import transactions_told, watched

NODES = 6
ANSWER_S = 5.0
SEEN_S = 60.0
"""Seconds within which a server sees that a process is gone."""
WEBHOOK = {
    "webhook": SIMULATED_ID,
    "id_type": "mobile",
    "params": {"name": {"from": "attribute", "key": "name"}},
}
POINTS = ("claim", "attempt", "request", "result")
CLAIM = 50
"""Letters of one claim while lives are short. Results are written down with the next attempt, and by
themselves after the last one of a step."""


def account(port: int, key_hours: int | None, batch: int) -> AccountFile:
    """The receiver, which takes batches, and heeds keys for so many hours, or not at all."""
    settings: dict[str, Any] = {
        "url": f"http://127.0.0.1:{port}/people",
        "id_types": ["mobile"],
        "params": [{"name": "name"}],
        "batch_size": batch,
    }
    if key_hours is not None:
        settings["key_lifetime"] = {"amount": key_hours, "unit": "hour"}
    made: AccountFile = ACCOUNT.adapter.validate_python(
        {"id": SIMULATED_ID, "name": "Receiver", "kind": "webhook", "settings": settings}
    )
    return made


def campaign(found: AccountFile, pushes: int) -> Any:
    """Everybody goes through so many webhooks in a row."""
    webhooks = {f"n_{n}": ("webhook", WEBHOOK) for n in range(1, pushes + 1)}
    nodes = {"n_who": ("target_audience", EVERYBODY), **webhooks, "n_end": ("end", {})}
    ids = list(nodes)
    links = [f"{a} out {b}" for a, b in itertools.pairwise(ids)]
    return bundle(nodes, links, account=found)


def running(target: Target, clock: VirtualClock) -> Running:
    network = Network(["127.0.0.1"])

    def opened(found: AccountFile) -> Adapter:
        return adapter_of(found, {}, network, Timeouts(answer=ANSWER_S))

    return Running(target, clock=clock, open_adapter=opened)


def live(asked: dict[str, Any]) -> None:
    """Publish the campaign, where nobody has, and send what is due within some hours."""
    target: Target = asked["target"] if "://" in asked["target"] else Path(asked["target"])
    left = asked["nth"]
    claims.CLAIM = asked["claim"]
    loop.CLAIMS_OF_A_STEP = 2  # the second one with an attempt

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            nursery.die()

    with ExitStack() as stack:
        if asked["point"] == "call":
            stack.enter_context(watched(lambda _connection, what: count() if what != "committed" else None))
        elif asked["point"]:
            wanted = (asked["point"], asked["when"])
            for told in (transactions_told, _requests_told):
                stack.enter_context(told(lambda *what: count() if what == wanted else None))
        run = _running_after(target, VirtualClock(asked["now"]))
        with run:
            if not run.engine.campaigns():
                found = account(asked["port"], asked["key_hours"], asked["batch"])
                run.engine.publish(campaign(found, asked["pushes"]))
            run.advance(15 * MINUTE)
        run.database.close()


def _running_after(target: Target, clock: VirtualClock) -> Running:
    """PostgreSQL ends a long statement before it sees that whoever asked for it was killed."""
    give_up = time.monotonic() + SEEN_S
    while True:
        try:
            return running(target, clock)
        except Refused:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)


@contextmanager
def _requests_told(tell: Callable[[str, str], None]) -> Iterator[None]:
    """Tell before each request, and when it has been answered and nobody has read that."""
    send = HttpClient.send

    async def told(self: HttpClient, request: Request) -> Answer:
        tell("request", "before")
        answer = await send(self, request)
        tell("request", "after")
        return answer

    HttpClient.send = told  # type: ignore[method-assign]
    try:
        yield
    finally:
        HttpClient.send = send  # type: ignore[method-assign]


if __name__ == "__main__":
    nursery.serve(live)
