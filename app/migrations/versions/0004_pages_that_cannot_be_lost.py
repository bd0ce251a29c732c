"""Pages that cannot be lost: tries by several channels and providers, tests of phones, alarms of the house, probes.

Why: a message is now tried by more than one way, and each try has a provider, a step in its plan and times of its own;
what is wrong with the house itself needs a row that stands until it is mended.
"""

import sqlalchemy as sa
from alembic import op

from app.tables import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("plan", sa.JSON()))
    for column in (
        sa.Column("blocked_at", Instant()),
        sa.Column("broken_at", Instant()),
        sa.Column("broken_code", sa.String(20)),
        sa.Column("label", sa.String(60), nullable=False, server_default=""),
        sa.Column("keys", sa.JSON()),
    ):
        op.add_column("ways", column)
    _stopped()
    if op.get_bind().dialect.name != "sqlite":
        # The address of a browser at its push service is long, and so is Telnyx's id of a call. SQLite looks at no
        # length.
        for table in ("ways", "outbox"):
            op.alter_column(table, "address", type_=sa.String(1000))
        op.alter_column("outbox", "provider_id", type_=sa.String(100))
        op.alter_column("counters", "name", type_=sa.String(40))
    _outbox()
    op.create_table(
        "rings",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=40)),
        sa.Column("channel", sa.String(length=6), nullable=False),
        sa.Column("why", sa.String(length=10), nullable=False),
        sa.Column("delivery", sa.String(length=40)),
        sa.Column("rung_at", Instant(), nullable=False),
        sa.Column("answered_at", Instant()),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_rings_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rings")),
    )
    op.create_index("ix_rings_person_rung_at", "rings", ["person", "rung_at"])
    op.create_index("ix_rings_delivery", "rings", ["delivery"])
    op.create_table(
        "house_alarms",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("program", sa.String(length=40)),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("sentence", sa.String(length=300), nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("told_at", Instant()),
        sa.Column("taken_by", sa.String(length=40)),
        sa.Column("taken_at", Instant()),
        sa.Column("ended_at", Instant()),
        sa.ForeignKeyConstraint(["program"], ["programs.id"], name=op.f("fk_house_alarms_program")),
        sa.ForeignKeyConstraint(["taken_by"], ["people.id"], name=op.f("fk_house_alarms_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_alarms")),
    )
    stands = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_house_alarms_standing",
        "house_alarms",
        ["kind", "about"],
        sqlite_where=stands,
        postgresql_where=stands,
    )
    op.create_table(
        "probes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=6), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("heard_at", Instant()),
        sa.Column("failed", sa.String(length=20)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_probes")),
    )
    op.create_index("ix_probes_provider_sent_at", "probes", ["provider", "sent_at"])
    op.create_index("ix_probes_code", "probes", ["code"])


def _stopped() -> None:
    """STOP is of one number, not of its owner: it moves to the number's own row, which some do not have yet."""
    first = "kind = 'text' AND address = phone AND text_blocked_at IS NOT NULL"
    op.execute(
        "UPDATE ways SET blocked_at = (SELECT text_blocked_at FROM people WHERE people.id = ways.person) "
        f"WHERE EXISTS (SELECT 1 FROM people WHERE people.id = ways.person AND {first})"
    )
    op.execute(
        "INSERT INTO ways (id, person, kind, address, code_tries, label, added_at, blocked_at) "
        "SELECT 'w' || id, id, 'text', phone, 0, '', text_blocked_at, text_blocked_at FROM people "
        "WHERE phone IS NOT NULL AND text_blocked_at IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM ways WHERE ways.person = people.id AND {first})"
    )
    op.drop_column("people", "text_blocked_at")


def _outbox() -> None:
    for column in (
        sa.Column("delivery", sa.String(40)),
        sa.Column("step", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("spare", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("channel", sa.String(6), nullable=False, server_default="text"),
        sa.Column("way", sa.String(40)),
        sa.Column("provider", sa.String(20)),
        sa.Column("refused_by", sa.String(60), nullable=False, server_default=""),
        sa.Column("wire_at", Instant()),
        sa.Column("patience_at", Instant()),
        sa.Column("look_at", Instant()),
        sa.Column("evidence", sa.String(20)),
        sa.Column("evidence_at", Instant()),
        sa.Column("bundled_in", sa.Integer()),
    ):
        op.add_column("outbox", column)
    op.create_index("ix_outbox_delivery", "outbox", ["delivery"])
    op.create_index("ix_outbox_provider_owed_at", "outbox", ["provider", "owed_at"])
    for name, at in (("patience", "patience_at"), ("look", "look_at"), ("bundled", "bundled_in")):
        where = sa.text(f"{at} IS NOT NULL")
        op.create_index(f"ix_outbox_{name}", "outbox", [at], sqlite_where=where, postgresql_where=where)
