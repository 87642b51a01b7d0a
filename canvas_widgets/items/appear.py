"""New cards fade in and grow, briefly."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEasingCurve, QVariantAnimation

from canvas_widgets.items.card import CardItem
from canvas_widgets.look import Look

_FROM_SCALE = 0.92


class Appearance:
    """One animation for all cards that appear together; none with reduced motion."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._cards: list[CardItem] = []
        self._animation = QVariantAnimation()
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._on_value_changed)

    def show(self, cards: Iterable[CardItem]) -> None:
        """Let these cards appear. Those that still do are there at once."""
        self._animation.stop()
        self._set(1.0)
        self._cards = []
        if self._look.duration:
            self._cards = list(cards)
            self._set(0.0)
            self._animation.setDuration(self._look.duration)
            self._animation.start()

    def forget(self, card: CardItem) -> None:
        """The card goes away."""
        if card in self._cards:
            self._cards.remove(card)

    def _on_value_changed(self, value: object) -> None:
        if isinstance(value, float):
            self._set(value)

    def _set(self, share: float) -> None:
        for card in self._cards:
            card.setOpacity(share)
            card.setScale(_FROM_SCALE + (1 - _FROM_SCALE) * share)
