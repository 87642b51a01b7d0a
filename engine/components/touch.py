"""What all marketing touches have in common (components, section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from engine.components.base import Around, C, Category, Component, FieldError, Lookup, RefKind
from engine.components.fields import check_event_bindings
from engine.components.hints import Hint
from engine.components.places import BEHIND_ANYTHING
from engine.i18n import N_, Message
from engine.shapes.variables import Bindings

SendToAllIds = Annotated[
    bool,
    Hint(
        N_("Send to all addresses"),
        "switch",
        help=N_("Where a person has several addresses, send to each. Otherwise to the newest."),
    ),
]
TemplateVariables = Annotated[Bindings, Hint(N_("Variables"), "variables", options={"message": "template"})]
"""Bindings for the variables of the template that the field `template` names."""


class Touch(Component[C]):
    """A component that sends a person a message, whose result is `success` or `failed`."""

    category = Category.TOUCH
    placement = BEHIND_ANYTHING
    result_family = "message"
    send_results = ("success", "failed")

    def bindings(self, config: C) -> Bindings:
        """What stands for the variables of its texts."""
        return {}

    def check_place(self, config: C, around: Around, lookup: Lookup) -> Iterable[FieldError]:
        return check_event_bindings(self.bindings(config), around.trigger, lookup)


def template_name(lookup: Lookup, template: str) -> Message:
    """The chosen template's name, for the card."""
    return Message.verbatim(lookup.name_of(RefKind.MESSAGE, template) or template)
