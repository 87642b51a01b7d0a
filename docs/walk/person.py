"""The person: looks for things by what they say, moves the mouse there, clicks, drags and types."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from PIL import Image, ImageDraw
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractItemView

from docs.walk import eyes
from docs.walk.looking import Closed, Eyes, NotSeen, Spot
from docs.walk.screen import act

T = TypeVar("T")

PATIENCE_S = 60.0
LOOK_S = 0.05
SETTLE_S = 0.35  # until what glides has come to rest
REST_S = 0.15  # in which what glides moves visibly
NEAR = 6  # pixels: a pointer that comes from nearby moves, as a hand does
DRAG_STEPS = 8
COLOURS = 96
SMALL = 60_000
POINTER = ((0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (13, 12))


class Failed(Exception):  # noqa: N818 - what the walk has
    """A step did not come to what it should; the message says what."""


class Person:
    """Does what a step says, and takes pictures of it into a folder; only of `wanted` names where given."""

    def __init__(
        self, looking: Eyes, folder: Path, suffix: str, wanted: Container[str] | None = None
    ) -> None:
        self._eyes = looking
        self._folder, self._suffix, self._wanted = folder, suffix, wanted
        self._at: Spot = (0, 0)
        self._begun = time.monotonic()
        self._clicks = self._letters = self._keys = 0

    @property
    def effort(self) -> str:
        """What it took so far, in words."""
        took = time.monotonic() - self._begun
        return f"{took:.0f} s, {self._clicks} clicks, {self._letters} letters typed, {self._keys} other keys"

    # Looking -----------------------------------------------------------------------------------------------

    def see(self, look: Callable[[], T]) -> T:
        """What `look` finds, once it finds it; waits for it as long as a patient person would."""
        give_up = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self._eyes.see(look)
            except NotSeen as missed:
                if time.monotonic() > give_up:
                    raise Failed(f"not to be seen: {missed}") from missed
            time.sleep(LOOK_S)

    def find(self, look: Callable[[], Spot]) -> Spot:
        """Where something is, once it has come to rest."""
        before = self.see(look)
        while True:
            self.settle(REST_S)
            if (now := self.see(look)) == before:
                return now
            before = now

    def expect(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait until something holds. Raises `Failed`, in these words, where it does not come to that."""

        def look() -> None:
            if not holds():
                raise NotSeen(what)

        self.see(look)

    def expect_words(self, *texts: str) -> None:
        """Wait until something visible says this."""
        for text in texts:
            self.expect(f"“{text}”", lambda text=text: eyes.says(text))  # type: ignore[misc]

    def settle(self, seconds: float = SETTLE_S) -> None:
        """Wait until nothing moves any more."""
        time.sleep(seconds)
        with suppress(Closed):  # the last click ends the program
            self._eyes.see(lambda: None)

    # Hands -------------------------------------------------------------------------------------------------

    def point(self, at: Spot) -> None:
        """Move the pointer there, the last bit slowly enough for what hovers."""
        self._at = at
        self._turn_to_window()
        act(["mousemove", str(at[0] - NEAR), str(at[1])], ["sleep", "0.05"], ["mousemove", *map(str, at)])
        self.settle()

    def click(self, at: Spot, button: int = 1) -> None:
        self.point(at)
        act(["click", str(button)])
        self._clicks += 1
        self.settle()

    def click_twice(self, at: Spot) -> None:
        self.point(at)
        act(["click", "--repeat", "2", "--delay", "80", "1"])
        self._clicks += 2
        self.settle()

    def drag(self, start: Spot, stops: Sequence[Spot], shot: Callable[[], None] | None = None) -> None:
        """Press, go from stop to stop, look (`shot`), release."""
        self.point(start)
        act(["mousedown", "1"], ["sleep", "0.1"])
        here = start
        for stop in stops:
            act(*_way(here, stop))
            here = self._at = stop
            self.settle()
        if shot is not None:
            shot()
        act(["mouseup", "1"])
        self.settle()

    def _turn_to_window(self) -> None:
        """Give the keyboard to the window in front where none has it: there is no window manager to do so."""
        if (number := self._eyes.see(eyes.forgotten)) is not None:
            act(["windowfocus", str(number)])
            self.settle()

    def type(self, text: str) -> None:
        self._turn_to_window()
        # What no key has gets one for a moment: a busy machine is given time to notice.
        act(["type", "--delay", "25" if text.isascii() else "400", text])
        self._letters += len(text)
        self.settle()

    def press(self, *keys: str) -> None:
        """Press keys, or keys together such as ctrl+s."""
        self._turn_to_window()
        act(["key", "--delay", "40", *keys])
        self._keys += len(keys)
        self.settle()

    def wheel(self, at: Spot, steps: int) -> None:
        """Turn the wheel with Ctrl held: forwards, so many steps."""
        self.point(at)
        act(["keydown", "ctrl"], ["click", "--repeat", str(steps), "--delay", "80", "4"], ["keyup", "ctrl"])
        self.settle()

    def pan(self, start: Spot, end: Spot) -> None:
        """Drag the canvas with Space held."""
        act(["mousemove", *map(str, start)], ["keydown", "space"], ["sleep", "0.1"])
        self.drag(start, [end])
        act(["keyup", "space"])
        self.settle()

    # By what things say ------------------------------------------------------------------------------------

    def click_on(self, text: str) -> None:
        """Click on what says this."""
        self.click(self.find(lambda: eyes.place_of(text)))

    def point_at(self, text: str) -> None:
        """Rest the pointer on what says this."""
        self.point(self.find(lambda: eyes.place_of(text)))

    def choose(self, view: Callable[[], QAbstractItemView], text: str) -> None:
        """Click on an entry of a list."""
        self.click(self.find(lambda: eyes.entry_of(view(), text)))

    def fill(self, field: str, text: str) -> None:
        """Write into the field that is called so, instead of what stands there."""
        self.click(self.find(lambda: eyes.field(field)))
        self.press("ctrl+a")
        self.type(text)

    def pick(self, field: str, text: str) -> None:
        """Choose from the list that a field opens."""
        self.click(self.find(lambda: eyes.arrow_of(field)))
        self.choose(eyes.popup_list, text)

    # The canvas --------------------------------------------------------------------------------------------

    def place(self, where: Callable[[], QPointF]) -> Spot:
        """Where a point of the canvas is on the screen."""
        return self.find(lambda: eyes.on_screen(where()))

    def card(self, name: str) -> Spot:
        """The middle of a card."""
        return self.place(lambda: eyes.card(name).scene_rect.center())

    def give_up(self) -> None:
        """Close the window whatever is open, and the engine with it."""
        save(self._eyes.see(eyes.picture), self._at, self._folder / f"failed-{self._suffix}.png")

        def close() -> None:
            shown = eyes.window()
            if shown.service is not None:
                shown.service.shut_down(shown.close_without_asking)
            else:
                shown.close_without_asking()

        self._eyes.see(close)

    # The picture -------------------------------------------------------------------------------------------

    def shot(self, name: str) -> None:
        """Keep what is on the screen, with the pointer."""
        self.settle()
        path = self._folder / f"{name}-{self._suffix}.png"
        if self._wanted is not None and path.name not in self._wanted:
            return
        image = self._eyes.see(eyes.picture)
        save(image, self._at, path)
        print(f"{path.name}: {path.stat().st_size // 1024} kB", flush=True)


def save(image: QImage, pointer: Spot, path: Path) -> None:
    """Write a small PNG of a screen with the pointer on it."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = bytes(image.constBits())
    raw = Image.frombuffer(
        "RGB", (image.width(), image.height()), rows, "raw", "RGB", image.bytesPerLine(), 1
    )
    full = raw.copy()
    shape = [(pointer[0] + x, pointer[1] + y) for x, y in POINTER]
    ImageDraw.Draw(full).polygon(shape, fill="black", outline="white")
    colours = COLOURS
    while True:
        small = full.quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
        if path.stat().st_size <= SMALL or colours <= 16:
            return
        colours //= 2


def _way(start: Spot, end: Spot) -> list[list[str]]:
    """The steps of a hand from place to place."""
    steps: list[list[str]] = []
    for step in range(1, DRAG_STEPS + 1):
        x, y = (round(a + (b - a) * step / DRAG_STEPS) for a, b in zip(start, end, strict=True))
        steps += [["mousemove", str(x), str(y)], ["sleep", "0.03"]]
    return steps
