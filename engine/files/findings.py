"""What a pydantic model finds wrong, as sentences that say what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from engine.i18n import N_, Message


class Finding(NamedTuple):
    """One thing that a model did not accept: its location, pydantic's code for it, and a sentence."""

    path: tuple[str | int, ...]
    code: str
    message: Message


def findings(error: ValidationError) -> Iterator[Finding]:
    """Pydantic's findings as sentences.

    A validator may raise `PydanticCustomError` with a `Message` as `message` in its context.
    """
    details = error.errors(include_url=False)
    wrong = [detail["loc"] for detail in details]
    for detail in details:
        place = detail["loc"]
        # A list whose items are wrong has too few good ones, which is nothing to be told as well.
        if detail["type"] == "too_short" and any(
            other != place and other[: len(place)] == place for other in wrong
        ):
            continue
        path = tuple(part for part in detail["loc"] if not _is_marker(part))
        yield Finding(path, detail["type"], sentence(code_of(detail), detail.get("ctx", {})))


def code_of(detail: ErrorDetails) -> str:
    """The kind of an error of pydantic's, which calls some texts lists."""
    code = detail["type"]
    is_text = code in ("too_short", "too_long") and isinstance(detail["input"], str)
    return f"string_{code}" if is_text else code


def _is_marker(part: str | int) -> bool:
    """Whether a part of a location stands for no field: a tag of a union, or the mark of a key."""
    return isinstance(part, str) and (part == "[key]" or (part.startswith("<") and part.endswith(">")))


_SENTENCES: Mapping[str, str] = {
    "missing": N_("Fill this in."),
    "string_too_short": N_("Fill this in."),
    "string_too_long": N_("Use at most {max_length} characters."),
    "too_short": N_("Choose at least {min_length}."),
    "too_long": N_("Choose at most {max_length}."),
    "greater_than_equal": N_("Use {ge} or more."),
    "less_than_equal": N_("Use {le} or less."),
    "greater_than": N_("Use more than {gt}."),
    "less_than": N_("Use less than {lt}."),
    "extra_forbidden": N_("This field is not known. Remove it or correct its name."),
    "literal_error": N_("Choose one of: {expected}."),
    "enum": N_("Choose one of: {expected}."),
    "int_type": N_("Enter a whole number."),
    "int_from_float": N_("Enter a whole number."),
    "int_parsing": N_("Enter a whole number."),
    "float_type": N_("Enter a number."),
    "float_parsing": N_("Enter a number."),
    "finite_number": N_("Enter a number."),
    "string_type": N_("Enter a text."),
    "bool_type": N_("Choose yes or no."),
    "bool_parsing": N_("Choose yes or no."),
    "none_required": N_("Leave this empty (null)."),
    "dict_type": N_("A group of fields is expected here, not a single value."),
    "model_type": N_("A group of fields is expected here, not a single value."),
    "model_attributes_type": N_("A group of fields is expected here, not a single value."),
    "list_type": N_("A list is expected here."),
    "tuple_type": N_("A list is expected here."),
    "union_tag_invalid": N_("This is of no known kind. Correct it."),
    "union_tag_not_found": N_("This is of no known kind. Correct it."),
    "recursion_loop": N_("This is nested too deeply."),
    "string_pattern_mismatch": N_("This does not have the right form."),
}


def sentence(code: str, context: Mapping[str, Any]) -> Message:
    """What pydantic's error `code` means to a person; `context` is the error's `ctx`."""
    if isinstance(message := context.get("message"), Message):  # raised by our own validators
        return message
    if code in ("literal_error", "enum"):  # pydantic joins the choices in English
        return Message(_SENTENCES[code], expected=str(context["expected"]).replace(" or ", ", "))
    if code in _SENTENCES:
        return Message(_SENTENCES[code], **context)
    return Message(N_("This value is not valid."))
