"""What people wrote, who is mentioned in it, and when somebody listened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of sentiment."""
    op.create_table(
        "sentiment_items",
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("item_id", sa.String(200), nullable=False),
        sa.Column("published_ms", sa.BigInteger, nullable=True),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("text_hash", sa.String(16), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("subjects", sa.JSON, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("suppressed", sa.String(20), nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("severity", sa.Float, nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("source", "item_id", name="pk_sentiment_items"),
    )
    op.create_index("ix_sentiment_items_seen_ms", "sentiment_items", ["seen_ms"])
    op.create_index("ix_sentiment_items_event_seen_ms", "sentiment_items", ["event", "seen_ms"])
    op.create_table(
        "sentiment_mentions",
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("seen_ms", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("item_id", sa.String(200), nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("weight", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint(
            "subject", "seen_ms", "source", "item_id", name="pk_sentiment_mentions"
        ),
    )
    op.create_table(
        "sentiment_coverage",
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("from_ms", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("source", "from_ms", name="pk_sentiment_coverage"),
    )
    op.create_index("ix_sentiment_coverage_until_ms", "sentiment_coverage", ["until_ms"])
    op.create_table(
        "sentiment_sources",
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("cursor", sa.JSON, nullable=False),
        sa.Column("polled_ms", sa.BigInteger, nullable=False),
        sa.Column("answered_ms", sa.BigInteger, nullable=True),
        sa.Column("fault", sa.Text, nullable=False),
        sa.Column("items", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_sentiment_sources"),
    )
