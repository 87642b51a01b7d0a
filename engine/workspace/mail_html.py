"""The HTML of emails: a version that is safe to show, its plain text, and what mail programs will not accept.

An email's HTML is hostile until it is sanitised: it may come from a file that somebody mailed. What is shown
runs no script, loads nothing from the net, and leads nowhere by itself.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

from engine.i18n import N_, Message, MessageError

MAX_LENGTH = 500_000
"""Characters of HTML: five times what mail programs show before they cut it off."""
CLIPPED_LENGTH = 102 * 1024
"""Bytes beyond which large mail programs cut an email off."""
_MAX_DEPTH, _MAX_REFERENCES = 200, 20_000
"""Beyond that a parser takes seconds: its time grows with the square of them."""

_TAGS = {
    "a", "abbr", "article", "b", "blockquote", "br", "caption", "center", "code", "col", "colgroup", "dd",
    "del", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "i", "img", "ins", "li", "main", "nav", "ol", "p", "pre", "s", "section", "small",
    "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_EVERYWHERE = {"align", "bgcolor", "dir", "height", "lang", "style", "title", "valign", "width"}
_ATTRIBUTES = {
    "*": _EVERYWHERE,
    "a": {"href"},
    "font": {"color", "face", "size"},
    "img": {"alt", "border"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left",
    "border-right", "border-style", "border-top", "border-width", "color", "direction", "font", "font-family",
    "font-size", "font-style", "font-weight", "height", "letter-spacing", "line-height", "margin",
    "margin-bottom", "margin-left", "margin-right", "margin-top", "max-width", "padding", "padding-bottom",
    "padding-left", "padding-right", "padding-top", "text-align", "text-decoration", "text-indent",
    "text-transform", "vertical-align", "white-space", "width",
}  # fmt: skip
_WITHOUT_CONTENT = {"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math"}
_BACKGROUND = re.compile(r"background\s*:\s*(#[0-9a-fA-F]{3,8}|[a-zA-Z]+)\s*(;|$)")


class TooComplicated(MessageError):  # noqa: N818 - names the condition
    """HTML that is not worked with, for it would take too long; `message` says why."""


def refuse_complicated(html: str) -> None:
    """Raise `TooComplicated` where it would take too long to read the HTML."""
    if len(html) > MAX_LENGTH:
        message = N_("The HTML has more than {max:,} characters: mail programs cut it off long before.")
        raise TooComplicated(Message(message, max=MAX_LENGTH))
    if html.count("&") > _MAX_REFERENCES:
        message = N_("The HTML has more than {max:,} “&” signs. Make it simpler.")
        raise TooComplicated(Message(message, max=_MAX_REFERENCES))
    depth = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() not in _CLOSED_BY_THEMSELVES:
            depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > _MAX_DEPTH:
            message = N_("The HTML is nested more than {max} levels deep. Close its tags.")
            raise TooComplicated(Message(message, max=_MAX_DEPTH))


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_CLOSED_BY_THEMSELVES = {
    "area", "base", "body", "br", "col", "dd", "dt", "embed", "head", "hr", "html", "img", "input", "li",
    "link", "meta", "option", "p", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "wbr",
}  # fmt: skip


def sanitized(html: str) -> str:
    """The HTML without anything that acts or loads; pictures are replaced by their descriptions.

    Raises `TooComplicated`.
    """
    return _IMAGE.sub(_described, _cleaned(html))


def _cleaned(html: str) -> str:
    """Well-formed HTML of harmless tags and attributes."""
    import nh3  # loaded when the first email is shown

    refuse_complicated(html)
    cleaned: str = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags=_WITHOUT_CONTENT,
        filter_style_properties=_STYLES,
        attribute_filter=_readable_style,
        url_schemes={"http", "https", "mailto", "tel"},
        strip_comments=True,
        link_rel=None,
    )
    return _REACHING.sub("", cleaned)


# As the sanitiser writes it, escapes undone: a style that would load or run something.
_REACHING = re.compile(
    r'\sstyle="[^"]*\b(?:url|src|image|image-set|cross-fade|element|expression)\([^"]*"', re.IGNORECASE
)
# As the sanitiser writes it: attributes in double quotes, which are escaped inside.
_IMAGE = re.compile(r'<img((?:\s[a-z-]+="[^"]*")*)>')


def _described(image: re.Match[str]) -> str:
    alt = re.search(r'\salt="([^"]+)"', image[1])
    return f"<span>[{alt[1]}]</span>" if alt else "<span>[ ]</span>"


def _readable_style(_tag: str, name: str, value: str) -> str | None:
    """A plain `background: red` under the name that is let through: the short form could hold an address."""
    return _BACKGROUND.sub(r"background-color: \1\2", value) if name == "style" else value


def plain_text(html: str) -> str:
    """What the HTML says as plain text: for people whose mail program shows none, and for the ledger.

    Raises `TooComplicated`.
    """
    reader = _TextReader()
    # The parser takes ages over some broken markup; what was sanitised is well-formed.
    reader.feed(_cleaned(html))
    reader.close()
    return reader.text()


class HtmlFlaws(NamedTuple):
    """What mail programs refuse or people will not see, and where the HTML reaches out to."""

    forbidden: tuple[str, ...]
    """Tags and attributes that act: `script`, `onclick`, `javascript:`."""
    unnamed_images: int
    """Pictures without a description, which most programs do not load."""
    remote: tuple[str, ...]
    """Addresses that are loaded when the email is read."""
    has_way_out: bool
    """Whether a link seems to unsubscribe."""


def flaws(html: str) -> HtmlFlaws:
    """Look the HTML over."""
    read = html[:MAX_LENGTH]
    forbidden = [f"<{match[1].lower()}>" for match in _ACTING.finditer(read)]
    forbidden += [match[1].lower() for match in _HANDLER.finditer(read)]
    forbidden += [f"{match[1].lower()}:" for match in _SCHEME.finditer(read)]
    images = [match[0] for match in _PICTURE.finditer(read)]
    return HtmlFlaws(
        tuple(dict.fromkeys(forbidden)),
        sum(not _NAMED.search(image) for image in images),
        tuple(dict.fromkeys(match[1] for match in _REMOTE.finditer(read))),
        bool(_WAY_OUT.search(read)),
    )


# Bounded and without overlaps, so that no markup makes them slow.
_ACTING = re.compile(r"<(script|iframe|object|embed|applet|form|base|frame|frameset|meta)\b", re.IGNORECASE)
_HANDLER = re.compile(r"<[a-z][^<>]{0,2000}?[\s/\"'](on[a-z]{2,20})\s{0,20}=", re.IGNORECASE)
_SCHEME = re.compile(
    r"<[a-z][^<>]{0,2000}?\b(?:href|src|action)\s{0,20}=\s{0,20}[\"']?\s{0,20}(javascript|vbscript)\s{0,20}:",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"<img\b[^<>]{0,4000}>", re.IGNORECASE)
_NAMED = re.compile(r"\salt\s{0,20}=", re.IGNORECASE)
_REMOTE = re.compile(
    r"(?:\b(?:src|background)\s{0,20}=\s{0,20}[\"']?|url\(\s{0,20}[\"']?)\s{0,20}((?:https?:)?//[^\s\"'<>)]{1,2000})",
    re.IGNORECASE,
)
_WAY_OUT = re.compile(r"unsubscribe|opt[ -]?out|退订|取消订阅", re.IGNORECASE)

_BLOCKS = {
    "address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "figure", "footer", "form",
    "header", "li", "main", "nav", "ol", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
_PARAGRAPHS = {"h1", "h2", "h3", "h4", "h5", "h6", "p"}
_SILENT = {"head", "script", "style", "title", "template", "noscript"}


class _TextReader(HTMLParser):
    """Collects lines; what is not closed ends with the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._breaks = 0
        """Line ends that are due before the next word."""
        self._bullet = ""
        self._silent: list[str] = []
        self._links: list[tuple[str, list[str]]] = []
        """Where the open links lead, and what they say so far."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        if self._silent:
            return
        if tag == "a":
            self._links.append((dict(attrs).get("href") or "", []))
        elif tag == "br":
            self._breaks += 1
        elif tag == "hr":
            self._break(1)
            self._add("-" * 20)
        elif tag == "img":
            self._add(dict(attrs).get("alt") or "")
        elif tag in ("td", "th"):
            self._lines[-1] += " "
        self._end_line(tag)
        if tag == "li":
            self._bullet = "- "

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag in self._silent:
                while self._silent.pop() != tag:
                    pass
        elif tag == "a" and self._links:
            href, said = self._links.pop()
            leads = href.startswith(("http://", "https://", "mailto:", "tel:", "${"))
            if leads and "".join(said).strip() != href:
                self._add(f" ({href})")
        else:
            self._end_line(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._add(data)

    def text(self) -> str:
        """The lines, at most one of them empty between two others."""
        lines = [_BLANKS.sub(" ", line).strip() for line in self._lines]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def _end_line(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._break(2)
        elif tag in _BLOCKS or tag == "hr":
            self._break(1)

    def _break(self, lines: int) -> None:
        self._breaks = max(self._breaks, lines)

    def _add(self, text: str) -> None:
        if self._links:
            self._links[-1][1].append(text)
        if not text.strip():
            self._lines[-1] += " " if text else ""
            return
        self._lines += [""] * min(self._breaks, 2)
        self._lines[-1] += self._bullet + text.replace("\n", " ")
        self._breaks, self._bullet = 0, ""


_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
