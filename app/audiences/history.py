"""Undo and redo inside an editor: whole values, one for each step that a person took."""

from __future__ import annotations

from pydantic import JsonValue

MOST = 200


class History:
    """The values that a form has had. Typing on in one place is one step (`merge`)."""

    def __init__(self, value: JsonValue) -> None:
        self._values = [value]
        self._at = 0
        self._merging = False

    @property
    def can_undo(self) -> bool:
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        return self._at < len(self._values) - 1

    def note(self, value: JsonValue, *, merge: bool = False) -> None:
        """The value is this now; what was undone is gone. `merge`: it goes on with the step before."""
        if value == self._values[self._at]:
            return
        del self._values[self._at + 1 :]
        if merge and self._merging and self._at > 0:
            self._values[self._at] = value
        else:
            self._values.append(value)
            del self._values[:-MOST]
            self._at = len(self._values) - 1
        self._merging = merge

    def undo(self) -> JsonValue:
        """The value before."""
        self._merging = False
        self._at = max(self._at - 1, 0)
        return self._values[self._at]

    def redo(self) -> JsonValue:
        """The value that was undone last."""
        self._merging = False
        self._at = min(self._at + 1, len(self._values) - 1)
        return self._values[self._at]
