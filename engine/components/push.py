"""What Webhook and Push Kafka have in common (components, section 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from engine.components.base import Around, C, Category, Component, FieldError, Lookup, Reference, RefKind
from engine.components.behaviour import Payload, Send
from engine.components.fields import (
    binding_references,
    check_account,
    check_event_bindings,
    is_simulated,
    parameters,
    setting_choices,
)
from engine.components.places import BEHIND_ANYTHING
from engine.i18n import N_, Message
from engine.shapes.variables import Bindings


class Push(Component[C]):
    """A component that hands data about a person to another system, defined by an account."""

    category = Category.PUSH
    placement = BEHIND_ANYTHING
    send_results = ("success", "failed")
    account_kind: ClassVar[str]
    account_field: ClassVar[str]
    values_field: ClassVar[str]

    def account(self, config: C) -> str:
        """The account that defines where the data goes."""
        raise NotImplementedError

    def values(self, config: C) -> Bindings:
        """A binding for each parameter."""
        raise NotImplementedError

    def chosen_id_type(self, config: C) -> str:
        """The ID type that tells the other system who it is."""
        raise NotImplementedError

    def sends_to_all(self, config: C) -> bool:
        """Whether it goes to each of a person's ids of that type."""
        raise NotImplementedError

    def id_type(self, config: C) -> str:
        return self.chosen_id_type(config)

    def references(self, config: C) -> Iterator[Reference]:
        yield Reference(self.account_field, RefKind.ACCOUNT, self.account(config))
        yield from binding_references(self.values(config), self.values_field)

    def check(self, config: C, lookup: Lookup) -> Iterator[FieldError]:
        account, values = self.account(config), self.values(config)
        yield from check_account(lookup, self.account_field, account, (self.account_kind,))
        if lookup.detail(RefKind.ACCOUNT, account) is None or is_simulated(lookup, account):
            return
        if self.chosen_id_type(config) not in setting_choices(lookup, account, "id_types"):
            yield FieldError("id_type", Message(N_("This ID type is not allowed here. Choose another one.")))
        defined = parameters(lookup, account, self.values_field)
        for name, required in defined:
            if required and name not in values:
                message = Message(N_("Choose what stands for “{name}”."), name=name)
                yield FieldError(f"{self.values_field}.{name}", message)
        for name in values.keys() - {name for name, _ in defined}:
            message = Message(N_("“{name}” is not defined. Remove it."), name=name)
            yield FieldError(f"{self.values_field}.{name}", message)

    def check_place(self, config: C, around: Around, lookup: Lookup) -> Iterable[FieldError]:
        return check_event_bindings(self.values(config), around.trigger, lookup, self.values_field)

    def behaviour(self, config: C) -> Send:
        return Send(
            self.chosen_id_type(config),
            self.account(config),
            Payload(),
            self.values(config),
            to_all=self.sends_to_all(config),
        )

    def words(self, config: C, lookup: Lookup) -> Message:
        account = self.account(config)
        return Message.verbatim(lookup.name_of(RefKind.ACCOUNT, account) or account)
