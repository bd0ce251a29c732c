"""All tables, by area. Columns named *_sealed hold patient words under a key; no other column ever may."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import BigInteger

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant, kept as microseconds since 1970: exact, sortable and the same on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To the database. A naive datetime is a mistake of ours."""
        if value is None:
            return None
        assert value.tzinfo is not None, "naive datetime"
        delta = value - _EPOCH
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database, aware UTC."""
        return None if value is None else datetime.fromtimestamp(value / 1_000_000, UTC)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _id(name: str = "id", **more: Any) -> Column[str]:
    return Column(name, String(40), primary_key=True, **more)


def _person(name: str = "person", **more: Any) -> Column[str]:
    return Column(name, String(40), ForeignKey("people.id"), **more)


def _sealed(name: str) -> Column[bytes]:
    return Column(f"{name}_sealed", LargeBinary)


# --- people and rights -------------------------------------------------------------------------------------------
programs = Table(
    "programs",
    metadata,
    _id(),
    Column("name", String(80), nullable=False),
    Column("zone", String(60), nullable=False),
    Column("policy", JSON, nullable=False),
    Column("areas", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
    # The state whose law and holidays count (two letters), and the rota's own terms (dispatch/rota/terms.py).
    Column("state", String(2)),
    Column("rota", JSON),
)
people = Table(
    "people",
    metadata,
    _id(),
    Column("name", String(80), nullable=False),
    Column("credential", String(40), nullable=False, default=""),
    Column("email", String(200), nullable=False, unique=True),
    Column("phone", String(20), index=True),
    Column("roles", JSON, nullable=False),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False),
    Column("skills", JSON, nullable=False, default=list),
    Column("password_hash", String(200)),
    # Set while the password is a one-time one: until then it lets its owner choose their own, and nothing else.
    Column("password_ends_at", Instant),
    Column("totp_sealed", LargeBinary),
    # The half minute of the last code that was accepted: none is accepted twice.
    Column("totp_step", Integer),
    # Hours on call in a week that this person's contract allows; None: the program's own number counts.
    Column("week_hours", Integer),
    Column("hired_on", String(10)),
    # How they want to be reached when it is urgent: channel and way, in order. None: as the program does it.
    Column("plan", JSON),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)
sessions = Table(
    "sessions",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    _person(nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
)
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", LargeBinary(16), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_sign_in_failures_account_at", "account", "at"),
)
tokens = Table(
    "tokens",
    metadata,
    _id(),
    Column("name", String(80), nullable=False),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("scope", String(40), nullable=False),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
)
reads = Table(
    "reads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("person", String(40), nullable=False, index=True),
    Column("purpose", String(40), nullable=False),
    Column("what", String(40), nullable=False),
    Column("subject", String(40), nullable=False),
    # Where the very words matter (hazards that were read): their keyed digest, so that a later change shows.
    Column("shown", LargeBinary(16)),
    Index("ix_reads_subject_at", "subject", "at"),
)
# --- who is on call ----------------------------------------------------------------------------------------------
shifts = Table(
    "shifts",
    metadata,
    _id(),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False),
    Column("tier", String(20), nullable=False),
    _person(nullable=False),
    Column("team", String(10)),
    Column("place_in_line", Integer, nullable=False, default=0),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Index("ix_shifts_program_ends_at", "program", "ends_at"),
)
duties = Table(
    "duties",
    metadata,
    Column("person", String(40), ForeignKey("people.id"), primary_key=True),
    Column("duty", String(20), nullable=False),
    Column("until", Instant),
    Column("reason", String(40)),
    Column("set_at", Instant, nullable=False),
)
# The rota. What stands here is rules; who is on call is worked out from them each time it is asked.
rota_tiers = Table(
    "rota_tiers",
    metadata,
    Column("program", String(40), ForeignKey("programs.id"), primary_key=True),
    Column("tier", String(20), primary_key=True),
    Column("people", Integer, nullable=False),
    Column("bring", JSON, nullable=False),
    Column("place", Integer, nullable=False),
)
rota_layers = Table(
    "rota_layers",
    metadata,
    _id(),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False, index=True),
    Column("tier", String(20), nullable=False),
    Column("name", String(80), nullable=False),
    Column("place", Integer, nullable=False),
    # The layer as dispatch/rota/read.py reads it; kept as text, so that reading it twice costs once.
    Column("body", Text, nullable=False),
    _person("made_by", nullable=False),
    Column("made_at", Instant, nullable=False),
)
# Each person asked for cover, swap or a way out; `ref` is the number that is texted back.
covers = Table(
    "covers",
    metadata,
    _id(),
    Column("ref", Integer, nullable=False, unique=True),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    _person(nullable=False),
    Column("tier", String(20), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    # A swap: what comes back for it.
    _person("other"),
    Column("other_tier", String(20)),
    Column("other_starts_at", Instant),
    Column("other_ends_at", Instant),
    Column("state", String(12), nullable=False),
    _person("taken_by"),
    Column("taken_at", Instant),
    Column("made_at", Instant, nullable=False),
    Column("settled_at", Instant),
    _sealed("word"),
    Index("ix_covers_program_state_ends_at", "program", "state", "ends_at"),
)
cover_asks = Table(
    "cover_asks",
    metadata,
    Column("cover", String(40), ForeignKey("covers.id"), primary_key=True),
    Column("person", String(40), ForeignKey("people.id"), primary_key=True),
    Column("asked_at", Instant, nullable=False),
    Column("answer", String(4)),
    Column("answered_at", Instant),
    Index("ix_cover_asks_person", "person"),
)
rota_overrides = Table(
    "rota_overrides",
    metadata,
    _id(),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False),
    # The seq of its row in the journal: what was written later wins.
    Column("number", Integer, nullable=False),
    Column("tier", String(20), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    _person("instead_of"),
    _person(),
    Column("undoes", String(40), ForeignKey("rota_overrides.id")),
    Column("cover", String(40), ForeignKey("covers.id"), index=True),
    Column("why", String(40), nullable=False),
    _person("made_by", nullable=False),
    Column("made_at", Instant, nullable=False),
    Index("ix_rota_overrides_program_ends_at", "program", "ends_at"),
)
time_off = Table(
    "time_off",
    metadata,
    _id(),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False),
    _person(nullable=False, index=True),
    Column("kind", String(12), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("state", String(12), nullable=False),
    Column("source", String(80)),
    Column("asked_at", Instant, nullable=False),
    _person("decided_by"),
    Column("decided_at", Instant),
    Index("ix_time_off_program_ends_at", "program", "ends_at"),
)
# When a hard rule keeps a person off call. Worked out anew with each change of what it rests on (app/rota/bars.py).
rota_bars = Table(
    "rota_bars",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False),
    _person(nullable=False),
    Column("why", String(40), nullable=False),
    Column("tier", String(20)),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Index("ix_rota_bars_program_ends_at", "program", "ends_at"),
)
# A rule was set aside for one person and one span, by name and with a reason.
rota_exceptions = Table(
    "rota_exceptions",
    metadata,
    _id(),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False),
    _person(nullable=False),
    Column("rule", String(40), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    _person("made_by", nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    _sealed("why"),
    Index("ix_rota_exceptions_program_ends_at", "program", "ends_at"),
)
# Days are ISO dates of the program's own calendar: a license ends with a day, not with an instant.
credentials = Table(
    "credentials",
    metadata,
    _id(),
    _person(nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("state", String(2)),
    Column("title", String(40), nullable=False, default=""),
    Column("starts_on", String(10)),
    Column("ends_on", String(10)),
    _person("verified_by"),
    Column("verified_at", Instant),
    Column("added_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
)
training = Table(
    "training",
    metadata,
    _id(),
    _person(nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("done_on", String(10), nullable=False),
    Column("title", String(80), nullable=False, default=""),
    _person("added_by", nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
)
# The ways to reach a person, and when each last rang. Their first text number stands in `people.phone` too.
ways = Table(
    "ways",
    metadata,
    _id(),
    _person(nullable=False),
    Column("kind", String(10), nullable=False),
    # The address of a browser at its push service is long.
    Column("address", String(1000), nullable=False),
    Column("verified_at", Instant),
    Column("code_digest", LargeBinary(32)),
    Column("code_ends_at", Instant),
    Column("code_tries", Integer, nullable=False, default=0),
    Column("tried_at", Instant),
    Column("answered_at", Instant),
    # STOP came from this number; or a provider says that it will never take a message, with its code.
    Column("blocked_at", Instant),
    Column("broken_at", Instant),
    Column("broken_code", String(20)),
    # What its owner calls it; and of a browser the keys that its push service asks for.
    Column("label", String(60), nullable=False, default=""),
    Column("keys", JSON),
    Column("added_at", Instant, nullable=False),
    UniqueConstraint("person", "kind", "address"),
    Index("ix_ways_address", "address"),
)
# Every test of a phone or browser: how it was rung, why, and how long it took to be answered.
rings = Table(
    "rings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _person(nullable=False),
    Column("way", String(40)),
    Column("channel", String(6), nullable=False),
    Column("why", String(10), nullable=False),
    Column("delivery", String(40)),
    Column("rung_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Index("ix_rings_person_rung_at", "person", "rung_at"),
    Index("ix_rings_delivery", "delivery"),
)
# What a person would rather do, for the planner: a day or a night wanted, or better not.
rota_wishes = Table(
    "rota_wishes",
    metadata,
    _id(),
    _person(nullable=False),
    Column("day", String(10), nullable=False),
    Column("part", String(6), nullable=False),
    Column("kind", String(6), nullable=False),
    Column("made_at", Instant, nullable=False),
    UniqueConstraint("person", "day", "part"),
)
rota_drafts = Table(
    "rota_drafts",
    metadata,
    _id(),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("starts_on", String(10), nullable=False),
    Column("weeks", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("problem", Text, nullable=False),
    Column("answer", Text),
    Column("progress", Text),
    _person("made_by", nullable=False),
    Column("made_at", Instant, nullable=False),
    _person("published_by"),
    Column("published_at", Instant),
)
# Secret links of calendar feeds. The secret itself is kept nowhere.
calendar_links = Table(
    "calendar_links",
    metadata,
    _id(),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False),
    Column("whose", String(10), nullable=False),
    _person("made_by", nullable=False, index=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
)
# What was told once and is not told again: reminders, holes. The key names the thing and the person.
notices = Table(
    "notices",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False),
    Column("at", Instant, nullable=False),
)
# How the clocks of a program's zones were set when they were last looked at: rules of zones change.
rota_zones = Table(
    "rota_zones",
    metadata,
    Column("program", String(40), ForeignKey("programs.id"), primary_key=True),
    Column("zone", String(60), primary_key=True),
    # Which tzdata said so, and what it said: the offset at `seen_at` and each change after it.
    Column("version", String(20), nullable=False),
    Column("transitions", JSON, nullable=False),
    Column("seen_at", Instant, nullable=False),
    # Since when a newer tzdata says otherwise; None: it says the same.
    Column("differs_since", Instant),
)
# --- incidents ---------------------------------------------------------------------------------------------------
incidents = Table(
    "incidents",
    metadata,
    _id(),
    Column("ref", Integer, nullable=False, unique=True),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("on_board", Boolean, nullable=False),
    Column("reviewable", Boolean, nullable=False),
    Column("acuity", Integer),
    Column("area", String(60)),
    Column("channel", String(20), nullable=False),
    Column("client", String(40), ForeignKey("clients.id"), index=True),
    Column("disposition", String(40)),
    Column("level_of_care", String(40)),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("wake_at", Instant, index=True),
    Column("alarms", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False, index=True),
    Column("triaged_at", Instant),
    Column("dispatched_at", Instant),
    Column("accepted_at", Instant),
    Column("en_route_at", Instant),
    Column("on_scene_at", Instant),
    Column("with_person_at", Instant),
    Column("cleared_at", Instant),
    Column("signed_at", Instant),
    Column("ended_at", Instant),
    Column("reviewed_at", Instant),
)
# Partial indexes keep the board's cost that of the open incidents alone, however many are closed.
Index(
    "ix_incidents_board",
    incidents.c.program,
    sqlite_where=text("on_board = 1"),
    postgresql_where=text("on_board"),
)
Index(
    "ix_incidents_reviewable",
    incidents.c.program,
    sqlite_where=text("reviewable = 1"),
    postgresql_where=text("reviewable"),
)
Index(
    "ix_incidents_alarmed",
    incidents.c.program,
    sqlite_where=text("alarms > 0"),
    postgresql_where=text("alarms > 0"),
)
# Everything that the log filters and sorts by lies in the index: an incident's row carries its whole state, and
# reading 200,000 of those to count them takes seconds.
Index(
    "ix_incidents_log",
    *(
        incidents.c[name]
        for name in (
            "program",
            "opened_at",
            "ref",
            "id",
            "stage",
            "acuity",
            "area",
            "channel",
            "disposition",
        )
    ),
)
worked_on = Table(
    "worked_on",
    metadata,
    Column("incident", String(40), ForeignKey("incidents.id"), primary_key=True),
    Column("person", String(40), ForeignKey("people.id"), primary_key=True),
    Index("ix_worked_on_person", "person"),
)
seats = Table(
    "seats",
    metadata,
    Column("person", String(40), ForeignKey("people.id"), primary_key=True),
    Column("incident", String(40), ForeignKey("incidents.id"), nullable=False),
    Column("ref", Integer, nullable=False),
    Column("seat", String(10), nullable=False),
    UniqueConstraint("incident", "seat"),
)
pages = Table(
    "pages",
    metadata,
    _id(),
    Column("incident", String(40), ForeignKey("incidents.id"), nullable=False),
    Column("ref", Integer, nullable=False),
    _person(nullable=False),
    Column("seat", String(10), nullable=False),
    Column("state", String(20), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("answer_by", Instant, nullable=False),
    Column("link_digest", LargeBinary(32), nullable=False, unique=True),
    Column("shown_at", Instant),
    Index("ix_pages_person_state", "person", "state"),
    Index("ix_pages_incident", "incident"),
)
# Written out, not bound: SQLite uses a partial index only for a query that says the very same words.
_ASKED = "state = 'asked'"
PAGE_ASKED = text(f"pages.{_ASKED}")
# Every command asks who has an open page; without this it would read all pages that ever were.
Index(
    "ix_pages_asked",
    pages.c.person,
    pages.c.incident,
    sqlite_where=text(_ASKED),
    postgresql_where=text(_ASKED),
)
intake = Table(
    "intake",
    metadata,
    Column("incident", String(40), ForeignKey("incidents.id"), primary_key=True),
    Column("caller_kind", String(30)),
    Column("age_band", String(10)),
    Column("language", String(30)),
    Column("area", String(60)),
    Column("point_state", String(20)),
    Column("point_tries", Integer, nullable=False, default=0),
    Column("point_at", Instant),
    Column("version", Integer, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("place_index", LargeBinary(16), index=True),
    Column("callback_index", LargeBinary(16), index=True),
    *(
        _sealed(name)
        for name in (
            "callback",
            "caller_name",
            "place",
            "directions",
            "point",
            "person_name",
            "person_born",
            "guardian",
            "words",
            "hazards",
        )
    ),
)
_WANTED = "point_state = 'wanted'"
POINT_WANTED = text(f"intake.{_WANTED}")
Index(
    "ix_intake_wanted",
    intake.c.updated_at,
    sqlite_where=text(_WANTED),
    postgresql_where=text(_WANTED),
)
# What a person has said is not the same: a suggestion that was turned down does not come back.
told_apart = Table(
    "told_apart",
    metadata,
    Column("incident", String(40), ForeignKey("incidents.id"), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("other", String(40), primary_key=True),
    _person("by", nullable=False),
    Column("at", Instant, nullable=False),
)
# --- the journal -------------------------------------------------------------------------------------------------
journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("chain", String(40), nullable=False),
    Column("stream", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("by", String(40), nullable=False),
    Column("via", String(20), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("fact", Text, nullable=False),
    Column("words_sealed", LargeBinary),
    Column("hash", LargeBinary(32), nullable=False),
    Index("ix_journal_stream_seq", "stream", "seq"),
    Index("ix_journal_chain_seq", "chain", "seq"),
)
asked = Table(
    "asked",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("by", String(40), primary_key=True),
    Column("stream", String(40), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)
counters = Table(
    "counters",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)
# --- what is owed ------------------------------------------------------------------------------------------------
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("incident", String(40), ForeignKey("incidents.id")),
    Column("page", String(40), ForeignKey("pages.id")),
    _person(nullable=False),
    # Where to, when it is not the person's own number: a new number that is still to be proved.
    Column("address", String(1000)),
    Column("kind", String(30), nullable=False),
    Column("message", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("owed_at", Instant, nullable=False),
    Column("available_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("fence", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    # Telnyx's id of a call is long.
    Column("provider_id", String(100), index=True),
    Column("code", String(20)),
    Column("reached", Integer, nullable=False, default=0),
    Column("failed", String(20)),
    Column("sent_at", Instant),
    Column("status_at", Instant),
    Column("incident_seq", Integer, nullable=False),
    # The tries of one message to one person share a delivery; `step` is their order, and `spare` begins only when
    # those before it have failed.
    Column("delivery", String(40)),
    Column("step", Integer, nullable=False, default=0),
    Column("spare", Boolean, nullable=False, default=False),
    Column("channel", String(6), nullable=False, default="text"),
    Column("way", String(40)),
    Column("provider", String(20)),
    # The providers that have said no to this try.
    Column("refused_by", String(60), nullable=False, default=""),
    Column("wire_at", Instant),
    # Nobody has said that it arrived: when the next channel begins beside it, and when the provider is asked.
    Column("patience_at", Instant),
    Column("look_at", Instant),
    # What a call was answered by, as the provider guesses; a push that was opened.
    Column("evidence", String(20)),
    Column("evidence_at", Instant),
    # Told in the same text as this row.
    Column("bundled_in", Integer),
    Index("ix_outbox_incident", "incident"),
    Index("ix_outbox_delivery", "delivery"),
    Index("ix_outbox_provider_owed_at", "provider", "owed_at"),
    Index("ix_outbox_page", "page"),
    Index("ix_outbox_person_owed_at", "person", "owed_at"),
)
# Few rows wait like this at any time.
_PATIENT, _LOOKED_FOR, _BUNDLED = "patience_at IS NOT NULL", "look_at IS NOT NULL", "bundled_in IS NOT NULL"
OUTBOX_PATIENT = text(f"outbox.{_PATIENT}")
OUTBOX_LOOKED_FOR = text(f"outbox.{_LOOKED_FOR}")
for _name, _column, _where in (
    ("ix_outbox_patience", outbox.c.patience_at, _PATIENT),
    ("ix_outbox_look", outbox.c.look_at, _LOOKED_FOR),
    ("ix_outbox_bundled", outbox.c.bundled_in, _BUNDLED),
):
    Index(_name, _column, sqlite_where=text(_where), postgresql_where=text(_where))
_UNSETTLED = "state IN ('owed', 'sending', 'ambiguous')"
OUTBOX_UNSETTLED = text(f"outbox.{_UNSETTLED}")
Index(
    "ix_outbox_waiting",
    outbox.c.priority,
    outbox.c.id,
    sqlite_where=text(_UNSETTLED),
    postgresql_where=text(_UNSETTLED),
)
inbox = Table(
    "inbox",
    metadata,
    Column("event", String(120), primary_key=True),
    Column("at", Instant, nullable=False),
)
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("at", Instant, nullable=False),
)
# What is wrong with the house itself, until it is mended: a broken law, a provider that carries nothing, somebody
# on call who cannot be reached. `program` None: it concerns all. One row for a kind and what it is about.
house_alarms = Table(
    "house_alarms",
    metadata,
    _id(),
    Column("program", String(40), ForeignKey("programs.id")),
    Column("kind", String(30), nullable=False),
    Column("about", String(80), nullable=False, default=""),
    Column("sentence", String(300), nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("told_at", Instant),
    Column("taken_by", String(40), ForeignKey("people.id")),
    Column("taken_at", Instant),
    Column("ended_at", Instant),
)
_STANDS = "ended_at IS NULL"
HOUSE_ALARM_STANDS = text(f"house_alarms.{_STANDS}")
Index(
    "ix_house_alarms_standing",
    house_alarms.c.kind,
    house_alarms.c.about,
    sqlite_where=text(_STANDS),
    postgresql_where=text(_STANDS),
)
# Synthetic pages to numbers of our own: sent through a provider, and heard when they come in again.
probes = Table(
    "probes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("provider", String(20), nullable=False),
    Column("channel", String(6), nullable=False),
    Column("number", String(20), nullable=False),
    Column("code", String(20), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("heard_at", Instant),
    Column("failed", String(20)),
    Index("ix_probes_provider_sent_at", "provider", "sent_at"),
    Index("ix_probes_code", "code"),
)
# --- the client's record -----------------------------------------------------------------------------------------
clients = Table(
    "clients",
    metadata,
    _id(),
    Column("program", String(40), ForeignKey("programs.id"), nullable=False),
    _person("case_manager"),
    Column("pronouns", String(20)),
    Column("created_at", Instant, nullable=False),
    *(_sealed(name) for name in ("name", "born", "phone", "address", "language", "guardian", "know")),
)
client_index = Table(
    "client_index",
    metadata,
    Column("client", String(40), ForeignKey("clients.id"), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("digest", LargeBinary(16), primary_key=True),
    Index("ix_client_index_kind_digest", "kind", "digest"),
)
crisis_plans = Table(
    "crisis_plans",
    metadata,
    _id(),
    Column("client", String(40), ForeignKey("clients.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    _person("made_by"),
    Column("signed_at", Instant, nullable=False),
    Column("review_by", Instant),
    _sealed("plan"),
)
hazards = Table(
    "hazards",
    metadata,
    _id(),
    Column("client", String(40), ForeignKey("clients.id"), index=True),
    Column("place_index", LargeBinary(16), index=True),
    Column("kind", String(20), nullable=False),
    Column("source", String(20), nullable=False),
    _person("told_by"),
    Column("since", Instant, nullable=False),
    Column("review_by", Instant),
    Column("withdrawn_at", Instant),
    _sealed("words"),
)
charts = Table(
    "charts",
    metadata,
    Column("incident", String(40), ForeignKey("incidents.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    _person("author"),
    Column("updated_at", Instant, nullable=False),
    Column("signed_at", Instant),
    Column("digest", String(64)),
    _sealed("chart"),
)
addenda = Table(
    "addenda",
    metadata,
    _id(),
    Column("incident", String(40), ForeignKey("incidents.id"), nullable=False, index=True),
    _person("by", nullable=False),
    Column("at", Instant, nullable=False),
    Column("digest", String(64), nullable=False),
    _sealed("words"),
)
reviews = Table(
    "reviews",
    metadata,
    _id(),
    Column("incident", String(40), ForeignKey("incidents.id"), nullable=False, index=True),
    _person("by", nullable=False),
    _person("to"),
    Column("at", Instant, nullable=False),
    Column("kind", String(12), nullable=False),
    _sealed("words"),
)
# --- from outside, and views -------------------------------------------------------------------------------------
eido_documents = Table(
    "eido_documents",
    metadata,
    _id(),
    Column("key", String(64), nullable=False, index=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("incident", String(40), ForeignKey("incidents.id"), nullable=False, index=True),
    Column("token", String(40), ForeignKey("tokens.id"), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("updated_at", Instant),
    Column("applied", Boolean, nullable=False),
    Column("seq", Integer, nullable=False),
    _sealed("document"),
    _sealed("reading"),
)
# Which of our incidents a 911 centre's own id means now; the id itself is kept as a blind index.
eido_keys = Table(
    "eido_keys",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    Column("incident", String(40), ForeignKey("incidents.id"), nullable=False),
)
saved_views = Table(
    "saved_views",
    metadata,
    _id(),
    _person(nullable=False, index=True),
    Column("name", String(60), nullable=False),
    Column("query", String(500), nullable=False),
)

# Signed notes and the journal cannot be changed by a program that forgets the rules either.
FROZEN = {
    "journal_update": ("journal", "UPDATE", ""),
    "journal_delete": ("journal", "DELETE", ""),
    "signed_chart_update": ("charts", "UPDATE", "OLD.signed_at IS NOT NULL"),
    "signed_chart_delete": ("charts", "DELETE", "OLD.signed_at IS NOT NULL"),
    "addenda_update": ("addenda", "UPDATE", ""),
    "addenda_delete": ("addenda", "DELETE", ""),
}


def frozen_triggers(dialect: str) -> list[str]:
    """The statements that make signed and journaled rows unchangeable, for SQLite or PostgreSQL."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} {'WHEN ' + when if when else ''} "
            "BEGIN SELECT RAISE(ABORT, 'frozen: add to it, never change it'); END"
            for name, (table, act, when) in FROZEN.items()
        ]
    refuse = (
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'frozen: add to it, never change it' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    return [refuse] + [
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW {'WHEN (' + when + ')' if when else ''} "
        "EXECUTE FUNCTION refuse_change()"
        for name, (table, act, when) in FROZEN.items()
    ]
