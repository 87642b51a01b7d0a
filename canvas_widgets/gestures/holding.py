"""Whether a button is held on the canvas: what would move the view under it waits until it is let go."""

from __future__ import annotations

from collections.abc import Callable


class Holding:
    """Told when a button is pressed and when it is let go. Attribute `held`."""

    def __init__(self) -> None:
        self.held = False
        self._waiting: list[Callable[[], None]] = []

    def begin(self) -> None:
        """A button was pressed."""
        self.held = True

    def end(self) -> None:
        """It was let go, after what that does."""
        self.held = False
        waiting, self._waiting = self._waiting, []
        for then in waiting:
            then()

    def when_free(self, then: Callable[[], None]) -> None:
        """Call back once no button is held: now, or once when it is let go."""
        if not self.held:
            then()
        elif then not in self._waiting:
            self._waiting.append(then)
