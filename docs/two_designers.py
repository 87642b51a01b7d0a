"""Show a team at work, all on this machine: `.venv/bin/python -m docs.two_designers [--language zh]`.

PostgreSQL, two servers of which one leads, four workers, and two designers, each with a display, a home, a
mouse and keys. Both change one campaign; one is faster, the other meets the conflict, merges and publishes.
Then the campaign runs on the CDNOW customers while workers and servers are killed, until everybody is
through; what came of it is compared with what was due to each of them, and looked at in a browser.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import dev
from docs import camera
from docs.team import PASSWORD, Server, Team, running, until
from docs.team_run import Run
from docs.team_shop import (
    CAMPAIGN,
    OFFER,
    REMINDER,
    WORDS,
    Order,
    Receivers,
    differing,
    expected,
    first_draft,
    people_of,
    take_out_last_quarter,
    write_workspace,
)
from docs.walk.desk import Desk
from docs.walk.frame import THEMES, Album, Chosen, choose
from engine.server.wire.campaigns import Counts
from engine.workspace import cdnow
from tests.browser import browser
from tests.engine.channels.fakes.http_sms import HttpSmsFake
from tests.engine.channels.fakes.webhook import WebhookFake
from tests.postgres import Postgres

ALBUM = Album("two-designers.md", "team")
SERVERS, WORKERS = 2, 4
DATABASE = {"fsync": "on", "full_page_writes": "on", "autovacuum": "on", "shared_buffers": "256MB"}
"""What tests do without to be fast."""
ADA, BEN, LOOKS = "ada", "ben", "mia"
WIDE, PHONE = (1440, 1000), (360, 760)


def main(arguments: Sequence[str] | None = None) -> int:
    """Show it; 0 where everything came to what it should."""
    if (chosen := choose(__doc__, ALBUM, arguments)) is None:
        return 2
    words = WORDS[chosen.language]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="team-")))
        postgres = Postgres(DATABASE)
        stack.callback(postgres.stop)
        database = stack.enter_context(postgres.database())
        messages = stack.enter_context(WebhookFake(heeds_keys=True))
        receivers = Receivers(messages, stack.enter_context(HttpSmsFake()))
        team = Team(folder, database, SERVERS, WORKERS)
        for server in team.servers:
            write_workspace(server.data, chosen.language, receivers)
        first, *others = team.servers
        stack.enter_context(running(first))
        team.leader()
        stack.enter_context(running(*others, *team.workers))
        data = cdnow.write_cdnow(folder / "data")
        if data.invented:
            print("The CDNOW purchases are not beside this checkout: invented ones stand for them.")
        orders = take_out_last_quarter(data.folder)
        with first.client() as client:
            client.import_folder(data.folder)
        for user in (BEN, LOOKS):
            first.add_user(user, "publisher" if user == BEN else "viewer")
        hers, _his = (
            write_workspace(folder / name / words["folder"], chosen.language, receivers)
            for name in (ADA, BEN)
        )
        hers.save_campaign(first_draft(chosen.language, datetime.now(UTC)))
        with Desk(ADA, folder / ADA, *chosen) as ada, Desk(BEN, folder / BEN, *chosen) as ben:
            for desk in (ada, ben):
                desk.end()
            design(first, ada, ben, words["folder"])
            ada.begin("publish_merged")
            ada.begin("watch", people=data.people)
            run = Run(team, orders, data.people, version=3)
            run.go_on(0.4)
            for _ in range(2):
                ada.end()
            ada.do("shoot", name="running")
            counts = run.finish()
            ada.do("see_the_end")
            ada.do("look_at_versions")
        until(lambda: first.leads, "that the first server leads again")
        tell(run, team)
        good = compare(counts, receivers, data, orders)
        good = prove(team) and good
        look(first, chosen)
        return 0 if good else 1


def design(server: Server, ada: Desk, ben: Desk, folder: str) -> None:
    """Up to where both versions are put together, and nothing but publishing is left."""
    ada.begin("open_the_workspace", folder=folder)
    ben.do("open_the_workspace", folder=folder)
    ada.end()
    invitation = server.invite(ADA, "publisher")
    who = {"url": server.url, "password": PASSWORD}
    ada.begin("sign_in", **who, name=ADA, invitation=invitation)
    ben.do("sign_in", **who, name=BEN)
    ada.end()
    ada.do("open_and_publish")
    ben.do("take_the_campaign")
    ada.begin("change_hers")  # both at once
    ben.do("change_his")
    ada.end()
    ben.do("publish_second")
    ada.do("meet_the_conflict")
    ada.do("merge")


def tell(run: Run, team: Team) -> None:
    """What happened meanwhile."""
    workers = sum(worker.kills for worker in team.workers)
    takeovers = " and ".join(f"{seconds:.1f}" for seconds in run.takeovers)
    print(f"Through after {run.seconds:.0f} s.")
    print(f"Workers were killed {workers} times, and ran {run.waves:,} waves.")
    print(f"The server that leads was killed {len(run.takeovers)} times; the other led after {takeovers} s.")
    print(f"Calls with orders that nobody answered, and that were made again: {run.repeated:,}.")


def compare(counts: Counts, receivers: Receivers, data: cdnow.Cdnow, orders: Sequence[Order]) -> bool:
    """Print what was due beside what the engine counts and what came; whether all of it agrees."""
    gift, *_ = counts.messages.keys() - {OFFER, REMINDER}  # whoever draws a component does not choose its id
    due = expected(data.people, orders, gift)
    print(f"{data.people:,} people entered; {len(orders):,} orders were placed meanwhile.")
    good = counts.entries == counts.finished == data.people
    for node, n in due.items():
        states = counts.messages.get(node, {})
        said = ", ".join(f"{state} {number:,}" for state, number in sorted(states.items()))
        print(f"  {node:<12} due: {n:>7,}   engine: {said}")
        good = good and states.get("sent", 0) + states.get("unknown", 0) == n == sum(states.values())
    doubtful = sum(states.get("unknown", 0) for states in counts.messages.values())
    differ = differing(receivers, people_of(data.folder), orders)
    lacking = -sum(n for n in differ.values() if n < 0)
    twice = sum(n > 0 for n in differ.values())
    got = receivers.messages.sent.total() + receivers.sms.sent.total()
    print(f"Receivers got {got:,} messages. Came twice or to the wrong person: {twice:,}.")
    print(f"In doubt, and listed so: {doubtful:,}, of which {lacking:,} did not come.")
    return good and not twice and lacking <= doubtful


def prove(team: Team) -> bool:
    """Let the program itself say whether the books and the audit log hold."""
    database, data = team.database, str(team.servers[0].data)
    good = True
    for command in (
        ["engine", "check", "--workspace", data],
        ["server", "--data", data, "--db", database, "audit", "verify"],
    ):
        done = subprocess.run(
            [sys.executable, str(dev.ROOT / "main.py"), *command], check=False, capture_output=True, text=True
        )
        print(f"{done.stdout}{done.stderr}".strip())
        good = good and done.returncode == 0
    return good


def look(server: Server, chosen: Chosen) -> None:
    """Somebody who may only look signs in with a browser, at a desk and on a phone."""
    language, theme = chosen.language, THEMES[chosen.language]
    with browser() as tab:
        tab.speak(language)
        for name, size in (("page", WIDE), ("phone", PHONE)):
            tab.look_like(*size, dark=theme == "dark", calm=True, touch=size == PHONE)
            tab.open(f"{server.url}/web/campaigns/{CAMPAIGN}")
            if name == "page":
                tab.type(LOOKS)  # the first field has the focus
                tab.press("Tab", 9)
                tab.type(PASSWORD)
                tab.press("Enter", 13)
            tab.wait("document.querySelector('[data-connection=on]') !== null")
            tab.run("document.fonts.ready.then(() => true)")
            picture = f"{name}-{language}-{theme}.png"
            if chosen.wanted is None or picture in chosen.wanted:
                (chosen.out / picture).write_bytes(tab.picture())
                camera.shrink(chosen.out / picture)


if __name__ == "__main__":
    raise SystemExit(main())
