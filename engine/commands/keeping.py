"""`account`, `catalog`, `coupon`, `suppression`, `calendar`: what is in a workspace beside its campaigns."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.errors import CommandError
from engine.commands.target import Target
from engine.components.base import RefKind
from engine.i18n import N_, Message, ntr, tr
from engine.shapes.time import YEARS
from engine.workspace.account import AccountFile
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from engine.hand_lists import Lists, Taken
    from engine.server.wire.lists import CodeState
    from engine.workspace.calendar import Published

_PAGE = 1_000


# ---- accounts


def check_accounts(workspace: Workspace, names: Iterable[str]) -> int:
    """Check the connection of accounts, of all where none is named; one line each. 1 where one fails."""
    from engine.channels.checking import check
    from engine.channels.network import Network
    from engine.workspace.secrets import Secrets

    secrets, network = Secrets(workspace.folder), Network(workspace.settings.allowed_addresses)
    failed = 0
    for account in _accounts(workspace, names):
        verdict = check(account, secrets.load(account), network)
        failed += not verdict.ok
        print(f"{account.name}: {tr('ok') if verdict.ok else tr('failed')}: {verdict.message}")
        if not verdict.ok and secrets.was_for_another_address(account):
            print(tr("  Its secret was entered for another address. Enter it again."))
    return 1 if failed else 0


def _accounts(workspace: Workspace, names: Iterable[str]) -> list[AccountFile]:
    wanted = list(names)
    if not wanted:
        return list(workspace.accounts.values())
    return [_account(workspace, name) for name in wanted]


def _account(workspace: Workspace, name: str) -> AccountFile:
    found = workspace.accounts.get(name) or workspace.accounts.by_name(name)
    if found is None:
        text = N_(
            "There is no account “{name}” in this workspace. If it came only with a published campaign, put "
            "its file into the folder “accounts” first."
        )
        raise CommandError(Message(text, name=name))
    return found


def store_secrets(workspace: Workspace, name: str) -> None:
    """Ask for the secrets of an account, or read them from the standard input, one a line; keep them."""
    from getpass import getpass

    from engine.workspace.secrets import Secrets, secret_fields

    account = _account(workspace, name)
    fields = secret_fields(account)
    if not fields:
        raise CommandError(Message(N_("“{name}” needs no secret."), name=account.name))
    values: dict[str, str] = {}
    for field in fields:
        if sys.stdin.isatty():
            values[field.name] = getpass(f"{field.label}: ")
        else:
            values[field.name] = sys.stdin.readline().rstrip("\r\n")
    in_keyring = Secrets(workspace.folder).store(account, values)
    print(
        tr("Kept in the keyring.")
        if in_keyring
        else tr("There is no keyring: kept in a file only you can read.")
    )


# ---- catalogue


def show_catalog(workspace: Workspace) -> None:
    """One line an entry: table, key, type, and what else is known of it."""
    catalog = workspace.catalog
    new = catalog.learned
    for code, event in catalog.events.items():
        attributes = ", ".join(f"{name}:{type}" for name, type in event.attributes.items())
        _entry("event", code, event.name, attributes, code in new.events)
    for name, tag in catalog.tags.items():
        _entry("tag", name, tag.type, ", ".join(tag.values), name in new.tags)
    for name, type in catalog.attributes.items():
        _entry("attribute", name, type, "", name in new.attributes)
    for name, id_type in catalog.id_types.items():
        several = "multi" if id_type.multi else "single"
        priority = "" if id_type.priority is None else str(id_type.priority)
        _entry("id_type", name, several, priority, name in new.id_types)
    for id, coupon in catalog.coupons.items():
        _entry("coupon", id, coupon.name, f"{coupon.type} {coupon.value}".strip(), False)
    for id, campaign in catalog.marketing_campaigns.items():
        _entry("marketing_campaign", id, campaign.name, campaign.parent or "", False)


def _entry(table: str, key: str, first: str, second: str, new: bool) -> None:
    print("\t".join((table, key, first, second, tr("learned") if new else "")).rstrip())


_KINDS: dict[str, RefKind | str] = {
    "event": RefKind.EVENT,
    "tag": RefKind.TAG,
    "attribute": RefKind.ATTRIBUTE,
    "coupon": RefKind.COUPON,
    "audience": RefKind.AUDIENCE,
    "message": RefKind.MESSAGE,
    "account": RefKind.ACCOUNT,
    "id_type": "id_type",
    "marketing_campaign": "marketing_campaign",
}


def show_uses(workspace: Workspace, kind: str, key: str) -> None:
    """One line a place that refers to the entry: kind, id, name."""
    if kind not in _KINDS:
        kinds = ", ".join(_KINDS)
        raise CommandError(Message(N_("“{kind}” is no kind of entry: {kinds}."), kind=kind, kinds=kinds))
    for use in workspace.uses(_KINDS[kind], key):
        print(f"{use.kind}\t{use.id}\t{use.name}")


# ---- coupons and suppressed addresses


@contextmanager
def _lists(target: Target) -> Iterator[Lists]:
    """The running engine's lists, else those of the database, of which nobody else then has hold."""
    from engine.client import bundled
    from engine.server.stored_lists import StoredLists

    client = None if target.workspace is None else bundled(target.workspace.folder)
    if client is not None:
        with client:
            yield client
        return
    with target.engine() as (_, database):
        yield StoredLists(database)


