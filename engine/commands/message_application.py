"""The commands of `engine.commands.messages` as typer knows them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.options import Workspace, end, group
from engine.i18n import tr

if TYPE_CHECKING:
    from engine.workspace.sample_values import SamplePerson
    from engine.workspace.workspace import Workspace as Opened


class Kind(StrEnum):
    """Kinds of templates."""

    TEXT_SMS = "text_sms"
    DIGITAL_SMS = "digital_sms"
    EMAIL = "email"
    TEMPLATE_MESSAGE = "template_message"


class State(StrEnum):
    """States of templates."""

    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Whose(StrEnum):
    """Whose values a preview shows."""

    LONGEST = "longest"
    EMPTY = "empty"
    EMOJI = "emoji"


def add_to(root: typer.Typer) -> None:
    """Add the commands, described in the present language."""
    messages = group(tr("Message templates: SMS, digital SMS, emails and WeChat template messages."))
    messages.command("list", help=tr("List templates with their states and where they are used."))(list_all)
    messages.command("check", help=tr("Say what is wrong with templates."))(check)
    messages.command("preview", help=tr("Print what a template says, with the worst values."))(preview)
    messages.command("test", help=tr("Send a template once, to a test address of the workspace."))(send_test)
    messages.command("test-component", help=tr("Send what a campaign's component sends, as a test."))(
        send_component_test
    )
    messages.command("submit", help=tr("Hand templates in for approval."))(submit)
    messages.command("approve", help=tr("Approve templates, so that campaigns can use them."))(approve)
    messages.command("reject", help=tr("Reject templates."))(reject)
    root.add_typer(messages, name="message")


Name = Annotated[str, typer.Argument(metavar="MESSAGE", show_default=False)]
Names = Annotated[list[str], typer.Argument(metavar="MESSAGE", show_default=False)]
SomeNames = Annotated[list[str] | None, typer.Argument(metavar="MESSAGE", show_default=False)]


def list_all(
    workspace: Workspace,
    kind: Annotated[Kind | None, typer.Option(help=tr("Only of this kind."))] = None,
    status: Annotated[State | None, typer.Option(help=tr("Only in this state."))] = None,
) -> None:
    from engine.commands.messages import list_messages
    from engine.commands.target import open_workspace

    list_messages(open_workspace(workspace), kind, status)


def check(workspace: Workspace, names: SomeNames = None) -> None:
    from engine.commands.messages import check_messages
    from engine.commands.target import open_workspace

    end(check_messages(open_workspace(workspace), names or ()))


Person = Annotated[Whose, typer.Option(help=tr("Whose values stand for the variables."))]
Of = Annotated[
    str, typer.Option(metavar="PERSON", help=tr("The id of a person whose values stand there instead."))
]
Language = Annotated[str, typer.Option(metavar="LANGUAGE", help=tr("The language of the person."))]
Values = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help=tr("A variable's value; can be given several times.")),
]
To = Annotated[
    str,
    typer.Option(metavar="ADDRESS", show_default=False, help=tr("One of the workspace's test addresses.")),
]


def preview(
    name: Name,
    workspace: Workspace,
    person: Person = Whose.LONGEST,
    of: Of = "",
    language: Language = "",
    values: Values = None,
) -> None:
    from engine.commands.messages import preview as work
    from engine.commands.target import open_workspace

    opened = open_workspace(workspace)
    work(opened, name, _whose(opened, person, of), language, values or ())


def send_test(
    name: Name,
    workspace: Workspace,
    to: To,
    account: Annotated[
        str, typer.Option(metavar="ACCOUNT", help=tr("The account that sends it, where several can."))
    ] = "",
    sender: Annotated[
        str,
        typer.Option("--from", metavar="SENDER", help=tr("The signature or the address that it comes from.")),
    ] = "",
    person: Person = Whose.LONGEST,
    of: Of = "",
    language: Language = "",
    values: Values = None,
) -> None:
    from engine.commands.target import open_workspace
    from engine.commands.trials import Order, try_message

    opened = open_workspace(workspace)
    order = Order(to, _whose(opened, person, of), language, values or ())
    end(try_message(opened, name, order, account, sender))


def send_component_test(
    campaign: Annotated[Path, typer.Argument(metavar="CAMPAIGN", show_default=False)],
    component: Annotated[str, typer.Argument(metavar="COMPONENT", show_default=False)],
    workspace: Workspace,
    to: To,
    person: Person = Whose.LONGEST,
    of: Of = "",
    language: Language = "",
    values: Values = None,
) -> None:
    from engine.commands.target import open_workspace
    from engine.commands.trials import Order, try_component

    opened = open_workspace(workspace)
    order = Order(to, _whose(opened, person, of), language, values or ())
    end(try_component(opened, campaign, component, order))


def _whose(workspace: Opened, person: Whose, of: str) -> SamplePerson:
    """One of the worst people, or that of an id."""
    from engine.commands.messages import person_of
    from engine.workspace.sample_values import worst_person

    return person_of(workspace, of) if of else worst_person(person)


def submit(names: Names, workspace: Workspace) -> None:
    from engine.commands.messages import submit as work
    from engine.commands.target import open_workspace

    work(open_workspace(workspace), names)


def approve(names: Names, workspace: Workspace) -> None:
    from engine.commands.messages import approve as work
    from engine.commands.target import open_workspace

    work(open_workspace(workspace), names)


def reject(names: Names, workspace: Workspace) -> None:
    from engine.commands.messages import reject as work
    from engine.commands.target import open_workspace

    work(open_workspace(workspace), names)
