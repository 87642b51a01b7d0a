"""What the canvas does beside the table of actions: its own keys, and what the mouse does on it.

The keys are those of `keyPressEvent` in the editor's page and in the view, the rest is the view's gestures.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.i18n import N_


class Gesture(NamedTuple):
    """What is pressed or done, and what comes of it; both marked for translation."""

    how: str
    what: str


KEYS: tuple[Gesture, ...] = (
    Gesture(N_("Arrow keys"), N_("Go along the lines, and to the component above or below")),
    Gesture(N_("Shift + arrow keys"), N_("Select the component there as well")),
    Gesture(N_("Tab"), N_("Add behind the selected component; Tab again takes its next line")),
    Gesture(N_("Tab or arrows, then Enter"), N_("While pasting: go from place to place, and paste there")),
    Gesture(N_("Enter"), N_("Go to the panel of the selected component, or write in the selected note")),
    Gesture(N_("Backspace"), N_("Delete what is selected")),
    Gesture(N_("Escape"), N_("Give up what is begun; back from the panel; select nothing")),
)

MOUSE: tuple[Gesture, ...] = (
    Gesture(
        N_("Stay on +, or click it"), N_("Add a component there: at an open end, or in the middle of a line")
    ),
    Gesture(N_("Drag from the palette"), N_("Add a component at the + or the line below the pointer")),
    Gesture(N_("Drag the + of an open line"), N_("Lead it to a component, or onto another line")),
    Gesture(
        N_("+ at the edge of a component"),
        N_("Add another line: click it, or drag it to where the line leads"),
    ),
    Gesture(N_("Scissors on a line"), N_("Cut it, and remove what only it leads to")),
    Gesture(N_("Icons above a component"), N_("Copy it, copy it with everything behind it, delete it")),
    Gesture(N_("Click"), N_("Select a component and open its panel")),
    Gesture(N_("Double click"), N_("Go to the panel of a component, or write in a note")),
    Gesture(N_("Shift or Ctrl + click"), N_("Select one more, or one less")),
    Gesture(N_("Drag on the canvas"), N_("Select everything inside the frame")),
    Gesture(N_("Drag a component"), N_("Move what is selected; Alt leaves the grid aside")),
    Gesture(N_("Right click"), N_("Everything that can be done with what is there")),
    Gesture(N_("Wheel, Shift + wheel"), N_("Scroll, scroll sideways")),
    Gesture(N_("Ctrl + wheel, pinch"), N_("Zoom at the pointer")),
    Gesture(N_("Drag a file into the window"), N_("Open it")),
    Gesture(N_("Space + drag, middle button"), N_("Move the canvas")),
)
