"""Cells as people and spreadsheets write them → the texts that are stored: times, numbers, addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from engine.i18n import N_, Message
from engine.shapes.addresses import NORMAL, BadAddress
from engine.shapes.time import at_wall_clock
from engine.store.imports.people_file import Tidy
from engine.store.values import ISO_TIME, BadValue, shown

TIME = (
    r"(\d{4})(?:(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))"
    r"(?:[T ]+(\d{1,2})[:时](\d{2})(?:[:分](\d{2})(?:\.(\d{1,9}))?秒?)?)? ?(Z|[+-]\d\d:?\d\d)?"
)
NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d{1,12})?"
_TIME = re.compile(TIME, re.ASCII)
_NUMBER = re.compile(NUMBER, re.ASCII)

_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_IN_ORDER = {
    "mobile": re.compile(r"(?:(?:\+861[3-9][0-9]{9})?\0)*"),
    "email": re.compile(
        rf"(?:(?:[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:{_LABEL}\.)+(?:com|cn|net|org|edu|gov|io|de|uk|jp|hk|tw))?\0)*"
    ),
}
"""Addresses, each with a NUL behind it, that have their one form already: a whole column at a time, for most
have it, and one by one they take as long as storing them."""


def times(zone: ZoneInfo) -> Tidy:
    """Dates and times in many forms → ISO 8601 with an offset; those without one are of the zone."""
    convert = lru_cache(maxsize=65_536)(partial(_time, zone))
    return lambda cells: [convert(cell) if cell else "" for cell in cells]


def time_text(text: str, zone: ZoneInfo) -> str:
    """One of them. Raises `BadValue`."""
    return _time(zone, text)


def _time(zone: ZoneInfo, text: str) -> str:
    if ISO_TIME.fullmatch(text):
        return text  # as it was given
    match = _TIME.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        year, month, day, month_, day_, hour, minute, second, fraction, offset = match.groups()
        micro = int((fraction or "0")[:6].ljust(6, "0"))
        date_ = date(int(year), int(month or month_), int(day or day_))
        wall = time(int(hour or 0), int(minute or 0), int(second or 0), micro)
        if not offset:
            return at_wall_clock(date_, wall, zone).astimezone(zone).isoformat()
        given = f"{date_.isoformat()}T{wall.isoformat()}{'+00:00' if offset == 'Z' else offset}"
        return datetime.fromisoformat(given).isoformat()
    except (ValueError, OverflowError):
        message = Message(N_("“{value}” is no date or time, such as 2026-12-01 09:00."), value=shown(text))
        raise BadValue(message) from None


def numbers(cells: Sequence[str]) -> Sequence[str]:
    """Numbers with thousands separators → without them; the rest is left to who stores it."""
    joined = "".join(cells)
    if "," not in joined and " " not in joined:
        return cells
    return [_number(cell) for cell in cells]


def _number(text: str) -> str:
    text = text.strip()
    return text.replace(",", "") if _NUMBER.fullmatch(text) else text


def addresses(id_type: str) -> Tidy | None:
    """The one form of an address of the type; None where any text is one."""
    normal = NORMAL.get(id_type)
    return None if normal is None else partial(_addresses, normal, _IN_ORDER.get(id_type))


def _addresses(
    normal: Callable[[str], str], in_order: re.Pattern[str] | None, cells: Sequence[str]
) -> Sequence[str]:
    if (
        in_order is not None
        and in_order.fullmatch("\0".join([*cells, ""]))
        and max(map(len, cells), default=0) <= 64
    ):
        return cells
    try:
        return [normal(cell) if cell else "" for cell in cells]
    except BadAddress as error:
        raise BadValue(error.message) from None


def stripped(cells: Sequence[str]) -> Sequence[str]:
    """Without blanks around."""
    return [cell.strip() for cell in cells]
