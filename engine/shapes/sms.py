"""How long an SMS is: characters, parts, encoding (components, section 4; 3GPP TS 23.038)."""

from __future__ import annotations

from collections import Counter
from typing import Literal, NamedTuple

Encoding = Literal["gsm7", "ucs2"]

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
_LIMITS: dict[Encoding, tuple[int, int]] = {"gsm7": (160, 153), "ucs2": (70, 67)}

_ALIKE = {
    "‘": "'", "’": "'", "‚": ",", "‛": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "′": "'", "″": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "…": "...", "•": "-", "·": ".",
    "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u202f": " ", "\u3000": " ", "\t": " ",
    "ç": "c", "À": "A", "Á": "A", "á": "a", "Í": "I", "í": "i", "Ó": "O", "ó": "o", "Ú": "U", "ú": "u",
    "，": ",", "。": ".", "！": "!", "？": "?", "：": ":", "；": ";", "（": "(", "）": ")",
    "【": "[", "】": "]", "\u200b": "", "\ufeff": "", "\u00ad": "",
}  # fmt: skip


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
    long as every character is in GSM-7. They show the signature as the sender, so it is not counted there.
    """
    whole = signed(text, signature, international=international)
    forced_by = next((char for char in whole if not _in_gsm(char)), None) if international else None
    encoding = _encoding(whole, international)
    weights = [_weight(char, encoding) for char in whole]
    single, part = _LIMITS[encoding]
    total = sum(weights)
    if total <= single:
        return SmsLength(total, 1, encoding, forced_by, single)
    parts = len(_ends(weights, part)) + 1
    return SmsLength(total, parts, encoding, forced_by, parts * part)


def signed(text: str, signature: str, *, international: bool = False) -> str:
    """The text as the phone shows it: with the signature in front of it, where that is part of it."""
    return f"【{signature}】{text}" if signature and not international else text


def split(text: str, signature: str = "", *, international: bool = False) -> tuple[str, ...]:
    """The parts in which the carrier sends it, the signature in the first."""
    whole = signed(text, signature, international=international)
    encoding = _encoding(whole, international)
    weights = [_weight(char, encoding) for char in whole]
    single, part = _LIMITS[encoding]
    if sum(weights) <= single:
        return (whole,)
    ends = _ends(weights, part)
    return tuple(whole[begin:end] for begin, end in zip([0, *ends], [*ends, len(whole)], strict=True))


def beyond_gsm(text: str) -> dict[str, int]:
    """The characters that force UCS-2 on an international message, and how often each stands there."""
    return dict(Counter(char for char in text if not _in_gsm(char)))


def with_gsm_alike(text: str) -> str:
    """The text with what looks or means the same in GSM-7; what has nothing like it stays."""
    return "".join(char if _in_gsm(char) else _ALIKE.get(char, char) for char in text)


def _in_gsm(char: str) -> bool:
    return char in _GSM_BASIC or char in _GSM_EXTENSION


def _encoding(whole: str, international: bool) -> Encoding:
    return "gsm7" if international and all(map(_in_gsm, whole)) else "ucs2"


def _weight(char: str, encoding: Encoding) -> int:
    return 2 if (char in _GSM_EXTENSION if encoding == "gsm7" else char > "\uffff") else 1


def _ends(weights: list[int], size: int) -> list[int]:
    """Where parts of `size` end but for the last; a pair never falls into two parts."""
    ends, used = [], 0
    for index, weight in enumerate(weights):
        if used + weight > size:
            ends.append(index)
            used = 0
        used += weight
    return ends
