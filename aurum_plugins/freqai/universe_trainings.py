"""The model of all pairs: trained once for a window, whichever pair asks first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from aurum_plugins.clock import HOUR_MS
from aurum_plugins.errors import AurumError
from aurum_plugins.forecasting import Ensemble
from aurum_plugins.forecasting.errors import NotPromoted, PairLeftOut
from aurum_plugins.forecasting.pair_table import PairTable
from aurum_plugins.forecasting.universe import Universe
from aurum_plugins.freqai.champions import UNIVERSE
from aurum_plugins.freqai.ensemble_plan import EnsemblePlan
from aurum_plugins.freqai.succession import Succession
from aurum_plugins.freqai.training_table import TrainingTable
from aurum_plugins.freqai.universe_challenger import UniverseChallenger
from aurum_plugins.freqai.universe_tables import UniverseTables

_NO_CANDLES = "it has no candles in the training window"


@dataclass(eq=False)
class _Attempt:
    """A training: what serves after it, and which pairs have asked for it."""

    stop: int
    pairs: frozenset[str]
    left_out: dict[str, str]
    serving: Universe | None
    error: Exception | None = None
    asked: set[str] = field(default_factory=set)

    def is_for(self, pair: str) -> bool:
        """Whether a pair that asks means this one: for the first time, or nothing else helps it."""
        return pair not in self.asked or (self.error is None and pair in self.left_out)


class UniverseTrainings:
    """Gives each pair its part of the model of all pairs.

    FreqAI asks for a training pair by pair. The first that asks has the model trained and judged;
    the others get the same model, or the same error. In a running bot a pair that asks for the
    second time, because its model has grown old, begins the next round, and so does one that was
    listed since. A pair that was left out waits until the model has grown old.

    Parameters
    ----------
    plan : EnsemblePlan
    succession : Succession
    host : freqtrade.freqai.freqai_interface.IFreqaiModel
    lengths_ms : mapping of str to int
        Of the candles of each timeframe that has features.
    tell : callable of str
        For what the user should know.
    """

    def __init__(
        self,
        plan: EnsemblePlan,
        succession: Succession,
        host: Any,
        lengths_ms: Mapping[str, int],
        tell: Callable[[str], None],
    ) -> None:
        self._plan = plan
        self._succession = succession
        self._host = host
        self._lengths_ms = lengths_ms
        self._own: str = host.config["timeframe"]
        self._candle_ms = lengths_ms[self._own]
        hours = max(1.0, host.config["freqai"].get("live_retrain_hours", 0))
        self._valid_candles = round(hours * HOUR_MS) // self._candle_ms
        self._tell = tell
        self._tables: UniverseTables | None = None
        self._attempts: dict[int, _Attempt] = {}
        self._told: Exception | None = None

    @classmethod
    def of(
        cls,
        plan: EnsemblePlan,
        succession: Succession,
        host: Any,
        lengths_ms: Mapping[str, int],
        tell: Callable[[str], None],
    ) -> Self | None:
        """None unless `aurum.universe.enabled` is true."""
        return cls(plan, succession, host, lengths_ms, tell) if plan.universe.enabled else None

    def begin(self, strategy: Any) -> None:
        """Take features and candles from a strategy; with another one all is computed anew.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            As `UniverseTables`.
        """
        if self._tables is None or self._tables.strategy is not strategy:
            self._tables = UniverseTables(strategy, self._host, self._lengths_ms, self._own)
            self._attempts.clear()

    def trained(self, pair: str, table: TrainingTable, labels: Sequence[str]) -> Ensemble:
        """What is to forecast a pair from now on.

        Parameters
        ----------
        pair : str
        table : TrainingTable
            FreqAI's rows of the pair: its features must be those that are computed here.
        labels : sequence of str
            FreqAI's names.

        Raises
        ------
        aurum_plugins.errors.AurumError
            `NotPromoted` and whatever else kept the window's model from serving; `PairLeftOut`.
        """
        window = self._window
        attempt = self._known(pair, window[1])
        if attempt is None:
            attempt = self._train(pair, window, labels)
        if self._host.live:
            self._attempts.clear()
        self._attempts[attempt.stop] = attempt
        ours = self._source.of(pair, *window, labels)
        if ours is not None:
            self._source.check(pair, table, ours)
        attempt.asked.add(pair)
        if attempt.serving is None or attempt.error is not None:
            # With its traceback each pair that asks would make it longer.
            raise (attempt.error or PairLeftOut(pair, _NO_CANDLES)).with_traceback(None)
        return attempt.serving.of(pair)

    def is_news(self, error: Exception) -> bool:
        """Whether an error was not told of before: that of a window is the error of every pair."""
        told, self._told = self._told, error
        return told is not error

    @property
    def _window(self) -> tuple[int, int]:
        """First candle that is trained on, and the one after the last."""
        # FreqAI's, in seconds: a backtest's window, or what `EnsembleModel` was asked for.
        given = self._host.training_timerange
        first, stop = (-(-at * 1_000 // self._candle_ms) for at in (given.startts, given.stopts))
        return first, stop

    def _known(self, pair: str, stop: int) -> _Attempt | None:
        """The training that a pair means, if it was done."""
        if not self._host.live:
            return self._attempts.get(stop)
        for attempt in self._attempts.values():
            fresh = stop - attempt.stop < self._valid_candles and pair in attempt.pairs
            return attempt if fresh and attempt.is_for(pair) else None
        return self._before_the_start(pair, stop)

    def _before_the_start(self, pair: str, stop: int) -> _Attempt | None:
        """What serves, if it is young enough for a pair that has no model of its own yet."""
        champion = self._champion(stop)
        if champion is None:
            return None
        pairs = frozenset({*champion.pairs_, *champion.left_out_})
        last = champion.trained_until_ + 1
        if pair not in pairs or stop - last >= self._valid_candles:
            return None
        return _Attempt(last, pairs, dict(champion.left_out_), champion)

    def _train(self, pair: str, window: tuple[int, int], labels: Sequence[str]) -> _Attempt:
        """Train on every pair of the whitelist, and judge."""
        champion = self._champion(window[1])
        names = sorted({*self._source.pairs(), pair})
        attempt = _Attempt(window[1], frozenset(names), {}, champion)
        tables: dict[str, PairTable] = {}
        for name in names:
            try:
                table = self._source.of(name, *window, labels)
            except Exception as error:  # noqa: BLE001 - the other pairs are trained all the same
                ours = isinstance(error, AurumError)
                attempt.left_out[name] = str(error) if ours else repr(error)
            else:
                if table is None:
                    attempt.left_out[name] = _NO_CANDLES
                else:
                    tables[name] = table
        try:
            attempt.serving = self._promoted(tables, attempt.left_out, champion, labels)
        except Exception as error:  # noqa: BLE001 - it is raised for each pair that asks
            attempt.error = error.with_traceback(None)
        if attempt.left_out:
            reasons = "; ".join(f"{name}: {why}" for name, why in sorted(attempt.left_out.items()))
            self._tell(f"{UNIVERSE}: left out {reasons}")
        return attempt

    def _promoted(
        self,
        tables: Mapping[str, PairTable],
        left_out: dict[str, str],
        champion: Universe | None,
        labels: Sequence[str],
    ) -> Universe:
        """Train a challenger, and raise unless it may serve."""
        universe = Universe(self._plan.ensemble(labels)).fit(tables)
        left_out |= universe.left_out_
        universe.left_out_ = dict(left_out)
        challenger = UniverseChallenger(universe, tables, self._plan.fingerprint, self._candle_ms)
        registry = self._host.dd.registry if self._host.live else None
        verdict = self._succession.decide(challenger, champion, registry)
        if not verdict.promoted:
            raise NotPromoted(UNIVERSE, [str(reason) for reason in verdict.against])
        return universe

    def _champion(self, stop: int) -> Universe | None:
        """What serves; in a backtest, what served the window before."""
        if self._host.live:
            serving = self._host.dd.champions.current(UNIVERSE)
            return serving if isinstance(serving, Universe) else None
        earlier = [known for known in self._attempts if known < stop]
        return self._attempts[max(earlier)].serving if earlier else None

    @property
    def _source(self) -> UniverseTables:
        if self._tables is None:
            raise RuntimeError("begin must be called before a training")
        return self._tables
