"""What imports, their undo and erasing come to, in words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.i18n import N_, tr
from engine.workspace.account_fields import VALUE_TYPES

_IMPORTED = {
    "people": N_("new people: {n:,}"),
    "people_updated": N_("people updated: {n:,}"),
    "people_repeated": N_("rows of people who stand there twice: {n:,}"),
    "people_by_event": N_("people known by an event: {n:,}"),
    "people_merged": N_("people who turned out to be others: {n:,}"),
    "tags": N_("tags: {n:,}"),
    "events": N_("events: {n:,}"),
    "events_repeated": N_("events repeated: {n:,}"),
    "ids": N_("IDs: {n:,}"),
    "coupons": N_("coupon codes: {n:,}"),
    "coupons_repeated": N_("coupon codes repeated: {n:,}"),
    "audience_members": N_("members of audiences: {n:,}"),
    "suppressed": N_("suppressed addresses: {n:,}"),
}
_TAKEN_BACK = {
    "people": N_("people deleted: {n:,}"),
    "values": N_("values restored: {n:,}"),
    "events": N_("events deleted: {n:,}"),
    "coupons": N_("coupon codes deleted: {n:,}"),
    "suppressed": N_("addresses no longer suppressed: {n:,}"),
}
_STAYS = {
    "people_kept": N_("people who are or were in a campaign: {n:,}"),
    "events_kept": N_("events that let somebody into a campaign: {n:,}"),
    "values_kept": N_("values that were changed since: {n:,}"),
    "coupons_kept": N_("coupon codes that were issued: {n:,}"),
}
_ERASED = {
    "ids": N_("IDs: {n:,}"),
    "tags": N_("tags: {n:,}"),
    "events": N_("events: {n:,}"),
    "messages": N_("messages: {n:,}"),
    "places": N_("places in campaigns: {n:,}"),
    "suppressed": N_("addresses newly suppressed: {n:,}"),
}


def imported(counts: Mapping[str, int]) -> list[str]:
    """What an import did, a line a kind."""
    return _lines(_IMPORTED, counts)


def taken_back(counts: Mapping[str, int]) -> list[str]:
    """What undoing one took back."""
    return _lines(_TAKEN_BACK, counts)


def stays(counts: Mapping[str, int]) -> list[str]:
    """What undoing one left, for others use it."""
    return _lines(_STAYS, counts)


def erased(counts: Mapping[str, int]) -> list[str]:
    """What there was of an erased person."""
    return _lines(_ERASED, counts)


def type_words(type_: str | None) -> str:
    """A field's type; nothing where it has none."""
    return tr(VALUE_TYPES[type_]) if type_ in VALUE_TYPES else ""


def type_options() -> list[tuple[str, str]]:
    """Every type and its words."""
    return [(type_, tr(text)) for type_, text in VALUE_TYPES.items()]


def _lines(words: Mapping[str, str], counts: Mapping[str, int]) -> list[str]:
    return [tr(text, n=counts[kind]) for kind, text in words.items() if counts.get(kind)]
