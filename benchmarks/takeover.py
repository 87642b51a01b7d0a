"""Several servers on one database: how long nothing is done after something happened to the leading one.

Three servers as processes on loopback, each behind a wire of its own to the database, with the usual lease.
After each happening a person orders; the time counts until the provider gets what that person is sent.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks._databases import DURABLE
from benchmarks._report import Report
from engine.server.shared.configuration import Lease
from tests.engine.channels.fakes.webhook import WebhookFake
from tests.engine.run.drafting import populate
from tests.engine.server.leading.show import LETTERS, Show
from tests.engine.server.leading.troupe import Player, Troupe, until
from tests.postgres import CannotStart, Postgres

TARGET_S = 10.0
SERVERS = 3
PEOPLE = 1_000

Happening = Callable[[Troupe, Player], None]


def _killed(troupe: Troupe, leader: Player) -> None:
    troupe.kill(leader)


def _ended(troupe: Troupe, leader: Player) -> None:
    troupe.kill(leader, signal.SIGTERM)


def _frozen(troupe: Troupe, leader: Player) -> None:
    troupe.freeze(leader)


def _cut(_troupe: Troupe, leader: Player) -> None:
    leader.wire.cut()


def _silent(_troupe: Troupe, leader: Player) -> None:
    leader.wire.silence()


HAPPENINGS: dict[str, Happening] = {
    "ended in order": _ended,
    "killed": _killed,
    "frozen": _frozen,
    "cut off": _cut,
    "packets vanish": _silent,
}


def _mended(troupe: Troupe, player: Player) -> None:
    """All servers are there again, and know who leads."""
    player.wire.mend()
    if player.frozen:
        troupe.thaw(player)
    if not player.alive:
        troupe.start(player)
    until(lambda: all(one.readiness in ("ok", "standby") for one in troupe.players))


def _measure(report: Report, troupe: Troupe, show: Show, fake: WebhookFake, postgres: Postgres) -> None:
    def resumed(happening: Callable[[], None]) -> float:
        began, before = time.monotonic(), len(fake.by_key)
        happening()
        show.order(1, each=1)
        until(lambda: len(fake.by_key) >= before + LETTERS.messages)
        return time.monotonic() - began

    for case, happening in HAPPENINGS.items():
        leader = troupe.leading()
        report.line(case, resumed(partial(happening, troupe, leader)), "s", TARGET_S)
        _mended(troupe, leader)
    troupe.leading()
    postgres.kill(signal.SIGKILL)
    report.line("database killed and back", resumed(lambda: None), "s", TARGET_S)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    report = Report("takeover")
    try:
        postgres = Postgres(DURABLE, comes_back=True)
    except CannotStart as error:
        sys.stderr.write(f"not measured: {error}\n")
        return
    fake = WebhookFake(heeds_keys=True)
    with postgres.database() as url, fake, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        populate(url, folder, people=PEOPLE)
        with Troupe(folder, postgres, url, SERVERS, Lease().seconds, hurried=False) as troupe:
            _measure(report, troupe, Show(troupe, fake, url, PEOPLE), fake, postgres)
    postgres.stop()
    report.machine()


if __name__ == "__main__":
    main()
