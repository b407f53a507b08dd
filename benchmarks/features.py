"""What features and preprocessing cost, beside pandas-ta and beside FreqAI's own pipeline.

    python benchmarks/features.py

Everything runs in one process on one thread, in turn, on the same synthetic candles; the smallest
of several CPU times counts. Budgets: all features of a year of 5-minute candles in 0.5 s, the ones
that pandas-ta has as well 20 times faster than there, those of one new candle in 5 ms, and the
preprocessing of one row in 2 ms.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pandas_ta as ta
from datasieve.pipeline import Pipeline
from datasieve.transforms import SKLearnWrapper, VarianceThreshold
from rich.console import Console
from rich.table import Table
from sklearn.preprocessing import MinMaxScaler

from aurum_plugins.features import Candles, FeatureSet, FeatureSettings
from aurum_plugins.preprocessing import AurumPreprocessing, Preprocessor

INTERVAL_MS = 300_000
YEAR = 105_120  # candles of 5 minutes
PERIOD = 14
PERIODS = (14, 50)  # those of configs/freqai.json
MARKET = ("BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT", "BNB/USDT")
BUDGETS = {"year": 0.5, "times": 20.0, "candle": 0.005, "row": 0.002}

# Our feature, and the same indicator in pandas-ta: a candle frame `f`, a period `p`, options `o`.
INDICATORS: dict[str, Callable[[Any, int, Mapping[str, bool]], Any]] = {
    "rsi": lambda f, p, o: ta.rsi(f.close, p, **o),
    "stochastic": lambda f, p, o: ta.stoch(f.high, f.low, f.close, p, 3, 1, **o),
    "cci": lambda f, p, o: ta.cci(f.high, f.low, f.close, p, **o),
    "adx": lambda f, p, o: ta.adx(f.high, f.low, f.close, p, **o),
    "aroon": lambda f, p, o: ta.aroon(f.high, f.low, p, **o),
    "macd": lambda f, p, o: ta.macd(f.close, p, 2 * p, 9, **o),
    "bollinger_position": lambda f, p, o: ta.bbands(f.close, p, 2, **o),
    "keltner_position": lambda f, p, o: ta.kc(f.high, f.low, f.close, p, **o),
    "sma_distance": lambda f, p, o: ta.sma(f.close, p, **o),
    "wma_distance": lambda f, p, o: ta.wma(f.close, p, **o),
    "ultimate_oscillator": lambda f, p, o: ta.uo(f.high, f.low, f.close, p // 2, p, 2 * p, **o),
    "trend_slope": lambda f, p, o: ta.linreg(f.close, p, slope=True, **o),
    "trend_r2": lambda f, p, o: ta.linreg(f.close, p, r=True, **o),
    "efficiency_ratio": lambda f, p, o: ta.er(f.close, p, **o),
    "choppiness": lambda f, p, o: ta.chop(f.high, f.low, f.close, p, **o),
    "vortex": lambda f, p, o: ta.vortex(f.high, f.low, f.close, p, **o),
    "atr_ratio": lambda f, p, o: ta.natr(f.high, f.low, f.close, p, **o),
    "balance_of_power": lambda f, _, o: ta.bop(f.open, f.high, f.low, f.close, **o),
    "momentum": lambda f, p, o: ta.log_return(f.close, p, **o),
    "distance_to_high": lambda f, p, o: ta.donchian(f.high, f.low, p, p, **o),
    "return_skewness": lambda f, p, o: ta.skew(f.close, p, **o),
    "return_kurtosis": lambda f, p, o: ta.kurtosis(f.close, p, **o),
    "realised_volatility": lambda f, p, o: ta.stdev(f.close, p, **o),
    "on_balance_flow": lambda f, _, o: ta.obv(f.close, f.volume, **o),
    "force": lambda f, p, o: ta.efi(f.close, f.volume, p, **o),
    "ease_of_movement": lambda f, p, o: ta.eom(f.high, f.low, f.close, f.volume, p, **o),
    "vwap_distance": lambda f, p, o: ta.vwma(f.close, f.volume, p, **o),
}


def synthetic(rows: int, seed: int) -> Candles:
    """A random walk with ranges and volumes; what it earns means nothing."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 1e-3, rows)))
    open_ = np.concatenate([close[:1], close[:-1]])
    high = np.maximum(open_, close) * np.exp(np.abs(rng.normal(0, 5e-4, rows)))
    low = np.minimum(open_, close) * np.exp(-np.abs(rng.normal(0, 5e-4, rows)))
    volume = np.exp(rng.normal(3, 1, rows))
    open_ms = 1_735_689_600_000 + INTERVAL_MS * np.arange(rows, dtype=np.int64)
    status = np.zeros(rows, np.uint8)
    return Candles(INTERVAL_MS, open_ms, open_, high, low, close, volume, status)


def frame_of(candles: Candles) -> pd.DataFrame:
    """The same candles as pandas-ta takes them."""
    columns = {name: getattr(candles, name) for name in ("open", "high", "low", "close", "volume")}
    return pd.DataFrame(columns, index=pd.to_datetime(candles.open_ms, unit="ms", utc=True))


def cpu(work: Callable[[], object], repeat: int) -> float:
    """Smallest CPU time of several runs, seconds; the first, which warms caches, is left out."""
    work()
    times = []
    for _ in range(repeat):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def fresh(candles: Candles) -> Candles:
    """The candles without what was already derived from them."""
    return candles[0 : len(candles)]


