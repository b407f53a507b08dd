"""The tables. Times are UTC milliseconds; a bot is named by `aurum_plugins.bot_identity`.

Migrations (`aurum_plugins/database/migrations`) bring a database to this shape; a test holds the
two together.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

# SQLite only counts up a column of exactly this type.
_COUNTER = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# One row for each closed candle of each traded pair: see aurum_plugins.execution.journal.
decisions = Table(
    "decisions",
    metadata,
    Column("bot", String(200), primary_key=True),
    Column("pair", String(60), primary_key=True),
    Column("timeframe", String(10), primary_key=True),
    Column("candle_ms", BigInteger, primary_key=True, autoincrement=False),
    # What the signal wanted, and why: names of Action and Reason.
    Column("action", String(20), nullable=False),
    Column("signal", String(40), nullable=False),
    # What came of it: approved, refused, pending (not settled yet) or none (nothing was wanted).
    Column("verdict", String(20), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("figures", JSON, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("decided_ms", BigInteger, nullable=False),
    Column("settled_ms", BigInteger, nullable=True),
    Column("strategy", String(100), nullable=False),
    Index(None, "bot", "timeframe", "candle_ms"),
    Index(None, "bot", "timeframe", "verdict", "reason", "candle_ms"),
)

# Every order on its way to an exchange, written down before it leaves:
# see aurum_plugins.execution.order_record.
orders = Table(
    "orders",
    metadata,
    Column("client_order_id", String(60), primary_key=True),
    Column("bot", String(200), nullable=False),
    Column("pair", String(60), nullable=False),
    Column("side", String(4), nullable=False),
    Column("order_type", String(20), nullable=False),
    # Decimal numbers as text: base and quote currency.
    Column("amount", String(40), nullable=False),
    Column("price", String(40), nullable=True),
    # leaving, unknown, taken, settled, refused: see OrderState.
    Column("state", String(20), nullable=False),
    Column("exchange_order_id", String(100), nullable=True),
    Column("detail", Text, nullable=False, default=""),
    Column("sent_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Index(None, "bot", "state"),
)

# The kill switch's history, append-only: see aurum_plugins.risk.kill_switch.
switches = Table(
    "switches",
    metadata,
    Column("number", _COUNTER, primary_key=True),
    # "*" is every bot.
    Column("bot", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "bot", "number"),
)

# What the loss limits remember: see aurum_plugins.risk.loss_limits.
risk_states = Table(
    "risk_states",
    metadata,
    Column("bot", String(200), primary_key=True),
    Column("state", JSON, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

# Equity at each closed candle.
equity_marks = Table(
    "equity_marks",
    metadata,
    Column("bot", String(200), primary_key=True),
    Column("at_ms", BigInteger, primary_key=True, autoincrement=False),
    # Quote currency.
    Column("equity", Float, nullable=False),
    Column("exposure", Float, nullable=False),
    # Below the peak, 0.2 is 20 %.
    Column("drawdown", Float, nullable=False),
    Index(None, "bot", "drawdown"),
)

# What the venues agreed on at each closed candle of each pair, for those who look back:
# see aurum_plugins.trading.venue_log.
consensus_marks = Table(
    "consensus_marks",
    metadata,
    Column("bot", String(200), primary_key=True),
    Column("pair", String(60), primary_key=True),
    Column("timeframe", String(10), primary_key=True),
    Column("candle_ms", BigInteger, primary_key=True, autoincrement=False),
    # When it was looked at; nothing may use it as of an earlier time.
    Column("seen_ms", BigInteger, nullable=False),
    # Quote currency; null = no consensus.
    Column("price", Float, nullable=True),
    # Of the consensus, in [0, 1]; 0 = none.
    Column("quality", Float, nullable=False),
    # Venues whose quotes counted.
    Column("venues", Integer, nullable=False),
    # Name of the Dissent; empty = consensus.
    Column("dissent", String(40), nullable=False),
)

# How each venue was doing when it was last looked at: see aurum_plugins.trading.venue_log.
venue_health = Table(
    "venue_health",
    metadata,
    Column("bot", String(200), primary_key=True),
    Column("venue", String(40), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    # closed, open or half-open: of its circuit breaker.
    Column("state", String(20), nullable=False),
    # Figures by name, as VenueHealth has them.
    Column("figures", JSON, nullable=False),
)

# What people wrote, as it was first seen: see aurum_plugins.sentiment.store. Shared by all bots.
sentiment_items = Table(
    "sentiment_items",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("item_id", String(200), primary_key=True),
    # By the source's own clock; null = not told.
    Column("published_ms", BigInteger, nullable=True),
    # Nothing may use it as of an earlier time.
    Column("seen_ms", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("text_hash", String(16), nullable=False),
    Column("author", String(200), nullable=False),
    Column("url", Text, nullable=False),
    # Coins, "@" and an exchange, "*" for all of crypto.
    Column("subjects", JSON, nullable=False),
    # In [-1, 1].
    Column("score", Float, nullable=False),
    Column("weight", Float, nullable=False),
    # Name of the Suppression; empty = it counts.
    Column("suppressed", String(20), nullable=False),
    # Name of the EventKind; empty = none. Severity in [0, 1].
    Column("event", String(40), nullable=False),
    Column("severity", Float, nullable=False),
    # What scored it.
    Column("model", String(100), nullable=False),
    Index(None, "seen_ms"),
    Index(None, "event", "seen_ms"),
)

# The items that count, by what they are about.
sentiment_mentions = Table(
    "sentiment_mentions",
    metadata,
    Column("subject", String(40), primary_key=True),
    Column("seen_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("source", String(100), primary_key=True),
    Column("item_id", String(200), primary_key=True),
    Column("score", Float, nullable=False),
    Column("weight", Float, nullable=False),
)

# When each source was listened to: without that, silence could mean anything.
sentiment_coverage = Table(
    "sentiment_coverage",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("from_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("until_ms", BigInteger, nullable=False),
    Index(None, "until_ms"),
)

# How each source is doing, and where its collector goes on after a restart.
sentiment_sources = Table(
    "sentiment_sources",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("cursor", JSON, nullable=False),
    # Of the last poll, answered or not.
    Column("polled_ms", BigInteger, nullable=False),
    # Of the last that was answered; null = none yet.
    Column("answered_ms", BigInteger, nullable=True),
    # What became of the last poll, in words; empty = it was answered.
    Column("fault", Text, nullable=False),
    # Items since the first poll.
    Column("items", BigInteger, nullable=False),
)

# What each bot said of itself last, by topic: see aurum_plugins.monitoring.reports.
bot_reports = Table(
    "bot_reports",
    metadata,
    Column("bot", String(200), primary_key=True),
    Column("topic", String(40), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("report", JSON, nullable=False),
)

# Fees on closed trades, append-only and chained by their digests: see aurum_plugins.ledger.
# Triggers (migration 0004) refuse to change or delete a row. A migration that lets Alembic copy
# this table, as SQLite needs it to change a column, must make them anew.
ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("bot", String(200), primary_key=True),
    # Counts from 1 for each bot, without holes.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    # accrual, reversal, invoice or collection: see EntryKind.
    Column("kind", String(20), nullable=False),
    # Name of the trade; empty for invoices and collections.
    Column("trade", String(120), nullable=False),
    Column("pair", String(60), nullable=False),
    # When the trade closed; null for invoices and collections.
    Column("closed_ms", BigInteger, nullable=True),
    # What the fee is taken of, and its share of that; decimal numbers as text.
    Column("base", String(20), nullable=False),
    Column("rate", String(40), nullable=False),
    Column("basis", String(60), nullable=False),
    Column("amount", String(60), nullable=False),
    Column("currency", String(20), nullable=False),
    # What the trade earned, where the fee is of profits.
    Column("profit", String(60), nullable=True),
    # Number of the invoice that an entry belongs to; null = of none yet.
    Column("invoice", BigInteger, nullable=True),
    Column("note", Text, nullable=False),
    # SHA-256 of the entry before, and of this one.
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Index(None, "bot", "trade"),
)

# What is or was wrong, from when until when: see aurum_plugins.monitoring.alerts.
alerts = Table(
    "alerts",
    metadata,
    Column("number", _COUNTER, primary_key=True),
    # Empty: the monitor itself, or the machine.
    Column("bot", String(200), nullable=False),
    Column("rule", String(40), nullable=False),
    # A pair, a venue, a source; empty: the rule needs none.
    Column("subject", String(200), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("figures", JSON, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    # When it was last found to hold.
    Column("last_ms", BigInteger, nullable=False),
    # Null = it still holds.
    Column("ended_ms", BigInteger, nullable=True),
    Index(None, "bot", "ended_ms"),
    Index(None, "since_ms"),
)

# What is to be told of alerts, one row for each channel, until it has been told.
alert_notices = Table(
    "alert_notices",
    metadata,
    Column("number", _COUNTER, primary_key=True),
    Column("alert", BigInteger, nullable=False),
    # log, telegram or webhook.
    Column("channel", String(20), nullable=False),
    # raised, worse, still or ended: see NoticeKind.
    Column("kind", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    # Not tried before.
    Column("due_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Null = not yet.
    Column("sent_ms", BigInteger, nullable=True),
    # Why it could not be sent the last time, or will not be any more; empty = no fault.
    Column("fault", Text, nullable=False),
    Index(None, "sent_ms", "due_ms"),
    Index(None, "alert"),
)
