"""The rota: layers, overrides, cover, time off, credentials, ways to reach a person, drafts, calendar links.

Why: who is on call is worked out from rules, so the rules, everything that changes them, and all that decides
whether a person may work a shift need a place.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("programs", sa.Column("state", sa.String(2)))
    op.add_column("programs", sa.Column("rota", sa.JSON()))
    op.add_column("people", sa.Column("week_hours", sa.Integer()))
    op.add_column("people", sa.Column("hired_on", sa.String(10)))
    op.add_column("outbox", sa.Column("address", sa.String(200)))
    op.create_table(
        "rota_tiers",
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("bring", sa.JSON(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_rota_tiers_program")),
        sa.PrimaryKeyConstraint("program", "tier", name=op.f("pk_rota_tiers")),
    )
    op.create_table(
        "rota_layers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_rota_layers_made_by")),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_rota_layers_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_layers")),
    )
    op.create_index(op.f("ix_rota_layers_program"), "rota_layers", ["program"], unique=False)
    op.create_table(
        "covers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("other", sa.String(length=40), nullable=True),
        sa.Column("other_tier", sa.String(length=20), nullable=True),
        sa.Column("other_starts_at", sa.BigInteger(), nullable=True),
        sa.Column("other_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("taken_by", sa.String(length=40), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("word_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["other"], ["people.id"], name=op.f("fk_covers_other")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_covers_person")),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_covers_program")),
        sa.ForeignKeyConstraint(["taken_by"], ["people.id"], name=op.f("fk_covers_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_covers")),
        sa.UniqueConstraint("ref", name=op.f("uq_covers_ref")),
    )
    op.create_index(
        "ix_covers_program_state_ends_at", "covers", ["program", "state", "ends_at"], unique=False
    )
    op.create_table(
        "cover_asks",
        sa.Column("cover", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(length=4), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["cover"], ["covers.id"], name=op.f("fk_cover_asks_cover")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_cover_asks_person")),
        sa.PrimaryKeyConstraint("cover", "person", name=op.f("pk_cover_asks")),
    )
    op.create_index("ix_cover_asks_person", "cover_asks", ["person"], unique=False)
    op.create_table(
        "rota_overrides",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("instead_of", sa.String(length=40), nullable=True),
        sa.Column("person", sa.String(length=40), nullable=True),
        sa.Column("undoes", sa.String(length=40), nullable=True),
        sa.Column("cover", sa.String(length=40), nullable=True),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["cover"], ["covers.id"], name=op.f("fk_rota_overrides_cover")),
        sa.ForeignKeyConstraint(["instead_of"], ["people.id"], name=op.f("fk_rota_overrides_instead_of")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_rota_overrides_made_by")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_rota_overrides_person")),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_rota_overrides_program")),
        sa.ForeignKeyConstraint(["undoes"], ["rota_overrides.id"], name=op.f("fk_rota_overrides_undoes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_overrides")),
    )
    op.create_index(op.f("ix_rota_overrides_cover"), "rota_overrides", ["cover"], unique=False)
    op.create_index(
        "ix_rota_overrides_program_ends_at", "rota_overrides", ["program", "ends_at"], unique=False
    )
    op.create_table(
        "time_off",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_time_off_decided_by")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_time_off_person")),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_time_off_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_off")),
    )
    op.create_index(op.f("ix_time_off_person"), "time_off", ["person"], unique=False)
    op.create_index("ix_time_off_program_ends_at", "time_off", ["program", "ends_at"], unique=False)
    op.create_table(
        "rota_bars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=True),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_rota_bars_person")),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_rota_bars_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_bars")),
    )
    op.create_index("ix_rota_bars_program_ends_at", "rota_bars", ["program", "ends_at"], unique=False)
    op.create_table(
        "rota_exceptions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_rota_exceptions_made_by")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_rota_exceptions_person")),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_rota_exceptions_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_exceptions")),
    )
    op.create_index(
        "ix_rota_exceptions_program_ends_at", "rota_exceptions", ["program", "ends_at"], unique=False
    )
    op.create_table(
        "credentials",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=True),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.String(length=10), nullable=True),
        sa.Column("ends_on", sa.String(length=10), nullable=True),
        sa.Column("verified_by", sa.String(length=40), nullable=True),
        sa.Column("verified_at", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_credentials_person")),
        sa.ForeignKeyConstraint(["verified_by"], ["people.id"], name=op.f("fk_credentials_verified_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
    )
    op.create_index(op.f("ix_credentials_person"), "credentials", ["person"], unique=False)
    op.create_table(
        "training",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("added_by", sa.String(length=40), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_training_added_by")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_training_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
    )
    op.create_index(op.f("ix_training_person"), "training", ["person"], unique=False)
    op.create_table(
        "ways",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=True),
        sa.Column("code_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("code_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_ways_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ways")),
        sa.UniqueConstraint("person", "kind", "address", name=op.f("uq_ways_person_kind_address")),
    )
    op.create_index("ix_ways_address", "ways", ["address"], unique=False)
    op.create_table(
        "rota_wishes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("part", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_rota_wishes_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_wishes")),
        sa.UniqueConstraint("person", "day", "part", name=op.f("uq_rota_wishes_person_day_part")),
    )
    op.create_table(
        "rota_drafts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.String(length=10), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("published_by", sa.String(length=40), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_rota_drafts_made_by")),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_rota_drafts_program")),
        sa.ForeignKeyConstraint(["published_by"], ["people.id"], name=op.f("fk_rota_drafts_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_drafts")),
    )
    op.create_index(op.f("ix_rota_drafts_program"), "rota_drafts", ["program"], unique=False)
    op.create_table(
        "calendar_links",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("whose", sa.String(length=10), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_calendar_links_made_by")),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_calendar_links_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_links_digest")),
    )
    op.create_index(op.f("ix_calendar_links_made_by"), "calendar_links", ["made_by"], unique=False)
    op.create_table(
        "notices",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_notices_program")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_notices")),
    )
    op.create_table(
        "rota_zones",
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("transitions", sa.JSON(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("differs_since", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_rota_zones_program")),
        sa.PrimaryKeyConstraint("program", "zone", name=op.f("pk_rota_zones")),
    )


def downgrade() -> None:
    for name in (
        "rota_zones",
        "notices",
        "calendar_links",
        "rota_drafts",
        "rota_wishes",
        "ways",
        "training",
        "credentials",
        "rota_exceptions",
        "rota_bars",
        "time_off",
        "rota_overrides",
        "cover_asks",
        "covers",
        "rota_layers",
        "rota_tiers",
    ):
        op.drop_table(name)
    op.drop_column("outbox", "address")
    op.drop_column("people", "hired_on")
    op.drop_column("people", "week_hours")
    op.drop_column("programs", "rota")
    op.drop_column("programs", "state")