def a_year(candles: Candles, repeat: int) -> dict[str, float]:
    """Seconds for all features, and for those that pandas-ta has as well, in both."""
    market = {pair: synthetic(len(candles), seed) for seed, pair in enumerate(MARKET, 1)}
    everything = FeatureSet(FeatureSettings(market_pairs=MARKET))
    shared = FeatureSet(FeatureSettings(include=tuple(INDICATORS)))
    frame = frame_of(candles)

    def all_features() -> None:
        fresh_market = {pair: fresh(other) for pair, other in market.items()}
        everything.compute(fresh(candles), PERIODS, fresh_market)

    def pandas_ta(options: Mapping[str, bool]) -> None:
        for name, indicator in INDICATORS.items():
            if indicator(frame, PERIOD, options) is None:
                raise RuntimeError(f"pandas-ta gave nothing for {name}")

    return {
        "all": cpu(all_features, repeat),
        "ours": cpu(lambda: shared.compute(fresh(candles), (PERIOD,)), repeat),
        "pandas-ta": cpu(lambda: pandas_ta({}), 1),
        "pandas-ta alone": cpu(lambda: pandas_ta({"talib": False}), 1),
    }


def a_candle(candles: Candles, repeat: int) -> dict[str, float]:
    """Seconds for one new candle: from the window that it needs, and from freqtrade's 1,000."""
    features = FeatureSet(FeatureSettings(market_pairs=MARKET))

    def newest(rows: int) -> Callable[[], object]:
        def work() -> None:
            last = candles[len(candles) - rows :]
            features.compute(last, PERIODS, dict.fromkeys(MARKET, fresh(last)))

        return work

    window = features.lookback(PERIODS)
    return {"window": cpu(newest(window), 20 * repeat), "thousand": cpu(newest(1_000), 5 * repeat)}


def a_row(candles: Candles, repeat: int) -> dict[str, float]:
    """Seconds for preprocessing one row: ours, and FreqAI's default steps."""
    table = FeatureSet(FeatureSettings(exclude=("market",))).compute(candles[:6_000], PERIODS, {})
    rows = table.to_frame().dropna()
    target = pd.DataFrame({"&-y": np.random.default_rng(0).normal(size=len(rows))})
    stock_steps = [
        ("const", VarianceThreshold(threshold=0)),
        ("scaler", SKLearnWrapper(MinMaxScaler(feature_range=(-1, 1)))),
    ]
    pipelines = {
        "step": Pipeline([("aurum", AurumPreprocessing(Preprocessor()))], {}),
        "stock": Pipeline(stock_steps, {}),
    }
    times = {}
    for name, pipeline in pipelines.items():
        pipeline.fit_transform(rows, target, np.ones(len(rows)))
        times[name] = cpu(
            lambda fitted=pipeline: fitted.transform(rows.iloc[-1:], outlier_check=True),
            20 * repeat,
        )
    preprocessor = pipelines["step"]["aurum"].preprocessor
    times["transform"] = cpu(lambda: preprocessor.transform(rows.iloc[-1:]), 20 * repeat)
    return times


def main() -> int:
    """Measure, print a table, and say whether the budgets hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--candles", type=int, default=YEAR, help="length of the year")
    parser.add_argument("--repeat", type=int, default=5, help="runs of which the fastest counts")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    candles = synthetic(options.candles, seed=0)
    year = a_year(candles, options.repeat)
    candle = a_candle(candles, options.repeat)
    row = a_row(candles, options.repeat)
    times = year["pandas-ta"] / year["ours"]
    alone = year["pandas-ta alone"] / year["ours"]

    table = Table("what", "CPU", "beside it", "ratio", "budget")
    table.add_row(
        f"all features, {options.candles} candles, periods {PERIODS}",
        f"{year['all']:.3f} s",
        "",
        "",
        f"{BUDGETS['year']:g} s",
    )
    table.add_row(
        f"{len(INDICATORS)} indicators, period {PERIOD}",
        f"{year['ours']:.3f} s",
        f"pandas-ta with TA-Lib {year['pandas-ta']:.2f} s",
        f"{times:.0f} times",
        f"{BUDGETS['times']:g} times",
    )
    table.add_row(
        "the same",
        "",
        f"pandas-ta alone {year['pandas-ta alone']:.2f} s",
        f"{alone:.0f} times",
        "",
    )
    table.add_row(
        "all features of one new candle",
        f"{1e3 * candle['window']:.2f} ms",
        f"from 1,000 candles {1e3 * candle['thousand']:.2f} ms",
        f"{candle['thousand'] / candle['window']:.1f} times",
        f"{1e3 * BUDGETS['candle']:g} ms",
    )
    table.add_row("preprocessing of one row", f"{1e3 * row['transform']:.2f} ms", "", "", "2 ms")
    table.add_row(
        "the same as a step of FreqAI, with flags",
        f"{1e3 * row['step']:.2f} ms",
        f"FreqAI's default steps {1e3 * row['stock']:.2f} ms",
        f"{row['stock'] / row['step']:.1f} times",
        "2 ms",
    )
    Console(width=120).print(table)
    held = (
        year["all"] <= BUDGETS["year"]
        and times >= BUDGETS["times"]
        and candle["window"] <= BUDGETS["candle"]
        and max(row["transform"], row["step"]) <= BUDGETS["row"]
    )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
