"""The fixed limits: what no setting raises, as a table with what a workspace has of it so far.

Each number is the one that the code obeys; the table only gathers them for people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from engine.campaign.campaign_file import MAX_NODES
from engine.components import tag, target_audience
from engine.files import MAX_BYTES
from engine.i18n import N_, Message
from engine.shapes import conditions, groups
from engine.workspace import content_check, mail_html, media
from engine.workspace.account_settings import MAX_BATCH
from engine.workspace.audience import MAX_CARDS
from engine.workspace.catalog import MAX_FIELDS, MAX_ID_TYPES
from engine.workspace.definitions import MAX_METRICS
from engine.workspace.mapping import MAX_COLUMNS
from engine.workspace.message import MAX_LANGUAGES, MAX_SHORT_LINKS
from engine.workspace.settings import MAX_HOLIDAYS, MAX_IN_PROGRESS, MAX_WHITELIST
from engine.workspace.workspace import Workspace

IN_PROGRESS = "in_progress"
"""The limit whose use only the engine knows."""


class FixedLimit(NamedTuple):
    """One limit.

    Attributes: code; what is limited, and to how many; used, how many the workspace has, None where that is
    to be counted for each thing by itself.
    """

    code: str
    what: Message
    most: int
    used: Callable[[Workspace], int] | None = None


def fixed_limits() -> Iterator[tuple[Message, tuple[FixedLimit, ...]]]:
    """The limits by what they are about."""
    yield (
        Message(N_("Campaigns")),
        (
            FixedLimit(IN_PROGRESS, Message(N_("Campaigns in progress at the same time")), MAX_IN_PROGRESS),
            FixedLimit("nodes", Message(N_("Components of a campaign")), MAX_NODES),
            FixedLimit(
                "audiences", Message(N_("Audiences of a Target Audience")), target_audience.MAX_AUDIENCES
            ),
            FixedLimit(
                "branches", Message(N_("Branches of an AB Test or Random Grouping")), groups.MAX_BRANCHES
            ),
            FixedLimit("groups", Message(N_("Groups of a judgment")), groups.MAX_GROUPS),
            FixedLimit("values", Message(N_("Tag values that one Tag component gives")), tag.MAX_VALUES),
        ),
    )
    yield (
        Message(N_("People and data")),
        (
            FixedLimit(
                "id_types", Message(N_("ID types")), MAX_ID_TYPES, lambda one: len(one.catalog.id_types)
            ),
            FixedLimit("fields", Message(N_("Attributes of people")), MAX_FIELDS, _attributes),
            FixedLimit("event_fields", Message(N_("Attributes of an event")), MAX_FIELDS, _of_an_event),
            FixedLimit("columns", Message(N_("Columns of a file that is imported")), MAX_COLUMNS),
        ),
    )
    yield (
        Message(N_("Audiences")),
        (
            FixedLimit("cards", Message(N_("Cards of a rule")), MAX_CARDS),
            FixedLimit("leaves", Message(N_("Conditions of a card or group")), conditions.MAX_LEAVES),
            FixedLimit("depth", Message(N_("Levels of conditions inside each other")), conditions.MAX_DEPTH),
            FixedLimit("listed", Message(N_("Values of one condition")), conditions.MAX_VALUES),
            FixedLimit("metrics", Message(N_("Metrics of a statistics table")), MAX_METRICS),
        ),
    )
    yield (
        Message(N_("Messages")),
        (
            FixedLimit("parts", Message(N_("Parts of a text SMS")), content_check.MANY_PARTS),
            FixedLimit("blocks", Message(N_("Blocks of a digital SMS")), content_check.MAX_BLOCKS),
            FixedLimit("media", Message(N_("Bytes of a digital SMS, files included")), media.MAX_BYTES),
            FixedLimit("html", Message(N_("Characters of an email's HTML")), mail_html.MAX_LENGTH),
            FixedLimit("languages", Message(N_("Further languages of a message")), MAX_LANGUAGES),
            FixedLimit("links", Message(N_("Short links of a message")), MAX_SHORT_LINKS),
        ),
    )
    yield (
        Message(N_("Sending")),
        (
            FixedLimit(
                "holidays",
                Message(N_("Holidays")),
                MAX_HOLIDAYS,
                lambda one: len(one.settings.quiet.holidays),
            ),
            FixedLimit("whitelist", Message(N_("People on the whitelist")), MAX_WHITELIST),
            FixedLimit("batch", Message(N_("People in one request to a webhook")), MAX_BATCH),
        ),
    )
    yield (
        Message(N_("Files")),
        (FixedLimit("file", Message(N_("Bytes of one file of the workspace")), MAX_BYTES),),
    )


def _attributes(workspace: Workspace) -> int:
    return len(workspace.catalog.attributes)


def _of_an_event(workspace: Workspace) -> int:
    """Those of the event that has most."""
    return max((len(event.attributes) for event in workspace.catalog.events.values()), default=0)
