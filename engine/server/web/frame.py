"""What all pages have in common: head, bar, foot; and the headers that hold a browser to what is ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import HTMLResponse

from engine.i18n import LANGUAGES, current_language, tr
from engine.server.web.html import Child, Html, tag
from engine.server.web.look import icon
from engine.server.web.static import address

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
LONGEST_WAY_BACK = 1_000
"""Characters of an address that signing in leads back to."""
_TAGS = {"zh": "zh-CN"}
"""What HTML calls a language of ours."""


@dataclass(frozen=True)
class Frame:
    """Who looks at a page, and where it belongs.

    workspace: its name. user: None where nobody signed in. query: what its address keeps in another language;
    None for a page that is shown once, and could not be again.
    """

    workspace: str
    user: str | None = None
    query: str | None = ""


def page(
    frame: Frame,
    title: str,
    content: Sequence[Child],
    *,
    status: int = 200,
    scripts: Sequence[str] = (),
    styles: Sequence[str] = (),
    kind: str = "",
) -> HTMLResponse:
    """A whole page in the language in force. scripts, styles: our own, by file, beside those of all pages;
    kind: a class of the main part."""
    language = _TAGS.get(current_language(), current_language())
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} · Campaign Canvas"),
        tag("link", rel="icon", href=address("icon.svg"), type="image/svg+xml"),
        [tag("link", rel="stylesheet", href=address(name)) for name in ("look.css", "web.css", *styles)],
        [tag("script", type="module", src=address(name)) for name in scripts],
    )
    skip = tag("a", tr("Skip to the content"), href="#content", class_="skip")
    main = tag("main", content, id="content", class_=kind or None)
    body = tag("body", skip, _bar(frame), main)
    document = f"<!doctype html>{tag('html', head, body, lang=language)}"
    return HTMLResponse(document.encode("utf-8", "replace"), status, HEADERS)


def _bar(frame: Frame) -> Html:
    mark = tag("span", icon("sitemap"), class_="mark")
    name = tag("span", tag("b", "Campaign Canvas"), tag("small", frame.workspace), class_="brand-name")
    home = (
        tag("a", mark, name, href="/web", class_="brand")
        if frame.user
        else tag("span", mark, name, class_="brand")
    )
    return tag(
        "header",
        home,
        tag(
            "nav",
            None if frame.query is None else _languages(frame.query),
            _who(frame),
            aria_label=tr("Page"),
        ),
        class_="bar",
    )


def _languages(query: str) -> Html:
    links = [
        tag(
            "a", name, href=f"?lang={code}{query}", lang=_TAGS.get(code, code),
            hreflang=_TAGS.get(code, code), aria_current="true" if code == current_language() else None,
        )
        for code, name in LANGUAGES.items()
    ]  # fmt: skip
    return tag("span", links, class_="languages")


def _who(frame: Frame) -> Html | None:
    if frame.user is None:
        return None
    button = tag("button", icon("logout"), tag("span", tr("Sign out")), class_="quiet")
    form = tag("form", button, method="post", action="/web/sign-out")
    return tag("span", tag("span", frame.user, class_="user"), form, class_="who")


def field(label: str, name: str, **attributes: object) -> Html:
    """A field of a form with its label."""
    return tag("label", tag("span", label), tag("input", name=name, **attributes), class_="field")


def quoted(text: str) -> str:
    """A text as part of an address."""
    return quote(text, safe="/")
