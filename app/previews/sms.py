"""A text SMS on a phone, with what it takes: characters, parts, the encoding, the cost."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.previews.marked import show_text, text_label
from app.previews.phone import Phone, bubble, sender_head
from app.previews.view import Shown, View
from app.widgets import style
from app.widgets.basic import LinkButton, label
from app.widgets.layouts import empty
from engine.i18n import ntr, tr
from engine.shapes.sms import beyond_gsm, measure, signed, split, with_gsm_alike
from engine.workspace.message_text import joined
from engine.workspace.sms_length import Price

_MOST_NAMED = 6


class SmsView(View):
    """Signal `simplify_asked()`: put in what looks alike and is in GSM-7."""

    simplify_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._phone = Phone()
        self._head = QVBoxLayout()
        self._phone.column.addLayout(self._head)
        frame, inside = bubble()
        self.text = text_label(tr("Text of the message"))
        inside.addWidget(self.text)
        line = QHBoxLayout()
        line.addWidget(frame, 1)
        line.addSpacing(3 * style.sizes().grid)
        self._phone.column.addLayout(line)
        self._phone.finish()
        self.length = label("strong", wrap=True)
        self.parts = label("small", wrap=True)
        self.encoding = label("warning", wrap=True)
        self.simplify = LinkButton(tr("Put in similar characters"))
        self.simplify.clicked.connect(self.simplify_asked)
        self.column.setSpacing(style.sizes().grid)
        self.column.addWidget(self._phone, 0, Qt.AlignmentFlag.AlignHCenter)
        for part in (self.length, self.parts, self.encoding, self.simplify):
            self.column.addWidget(part)

    def show_message(self, shown: Shown) -> None:
        text = joined(shown.content.get("text"))
        abroad = shown.international
        empty(self._head)
        self._head.addLayout(sender_head(shown.sender or tr("Sender")))
        show_text(self.text, signed(text, shown.sender, international=abroad))
        self.length.setText(length_words(text, shown.sender, abroad, shown.price))
        pieces = split(text, shown.sender, international=abroad)
        sizes = [measure(piece, international=abroad).characters for piece in pieces]
        self.parts.setText(tr("Parts: {sizes} characters", sizes=" + ".join(map(str, sizes))))
        self.parts.setVisible(len(pieces) > 1)
        self._show_encoding(text if abroad else "")

    def _show_encoding(self, text: str) -> None:
        foreign = beyond_gsm(text)
        self.encoding.setVisible(bool(foreign))
        self.simplify.setVisible(bool(foreign) and with_gsm_alike(text) != text)
        if foreign:
            named = ", ".join(f"{_visible(char)} × {n}" for char, n in list(foreign.items())[:_MOST_NAMED])
            more = " …" if len(foreign) > _MOST_NAMED else ""
            self.encoding.setText(
                tr("Only 70 characters fit a part (UCS-2), because of: {characters}", characters=named + more)
            )


def length_words(text: str, signature: str, international: bool, price: Price | None = None) -> str:
    """Characters, parts and cost of an SMS in words."""
    size = measure(text, signature, international=international)
    words = ntr("{n:,} character", "{n:,} characters", size.characters)
    if signature and not international:
        words = tr("{characters} with the signature", characters=words)
    words = tr(
        "{characters} · {parts}", characters=words, parts=ntr("{n:,} message", "{n:,} messages", size.parts)
    )
    if price is not None:
        cost = money(price.amount * size.parts, price.currency)
        thousand = money(price.amount * size.parts * 1000, price.currency)
        words += " · " + tr("{cost} a person, {thousand} for 1,000", cost=cost, thousand=thousand)
    return words


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency, without superfluous zeros."""
    text = f"{amount:,f}"
    if "." in text:
        whole, fraction = text.split(".")
        text = f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"
    return f"{text} {currency}"


def _visible(char: str) -> str:
    code = f"U+{ord(char):04X}"
    return f"{char} ({code})" if char.isprintable() and not char.isspace() else code
