"""`message test` and `message test-component`: a message sent once, to one of the test addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.campaign import campaign_file
from engine.campaign.surroundings import around
from engine.channels.trial import ACCOUNTS, SENDERS, Trial, of_component, of_message
from engine.channels.trial_sending import delivery, payload, send, shown, takes_mark
from engine.commands.errors import CommandError
from engine.commands.messages import message_named, pair, shown_lines
from engine.components.fields import setting_choices
from engine.i18n import N_, Message, tr
from engine.workspace.message import MessageFile
from engine.workspace.sample_values import SamplePerson
from engine.workspace.workspace import Workspace


@dataclass(frozen=True)
class Order:
    """What both commands are told. given: `name=value` in place of some of the person's values."""

    to: str
    person: SamplePerson
    language: str
    given: Sequence[str]


def try_message(workspace: Workspace, name: str, order: Order, account: str, sender: str) -> int:
    """Send a message file. account, sender: "" for the only or the first one that there is.

    1 where it was not sent. Raises `CommandError`, `NotTriable`, `NotListed`.
    """
    message = message_named(workspace, name)
    chosen = _account(workspace, message, account)
    return _try(
        workspace,
        of_message(workspace, message, chosen, sender or _sender(workspace, message, chosen)),
        order,
    )


def try_component(workspace: Workspace, file: Path, node: str, order: Order) -> int:
    """Send the message of a campaign's component, by its id or name, as `try_message` does.

    Raises `FileError`, too.
    """
    document = campaign_file.load(file)
    found = [id for id, one in document.nodes.items() if node in (id, one.name)]
    if not found:
        raise CommandError(Message(N_("The campaign has no component “{name}”."), name=node))
    component = document.node(found[0])
    stands = around(document, found[0])
    event = (
        stands.trigger[1].get("event") if stands.trigger and stands.trigger[0] == "behavior_event" else None
    )
    trial = of_component(workspace, component.kind, component.config, stands)
    return _try(workspace, trial, order, event if isinstance(event, str) else None)


def _try(workspace: Workspace, trial: Trial, order: Order, event: str | None = None) -> int:
    values = order.person.values(trial.bindings, workspace.catalog, event) | dict(map(pair, order.given))
    language = order.language or trial.language_of(order.person.attributes)
    test = delivery(workspace.settings, trial, order.to, values, language)
    print(
        payload(trial.account, test)
        or "\n".join(shown_lines(trial.kind, shown(trial, test, values, language)))
    )
    print()
    if not takes_mark(trial.content(values, language), trial.account):
        print(tr("This message cannot be marked as a test: it arrives as it does for people."))
    told = send(workspace, trial.account, test)
    print(told.message)
    if told.reference:
        print(tr("The provider calls it {id}.", id=told.reference))
    return 0 if told.sent else 1


def _account(workspace: Workspace, message: MessageFile, name: str) -> str:
    """The account of that id or name; without one the message's own, or the only one that could send it."""
    accounts = workspace.accounts
    if name:
        found = accounts.get(name) or accounts.by_name(name)
        if found is None:
            raise CommandError(Message(N_("There is no account “{name}” in this workspace."), name=name))
        return found.id
    if message.platform:
        return message.platform
    fit = [one.id for one in accounts.values() if one.kind in ACCOUNTS[message.kind]]
    if len(fit) != 1:
        raise CommandError(Message(N_("Say which account sends it: --account ACCOUNT.")))
    return fit[0]


def _sender(workspace: Workspace, message: MessageFile, account: str) -> str:
    """The first signature or address that the account lists."""
    return next(iter(setting_choices(workspace, account, SENDERS.get(message.kind, ""))), "")
