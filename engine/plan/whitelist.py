"""The audience that limits and quiet times do not hold for (components, section 9)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, exists, literal, select

from engine.i18n import N_, Message
from engine.store.tables.people import audience, audience_member
from engine.workspace.settings import MAX_WHITELIST


def exempt(whitelist: str, who: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether limits and quiet times do not hold for the person."""
    return exists(
        select(literal(1))
        .where(
            audience.c.id == whitelist,
            audience.c.size <= MAX_WHITELIST,
            audience_member.c.list == audience.c.list,
            audience_member.c.person == who,
        )
        .correlate_except(audience, audience_member)
    )


def doubt_about(connection: Connection, whitelist: str, name: str | None) -> Message | None:
    """Why a whitelist exempts nobody, or None. name: the audience's; None: there is no such audience."""
    if name is None:
        text = N_("The whitelist is the audience “{id}”, which does not exist: nobody is exempt from limits.")
        return Message(text, id=whitelist)
    query = select(audience.c.size).where(audience.c.id == whitelist, audience.c.list.is_not(None))
    size = connection.execute(query).scalar()
    if size is None:
        text = N_("The whitelist “{name}” has no members yet: nobody is exempt from limits.")
        return Message(text, name=name)
    if size > MAX_WHITELIST:
        text = N_(
            "The whitelist “{name}” holds {size:,} people. Of more than {most} nobody is exempt from limits."
        )
        return Message(text, name=name, size=size, most=MAX_WHITELIST)
    return None
