"""SMS lengths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.shapes.sms import beyond_gsm, measure, split, with_gsm_alike


@pytest.mark.parametrize(
    ("text", "signature", "characters", "parts"),
    [
        ("", "", 0, 1),
        ("您" * 70, "", 70, 1),
        ("您" * 71, "", 71, 2),
        ("a" * 134, "", 134, 2),
        ("a" * 135, "", 135, 3),
        ("您" * 63, "Brand", 70, 1),  # 【Brand】 counts
        ("您" * 64, "Brand", 71, 2),
        ("😀" * 35, "", 70, 1),
        ("😀" * 67, "", 134, 3),  # 33 pairs a part: none is cut in two
    ],
)
def test_domestic(text: str, signature: str, characters: int, parts: int) -> None:
    assert measure(text, signature)[:3] == (characters, parts, "ucs2")


@pytest.mark.parametrize(
    ("text", "characters", "parts", "encoding", "forced_by"),
    [
        ("a" * 160, 160, 1, "gsm7", None),
        ("a" * 161, 161, 2, "gsm7", None),
        ("a" * 306, 306, 2, "gsm7", None),
        ("a" * 307, 307, 3, "gsm7", None),
        ("€" * 80, 160, 1, "gsm7", None),
        ("€" * 153, 306, 3, "gsm7", None),  # 76 pairs a part
        ("a" * 70 + "ç", 71, 2, "ucs2", "ç"),  # GSM-7 has only the capital
        ("Ç" * 160, 160, 1, "gsm7", None),
        ("a" * 69 + "您", 70, 1, "ucs2", "您"),
        ("\t", 1, 1, "ucs2", "\t"),
        # As the large providers publish them: 160/153 and 70/67, an escape or a surrogate never cut in two.
        ("a" * 459, 459, 3, "gsm7", None),
        ("a" * 460, 460, 4, "gsm7", None),
        ("a" * 158 + "€", 160, 1, "gsm7", None),
        ("a" * 159 + "€", 161, 2, "gsm7", None),
        ("a" * 152 + "€" + "a" * 152, 306, 3, "gsm7", None),  # the escape would be the 153rd
        ("a" * 151 + "€" + "a" * 153, 306, 2, "gsm7", None),
        ("{}[]~^|\\€\f", 20, 1, "gsm7", None),
        ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ ¤¡ÄÖÑÜ§¿äöñüà", 45, 1, "gsm7", None),
        ("a" * 70 + "`", 71, 2, "ucs2", "`"),
        ("It’s 20% off", 12, 1, "ucs2", "’"),
        ("á", 1, 1, "ucs2", "á"),
        ("a" * 68 + "😀", 70, 1, "ucs2", "😀"),
        ("a" * 69 + "😀", 71, 2, "ucs2", "😀"),
        ("a" * 66 + "😀" + "a" * 66, 134, 3, "ucs2", "😀"),
        ("你" * 134, 134, 2, "ucs2", "你"),
        ("你" * 135, 135, 3, "ucs2", "你"),
        ("👨‍👩‍👧", 8, 1, "ucs2", "👨"),
    ],
)
def test_international(text: str, characters: int, parts: int, encoding: str, forced_by: str | None) -> None:
    assert measure(text, international=True)[:4] == (characters, parts, encoding, forced_by)


@given(st.text(max_size=400), st.booleans())
def test_the_parts_hold_the_text_and_none_is_spare(text: str, international: bool) -> None:
    length = measure(text, international=international)
    assert length.characters <= length.limit
    single, part = (160, 153) if length.encoding == "gsm7" else (70, 67)
    assert length.parts == 1 if length.characters <= single else length.parts >= length.characters / part
    assert length.parts <= max(1, -(-length.characters // (part - 1)))


@given(st.text(max_size=400), st.booleans())
def test_the_parts_are_the_text(text: str, international: bool) -> None:
    parts = split(text, "Brand", international=international)
    assert "".join(parts) == (text if international else f"【Brand】{text}")
    assert len(parts) == measure(text, "Brand", international=international).parts
    assert all(measure(part, international=international).parts == 1 for part in parts)


def test_abroad_the_signature_is_the_sender() -> None:
    assert measure("a" * 160, "Brand", international=True)[:3] == (160, 1, "gsm7")


def test_what_forces_ucs_2_and_what_could_stand_there() -> None:
    assert beyond_gsm("It’s “20%”… 好") == {"’": 1, "“": 1, "”": 1, "…": 1, "好": 1}
    assert with_gsm_alike("It’s “20%”… 好 €") == 'It\'s "20%"... 好 €'
