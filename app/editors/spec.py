"""What a form knows of one field: read from the config model's field and the hints beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.widgets.combo_box import Option


@dataclass(frozen=True)
class FieldSpec:
    """One field of a form.

    Attributes:
        name: the key in the config.
        label: what stands above the control, in the current language.
        help: a sentence below it, or "".
        placeholder: what stands in the empty control, or "".
        required: whether the config needs it.
        options: the choices, for a literal.
        minimum: the lowest number.
        extra: the hint's options, for special editors (see `engine.components.hints`).
    """

    name: str
    label: str = ""
    help: str = ""
    placeholder: str = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    minimum: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
