"""Everything that the monitor knows of a bot at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from aurum_plugins.execution.decision import Decision
from aurum_plugins.monitoring.alerts.alert import Alert
from aurum_plugins.monitoring.report_store import Reported
from aurum_plugins.monitoring.reports import (
    AccountReport,
    CandleReport,
    LoopReport,
    ModelReport,
    TradeReport,
)


@dataclass(frozen=True)
class SwitchWord:
    """The kill switch that counts for a bot: its own, or the one of every bot.

    Attributes
    ----------
    state : str
        "armed", "halted", "flat"; empty: what stands there is not understood.
    reason, by : str
    at_ms : int or None
        UTC milliseconds; None: it was never thrown.
    """

    state: str
    reason: str = ""
    by: str = ""
    at_ms: int | None = None


@dataclass(frozen=True)
class EquityPoint:
    """UTC milliseconds; quote currency; drawdown 0.2 is 20 %."""

    at_ms: int
    equity: float
    exposure: float
    drawdown: float


@dataclass(frozen=True)
class DecisionCounts:
    """Candles of the last 24 hours.

    Attributes
    ----------
    verdicts : mapping of str to int
        By `Verdict`.
    reasons : mapping of str to int
        By name of the `Reason` that they ended with, the most frequent first.
    ordered, filled : int
        Entries that were sent, of which nothing is under way any more; those that became a
        position.
    """

    verdicts: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    ordered: int = 0
    filled: int = 0

    @property
    def execution_rate(self) -> float | None:
        """Share of the entries sent that filled; None if none was sent."""
        return self.filled / self.ordered if self.ordered else None


@dataclass(frozen=True)
class Forecast:
    """What was forecast for a pair's newest candle, as the journal has it.

    Attributes
    ----------
    pair : str
    candle_ms : int
        When the candle opened, UTC milliseconds.
    probability, confidence, volatility_ratio : float or None
        Of a rise; of the forecast; volatility to the usual one. None: not known.
    ready : bool
        Whether it may be acted on.
    """

    pair: str
    candle_ms: int
    probability: float | None
    confidence: float | None
    volatility_ratio: float | None
    ready: bool


@dataclass(frozen=True)
class ServingModel:
    """The model of a pair that serves, and what it was judged by.

    Attributes
    ----------
    pair : str
    version : str
        Empty: none serves.
    created_ms : int
        UTC milliseconds; 0 where none serves.
    metrics : mapping of str to mapping of str to float or None
        By target, then by name; on rows that it did not see.
    last_event, last_event_reason : str
        The last of the pair's history that says how a model fared: "promoted", "rejected",
        "rolled_back", "quarantined"; "damaged" where its files make no sense; empty: none yet.
    last_event_ms : int or None
        UTC milliseconds.
    """

    pair: str
    version: str
    created_ms: int
    metrics: Mapping[str, Mapping[str, float | None]]
    last_event: str = ""
    last_event_reason: str = ""
    last_event_ms: int | None = None


@dataclass(frozen=True)
class VenueWord:
    """A venue as the bot last wrote it down.

    Attributes
    ----------
    venue, state : str
        Of its circuit breaker: "closed", "open", "half-open".
    at_ms : int
        UTC milliseconds.
    trusted : bool
    error_rate, latency_p95_ms : float or None
    last_success_ms : int or None
    """

    venue: str
    state: str
    at_ms: int
    trusted: bool
    error_rate: float | None
    latency_p95_ms: float | None
    last_success_ms: int | None


@dataclass(frozen=True)
class PairConsensus:
    """What the venues said of a pair at its newest candle; see `consensus_marks`."""

    pair: str
    candle_ms: int
    price: float | None
    quality: float
    venues: int
    dissent: str


@dataclass(frozen=True)
class MoodWord:
    """The mood about a subject now.

    Attributes
    ----------
    subject : str
    mean : float in [-1, 1]
    count, dispersion : float
        As `aurum_plugins.sentiment.aggregation.mood` has them.
    available : bool
        Whether anybody listened; without that, 0 means nothing.
    shock : str
        The shock that is on, in words; empty: none.
    """

    subject: str
    mean: float
    count: float
    dispersion: float
    available: bool
    shock: str = ""


@dataclass(frozen=True)
class SourceWord:
    """A source of news: when it was asked, when it answered (UTC milliseconds), what is wrong."""

    source: str
    polled_ms: int
    answered_ms: int | None
    fault: str
    items: int


@dataclass(frozen=True)
class Owed:
    """Fees of one currency; see `aurum_plugins.ledger`.

    Attributes
    ----------
    currency : str
    accrued : decimal.Decimal
        Not invoiced yet.
    invoiced : decimal.Decimal
        Invoiced, not collected yet.
    collected : decimal.Decimal
    trades : int
        Charged.
    """

    currency: str
    accrued: Decimal
    invoiced: Decimal
    collected: Decimal
    trades: int


@dataclass(frozen=True)
class BotSnapshot:
    """One bot. What could not be read is empty, and stands in `faults`.

    Attributes
    ----------
    bot : str
        As `aurum_plugins.bot_identity` names it.
    now_ms : int
        When it was looked at, UTC milliseconds.
    loop, account, trades, candles, models : Reported or None
        What the bot last said of itself; None: nothing.
    switch : SwitchWord
    equity : tuple of EquityPoint
        The oldest first, thinned out for a plot.
    counts : DecisionCounts
    newest : tuple of Decision
        The newest of each pair.
    lately : tuple of Decision
        The last that ended with anything but the signal's own "no", the newest first.
    forecasts : tuple of Forecast
    serving : tuple of ServingModel
    venues : tuple of VenueWord
    consensus : tuple of PairConsensus
    moods : tuple of MoodWord
    sources : tuple of SourceWord
    owed : tuple of Owed
    unsettled_orders : int
        Of which it is not known whether the exchange took them.
    oldest_unsettled_ms : int or None
        When the first of them was sent, UTC milliseconds; None: there is none.
    alerts : tuple of Alert
        Open ones first, then the newest that ended.
    faults : mapping of str to str
        By name of the part: why it could not be read.
    """

    bot: str
    now_ms: int
    switch: SwitchWord
    loop: Reported[LoopReport] | None = None
    account: Reported[AccountReport] | None = None
    trades: Reported[TradeReport] | None = None
    candles: Reported[CandleReport] | None = None
    models: Reported[ModelReport] | None = None
    equity: tuple[EquityPoint, ...] = ()
    counts: DecisionCounts = DecisionCounts()
    newest: tuple[Decision, ...] = ()
    lately: tuple[Decision, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    serving: tuple[ServingModel, ...] = ()
    venues: tuple[VenueWord, ...] = ()
    consensus: tuple[PairConsensus, ...] = ()
    moods: tuple[MoodWord, ...] = ()
    sources: tuple[SourceWord, ...] = ()
    owed: tuple[Owed, ...] = ()
    unsettled_orders: int = 0
    oldest_unsettled_ms: int | None = None
    alerts: tuple[Alert, ...] = ()
    faults: Mapping[str, str] = field(default_factory=dict)
