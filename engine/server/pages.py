"""The pages that people see who unsubscribe: small, without scripts, in the reader's language."""

from __future__ import annotations

from html import escape

from engine.i18n import current_language, tr

PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center}"
    "main{max-width:26rem;padding:2rem;text-align:center}h1{font-size:1.4rem;margin:0 0 .5rem}"
    "button{font:inherit;padding:.6rem 1.6rem;border-radius:.5rem;border:0;background:#1f6feb;color:#fff;"
    "cursor:pointer}button:focus-visible{outline:3px solid #80b3ff;outline-offset:2px}"
)
_FORM = (
    '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
    '<button type="submit">{button}</button></form>'
)


def asking_page() -> str:
    """Asks for the one click."""
    form = _FORM.format(button=escape(tr("Unsubscribe")))
    text = tr("You will get no more marketing emails at the address that this email was sent to.")
    return _page(tr("Unsubscribe?"), text, form)


def done_page() -> str:
    """Says that it is done."""
    text = tr("No more marketing emails will be sent to the address that this email was sent to.")
    return _page(tr("You are unsubscribed"), text)


def unknown_page() -> str:
    """Says that there is nothing behind the link."""
    text = tr("Follow the link just as it stands in the message. Old links may lead nowhere any more.")
    return _page(tr("This link is not valid"), text)


def _page(title: str, text: str, more: str = "") -> str:
    language = {"zh": "zh-CN"}.get(current_language(), current_language())
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1><p>{escape(text)}</p>{more}</main></body></html>"
    )
