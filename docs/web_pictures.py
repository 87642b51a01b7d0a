"""Take the pictures of the server's pages anew: `.venv/bin/python -m docs.web_pictures`. Needs Chromium.

A real server with the sample workspace, whose members have registered and gone on for four days.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.camera import shrink
from engine.components.registry import component
from engine.run.answers import IncomingEvent
from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind
from engine.store.database import Database
from engine.store.fields import DataSchema
from engine.store.imports.folder import import_folder
from engine.workspace import bundle
from engine.workspace.sample import write_sample
from tests.browser import Tab, browser
from tests.engine.server.shared.serving import Shared, serve_shared

PICTURES = Path(__file__).parent / "pictures"
CAMPAIGNS = ("c_second", "c_welcome")
TODAY = date(2025, 11, 24)
MEMBERS, LOGGED_IN = 1_264, 700
HOUR_MS = 3_600_000
HOURS = 96
WIDE, PHONE = (1440, 1000), (360, 760)
PAGES = (
    ("list", WIDE, "/web"),
    ("campaign", WIDE, "/web/campaigns/c_welcome"),
    ("phone", PHONE, "/web/campaigns/c_welcome"),
    ("report", WIDE, "/web/campaigns/c_welcome/report"),
    ("report-phone", PHONE, "/web/campaigns/c_welcome/report"),
    ("comparison", WIDE, "/web/comparison"),
)
WHOLE = ("report", "comparison")
"""Pages that are shown as long as they are."""
SHOWN = {
    ("campaign", "en", "light"),
    ("list", "en", "dark"),
    ("campaign", "zh", "light"),
    ("phone", "zh", "dark"),
    ("report", "en", "light"),
    ("comparison", "en", "dark"),
    ("report", "zh", "light"),
    ("report-phone", "zh", "dark"),
}
"""What the manual shows."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=PICTURES)
    out: Path = parser.parse_args(arguments).out
    with browser() as tab:
        for language in ("en", "zh"):
            with sample_server(language) as server:
                token = server.token(Role.PUBLISHER, "anna", Kind.SESSION)
                tab.send("Network.clearBrowserCookies")
                tab.send("Network.setCookie", name="canvas", value=token, url=server.url)
                tab.speak(language)
                for name, size, path in PAGES:
                    for theme in ("light", "dark"):
                        if (name, language, theme) in SHOWN:
                            address, dark = server.url + path, theme == "dark"
                            shot = taken(tab, address, size, dark=dark, whole=name in WHOLE)
                            picture = out / f"web-{name}-{language}-{theme}.png"
                            picture.write_bytes(shot)
                            shrink(picture)
    return 0


def taken(tab: Tab, address: str, size: tuple[int, int], *, dark: bool, whole: bool) -> bytes:
    """A page as it is once it is all there, without anything that moves; whole: also below the screen."""
    tab.look_like(*size, dark=dark, calm=True, touch=size == PHONE)
    tab.open(address)
    tab.run("document.fonts.ready.then(() => true)")
    tab.wait("document.querySelector('[data-connection=off]') === null")
    return tab.picture(whole=whole)


@contextmanager
def sample_server(language: str) -> Iterator[Shared]:
    """The sample workspace, served; members have registered, and many of them have come back."""
    with TemporaryDirectory() as temporary:
        folder, data = Path(temporary) / "shop", Path(temporary) / "data"
        workspace = write_sample(folder, data, language, TODAY)
        with Database.open(Path(temporary) / "engine.db") as database:
            import_folder(database, data, DataSchema.of(workspace.catalog))
            with serve_shared(database, folder) as server:
                for id in CAMPAIGNS:
                    server.engine.publish(bundle.make(workspace, workspace.load_campaign(id)))
                welcome = workspace.load_campaign("c_welcome")
                codes = {
                    component(node.kind).category.value: str(node.config["event"])
                    for node in welcome.nodes.values()
                    if "event" in node.config
                }
                _live(server, codes["trigger"], codes.get("judgment", "login"))
                yield server


def _live(server: Shared, registered: str, logged_in: str) -> None:
    """Four days in the life of the members."""
    chance, begin = random.Random(7), server.clock.now()
    people = [f"P{number:05d}" for number in range(1, MEMBERS + 1)]
    for hour in range(HOURS):
        now = begin + hour * HOUR_MS
        server.clock.set(max(now, server.clock.now()))
        new = people[hour * len(people) // HOURS : (hour + 1) * len(people) // HOURS]
        back = chance.sample(people[: hour * len(people) // HOURS], LOGGED_IN // HOURS) if hour > 12 else []
        events = [IncomingEvent(f"r-{one}", one, registered, now) for one in new]
        events += [IncomingEvent(f"l-{hour}-{one}", one, logged_in, now) for one in back]
        server.engine.post_events(events)
        server.engine.run_until_idle(now + HOUR_MS - 1)


if __name__ == "__main__":
    raise SystemExit(main())
