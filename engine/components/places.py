"""Where kinds may stand (components, section 2)."""

from __future__ import annotations

from engine.components.base import Category, Placement
from engine.i18n import N_, Message

AFTER_START = Placement(
    lambda before: before.category is Category.START,
    Message(N_("A trigger stands directly behind Start and nowhere else.")),
)
BEHIND_ANYTHING = Placement(
    lambda before: before.category is not Category.START and bool(before.ports({})),
    Message(N_("This can stand behind anything but Start and End.")),
)
NOWHERE = Placement(lambda _: False, Message(N_("Nothing can lead into Start.")))
