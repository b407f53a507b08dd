"""Parameters of our protections: see docs/protections.md."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from aurum_plugins.risk.plugin_settings import PluginSettings

DAY_MINUTES = 24 * 60
# Ten years: whoever wants a pair locked for longer takes it out of the whitelist.
LONGEST_MINUTES = 3_650 * DAY_MINUTES
LONGEST_CANDLES = 100_000
MOST_TRADES = 1_000


class LockSettings(PluginSettings):
    """For how long is locked: freqtrade's own keys.

    Parameters
    ----------
    stop_duration : int in [1, 5256000]
        Minutes from the last trade's close to the end of the lock.
    stop_duration_candles : int in [1, 100000]
        The same in candles.
    unlock_at : str
        The same as a UTC time of the day, "HH:MM". Exactly one of these three is needed.
    """

    stop_duration: int | None = Field(default=None, ge=1, le=LONGEST_MINUTES)
    stop_duration_candles: int | None = Field(default=None, ge=1, le=LONGEST_CANDLES)
    unlock_at: str | None = Field(default=None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        ends = (self.stop_duration, self.stop_duration_candles, self.unlock_at)
        if sum(end is not None for end in ends) != 1:
            rule = "exactly one of stop_duration, stop_duration_candles and unlock_at is needed"
            raise ValueError(rule)
        return self

    def for_freqtrade(self) -> dict[str, Any]:
        """What freqtrade's base class reads."""
        return self.model_dump(include=set(LockSettings.model_fields), exclude_none=True)


class LookbackSettings(LockSettings):
    """How far is looked back: freqtrade's own keys as well.

    Parameters
    ----------
    lookback_period : int in [1, 5256000]
        Only trades that closed within so many minutes count.
    lookback_period_candles : int in [1, 100000]
        The same in candles; at most one of the two.
    """

    default_lookback: ClassVar[int]

    lookback_period: int | None = Field(default=None, ge=1, le=LONGEST_MINUTES)
    lookback_period_candles: int | None = Field(default=None, ge=1, le=LONGEST_CANDLES)

    @model_validator(mode="after")
    def _one_lookback(self) -> Self:
        if self.lookback_period is not None and self.lookback_period_candles is not None:
            raise ValueError("at most one of lookback_period and lookback_period_candles")
        return self

    def for_freqtrade(self) -> dict[str, Any]:
        """What freqtrade's base class reads, with our default where nothing was given."""
        given = self.model_dump(include=set(LookbackSettings.model_fields), exclude_none=True)
        if self.lookback_period_candles is None:
            given.setdefault("lookback_period", self.default_lookback)
        return given


class CooldownSettings(LookbackSettings):
    """Parameters of `AurumCooldown`: freqtrade's own."""

    section = "protections.AurumCooldown"
    default_lookback = DAY_MINUTES


class ConsecutiveLossesSettings(LookbackSettings):
    """Parameters of `AurumConsecutiveLosses`.

    Parameters
    ----------
    trade_limit : int in [2, 1000] or None
        So many losses in a row, whatever the pairs, lock every pair; None = never.
    trade_limit_per_pair : int in [2, 1000] or None
        So many losses of one pair in a row lock it; None = never.
    """

    section = "protections.AurumConsecutiveLosses"
    default_lookback = 30 * DAY_MINUTES

    trade_limit: int | None = Field(default=6, ge=2, le=MOST_TRADES)
    trade_limit_per_pair: int | None = Field(default=None, ge=2, le=MOST_TRADES)

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.trade_limit is None and self.trade_limit_per_pair is None:
            raise ValueError("trade_limit or trade_limit_per_pair must be a number")
        return self


class PairExpectancySettings(LookbackSettings):
    """Parameters of `AurumPairExpectancy`.

    Parameters
    ----------
    trade_limit : int in [5, 1000]
        The last so many trades of a pair are judged; fewer are not judged.
    floor : float in [-1, 1]
        Mean net result a trade that is wanted, as a share of the stake: 0.001 is 0.1 %.
    significance : float in (0, 0.5)
        How likely as bad a mean may at most be if the floor held, for the pair to be locked.
    """

    section = "protections.AurumPairExpectancy"
    default_lookback = 365 * DAY_MINUTES

    trade_limit: int = Field(default=20, ge=5, le=MOST_TRADES)
    floor: float = Field(default=0.0, ge=-1, le=1)
    significance: float = Field(default=0.05, gt=0, lt=0.5)


class SentimentGuardSettings(LockSettings):
    """Parameters of `AurumSentimentGuard`.

    Parameters
    ----------
    floor : float in [-1, 1]
        A pair is locked when the mood about its coin is below; -1 = never.
    market_floor : float in [-1, 1]
        Every pair is locked when the mood about crypto as a whole is below; -1 = never.
    min_items : float in [0, 1000]
        A mood of fewer items (their weights, older ones less) locks nothing.
    only_per_pair : bool
        Whether `market_floor` locks nothing.
    """

    section = "protections.AurumSentimentGuard"

    floor: float = Field(default=-0.3, ge=-1, le=1)
    market_floor: float = Field(default=-0.3, ge=-1, le=1)
    min_items: float = Field(default=3.0, ge=0, le=1_000)
    only_per_pair: bool = False

    @property
    def locks_all(self) -> bool:
        """Whether the mood about crypto as a whole can lock every pair."""
        return not self.only_per_pair and self.market_floor > -1

    @property
    def locks_pair(self) -> bool:
        """Whether the mood about a coin can lock its pair."""
        return self.floor > -1

    @model_validator(mode="after")
    def _locks_something(self) -> Self:
        if not self.locks_all and not self.locks_pair:
            rule = "floor, or market_floor without only_per_pair, must be above -1"
            raise ValueError(rule)
        return self


class DailyLossSettings(PluginSettings):
    """Parameters of `AurumDailyLoss`.

    Parameters
    ----------
    loss_limit : float in (0, 1)
        Realised loss of a UTC day at which every pair is locked until its end, as a share of the
        equity at its start.
    """

    section = "protections.AurumDailyLoss"

    loss_limit: float = Field(default=0.03, gt=0, lt=1)
