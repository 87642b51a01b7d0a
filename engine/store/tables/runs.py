"""What runs leave behind: campaigns and their versions, people on their way, visits, counters, messages.

Small integers stand for what is repeated a million times: a version's `key`, a campaign's `number`, a node's
number within its campaign (stable over versions), a version's places and paths (see `engine.plan`). The
person stands in every primary key of a table that holds rows of people. Tables are clustered by their primary
key.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, Table, text

from engine.store.schema import METADATA, KeyType, TextType, TimeType
from engine.store.tables.operations import deleted_message, deleted_visit

ACTIVE, STOPPED, COMPLETED, ENDED = "active", "stopped", "completed", "ended_abnormally"
HALTED = "halted"
"""States of a campaign."""
HELD = ("planned",)
"""States of messages that have not been handed over yet but will be."""
SETTLED = ("sent", "failed", "skipped")
"""States of messages of which nothing more will be known, besides receipts."""

campaign = Table(
    "campaign",
    METADATA,
    Column("number", KeyType, primary_key=True, autoincrement=False),
    Column("id", TextType, nullable=False, unique=True),
    Column("name", TextType, nullable=False),
    Column("state", TextType, nullable=False, doc="active, stopped, completed, halted or ended_abnormally"),
    Column("version", BigInteger, nullable=False, doc="key of the version that new entries take"),
    Column("published_at", TimeType, nullable=False),
    Column("starts_at", TimeType, nullable=False, doc="nobody enters before"),
    Column("ends_at", TimeType, doc="nobody enters from here on"),
    Column("resumed_at", TimeType, doc="when it was last restarted"),
    Column("reason", TextType, doc="JSON: why it ended abnormally, see engine.run.failures"),
)

campaign_version = Table(
    "campaign_version",
    METADATA,
    Column("key", KeyType, primary_key=True, autoincrement=False),
    Column("campaign", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, doc="counts from 1 in each campaign"),
    Column("hash", TextType, nullable=False, doc="of the bundle"),
    Column("bundle", TextType, nullable=False, doc="everything that the version refers to, as published"),
    Column("published_at", TimeType, nullable=False),
    Column(
        "cuts",
        SmallInteger,
        nullable=False,
        server_default="0",
        doc="engine.plan.contact.Cuts: where its places begin",
    ),
    Column("published_by", TextType, doc="the user; null: whoever holds the engine's own token"),
    Column("runs_from", TimeType, doc="from then on its schedule counts; null: from the campaign's begin"),
    Index(None, "campaign", "version", unique=True),
)

campaign_node = Table(
    "campaign_node",
    METADATA,
    Column("campaign", BigInteger, primary_key=True, autoincrement=False),
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("id", TextType, nullable=False, doc="the node's id in the campaign file"),
    sqlite_with_rowid=False,
)

path = Table(
    "path",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("path", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, nullable=False),
    Column(
        "steps", TextType, nullable=False, doc="JSON: what a person on this path does, see engine.plan.places"
    ),
    sqlite_with_rowid=False,
)

cycle = Table(
    "cycle",
    METADATA,
    Column("campaign", BigInteger, primary_key=True, autoincrement=False),
    Column("cycle", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("at", TimeType, nullable=False, doc="the moment at which everybody enters"),
    Column("after", BigInteger, nullable=False, doc="people up to this key have entered"),
    Column("done", Integer, nullable=False, doc="1 when everybody has entered"),
    Column("planned", TimeType, doc="its moment on the grid of a recurring trigger; null: `at`"),
    Column("finished_at", TimeType, doc="when the last one was through; null: somebody is still inside"),
    sqlite_with_rowid=False,
)

skipped_cycle = Table(
    "skipped_cycle",
    METADATA,
    Column("campaign", BigInteger, primary_key=True, autoincrement=False),
    Column("planned", TimeType, primary_key=True, autoincrement=False),
    Column("audience", TextType, nullable=False, doc="had not been updated since the last cycle"),
    sqlite_with_rowid=False,
)

entry = Table(
    "entry",
    METADATA,
    Column("campaign", BigInteger, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False, doc="counts the person's entries from 1"),
    Column("version", BigInteger, nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("entered_at", TimeType, nullable=False),
    Column("event", TextType, doc="source id of the event that let the person in"),
    Column("live", Integer, doc="tokens not yet ended, where the plan needs to know; 0 = finished"),
    Column(
        "origin", BigInteger, doc="one bit an audience of the trigger that held the person, where it counts"
    ),
    Column("held_back", SmallInteger, doc="1: of a control group, and never inside"),
    Column("converted_at", TimeType, doc="when the campaign's goal was reached, as far as is known"),
    sqlite_with_rowid=False,
)

arrival = Table(
    "arrival",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("due", TimeType, primary_key=True, autoincrement=False, doc="the event's own time"),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("event", TextType, primary_key=True, doc="source id"),
    sqlite_with_rowid=False,
)

token = Table(
    "token",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("due", TimeType, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("via", SmallInteger, primary_key=True, autoincrement=False, doc="which link into the node"),
    Column("arrived", TimeType, doc="where the release looks back on it"),
    sqlite_with_rowid=False,
)

token_watched = Table(
    "token_watched",
    METADATA,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("via", SmallInteger, primary_key=True, autoincrement=False),
    Column("due", TimeType, doc="null: not known yet"),
    Column("arrived", TimeType),
    Index(None, "version", "place", "due"),
    sqlite_with_rowid=False,
)

visit = Table(
    "visit",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("path", Integer, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("at", TimeType, nullable=False),
    sqlite_with_rowid=False,
)

counter = Table(
    "counter",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("cycle", Integer, primary_key=True, autoincrement=False),
    Column("path", Integer, primary_key=True, autoincrement=False),
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("hour", Integer, primary_key=True, autoincrement=False, doc="hours since 1970"),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

finished = Table(
    "finished",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("cycle", Integer, primary_key=True, autoincrement=False),
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False, doc="entries whose last token has ended"),
    Column("last", TimeType, nullable=False, server_default="0", doc="when the last of them did"),
    sqlite_with_rowid=False,
)

message_counter = Table(
    "message_counter",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("cycle", Integer, primary_key=True, autoincrement=False),
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("state", TextType, primary_key=True),
    Column("reason", TextType, primary_key=True, doc="empty where there is none"),
    Column("receipt", TextType, primary_key=True),
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

message = Table(
    "message",
    METADATA,
    Column("campaign", BigInteger, primary_key=True, autoincrement=False),
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("address", TextType, primary_key=True, doc="empty where the person has none"),
    Column("version", BigInteger, nullable=False, doc="pins the template"),
    Column("state", TextType, nullable=False, doc="planned, sending, sent, failed, skipped or unknown"),
    Column("reason", TextType, nullable=False),
    Column("planned_at", TimeType, nullable=False),
    Column("sent_at", TimeType, doc="when it was handed to the provider"),
    Column("result", TextType, doc="what the provider says or will say: sent, failed or unknown"),
    Column("result_at", TimeType, doc="when that is known"),
    Column("variables", TextType, doc="JSON list of the bound values, in order of name; never the text"),
    Column("due_at", TimeType, doc="when what was postponed is to be handed over"),
    Column("contact_at", TimeType, doc="when fatigue control counts it, if it does: handed over or to be"),
    Column("receipt", TextType, doc="what the person did, or will do, with it"),
    Column("receipt_at", TimeType),
    Index(
        "ix_message_due",
        "version",
        "node",
        "due_at",
        sqlite_where=text("state = 'planned' AND due_at IS NOT NULL"),
        postgresql_where=text("state = 'planned' AND due_at IS NOT NULL"),
    ),
    Index(
        "ix_message_contact",
        "person",
        "contact_at",
        sqlite_where=text("contact_at IS NOT NULL"),
        postgresql_where=text("contact_at IS NOT NULL"),
    ),
    Index(
        "ix_message_sending",
        "campaign",
        "result_at",
        sqlite_where=text("state = 'sending' AND result_at IS NOT NULL"),
        postgresql_where=text("state = 'sending' AND result_at IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

marketing_node = Table(
    "marketing_node",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("channel", TextType, nullable=False, doc="the component's kind"),
    Column("signature", TextType, doc="of an SMS"),
    Column("place", Integer, nullable=False, doc="the place of what quiet times hold back"),
    sqlite_with_rowid=False,
)

pending_match = Table(
    "pending_match",
    METADATA,
    Column("campaign", BigInteger, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("event", TextType, primary_key=True, doc="source id"),
    Column("time", TimeType, nullable=False),
    sqlite_with_rowid=False,
)
"""Matching events on the way to the n-th, which lets the person enter."""

test_state = Table(
    "test_state",
    METADATA,
    Column("campaign", BigInteger, primary_key=True, autoincrement=False),
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("visits", BigInteger, nullable=False),
    Column("best", TextType, doc="the port that won, once that is fixed"),
    sqlite_with_rowid=False,
)

goal = Table(
    "goal",
    METADATA,
    Column("campaign", BigInteger, primary_key=True, autoincrement=False),
    Column("node", Integer, primary_key=True, autoincrement=False, doc="the Test Target"),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("port", TextType, nullable=False, doc="the test's port that the person took"),
    Column("judged_at", TimeType, nullable=False),
    Column("achieved", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

goal_counter = Table(
    "goal_counter",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("cycle", Integer, primary_key=True, autoincrement=False),
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("port", TextType, primary_key=True),
    Column("achieved", SmallInteger, primary_key=True, autoincrement=False),
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

campaign_goal = Table(
    "campaign_goal",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("campaign", BigInteger, nullable=False),
    Column("event", TextType, nullable=False, doc="its code"),
    Column("goal", TextType, nullable=False, doc="as the campaign file holds it"),
    Column("holdout", Integer, nullable=False, doc="of 10,000 who would enter, held back by the campaign"),
    sqlite_with_rowid=False,
)
"""The goals of campaigns: they count when the campaign has long finished, so its bundle need not be read."""

conversion_counter = Table(
    "conversion_counter",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("cycle", Integer, primary_key=True, autoincrement=False),
    Column("held_back", SmallInteger, primary_key=True, autoincrement=False),
    Column("again", SmallInteger, primary_key=True, autoincrement=False, doc="1: not the first that counts"),
    Column("converted", SmallInteger, primary_key=True, autoincrement=False, doc="0: entries"),
    Column("hour", Integer, primary_key=True, autoincrement=False, doc="of entering, or of converting"),
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Entries, and those of them that reached the campaign's goal."""

