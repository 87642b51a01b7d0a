"""Mobile numbers and email addresses as people write them, and the one form in which they are stored.

A mobile number is stored in E.164 (`+8613800138000`), so that one phone is one address however it was typed:
with full-width digits, `0086`, spaces, or as a spreadsheet left it. An email address keeps its local part, in
Unicode's composed form; its domain is in lower case and readable (`例子.公司`), whichever way it was given.
Whoever sends asks `mail_route` for what a mail server takes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from engine.i18n import N_, Message

MAX_LENGTH = 254
"""Characters of an address; no mail server takes more."""

_CHINESE = re.compile(r"(?:(?:\+|00)?86)?0?(1[3-9][0-9]{9})")
_ABROAD = re.compile(r"(?:\+|00)([1-9][0-9]{6,14})")
# What stands between digits: blanks, brackets, dots, hyphens of all kinds.
_BETWEEN = re.compile(r"[\s().\-\u2010-\u2015\u2212/·]+")
# Invisible characters that come along when a number is copied from a phone or a chat.
_INVISIBLE = dict.fromkeys(
    (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
)
_SPREADSHEET = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
    re.IGNORECASE,
)
_NO_DOMAINS = ("localhost", "local", "invalid", "test", "arpa", "onion")
"""Top levels that no mail reaches; a plain address there gets the full check, which says so."""


class BadAddress(ValueError):  # noqa: N818 - like `BadValue`: it names what is wrong with a row
    """Why an address cannot be used; `message` is a sentence for people."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


def normal_mobile(text: str) -> str:
    """The number in E.164. Without a country code it is a Chinese mobile number. Raises `BadAddress`."""
    cleaned = _digits(text)
    if match := _CHINESE.fullmatch(cleaned):
        return f"+86{match[1]}"
    if not cleaned:
        raise BadAddress(Message(N_("There is no mobile number.")))
    if _SPREADSHEET.fullmatch(text.strip()):
        raise BadAddress(
            Message(
                N_("A spreadsheet shortened the number “{value}”. Save the column as text."),
                value=_shown(text),
            )
        )
    if match := _ABROAD.fullmatch(cleaned):
        return _abroad(match[1], text)
    if re.fullmatch(r"[0-9+]+", cleaned):
        message = N_(
            "“{value}” is no Chinese mobile number. One from abroad begins with + and its country code."
        )
        raise BadAddress(Message(message, value=_shown(text)))
    raise BadAddress(Message(N_("“{value}” is no mobile number."), value=_shown(text)))


def normal_email(text: str) -> str:
    """The address with a readable domain in lower case. Raises `BadAddress`."""
    cleaned = unicodedata.normalize("NFC", text.translate(_INVISIBLE)).strip()
    cleaned = cleaned.replace("＠", "@")
    local, _, domain = cleaned.rpartition("@")
    plain = len(cleaned) <= MAX_LENGTH and len(local) <= 64 and "xn--" not in domain.lower()
    if plain and _PLAIN_EMAIL.fullmatch(cleaned) and not domain.lower().endswith(_NO_DOMAINS):
        return f"{local}@{domain.lower()}"
    return _checked(cleaned, text).normalized


def normal_address(id_type: str, text: str) -> str:
    """An address of any ID type in the form in which it is stored. Raises `BadAddress`."""
    if normal := NORMAL.get(id_type):
        return normal(text)
    cleaned = text.strip()
    if not cleaned:
        raise BadAddress(Message(N_("There is no address.")))
    if len(cleaned) > MAX_LENGTH:
        raise BadAddress(Message(N_("The address is longer than {max} characters."), max=MAX_LENGTH))
    return cleaned


NORMAL: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"mobile": normal_mobile, "email": normal_email}
)
"""The ID types whose addresses have one form, and what brings them into it."""


class MailRoute(NamedTuple):
    """An email address as a mail server takes it.

    address: with the domain in ASCII where it can be. needs_utf8: the server has to know SMTPUTF8, for
    the local part is not ASCII.
    """

    address: str
    needs_utf8: bool


def mail_route(address: str) -> MailRoute:
    """What to hand to a mail server for an address. Raises `BadAddress`."""
    if address.isascii() and _PLAIN_EMAIL.fullmatch(address):
        return MailRoute(address, needs_utf8=False)
    found = _checked(address, address)
    if found.ascii_email is not None:
        return MailRoute(found.ascii_email, needs_utf8=False)
    return MailRoute(f"{found.local_part}@{found.ascii_domain}", needs_utf8=True)


def country_code(mobile: str) -> int | None:
    """The country code of a stored number, such as 86: at home or abroad? None where it has none."""
    if mobile.startswith("+86") or re.fullmatch(r"1[3-9][0-9]{9}", mobile):
        return 86
    import phonenumbers

    try:
        return phonenumbers.parse(mobile, None).country_code
    except phonenumbers.NumberParseException:
        return None


def _digits(text: str) -> str:
    """The number with nothing between its digits, which are ASCII whatever script they were in."""
    # A leading apostrophe makes a cell of a spreadsheet text; ".0" is what a number column leaves.
    cleaned = unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).strip().removeprefix("'")
    if re.fullmatch(r"\d+\.0+", cleaned):
        cleaned = cleaned.partition(".")[0]
    cleaned = re.sub(r"^tel:", "", cleaned, flags=re.IGNORECASE).replace("(0)", "")
    cleaned = _BETWEEN.sub("", cleaned)
    if cleaned.isascii():
        return cleaned
    return "".join(str(unicodedata.digit(char, char)) for char in cleaned)


def _abroad(digits: str, text: str) -> str:
    import phonenumbers  # its tables of 250 countries take a while to load, and few need them

    number_type = phonenumbers.PhoneNumberType
    try:
        number = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        raise BadAddress(Message(N_("“{value}” has an unknown country code."), value=_shown(text))) from None
    if not phonenumbers.is_valid_number(number):
        raise BadAddress(Message(N_("“{value}” is no number of its country."), value=_shown(text)))
    if phonenumbers.number_type(number) not in (
        number_type.MOBILE,
        number_type.FIXED_LINE_OR_MOBILE,  # North America does not tell them apart
        number_type.PERSONAL_NUMBER,
        number_type.UNKNOWN,
    ):
        raise BadAddress(Message(N_("“{value}” is no mobile number: it gets no SMS."), value=_shown(text)))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _checked(cleaned: str, text: str) -> _Checked:
    from email_validator import EmailNotValidError, validate_email

    if not cleaned:
        raise BadAddress(Message(N_("There is no email address.")))
    if len(cleaned) > MAX_LENGTH:
        raise BadAddress(Message(N_("The address is longer than {max} characters."), max=MAX_LENGTH))
    try:
        found = validate_email(cleaned, check_deliverability=False, strict=True)
    except EmailNotValidError:
        raise BadAddress(Message(N_("“{value}” is no email address."), value=_shown(text))) from None
    local, domain = found.local_part, found.domain
    return _Checked(found.normalized, local, domain, found.ascii_domain or domain, found.ascii_email)


class _Checked(NamedTuple):
    """What the library found, in the types that it promises."""

    normalized: str
    local_part: str
    domain: str
    ascii_domain: str
    ascii_email: str | None


def _shown(text: str) -> str:
    """The value for a sentence: printable and short."""
    shown = "".join(char if char.isprintable() else " " for char in text.strip()[:41])
    return shown if len(shown) <= 40 else f"{shown[:40]}…"
