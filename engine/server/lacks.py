"""What a published campaign needs and the engine does not hold: lists of people, and coupon codes."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from engine.i18n import N_, Message
from engine.report.sizes import CODES_LEFT
from engine.server.wire.campaigns import Lack
from engine.store.database import Database
from engine.store.tables.people import audience
from engine.workspace.bundle import Bundle
from engine.workspace.bundle_media import media_of
from engine.workspace.secrets import Secrets


def lacks(database: Database, bundle: Bundle, secrets: Secrets | None = None) -> list[Lack]:
    """What is still to be brought to this engine before the campaign does what it should.

    secrets: those of the accounts here, where it is not the computer on which they were entered; else None.
    """
    with database.read() as connection:
        found = [*_lists(connection, bundle), *_codes(connection, bundle), *_media(bundle)]
    return found if secrets is None else [*found, *_secrets(secrets, bundle)]


def _lists(connection: Connection, bundle: Bundle) -> Iterator[Lack]:
    for id, file in bundle.audiences.items():
        if file.list is None:
            continue
        found = select(audience.c.id).where(audience.c.id == id, audience.c.list.is_not(None))
        if connection.execute(found).first() is None:
            text = N_("The list of the audience “{name}” has not been uploaded to this engine.")
            yield Lack(kind="audience_list", id=id, text=str(Message(text, name=file.name)))


def _codes(connection: Connection, bundle: Bundle) -> Iterator[Lack]:
    for id, coupon in bundle.catalog.coupons.items():
        if not connection.execute(CODES_LEFT, {"coupon": id}).scalar_one():
            text = N_("The coupon “{name}” has no codes left on this engine.")
            yield Lack(kind="coupon_codes", id=id, text=str(Message(text, name=coupon.name)))


def _secrets(secrets: Secrets, bundle: Bundle) -> Iterator[Lack]:
    for id, account in bundle.accounts.items():
        for missing in secrets.missing(account):
            text = N_("The account “{name}” lacks a secret on this server: {secret}.")
            yield Lack(kind="secret", id=id, text=str(Message(text, name=account.name, secret=missing.label)))


def _media(bundle: Bundle) -> Iterator[Lack]:
    for id, message in bundle.messages.items():
        for file in media_of(message):
            if file not in bundle.media:
                text = N_("The file “{file}” of the message “{name}” did not come with the campaign.")
                yield Lack(kind="media", id=id, text=str(Message(text, file=file, name=message.name)))
