"""What a column can become, in words and as a mapping says it."""

from __future__ import annotations

from engine.i18n import N_, tr
from engine.workspace.catalog import Catalog
from engine.workspace.mapping import ATTRIBUTE, EVENT, EVENT_ID, ID, IGNORE, PERSON, TAG, TIME

_WORDS = {
    PERSON: N_("Person's own id"),
    ID: N_("ID"),
    ATTRIBUTE: N_("Attribute"),
    TAG: N_("Tag"),
    TIME: N_("Time of the event"),
    EVENT: N_("Event"),
    EVENT_ID: N_("Id of the event"),
    IGNORE: N_("Left out"),
}
_OF = {
    "people": (PERSON, ID, ATTRIBUTE, TAG, IGNORE),
    "events": (PERSON, ID, TIME, EVENT, EVENT_ID, ATTRIBUTE, IGNORE),
}
NAMED = (ID, ATTRIBUTE, TAG)


def options(kind: str) -> list[tuple[str, str]]:
    """What the columns of people or of events may become, with its words."""
    return [(target, tr(_WORDS[target])) for target in _OF[kind]]


def split(target: str) -> tuple[str, str]:
    """Such as `attr:` and `city`; the second is empty for what has no name."""
    prefix, _, name = target.partition(":")
    return (f"{prefix}:", name) if f"{prefix}:" in NAMED else (target, "")


def words(target: str) -> str:
    """Such as "Attribute city"."""
    what, name = split(target)
    return tr("{what}: {name}", what=tr(_WORDS[what]), name=name) if name else tr(_WORDS[what])


def names(what: str, kind: str, event: str, catalog: Catalog) -> list[str]:
    """What the catalogue has of a kind."""
    if what == ID:
        return list(catalog.id_types)
    if what == TAG:
        return list(catalog.tags)
    if kind == "events":
        known = catalog.events.get(event)
        return [] if known is None else list(known.attributes)
    return list(catalog.attributes)


def of_kind(target: str, kind: str) -> str:
    """The nearest that there is among people or events, where the kind of the rows changed."""
    what, name = split(target)
    if what in _OF[kind]:
        return target
    return f"{ATTRIBUTE}{name}" if what == TAG else IGNORE
