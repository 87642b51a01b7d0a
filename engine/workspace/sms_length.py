"""What an SMS account says of lengths and prices, and texts as their characters are counted."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from pydantic import JsonValue

from engine.shapes.links import replace_links, sample_link
from engine.workspace.account import AccountFile
from engine.workspace.message import ShortLinks

DEFAULT_CURRENCY = "CNY"


def is_international(accounts: Mapping[str, AccountFile], platform: str | None) -> bool:
    """Whether an SMS platform sends abroad, where GSM-7 counts."""
    return setting(accounts, platform, "international") is True


def setting(accounts: Mapping[str, AccountFile], account: str | None, name: str) -> JsonValue:
    """What an account's settings say under a name, as the file has it; None where they say nothing."""
    file = accounts.get(account or "")
    if file is None:
        return None
    settings = file.canonical().get("settings")
    return settings.get(name) if isinstance(settings, dict) else None


def counted(text: str, links: ShortLinks | None) -> str:
    """The text as its characters are counted: links that become short in their short form."""
    if links is None:
        return text
    wanted = {one.url for one in links.shorten}
    return replace_links(text, lambda link: sample_link(links.address) if link in wanted else None)


class Price(NamedTuple):
    """What one part costs; `currency` is an ISO code."""

    amount: Decimal
    currency: str


def price_per_part(accounts: Mapping[str, AccountFile], platform: str | None) -> Price | None:
    """What the account's settings `price_per_part` and `currency` say, or None where they say nothing."""
    said = setting(accounts, platform, "price_per_part")
    if not isinstance(said, int | float | str) or isinstance(said, bool):
        return None
    try:
        amount = Decimal(str(said))
    except InvalidOperation:
        return None
    currency = setting(accounts, platform, "currency")
    if not amount.is_finite() or amount < 0:
        return None
    return Price(amount, currency if isinstance(currency, str) and currency else DEFAULT_CURRENCY)
