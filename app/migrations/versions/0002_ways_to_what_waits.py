"""Ways to what waits: open pages, places still to be found, and the texts that one person got lately.

Why: every command asks who has an open page, the map's thread what is still to be looked up, and a text what
its sender was told just now. With years of calls behind them each walked through a whole table, and the first
did so while every other writer waited.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_outbox_person_owed_at", "outbox", ["person", "owed_at"])
    for name, table, columns, only in (
        ("ix_pages_asked", "pages", ["person", "incident"], "state = 'asked'"),
        ("ix_intake_wanted", "intake", ["updated_at"], "point_state = 'wanted'"),
    ):
        op.create_index(name, table, columns, sqlite_where=sa.text(only), postgresql_where=sa.text(only))


def downgrade() -> None:
    for name, table in (
        ("ix_intake_wanted", "intake"),
        ("ix_pages_asked", "pages"),
        ("ix_outbox_person_owed_at", "outbox"),
    ):
        op.drop_index(name, table)