gathered = Table(
    "gathered",
    METADATA,
    Column("campaign", BigInteger, primary_key=True, autoincrement=False),
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("at", TimeType, nullable=False),
    sqlite_with_rowid=False,
)
"""Who passed a Generate Audience since its audience was last written."""

generated_audience = Table(
    "generated_audience",
    METADATA,
    Column("id", TextType, primary_key=True, doc="the audience's"),
    Column("campaign", BigInteger, nullable=False),
    Column("node", Integer, nullable=False),
    Column("name", TextType, nullable=False),
    Column("directory", TextType, nullable=False),
    Column("public", SmallInteger, nullable=False),
    Column("remark", TextType, nullable=False),
    Column("written_at", TimeType, nullable=False),
    Column("filed_at", TimeType, doc="when the workspace got its file; null: it has had none"),
    sqlite_with_rowid=False,
)

claim = Table(
    "claim",
    METADATA,
    Column("campaign", BigInteger, primary_key=True, autoincrement=False),
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

tag_write = Table(
    "tag_write",
    METADATA,
    Column("campaign", BigInteger, primary_key=True, autoincrement=False),
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("tag", TextType, primary_key=True, doc="written although the node keeps existing values"),
    Column("at", TimeType, nullable=False),
    sqlite_with_rowid=False,
)

coupon_issue = Table(
    "coupon_issue",
    METADATA,
    Column("coupon", TextType, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False, doc="of the code in its pool"),
    Column("person", BigInteger, nullable=False),
    Column("campaign", BigInteger, nullable=False),
    Column("entry", Integer, nullable=False),
    Column("node", Integer, nullable=False),
    Column("at", TimeType, nullable=False),
    Index(None, "person", "campaign", "coupon"),
    sqlite_with_rowid=False,
)

agenda = Table(
    "agenda",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column(
        "shard",
        SmallInteger,
        primary_key=True,
        autoincrement=False,
        server_default="0",
        doc="whose people; 0: everybody's of a version that is not divided",
    ),
    Column("due", TimeType, nullable=False, doc="nothing at this place is due earlier"),
    Index(None, "due"),
    sqlite_with_rowid=False,
)

RUN_TABLES = (
    campaign, campaign_version, campaign_node, path, cycle, skipped_cycle, entry, arrival, pending_match,
    token, token_watched, visit, counter, finished, message_counter, message, marketing_node, claim,
    tag_write, coupon_issue, test_state, goal, goal_counter, campaign_goal, conversion_counter, gathered,
    generated_audience, agenda,
    deleted_visit, deleted_message,
)  # fmt: skip
"""Everything that runs write, besides people's tags; what a simulation keeps to itself."""