def list_coupons(target: Target) -> None:
    """One line a coupon: id, name, codes, issued, left."""
    coupons = {} if target.workspace is None else target.workspace.catalog.coupons
    with _lists(target) as lists:
        pools = {pool.coupon: pool for pool in lists.coupons()}
    for id in dict.fromkeys((*coupons, *pools)):
        pool = pools.get(id)
        codes, issued = (pool.codes, pool.issued) if pool else (0, 0)
        name = coupons[id].name if id in coupons else ""
        print(f"{id}\t{name}\t{codes}\t{issued}\t{codes - issued}")


def import_codes(target: Target, coupon: str, file: Path) -> int:
    """Add the codes of a CSV file to a coupon's pool; print counts, and each row that was not taken."""
    from engine import hand_lists

    if target.workspace is not None and coupon not in target.workspace.catalog.coupons:
        raise CommandError(Message(N_("There is no coupon “{id}” in this workspace."), id=coupon))
    with _lists(target) as lists:
        taken = hand_lists.import_codes(lists, coupon, file)
    _show_taken(taken, file)
    return 0


def show_codes(target: Target, coupon: str, search: str, state: CodeState) -> None:
    """CSV on the standard output: each code, and whom it was issued to."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("code", "person_id", "campaign", "node", "issued_at"))
    with _lists(target) as lists:
        after = ""
        while found := lists.coupon_codes(coupon, search, state, after, _PAGE).codes:
            out.writerows((one.code, one.person, one.campaign, one.node, one.issued_at) for one in found)
            after = found[-1].code


def list_suppressed(target: Target, search: str, type: str) -> None:
    """CSV on the standard output: the type and value of each address."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("type", "value"))
    with _lists(target) as lists:
        after = ("", "")
        while found := lists.suppressed(search, type, after, _PAGE).addresses:
            out.writerows((one.type, one.value) for one in found)
            after = (found[-1].type, found[-1].value)


def change_suppressed(target: Target, type: str, values: Iterable[str], *, add: bool) -> int:
    """Add or remove addresses; 1 where one cannot be taken."""
    addresses = [(type, value) for value in values]
    with _lists(target) as lists:
        answer = lists.suppress(addresses) if add else lists.release_addresses(addresses)
    for problem in answer.rejected:
        print(f"{addresses[problem.index][1]}: {problem.text}", file=sys.stderr)
    if add:
        print(ntr("{n:,} address is suppressed now.", "{n:,} addresses are suppressed now.", answer.changed))
    else:
        print(
            ntr(
                "{n:,} address may have messages again.",
                "{n:,} addresses may have messages again.",
                answer.changed,
            )
        )
    return 1 if answer.rejected else 0


def import_suppressed(target: Target, file: Path) -> int:
    """Suppress the addresses of a CSV file; print counts, and each row that was not taken."""
    from engine import hand_lists

    with _lists(target) as lists:
        taken = hand_lists.import_suppressed(lists, file)
    _show_taken(taken, file)
    return 0


def export_suppressed(target: Target, file: Path) -> None:
    """Write every suppressed address into a CSV file."""
    from engine import hand_lists

    with _lists(target) as lists:
        count = hand_lists.export_suppressed(lists, file)
    print(ntr("{n:,} address written.", "{n:,} addresses written.", count))


def _show_taken(taken: Taken, file: Path) -> None:
    print(f"added: {taken.added}")
    print(f"repeated: {taken.repeated}")
    print(f"rejected: {taken.rejected}")
    for line, reason in taken.rejects:
        place = file.name if line is None else f"{file.name}:{line}"
        print(f"{place}: {reason}")


# ---- calendar


def show_calendar(workspace: Workspace, first: str | None, last: str | None) -> None:
    """One line a day and campaign: date, time or span, state, name, and what it overlaps with."""
    from zoneinfo import ZoneInfo

    from engine.workspace.calendar import planned

    now = datetime.now(UTC)
    zone = ZoneInfo(workspace.settings.time_zone)
    begin = _day(first) if first else now.astimezone(zone).date()
    end = _day(last) if last else begin + timedelta(days=30)
    if not 0 <= (end - begin).days <= 3_660:
        raise CommandError(Message(N_("Choose at most ten years, the first day before the last.")))
    found = planned(workspace, begin, end, _published(workspace), now)
    rows = []
    for one in found:
        for day, moments in one.moments.items():
            times = ", ".join(moment.astimezone(zone).strftime("%H:%M") for moment in moments[:4])
            more = f" +{len(moments) - 4}" if len(moments) > 4 else ""
            overlaps = ", ".join(one.overlaps.get(day, ()))
            rows.append((day.isoformat(), f"{times}{more}", one.state, one.name, overlaps))
        if not one.moments:
            span = f"{one.first.isoformat()}…{one.last.isoformat() if one.last else ''}"
            rows.append((one.first.isoformat(), span, one.state, one.name, ""))
    for row in sorted(rows):
        print("\t".join(row).rstrip())


def _published(workspace: Workspace) -> dict[str, Published]:
    from engine.client import bundled
    from engine.shapes.time import instant
    from engine.workspace.calendar import Published

    client = bundled(workspace.folder)
    if client is None:
        return {}
    with client:
        return {
            one.id: Published(
                one.status, instant(one.next_run) if one.next_run else None, instant(one.published_at)
            )
            for one in client.campaigns()
        }


def _day(text: str) -> date:
    with suppress(ValueError):
        if (day := date.fromisoformat(text)).year in YEARS:
            return day
    raise CommandError(Message(N_("“{text}” is no date, such as 2026-12-24."), text=text))
