"""How long an SMS is: characters, parts, encoding (components, section 4; 3GPP TS 23.038)."""

from __future__ import annotations

from typing import Literal, NamedTuple

Encoding = Literal["gsm7", "ucs2"]

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
_LIMITS: dict[Encoding, tuple[int, int]] = {"gsm7": (160, 153), "ucs2": (70, 67)}


class SmsLength(NamedTuple):
    """`characters` counts as the carrier does: an extension character or one outside the BMP is two."""

    characters: int
    parts: int
    encoding: Encoding
    forced_by: str | None
    """The first character that GSM-7 lacks, where that is why the message is longer."""
    limit: int
    """Characters that the present number of parts can hold."""


def measure(text: str, signature: str = "", *, international: bool = False) -> SmsLength:
    """The length of `text` with its signature in front, as `【signature】`.

    Domestic Chinese platforms count 70 characters, 67 a part beyond that; international ones 160 and 153 as
    long as every character is in GSM-7.
    """
    whole = f"【{signature}】{text}" if signature else text
    forced_by = next((char for char in whole if not _in_gsm(char)), None) if international else None
    encoding: Encoding = "gsm7" if international and forced_by is None else "ucs2"
    weights = [_weight(char, encoding) for char in whole]
    single, part = _LIMITS[encoding]
    total = sum(weights)
    if total <= single:
        return SmsLength(total, 1, encoding, forced_by, single)
    parts = _packed(weights, part)
    return SmsLength(total, parts, encoding, forced_by, parts * part)


def _in_gsm(char: str) -> bool:
    return char in _GSM_BASIC or char in _GSM_EXTENSION


def _weight(char: str, encoding: Encoding) -> int:
    return 2 if (char in _GSM_EXTENSION if encoding == "gsm7" else char > "\uffff") else 1


def _packed(weights: list[int], size: int) -> int:
    """Parts of `size` that the weights fill in order; a pair never falls into two parts."""
    parts, used = 1, 0
    for weight in weights:
        if used + weight > size:
            parts, used = parts + 1, 0
        used += weight
    return parts
