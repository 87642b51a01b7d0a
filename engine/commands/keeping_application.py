"""The commands of `engine.commands.keeping` as typer knows them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.options import Database, SomeWorkspace, Workspace, end, group
from engine.i18n import tr


class CodeStates(StrEnum):
    """Which codes of a coupon are shown."""

    ALL = "all"
    FREE = "free"
    ISSUED = "issued"


def add_to(root: typer.Typer) -> None:
    """Add the commands, described in the present language."""
    accounts = group(tr("How channels and systems are reached."))
    accounts.command("check", help=tr("Check the connection of accounts; nothing is sent."))(check)
    accounts.command("secret", help=tr("Keep an account's password or key in the keyring."))(secret)
    root.add_typer(accounts, name="account")
    catalog = group(tr("Events, tags, attributes, ID types, coupons and marketing campaigns."))
    catalog.command("show", help=tr("List the catalogue, an entry a line."))(show)
    catalog.command("uses", help=tr("Say where an entry is used."))(uses)
    root.add_typer(catalog, name="catalog")
    coupons = group(tr("Coupons and their codes."))
    coupons.command("list", help=tr("Say how many codes each coupon has, and how many were issued."))(
        coupon_list
    )
    coupons.command("import", help=tr("Add the codes of a CSV file to a coupon's pool."))(coupon_import)
    coupons.command("codes", help=tr("List a coupon's codes and whom they were issued to, as CSV."))(
        coupon_codes
    )
    root.add_typer(coupons, name="coupon")
    suppression = group(tr("Addresses that get no marketing messages."))
    suppression.command("list", help=tr("List them as CSV."))(suppression_list)
    suppression.command("add", help=tr("Suppress addresses."))(suppression_add)
    suppression.command("remove", help=tr("Let addresses have messages again."))(suppression_remove)
    suppression.command("import", help=tr("Suppress the addresses of a CSV file: type, value."))(
        suppression_import
    )
    suppression.command("export", help=tr("Write all of them into a CSV file."))(suppression_export)
    root.add_typer(suppression, name="suppression")
    root.command(help=tr("Say which campaigns let people in on which days."))(calendar)


# Typer reads annotations while it runs, in the language that was chosen by then.

Coupon = Annotated[str, typer.Argument(metavar="COUPON", show_default=False)]
Csv = Annotated[Path, typer.Argument(metavar="CSV", show_default=False)]
IdType = Annotated[str, typer.Argument(metavar="TYPE", show_default=False)]
Values = Annotated[list[str], typer.Argument(metavar="ADDRESS", show_default=False)]


def check(
    workspace: Workspace,
    accounts: Annotated[list[str] | None, typer.Argument(metavar="ACCOUNT", show_default=False)] = None,
) -> None:
    from engine.commands.keeping import check_accounts as work
    from engine.commands.target import open_workspace

    end(work(open_workspace(workspace), accounts or ()))


def secret(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", show_default=False)], workspace: Workspace
) -> None:
    from engine.commands.keeping import store_secrets as work
    from engine.commands.target import open_workspace

    work(open_workspace(workspace), account)


def show(workspace: Workspace) -> None:
    from engine.commands.keeping import show_catalog as work
    from engine.commands.target import open_workspace

    work(open_workspace(workspace))


def uses(
    kind: Annotated[str, typer.Argument(metavar="KIND", show_default=False)],
    key: Annotated[str, typer.Argument(metavar="KEY", show_default=False)],
    workspace: Workspace,
) -> None:
    from engine.commands.keeping import show_uses as work
    from engine.commands.target import open_workspace

    work(open_workspace(workspace), kind, key)


def coupon_list(workspace: SomeWorkspace = None, db: Database = None) -> None:
    from engine.commands.keeping import list_coupons as work
    from engine.commands.target import target

    work(target(workspace, db))


def coupon_import(coupon: Coupon, file: Csv, workspace: SomeWorkspace = None, db: Database = None) -> None:
    from engine.commands.keeping import import_codes as work
    from engine.commands.target import target

    end(work(target(workspace, db), coupon, file))


def coupon_codes(
    coupon: Coupon,
    workspace: SomeWorkspace = None,
    db: Database = None,
    search: Annotated[str, typer.Option(help=tr("A part of a code, or a person's id."))] = "",
    state: Annotated[CodeStates, typer.Option(help=tr("Which codes."))] = CodeStates.ALL,
) -> None:
    from engine.commands.keeping import show_codes as work
    from engine.commands.target import target

    work(target(workspace, db), coupon, search, state.value)


def suppression_list(
    workspace: SomeWorkspace = None,
    db: Database = None,
    search: Annotated[str, typer.Option(help=tr("A part of an address."))] = "",
    type: Annotated[str, typer.Option(help=tr("Only addresses of this ID type."))] = "",
) -> None:
    from engine.commands.keeping import list_suppressed as work
    from engine.commands.target import target

    work(target(workspace, db), search, type)


def suppression_add(
    type: IdType, values: Values, workspace: SomeWorkspace = None, db: Database = None
) -> None:
    from engine.commands.keeping import change_suppressed as work
    from engine.commands.target import target

    end(work(target(workspace, db), type, values, add=True))


def suppression_remove(
    type: IdType, values: Values, workspace: SomeWorkspace = None, db: Database = None
) -> None:
    from engine.commands.keeping import change_suppressed as work
    from engine.commands.target import target

    end(work(target(workspace, db), type, values, add=False))


def suppression_import(file: Csv, workspace: SomeWorkspace = None, db: Database = None) -> None:
    from engine.commands.keeping import import_suppressed as work
    from engine.commands.target import target

    end(work(target(workspace, db), file))


def suppression_export(file: Csv, workspace: SomeWorkspace = None, db: Database = None) -> None:
    from engine.commands.keeping import export_suppressed as work
    from engine.commands.target import target

    work(target(workspace, db), file)


def calendar(
    workspace: Workspace,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help=tr("The first day."))] = None,
    last: Annotated[str | None, typer.Option("--until", metavar="DATE", help=tr("The last day."))] = None,
) -> None:
    from engine.commands.keeping import show_calendar as work
    from engine.commands.target import open_workspace

    work(open_workspace(workspace), first, last)
