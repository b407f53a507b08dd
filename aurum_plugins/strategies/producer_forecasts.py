"""A bot that decides by the forecasts of another one, over freqtrade's producer and consumer.

The producer's candles are analysed later than ours close, and may not come at all. So a candle is
decided once: when its forecast has come, or when the wait for it is over. Without a forecast
nothing is entered. Exits ask nobody: those of the strategy's own rule are made at once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from freqtrade.enums import TRADE_MODES

from aurum_plugins.clock import MINUTE_MS, SECOND_MS, Clock, WallClock
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.execution.check_settings import CheckSettings
from aurum_plugins.execution.figure_words import moment_in_words
from aurum_plugins.reasons import Action, Reason
from aurum_plugins.signals import Decided, PolicySettings
from aurum_plugins.strategies.sent_forecasts import SentForecasts, sent_forecasts

logger = logging.getLogger(__name__)

SECTION: Final = "external_message_consumer"
# Of the time in which an entry may still be sent; the rest is for sending it.
WAIT_SHARE: Final = 0.5
LONGEST_WAIT_MS: Final = 10 * MINUTE_MS


class ProducerForecasts:
    """What producers sent of each pair, and which candles are still waited for.

    Parameters
    ----------
    strategy : freqtrade.strategy.IStrategy
        Its `dp` is there once freqtrade has set it up.
    producers : sequence of str
        Their names. A pair's forecasts come from the first of them that sent candles of the pair.
    wait_share : float
        How long after its close a candle waits for its forecast, in candles; never longer than ten
        minutes.
    clock : Clock, optional
        The machine's by default.
    """

    def __init__(
        self,
        strategy: Any,
        producers: Sequence[str],
        wait_share: float,
        clock: Clock | None = None,
    ) -> None:
        self._strategy = strategy
        self._producers = producers
        self._wait_share = wait_share
        self._clock = clock or WallClock()
        self._sent: dict[str, SentForecasts] = {}
        self._awaited: dict[str, int] = {}
        self._missing: dict[str, str] = {}

    @classmethod
    def of(cls, strategy: Any) -> ProducerForecasts | None:
        """What the configuration asks for; None where the bot consumes no forecasts.

        A bot with FreqAI has forecasts of its own, one whose policy asks for none needs none, and a
        backtest has no producer.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If a setting breaks a rule.
        """
        config: Mapping[str, Any] = strategy.config
        consumer = config.get(SECTION, {})
        if not consumer.get("enabled", False) or config.get("freqai", {}).get("enabled", False):
            return None
        if PolicySettings.from_config(config).forecasts == "off":
            logger.info("The producer's forecasts are not asked for: aurum.policy.forecasts.")
            return None
        if config.get("runmode") not in TRADE_MODES:
            logger.warning("There is no producer but for a running bot: no forecasts.")
            return None
        if config.get("process_only_new_candles", False):
            rule = f"must be false where {SECTION} is enabled: forecasts come after the candle"
            raise ConfigurationError("process_only_new_candles", rule, True)
        names = tuple(producer["name"] for producer in consumer["producers"])
        return cls(
            strategy, names, WAIT_SHARE * CheckSettings.from_config(config).longest_signal_age
        )

    @property
    def wait_ms(self) -> int:
        """How long after its close a candle waits for its forecast, milliseconds."""
        # The timeframe of the configuration is not known before the strategy is built.
        candle_ms: int = self._strategy.candle_ms
        return min(LONGEST_WAIT_MS, round(self._wait_share * candle_ms))

    def begin(self, pair: str) -> None:
        """Forget that a pair was waited for, before it is analysed again."""
        self._awaited.pop(pair, None)

    def waits(self, pair: str, candle_ms: int | None = None) -> bool:
        """Whether the pair's candle that opened then, or its newest, waits for its forecast."""
        awaited_ms = self._awaited.get(pair)
        return awaited_ms is not None and candle_ms in {None, awaited_ms}

    def joined(self, pair: str, candles: pd.DataFrame) -> pd.DataFrame:
        """A pair's candles with FreqAI's columns as they were sent, NaN where they were not.

        Parameters
        ----------
        pair : str
        candles : pandas.DataFrame of shape (n, >= 2)
            With `date`, the UTC time of each candle's open, and `close` (quote currency).
        """
        sent = self._sent[pair] = self._read(pair, candles)
        return candles.assign(**sent.columns)

    def judged(self, pair: str, dates: pd.Series[pd.Timestamp], decided: Decided) -> Decided:
        """Refuse the entries on candles that no forecast has come of.

        Whether the newest candle is to wait is known afterwards, see `waits`.

        Parameters
        ----------
        pair : str
        dates : pandas.Series of shape (n,)
            When each candle opened.
        decided : Decided
            Of the n candles that were joined last.
        """
        sent = self._sent.pop(pair)
        asked = (decided.actions == Action.ENTER) | (decided.reasons == Reason.NO_FORECAST)
        refused = asked & ~sent.usable
        unusable = sent.arrived | bool(sent.fault)
        why = np.where(unusable, int(Reason.FORECAST_UNUSABLE), int(Reason.FORECAST_NOT_SENT))
        # Of a forecast that came on time there is nothing to tell.
        lag = np.where(sent.lag_candles > 0, sent.lag_candles, np.nan)
        self._wait(pair, round(dates.iloc[-1].timestamp() * SECOND_MS), sent)
        return Decided(
            np.where(refused, int(Action.HOLD), decided.actions),
            np.where(refused, why, decided.reasons),
            {**decided.figures, "forecast_lag_candles": lag},
        )

    def _read(self, pair: str, candles: pd.DataFrame) -> SentForecasts:
        length_ms = self._strategy.candle_ms
        # The strategy's own exits depend on its candles alone, whatever was sent.
        try:
            return sent_forecasts(self._received(pair), candles, length_ms)
        except Exception:
            logger.exception("%s: what the producer sent cannot be read.", pair)
            unreadable = pd.DataFrame({"unreadable": [0]})
            return sent_forecasts(unreadable, candles, length_ms)

    def _received(self, pair: str) -> pd.DataFrame:
        frame = pd.DataFrame()
        for name in self._producers:
            frame, _ = self._strategy.dp.get_producer_df(
                pair, self._strategy.timeframe, producer_name=name
            )
            if not frame.empty:
                break
        return frame

    def _wait(self, pair: str, candle_ms: int, sent: SentForecasts) -> None:
        """Let the newest candle wait, or tell that its forecast is missing, or that it is not."""
        until_ms = candle_ms + self._strategy.candle_ms + self.wait_ms
        if not sent.arrived[-1] and self._clock.now_ms() < until_ms:
            self._awaited[pair] = candle_ms
            return
        known = self._missing.pop(pair, None)
        if not sent.usable[-1]:
            self._miss(pair, candle_ms, sent, known)
        elif known is not None:
            logger.info("%s: the producer's forecasts are there again.", pair)
            if not self._missing:
                self._tell("The producer's forecasts are there again.")

    def _miss(self, pair: str, candle_ms: int, sent: SentForecasts, known: str | None) -> None:
        """Log it once a pair, and tell people once for all pairs."""
        traded = self._strategy.dp.current_whitelist()
        self._missing = {one: why for one, why in self._missing.items() if one in traded}
        why = sent.fault or self._why_not(candle_ms, sent)
        if known is None:
            candle = moment_in_words(candle_ms)
            logger.warning("%s: no entry without a forecast of %s: %s.", pair, candle, why)
            if not self._missing:
                self._tell(f"No entries without the producer's forecasts: {pair}, {why}.")
        self._missing[pair] = why

    def _why_not(self, candle_ms: int, sent: SentForecasts) -> str:
        if sent.arrived[-1]:
            return "what the producer sent is not finite, not possible, or of another market"
        if np.isnan(sent.lag_candles[-1]):
            return "the producer has sent nothing of this pair and timeframe"
        newest_ms = candle_ms - round(sent.lag_candles[-1] * self._strategy.candle_ms)
        return f"the newest that the producer sent is of {moment_in_words(newest_ms)}"

    def _tell(self, text: str) -> None:
        # To Telegram and FreqUI, as freqtrade is told to.
        self._strategy.dp.send_msg(text, always_send=True)
