"""The HTML of emails: safe to show, readable as text, and quick whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.workspace.mail_html import MAX_LENGTH, TooComplicated, flaws, plain_text, sanitized

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' jAvA&#9;script:alert(1)'>x</a>",
    "<body background='https://evil.example/x.png'>",
    "<p style='background:url(https://evil.example/x.png)'>x</p>",
    r"<p style='background-color: \75 rl(https://evil.example/x)'>x</p>",
    "<p style='border:1px solid url(https://evil.example/x)'>x</p>",
    "<p style='color:expression(alert(1))'>x</p>",
    "<style>@import 'https://evil.example/x.css'; p {background: url(//evil.example/y)}</style>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href='https://evil.example'>",
    "<form action='https://evil.example'><input name=password></form>",
    "<object data='file:///etc/passwd'></object>",
    "<img src='file:///etc/passwd'>",
    "<img alt='\"><script>alert(1)</script>' src=x>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<!--<img src=x onerror=alert(1)>-->",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<video src=//evil.example/x.mp4 autoplay></video>",
]


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_acts_and_nothing_loads(html: str) -> None:
    shown = sanitized(f"<p>before</p>{html}<p>after</p>").lower()
    assert "before" in shown
    for harm in (
        "<script",
        "<iframe",
        "<style",
        "<img",
        "<link",
        "<meta",
        "<base",
        "<form",
        "<svg",
        "<object",
        "<video",
    ):
        assert harm not in shown
    assert not flaws(sanitized(html)).forbidden
    assert "url(" not in shown
    assert "expression(" not in shown


def test_what_is_harmless_stays() -> None:
    html = (
        '<table width="600" bgcolor="#ffffff"><tr><td style="color: red; background: #eee; position: fixed">'
        '<h1>Hi ${name}</h1><a href="https://a.example/?n=${name}">go</a></td></tr></table>'
        '<img src="https://a.example/x.png" alt="A &quot;red&quot; shoe">'
    )
    shown = sanitized(html)
    assert '<td style="color:red;background-color:#eee">' in shown
    assert '<a href="https://a.example/?n=${name}">go</a>' in shown
    assert "<span>[A &quot;red&quot; shoe]</span>" in shown


def test_plain_text_reads_like_the_html() -> None:
    html = """<html><head><title>T</title><style>p{}</style></head><body>
    <h1>Hi&nbsp;${name}</h1><p>One <b>two</b>
    three<br>four</p><ul><li>a</li><li>b <a href="https://x.example/z">here</a></li></ul>
    <table><tr><td>1</td><td>2</td></tr></table><a href="https://x.example">https://x.example</a><hr>
    <a href="javascript:x">no</a><script>alert(1)</script><div>d</div></body></html>"""
    assert plain_text(html).split("\n") == [
        "Hi ${name}", "", "One two three", "four", "", "- a", "- b here (https://x.example/z)", "1 2",
        "https://x.example", "--------------------", "no", "d",
    ]  # fmt: skip


def test_what_mail_programs_refuse_is_named() -> None:
    html = "<form></form><p onclick = 'x'></p><a href='javascript:x'>退订</a>"
    html += "<img src=https://a.example/x><img alt=''>"
    assert flaws(html) == (("<form>", "onclick", "javascript:"), 1, ("https://a.example/x",), True)


@pytest.mark.parametrize("piece", ["<div>", "<b>", "&", "&#", "<a href=1>x", "<script>", "<table>", "x"])
def test_what_would_take_too_long_is_refused(piece: str) -> None:
    with pytest.raises(TooComplicated):
        sanitized(piece * (MAX_LENGTH // len(piece) + 1))


@given(st.text(alphabet="<>/abp='\"&;! -\n${}", max_size=120))
def test_broken_markup_is_text(html: str) -> None:
    shown = sanitized(html)
    assert sanitized(shown) == shown
    plain_text(html)
    flaws(html)
