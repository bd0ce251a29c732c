"""The first house: people and rights, shifts, incidents, journal, outbox, the client's record.

Why: everything from ring to review needs a place; signed notes and the journal also get triggers that refuse any
change, so that a program that forgets the rules cannot break them either.
"""

import sqlalchemy as sa
from alembic import op

from app.tables import Instant, frozen_triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asked",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("stream", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", "by", name=op.f("pk_asked")),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "inbox",
        sa.Column("event", sa.String(length=120), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_inbox")),
    )
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("stream", sa.String(length=40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index("ix_journal_chain_seq", ["chain", "seq"], unique=False)
        batch_op.create_index("ix_journal_stream_seq", ["stream", "seq"], unique=False)

    op.create_table(
        "programs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
    )
    op.create_table(
        "reads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("shown", sa.LargeBinary(length=16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reads")),
    )
    with op.batch_alter_table("reads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reads_person"), ["person"], unique=False)
        batch_op.create_index("ix_reads_subject_at", ["subject", "at"], unique=False)

    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    with op.batch_alter_table("sign_in_failures", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_failures_account_at", ["account", "at"], unique=False)

    op.create_table(
        "people",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("credential", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_ends_at", Instant(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        sa.Column("text_blocked_at", Instant(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_people_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_phone"), ["phone"], unique=False)

    op.create_table(
        "tokens",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_tokens_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    op.create_table(
        "clients",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("case_manager", sa.String(length=40), nullable=True),
        sa.Column("pronouns", sa.String(length=20), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("born_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("know_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_manager"], ["people.id"], name=op.f("fk_clients_case_manager")),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_clients_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
    )
    op.create_table(
        "duties",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("set_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_duties_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_duties")),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_saved_views_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_views_person"), ["person"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_sessions_person")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_person"), ["person"], unique=False)

    op.create_table(
        "shifts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("team", sa.String(length=10), nullable=True),
        sa.Column("place_in_line", sa.Integer(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_shifts_person")),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_shifts_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.create_index("ix_shifts_program_ends_at", ["program", "ends_at"], unique=False)

    op.create_table(
        "client_index",
        sa.Column("client", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["clients.id"], name=op.f("fk_client_index_client")),
        sa.PrimaryKeyConstraint("client", "kind", "digest", name=op.f("pk_client_index")),
    )
    with op.batch_alter_table("client_index", schema=None) as batch_op:
        batch_op.create_index("ix_client_index_kind_digest", ["kind", "digest"], unique=False)

    op.create_table(
        "crisis_plans",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=True),
        sa.Column("signed_at", Instant(), nullable=False),
        sa.Column("review_by", Instant(), nullable=True),
        sa.Column("plan_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["client"], ["clients.id"], name=op.f("fk_crisis_plans_client")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_crisis_plans_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis_plans")),
    )
    with op.batch_alter_table("crisis_plans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_crisis_plans_client"), ["client"], unique=False)

    op.create_table(
        "hazards",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client", sa.String(length=40), nullable=True),
        sa.Column("place_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("told_by", sa.String(length=40), nullable=True),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("review_by", Instant(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["client"], ["clients.id"], name=op.f("fk_hazards_client")),
        sa.ForeignKeyConstraint(["told_by"], ["people.id"], name=op.f("fk_hazards_told_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazards")),
    )
    with op.batch_alter_table("hazards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hazards_client"), ["client"], unique=False)
        batch_op.create_index(batch_op.f("ix_hazards_place_index"), ["place_index"], unique=False)

    op.create_table(
        "incidents",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("on_board", sa.Boolean(), nullable=False),
        sa.Column("reviewable", sa.Boolean(), nullable=False),
        sa.Column("acuity", sa.Integer(), nullable=True),
        sa.Column("area", sa.String(length=60), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("client", sa.String(length=40), nullable=True),
        sa.Column("disposition", sa.String(length=40), nullable=True),
        sa.Column("level_of_care", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wake_at", Instant(), nullable=True),
        sa.Column("alarms", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("triaged_at", Instant(), nullable=True),
        sa.Column("dispatched_at", Instant(), nullable=True),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.Column("en_route_at", Instant(), nullable=True),
        sa.Column("on_scene_at", Instant(), nullable=True),
        sa.Column("with_person_at", Instant(), nullable=True),
        sa.Column("cleared_at", Instant(), nullable=True),
        sa.Column("signed_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("reviewed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["client"], ["clients.id"], name=op.f("fk_incidents_client")),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_incidents_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("ref", name=op.f("uq_incidents_ref")),
    )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.create_index(
            "ix_incidents_alarmed",
            ["program"],
            unique=False,
            sqlite_where=sa.text("alarms > 0"),
            postgresql_where=sa.text("alarms > 0"),
        )
        batch_op.create_index(
            "ix_incidents_board",
            ["program"],
            unique=False,
            sqlite_where=sa.text("on_board = 1"),
            postgresql_where=sa.text("on_board"),
        )
        batch_op.create_index(batch_op.f("ix_incidents_client"), ["client"], unique=False)
        batch_op.create_index(
            "ix_incidents_log",
            ["program", "opened_at", "ref", "id", "stage", "acuity", "area", "channel", "disposition"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_incidents_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(
            "ix_incidents_reviewable",
            ["program"],
            unique=False,
            sqlite_where=sa.text("reviewable = 1"),
            postgresql_where=sa.text("reviewable"),
        )
        batch_op.create_index(batch_op.f("ix_incidents_wake_at"), ["wake_at"], unique=False)

    op.create_table(
        "addenda",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_addenda_by")),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_addenda_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addenda")),
    )
    with op.batch_alter_table("addenda", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_addenda_incident"), ["incident"], unique=False)

    op.create_table(
        "charts",
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=40), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("signed_at", Instant(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("chart_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["author"], ["people.id"], name=op.f("fk_charts_author")),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_charts_incident")),
        sa.PrimaryKeyConstraint("incident", name=op.f("pk_charts")),
    )
    op.create_table(
        "eido_documents",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=True),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reading_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_eido_documents_incident")),
        sa.ForeignKeyConstraint(["token"], ["tokens.id"], name=op.f("fk_eido_documents_token")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eido_documents")),
        sa.UniqueConstraint("digest", name=op.f("uq_eido_documents_digest")),
    )
    with op.batch_alter_table("eido_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eido_documents_incident"), ["incident"], unique=False)
        batch_op.create_index(batch_op.f("ix_eido_documents_key"), ["key"], unique=False)

    op.create_table(
        "eido_keys",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_eido_keys_incident")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_eido_keys")),
    )
    op.create_table(
        "intake",
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.Column("caller_kind", sa.String(length=30), nullable=True),
        sa.Column("age_band", sa.String(length=10), nullable=True),
        sa.Column("language", sa.String(length=30), nullable=True),
        sa.Column("area", sa.String(length=60), nullable=True),
        sa.Column("point_state", sa.String(length=20), nullable=True),
        sa.Column("point_tries", sa.Integer(), nullable=False),
        sa.Column("point_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("place_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("callback_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("callback_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("caller_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("directions_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("point_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("person_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("person_born_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("hazards_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_intake_incident")),
        sa.PrimaryKeyConstraint("incident", name=op.f("pk_intake")),
    )
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_callback_index"), ["callback_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_place_index"), ["place_index"], unique=False)

    op.create_table(
        "pages",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("seat", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answer_by", Instant(), nullable=False),
        sa.Column("link_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("shown_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_pages_incident")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_pages_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_pages_link_digest")),
    )
    with op.batch_alter_table("pages", schema=None) as batch_op:
        batch_op.create_index("ix_pages_incident", ["incident"], unique=False)
        batch_op.create_index("ix_pages_person_state", ["person", "state"], unique=False)

    op.create_table(
        "reviews",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("to", sa.String(length=40), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_reviews_by")),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_reviews_incident")),
        sa.ForeignKeyConstraint(["to"], ["people.id"], name=op.f("fk_reviews_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reviews_incident"), ["incident"], unique=False)

    op.create_table(
        "seats",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("seat", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_seats_incident")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_seats_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_seats")),
        sa.UniqueConstraint("incident", "seat", name=op.f("uq_seats_incident_seat")),
    )
    op.create_table(
        "told_apart",
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("other", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_told_apart_by")),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_told_apart_incident")),
        sa.PrimaryKeyConstraint("incident", "kind", "other", name=op.f("pk_told_apart")),
    )
    op.create_table(
        "worked_on",
        sa.Column("incident", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_worked_on_incident")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_worked_on_person")),
        sa.PrimaryKeyConstraint("incident", "person", name=op.f("pk_worked_on")),
    )
    with op.batch_alter_table("worked_on", schema=None) as batch_op:
        batch_op.create_index("ix_worked_on_person", ["person"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("incident", sa.String(length=40), nullable=True),
        sa.Column("page", sa.String(length=40), nullable=True),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("owed_at", Instant(), nullable=False),
        sa.Column("available_at", Instant(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(length=40), nullable=True),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("failed", sa.String(length=20), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("status_at", Instant(), nullable=True),
        sa.Column("incident_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_outbox_incident")),
        sa.ForeignKeyConstraint(["page"], ["pages.id"], name=op.f("fk_outbox_page")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_outbox_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_incident", ["incident"], unique=False)
        batch_op.create_index("ix_outbox_page", ["page"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_provider_id"), ["provider_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_waiting",
            ["priority", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('owed', 'sending', 'ambiguous')"),
            postgresql_where=sa.text("state IN ('owed', 'sending', 'ambiguous')"),
        )

    for statement in frozen_triggers(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_waiting",
            sqlite_where=sa.text("state IN ('owed', 'sending', 'ambiguous')"),
            postgresql_where=sa.text("state IN ('owed', 'sending', 'ambiguous')"),
        )
        batch_op.drop_index(batch_op.f("ix_outbox_provider_id"))
        batch_op.drop_index("ix_outbox_page")
        batch_op.drop_index("ix_outbox_incident")

    op.drop_table("outbox")
    with op.batch_alter_table("worked_on", schema=None) as batch_op:
        batch_op.drop_index("ix_worked_on_person")

    op.drop_table("worked_on")
    op.drop_table("told_apart")
    op.drop_table("seats")
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reviews_incident"))

    op.drop_table("reviews")
    with op.batch_alter_table("pages", schema=None) as batch_op:
        batch_op.drop_index("ix_pages_person_state")
        batch_op.drop_index("ix_pages_incident")

    op.drop_table("pages")
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_place_index"))
        batch_op.drop_index(batch_op.f("ix_intake_callback_index"))

    op.drop_table("intake")
    op.drop_table("eido_keys")
    with op.batch_alter_table("eido_documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_eido_documents_key"))
        batch_op.drop_index(batch_op.f("ix_eido_documents_incident"))

    op.drop_table("eido_documents")
    op.drop_table("charts")
    with op.batch_alter_table("addenda", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_addenda_incident"))

    op.drop_table("addenda")
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incidents_wake_at"))
        batch_op.drop_index(
            "ix_incidents_reviewable",
            sqlite_where=sa.text("reviewable = 1"),
            postgresql_where=sa.text("reviewable"),
        )
        batch_op.drop_index(batch_op.f("ix_incidents_opened_at"))
        batch_op.drop_index("ix_incidents_log")
        batch_op.drop_index(batch_op.f("ix_incidents_client"))
        batch_op.drop_index(
            "ix_incidents_board", sqlite_where=sa.text("on_board = 1"), postgresql_where=sa.text("on_board")
        )
        batch_op.drop_index(
            "ix_incidents_alarmed", sqlite_where=sa.text("alarms > 0"), postgresql_where=sa.text("alarms > 0")
        )

    op.drop_table("incidents")
    with op.batch_alter_table("hazards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hazards_place_index"))
        batch_op.drop_index(batch_op.f("ix_hazards_client"))

    op.drop_table("hazards")
    with op.batch_alter_table("crisis_plans", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_crisis_plans_client"))

    op.drop_table("crisis_plans")
    with op.batch_alter_table("client_index", schema=None) as batch_op:
        batch_op.drop_index("ix_client_index_kind_digest")

    op.drop_table("client_index")
    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.drop_index("ix_shifts_program_ends_at")

    op.drop_table("shifts")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_person"))

    op.drop_table("sessions")
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_views_person"))

    op.drop_table("saved_views")
    op.drop_table("duties")
    op.drop_table("clients")
    op.drop_table("tokens")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_phone"))

    op.drop_table("people")
    with op.batch_alter_table("sign_in_failures", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_failures_account_at")

    op.drop_table("sign_in_failures")
    with op.batch_alter_table("reads", schema=None) as batch_op:
        batch_op.drop_index("ix_reads_subject_at")
        batch_op.drop_index(batch_op.f("ix_reads_person"))

    op.drop_table("reads")
    op.drop_table("programs")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index("ix_journal_stream_seq")
        batch_op.drop_index("ix_journal_chain_seq")

    op.drop_table("journal")
    op.drop_table("inbox")
    op.drop_table("heartbeats")
    op.drop_table("counters")
    op.drop_table("asked")
