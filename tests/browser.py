"""A real Chromium without a screen, driven by the DevTools protocol over one WebSocket."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

import dev

START_S, ANSWER_S = 60.0, 30.0
_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-extensions", "--disable-sync", "--hide-scrollbars",
    "--force-color-profile=srgb", "--remote-debugging-port=0", "--no-proxy-server",
)  # fmt: skip

Json = dict[str, Any]


class NoBrowser(Exception):  # noqa: N818 - names the condition
    """There is no Chromium here, or it does not start; the text says why."""


class Tab:
    """A page that is open. Attribute `errors`: what its console, its scripts and its policy complained of."""

    def __init__(self, loop: asyncio.AbstractEventLoop, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._loop = loop
        self._socket = socket
        self._number = 0
        self._events: list[Json] = []
        self.errors: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> Json:
        """Call a method and give its result."""
        return self._loop.run_until_complete(self._send(method, parameters))

    def open(self, url: str) -> None:
        """Go there, and wait until it has loaded."""
        self._events.clear()
        self.send("Page.navigate", url=url)
        self._loop.run_until_complete(self._until("Page.loadEventFired"))

    def run(self, script: str) -> Any:
        """The value of an expression on the page; of a promise, what it comes to."""
        given = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in given, given["exceptionDetails"]
        return given["result"].get("value")

    def wait(self, script: str) -> Any:
        """Until an expression is true on the page; its value."""
        return poll(lambda: self.run(script), script)

    def look_like(
        self, width: int, height: int, *, dark: bool = False, calm: bool = False, touch: bool = False
    ) -> None:
        """Be of a size, and a system with these wishes."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=2 if touch else 1, mobile=touch,
        )  # fmt: skip
        self.send("Emulation.setTouchEmulationEnabled", enabled=touch)
        wishes = {
            "prefers-color-scheme": "dark" if dark else "light",
            "prefers-reduced-motion": "reduce" if calm else "no-preference",
        }
        features = [{"name": name, "value": value} for name, value in wishes.items()]
        self.send("Emulation.setEmulatedMedia", features=features)

    def speak(self, language: str) -> None:
        """Ask for pages in a language."""
        self.send("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})

    def press(self, key: str, code: int = 0) -> None:
        """Press a key and let it go."""
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **text)
            text = {}

    def type(self, text: str) -> None:
        """Write into what has the focus."""
        self.send("Input.insertText", text=text)

    def submit(self, script: str) -> None:
        """Run what leads to another page, and wait until that has loaded."""
        self.submit_by(lambda: self.run(script))

    def submit_by(self, act: Callable[[], object]) -> None:
        """Do something that leads to another page, and wait until that has loaded."""
        self._events.clear()
        act()
        self._loop.run_until_complete(self._until("Page.loadEventFired"))

    def picture(self, *, whole: bool = False) -> bytes:
        """A PNG of what is seen, or of the whole page."""
        shot = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(shot["data"])

    def names(self, role: str) -> list[str]:
        """What a screen reader says of everything on the page that has a role."""
        nodes = self.send("Accessibility.getFullAXTree")["nodes"]
        return [
            str(node.get("name", {}).get("value", ""))
            for node in nodes
            if not node["ignored"] and node["role"]["value"] == role
        ]

    async def _send(self, method: str, parameters: Json) -> Json:
        self._number += 1
        number = self._number
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            said = await self._receive()
            if said.get("id") == number:
                assert "error" not in said, (method, said.get("error"))
                result: Json = said["result"]
                return result

    async def _until(self, event: str) -> None:
        while not any(one["method"] == event for one in self._events):
            await self._receive()

    async def _receive(self) -> Json:
        said: Json = await asyncio.wait_for(self._socket.receive_json(), ANSWER_S)
        if "method" in said:
            self._events.append(said)
            self._note(said["method"], said["params"])
        return said

    def _note(self, method: str, given: Json) -> None:
        if method == "Runtime.exceptionThrown":
            self.errors.append(given["exceptionDetails"].get("text", "exception"))
        elif method == "Log.entryAdded" and given["entry"]["level"] == "error":
            self.errors.append(f"{given['entry']['text']} {given['entry'].get('url', '')}")


@contextmanager
def browser() -> Iterator[Tab]:
    """A tab of a Chromium that has seen nothing yet. Raises `NoBrowser`."""
    program = dev.browser_program()
    if program is None:
        raise NoBrowser("there is no Chromium (Debian's package chromium)")
    with TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        command = [program, *_OPTIONS, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        loop = asyncio.new_event_loop()
        try:
            with _connected(loop, _port(process, Path(profile))) as tab:
                yield tab
        finally:
            loop.close()
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def poll(ask: Callable[[], Any], what: str, seconds: float = ANSWER_S) -> Any:
    """Ask until the answer is true, and give it."""
    until = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < until, what
        time.sleep(0.05)
    return found


def _port(process: subprocess.Popen[bytes], profile: Path) -> int:
    """Where it listens, once it does."""
    file = profile / "DevToolsActivePort"

    def port() -> int:
        if process.poll() is not None:
            raise NoBrowser(f"Chromium ended with {process.returncode}")
        lines = file.read_text().split() if file.exists() else []
        return int(lines[0]) if len(lines) == 2 else 0

    return int(poll(port, "Chromium listens", START_S))


@contextmanager
def _connected(loop: asyncio.AbstractEventLoop, port: int) -> Iterator[Tab]:
    async def connect() -> tuple[aiohttp.ClientSession, aiohttp.ClientWebSocketResponse]:
        session = aiohttp.ClientSession()
        async with session.get(f"http://127.0.0.1:{port}/json") as answer:
            pages = [one for one in await answer.json() if one["type"] == "page"]
        return session, await session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0)

    session, socket = loop.run_until_complete(connect())
    try:
        yield Tab(loop, socket)
    finally:
        with contextlib.suppress(aiohttp.ClientError, OSError):
            loop.run_until_complete(socket.close())
        loop.run_until_complete(session.close())
