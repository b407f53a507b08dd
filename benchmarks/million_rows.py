"""A database as large as years of a bot's work leave it, made in a minute."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from aurum_plugins.clock import DAY_MS, MINUTE_MS
from aurum_plugins.database import Database
from aurum_plugins.database.schema import (
    bot_reports,
    consensus_marks,
    decisions,
    equity_marks,
    sentiment_coverage,
    sentiment_mentions,
    sentiment_sources,
)
from aurum_plugins.execution.decision import Verdict
from aurum_plugins.monitoring.report_store import Reported, ReportStore
from aurum_plugins.monitoring.reports import (
    AccountReport,
    CandleReport,
    LoopReport,
    PairCandles,
    TradeReport,
)
from aurum_plugins.reasons import Action, Reason

BOT = "freqtrade (dry run)"
TIMEFRAME = "1m"
STRATEGY = "AurumStrategy"
# What is written to.
FILLED = (
    decisions,
    consensus_marks,
    equity_marks,
    sentiment_mentions,
    sentiment_coverage,
    sentiment_sources,
    bot_reports,
)
MENTIONS_A_DAY = 2_000
MENTION_DAYS = 11
_TEXTS = 500
_AT_ONCE = 20_000
# How candles end, and how often of a thousand.
_ENDS = (
    (Action.HOLD, Reason.NO_BREAKOUT, Verdict.NONE, Reason.NO_BREAKOUT, 780.0),
    (Action.EXIT, Reason.BREAKDOWN, Verdict.NONE, Reason.BREAKDOWN, 140.0),
    (Action.HOLD, Reason.UNLIKELY, Verdict.NONE, Reason.UNLIKELY, 40.0),
    (Action.HOLD, Reason.WARMING_UP, Verdict.NONE, Reason.WARMING_UP, 10.0),
    (Action.HOLD, Reason.NOT_DECIDED, Verdict.NONE, Reason.MISSED, 5.0),
    (Action.ENTER, Reason.BREAKOUT, Verdict.REFUSED, Reason.POSITION_OPEN, 14.0),
    (Action.ENTER, Reason.BREAKOUT, Verdict.REFUSED, Reason.WIDE_SPREAD, 4.0),
    (Action.ENTER, Reason.BREAKOUT, Verdict.REFUSED, Reason.TOTAL_CAP, 4.0),
    (Action.ENTER, Reason.BREAKOUT, Verdict.REFUSED, Reason.CANCELLED, 0.4),
    (Action.ENTER, Reason.BREAKOUT, Verdict.APPROVED, Reason.FILLED, 2.5),
    # So rare that whoever looks for the newest of them row by row reads almost all.
    (Action.ENTER, Reason.BREAKOUT, Verdict.REFUSED, Reason.REJECTED, 0.001),
)
# Of a strategy that forecasts, and the ranges that they are drawn from.
_FIGURES = {
    "close": (90.0, 110.0),
    "channel_high": (100.0, 115.0),
    "channel_low": (85.0, 100.0),
    "average_range": (0.5, 2.0),
    "annual_volatility_share": (0.3, 1.2),
    "expected_move_bps": (50.0, 400.0),
    "market_trend_share": (-0.2, 0.2),
    "probability": (0.3, 0.7),
    "confidence": (0.0, 1.0),
    "volatility_ratio": (0.5, 2.0),
}


@dataclass(frozen=True)
class Scale:
    """How many rows there are, and of how many pairs.

    Attributes
    ----------
    pairs, candles : int
        Their product is the number of decisions.
    now_ms : int
        UTC milliseconds at which the newest candle closed.
    """

    pairs: int
    candles: int
    now_ms: int

    @property
    def names(self) -> list[str]:
        """The pairs."""
        return [f"COIN{number:03}/USDT" for number in range(self.pairs)]

    @property
    def opens_ms(self) -> range:
        """When the candles open, UTC milliseconds."""
        first = self.now_ms - self.candles * MINUTE_MS
        return range(first, self.now_ms, MINUTE_MS)


def fill(database: Database, scale: Scale) -> None:
    """Write decisions, consensus, equity, news and reports, as a bot would have over the time."""
    rng = random.Random(0)
    _copy(database, decisions.name, _columns(decisions), _decisions(scale, rng))
    _copy(database, consensus_marks.name, _columns(consensus_marks), _consensus(scale))
    _copy(database, equity_marks.name, _columns(equity_marks), _equity(scale, rng))
    _copy(database, sentiment_mentions.name, _columns(sentiment_mentions), _mentions(scale, rng))
    now = scale.now_ms
    _copy(
        database,
        sentiment_coverage.name,
        _columns(sentiment_coverage),
        [("rss:coindesk", now - MENTION_DAYS * DAY_MS, now)],
    )
    source = ("rss:coindesk", "{}", now, now, "", MENTION_DAYS * MENTIONS_A_DAY)
    _copy(database, sentiment_sources.name, _columns(sentiment_sources), [source])
    _report(database, scale)
    if database.kind == "postgresql":
        # The server would do so by itself within a minute.
        with database.engine.connect() as connection:
            free = connection.execution_options(isolation_level="AUTOCOMMIT")
            free.exec_driver_sql("VACUUM ANALYZE")


def _columns(table: Any) -> list[str]:
    return [column.name for column in table.c]


def _copy(database: Database, table: str, names: list[str], rows: Iterable[Any]) -> None:
    """As fast as each database can."""
    raw = database.engine.raw_connection()
    try:
        if database.kind == "sqlite":
            raw.driver_connection.isolation_level = None  # type: ignore[union-attr]
            cursor = raw.cursor()
            places = ", ".join("?" * len(names))
            cursor.execute("PRAGMA query_only = OFF")
            cursor.execute("PRAGMA synchronous = OFF")
            for part in _parts(rows):
                cursor.execute("BEGIN")
                cursor.executemany(f"INSERT INTO {table} VALUES ({places})", part)  # noqa: S608
                cursor.execute("COMMIT")
        else:
            with raw.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            raw.commit()
    finally:
        raw.close()


def _parts(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(rows)
    while part := list(itertools.islice(rest, _AT_ONCE)):
        yield part


def _decisions(scale: Scale, rng: random.Random) -> Iterator[tuple[Any, ...]]:
    figures = [_figures(rng) for _ in range(_TEXTS)]
    weights = list(itertools.accumulate(end[-1] for end in _ENDS))
    names = scale.names
    for open_ms in scale.opens_ms:
        decided_ms = open_ms + MINUTE_MS + 700
        ends = rng.choices(_ENDS, cum_weights=weights, k=len(names))
        for pair, (action, signal, verdict, reason, _) in zip(names, ends):
            settled_ms = None if verdict is Verdict.NONE else decided_ms + 300
            yield (
                *(BOT, pair, TIMEFRAME, open_ms, action.name, signal.name, verdict.value),
                *(reason.name, rng.choice(figures), int(settled_ms is not None)),
                *(decided_ms, settled_ms, STRATEGY),
            )


def _figures(rng: random.Random) -> str:
    drawn = {name: rng.uniform(*ends) for name, ends in _FIGURES.items()}
    outcome = {"spread_bps": 3.2, "limit_bps": 20.0}
    return json.dumps({"signal": {**drawn, "readiness": 1.0}, "outcome": outcome})


def _consensus(scale: Scale) -> Iterator[tuple[Any, ...]]:
    names = scale.names
    for open_ms in scale.opens_ms:
        seen_ms = open_ms + MINUTE_MS + 700
        for pair in names:
            yield BOT, pair, TIMEFRAME, open_ms, seen_ms, 100.0, 0.93, 3, ""


def _equity(scale: Scale, rng: random.Random) -> Iterator[tuple[Any, ...]]:
    equity = peak = 10_000.0
    for open_ms in scale.opens_ms:
        equity *= 1 + rng.gauss(0, 2e-4)
        peak = max(peak, equity)
        yield BOT, open_ms + MINUTE_MS, equity, 0.4 * equity, 1 - equity / peak


def _mentions(scale: Scale, rng: random.Random) -> Iterator[tuple[Any, ...]]:
    """About the market, each; one in ten about one of the first coins, too."""
    gap_ms = DAY_MS // MENTIONS_A_DAY
    for number in range(MENTION_DAYS * MENTIONS_A_DAY):
        seen_ms = scale.now_ms - number * gap_ms
        score = rng.uniform(-1, 1)
        yield "*", seen_ms, "rss:coindesk", f"item-{number}", score, 1.0
        if number % 10 == 0:
            coin = f"COIN{number // 10 % min(scale.pairs, 20):03}"
            yield coin, seen_ms, "rss:coindesk", f"item-{number}", score, 1.0


def _report(database: Database, scale: Scale) -> None:
    newest_ms = scale.opens_ms[-1]
    pairs = tuple(PairCandles(pair=pair, newest_ms=newest_ms) for pair in scale.names)
    reports = (
        LoopReport(
            pid=1,
            host="here",
            started_ms=scale.opens_ms[0],
            state="running",
            timeframe=TIMEFRAME,
            exchange="binance",
        ),
        AccountReport(cash=6_000.0, equity=10_000.0),
        TradeReport(closed=1_000),
        CandleReport(interval_ms=MINUTE_MS, pairs=pairs),
    )
    ReportStore(database).write(BOT, [Reported(scale.now_ms, report) for report in reports])
