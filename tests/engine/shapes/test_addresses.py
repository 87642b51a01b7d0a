"""Addresses as people write them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.shapes.addresses import (
    BadAddress,
    country_code,
    mail_route,
    normal_address,
    normal_email,
    normal_mobile,
)


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "138.0013.8000",
        "138\u00a00013\u20118000",
        "１３８００１３８０００",
        "＋８６ １３８ ００１３ ８０００",
        "008613800138000",
        "0086 138 0013 8000",
        "００８６－１３８００１３８０００",
        "86 13800138000",
        "+86 (138) 0013-8000",
        "(+86)13800138000",
        "（+86）138 0013 8000",
        "+86 013800138000",
        "013800138000",
        "\u202d13800138000\u202c",
        "\ufeff13800138000\u200b",
        "'13800138000",
        "13800138000.0",
        "tel:+86-138-0013-8000",
        "١٣٨٠٠١٣٨٠٠٠",
        "\t13800138000\r\n",
    ],
)
def test_chinese_mobile_numbers_have_one_form(written: str) -> None:
    assert normal_mobile(written) == "+8613800138000"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("+1 (212) 555-0123", "+12125550123"),
        ("0049 151 23456789", "+4915123456789"),
        ("+44 7911 123456", "+447911123456"),
        ("+852 5123 4567", "+85251234567"),
        ("+886 912 345 678", "+886912345678"),
        ("+49 (0) 151 23456789", "+4915123456789"),
    ],
)
def test_numbers_abroad(written: str, stored: str) -> None:
    assert normal_mobile(written) == stored


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", "There is no mobile number."),
        ("  ", "There is no mobile number."),
        ("12800138000", "country code"),
        ("1380013800", "country code"),
        ("010-62345678", "country code"),
        ("+86 10 6234 5678", "gets no SMS"),
        ("+999 123 456 789", "unknown country code"),
        ("+49 1", "no Chinese mobile number"),
        ("1.3800138E+10", "spreadsheet"),
        ("138O0138000", "no mobile number"),
        ("13800138000 ext 5", "no mobile number"),
        ("13800138000;13900139000", "no mobile number"),
        ("+" * 5000, "no Chinese mobile number"),
        ("\0", "no mobile number"),
    ],
)
def test_what_is_no_mobile_number(written: str, says: str) -> None:
    with pytest.raises(BadAddress) as raised:
        normal_mobile(written)
    assert says in str(raised.value.message)
    assert len(str(raised.value.message)) < 200


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Anna.Li@Example.COM", "Anna.Li@example.com"),
        (" anna@example.com\u200b", "anna@example.com"),
        ("anna＠example.com", "anna@example.com"),
        ("用户@例子.公司", "用户@例子.公司"),
        ("anna@xn--fsqu00a.xn--55qx5d", "anna@例子.公司"),
        ("anna@BÜCHER.example.com", "anna@bücher.example.com"),
        ("dörte@sörensen.example.com", "dörte@sörensen.example.com"),
        ("do\u0308rte@example.com", "dörte@example.com"),
        ("квіточка@пошта.укр", "квіточка@пошта.укр"),
        ("संपर्क@डाटामेल.भारत", "संपर्क@डाटामेल.भारत"),
        ("o'hara+news@mail.example.co.uk", "o'hara+news@mail.example.co.uk"),
    ],
)
def test_email_addresses(written: str, stored: str) -> None:
    assert normal_email(written) == stored


@pytest.mark.parametrize(
    "written",
    [
        "",
        "anna",
        "anna@",
        "@example.com",
        "anna@example",
        "anna@@example.com",
        "an na@example.com",
        "anna@exa mple.com",
        ".anna@example.com",
        "anna..li@example.com",
        "anna@-example.com",
        "anna@localhost",
        "anna@[127.0.0.1]",
        "Anna <anna@example.com>",
        "anna@example.com, li@example.com",
        "anna@example.com\r\nBcc: all@example.com",
        f"{'a' * 65}@example.com",
        f"anna@{'a' * 64}.com",
        f"anna@{'a.' * 200}com",
    ],
)
def test_what_is_no_email_address(written: str) -> None:
    with pytest.raises(BadAddress):
        normal_email(written)


def test_what_a_mail_server_takes() -> None:
    assert mail_route("anna@例子.公司") == ("anna@xn--fsqu00a.xn--55qx5d", False)
    assert mail_route("用户@例子.公司") == ("用户@xn--fsqu00a.xn--55qx5d", True)
    assert mail_route("anna@example.com") == ("anna@example.com", False)


def test_other_id_types_are_only_trimmed() -> None:
    assert normal_address("member", " M-0７ ") == "M-0７"
    assert normal_address("mobile", "86 13800138000") == "+8613800138000"
    for id_type in ("member", "mobile", "email"):
        with pytest.raises(BadAddress):
            normal_address(id_type, " ")


def test_where_a_number_is_at_home() -> None:
    assert [country_code(number) for number in ("+8613800138000", "13800138000", "+12125550123", "x")] == [
        86,
        86,
        1,
        None,
    ]


@given(st.text(max_size=40) | st.from_regex(r"[+0-9０-９ ()@.\-a-z]{0,20}", fullmatch=True))
def test_nothing_breaks_it_and_what_is_stored_stays(text: str) -> None:
    for id_type in ("mobile", "email", "member"):
        with suppress(BadAddress):
            stored = normal_address(id_type, text)
            assert normal_address(id_type, stored) == stored
