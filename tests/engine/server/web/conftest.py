"""A shared server with a campaign that has run, and somebody who looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from engine.campaign import campaign_file
from engine.server.identity import passwords, users
from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.workspace import bundle as bundles
from tests.browser import NoBrowser, Tab, browser
from tests.databases import fresh
from tests.engine.server.shared.conftest import quick  # noqa: F401 - a fixture
from tests.engine.server.shared.serving import Shared, serve_shared
from tests.engine.shop import PEOPLE, campaign_path, make_shop

PASSWORD = "correct horse battery"


@pytest.fixture
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shared]:
    """Three people from Rome got an SMS, or were to: one has no mobile number."""
    shop = make_shop(tmp_path / "shop")
    data = tmp_path / "data"
    data.mkdir()
    (data / "people.csv").write_text(PEOPLE)
    with fresh(request, "sqlite", tmp_path) as target, Database.open(target) as database:
        import_folder(database, data)
        with serve_shared(database, shop.folder) as shared:
            path = campaign_path(shop)
            document = campaign_file.parse(path.read_bytes(), path)
            shared.engine.publish(bundles.make(shop, document))
            shared.engine.run_until_idle(shared.clock.now())
            yield shared


class Visitor:
    """A browser as far as HTTP goes: keeps cookies, follows nothing by itself."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Accept"] = "text/html"

    def get(self, path: str, **options: Any) -> requests.Response:
        return self._call("GET", path, **options)

    def post(self, path: str, origin: str | None = None, **fields: str) -> requests.Response:
        """Send a form of the server's own page, or of another site's."""
        headers = {"Origin": origin or self._shared.url}
        return self._call("POST", path, data=fields, headers=headers)

    def sign_in(self, name: str = "ann") -> requests.Response:
        return self.post("/web/sign-in", name=name, password=PASSWORD)

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(
            method, self._shared.url + path, timeout=20, allow_redirects=False, **options
        )


@pytest.fixture
def visitor(served: Shared) -> Iterator[Visitor]:
    """Somebody who has a browser and is called ann, a publisher; has not signed in yet."""
    add_user(served, "ann", Role.PUBLISHER)
    one = Visitor(served)
    with one.session:
        yield one


def add_user(shared: Shared, name: str, role: Role) -> None:
    with shared.database.write() as connection:
        users.add_user(connection, name, role, "test", shared.clock.now())
        users.change_user(connection, name, password=passwords.hashed(PASSWORD))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Tab]:
    try:
        with browser() as tab:
            yield tab
    except NoBrowser as reason:
        pytest.skip(str(reason))


@pytest.fixture
def tab(chromium: Tab, served: Shared) -> Iterator[Tab]:
    """A tab that knows nobody, and has nothing to complain of."""
    chromium.send("Network.clearBrowserCookies")
    chromium.look_like(1280, 800)
    chromium.speak("en")
    chromium.errors.clear()
    yield chromium
    chromium.open("about:blank")  # a page that stayed would look for its server, which goes now


def known(tab: Tab, served: Shared) -> Tab:
    """The same, signed in."""
    token = served.token(Role.PUBLISHER, "ann", Kind.SESSION)
    tab.send("Network.setCookie", name="canvas", value=token, url=served.url, httpOnly=True)
    return tab
