"""What `aurum quality` was asked for, completed by the configuration and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.commands.candle_folder import CandleFolder
from aurum_plugins.commands.configuration_files import read_configuration
from aurum_plugins.commands.options import utc_moment
from aurum_plugins.config import keep_simulated_candles_apart
from aurum_plugins.errors import ConfigurationError, DataError
from aurum_plugins.features import FeatureSettings, TargetSettings
from aurum_plugins.features.freqai_parameters import check_periods, indicator_periods
from aurum_plugins.preprocessing import (
    CandleError,
    CandleSettings,
    PreprocessingSettings,
    RepairedCandles,
    repair_candles,
)
from aurum_plugins.preprocessing.quality.report import PairQuality
from aurum_plugins.preprocessing.quality.survey import Survey

DEFAULT_PERIODS = (14, 50)
LEADER = "BTC/USDT"
# Where nobody says which pairs make the market: memory and time grow with their number.
MOST_MARKET_PAIRS = 20


@dataclass(frozen=True)
class QualityRequest:
    """Which candles to look at, and how.

    Attributes
    ----------
    folder : CandleFolder
    pairs : tuple of str
        One or more.
    market_pairs : tuple of str
        What the market-wide features look at, the leader first.
    candles : CandleSettings
    survey : Survey
    """

    folder: CandleFolder
    pairs: tuple[str, ...]
    market_pairs: tuple[str, ...]
    candles: CandleSettings
    survey: Survey

    @classmethod
    def of(
        cls,
        *,
        pairs: Sequence[str] = (),
        config: Sequence[Path] = (),
        datadir: Path | None = None,
        timeframe: str | None = None,
        periods: Sequence[int] = (),
        features: str | None = None,
        split: str | None = None,
    ) -> QualityRequest:
        """Complete and check the options; each is as on the command line, see there.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            For an option or a setting that breaks a rule, or names candles that do not exist.
        aurum_plugins.errors.DataError
            If there are no candles at all.
        """
        settings = read_configuration(config)
        folder = CandleFolder.of(_datadir(settings) if datadir is None else datadir)
        chosen = _timeframe(folder, timeframe, settings)
        known = folder.pairs(chosen)
        feature_settings = FeatureSettings.from_config(settings)
        return cls(
            folder=folder,
            pairs=tuple(dict.fromkeys(_known("PAIR", name, known) for name in pairs)) or known,
            market_pairs=_market_pairs(feature_settings, known),
            candles=CandleSettings.from_config(settings),
            survey=Survey(
                timeframe=chosen,
                periods=_periods(periods, settings),
                features=feature_settings,
                targets=TargetSettings.from_config(settings),
                preprocessing=_preprocessing(features, settings),
                split=utc_moment("--split", split),
            ),
        )

    def assessments(self) -> Iterator[PairQuality]:
        """Assess one pair after the other.

        Raises
        ------
        aurum_plugins.errors.DataError
            Naming the file that is torn or holds no candles.
        aurum_plugins.errors.ConfigurationError
            If a pair's candles do not reach to both sides of the split.
        """
        market = {pair: self._repaired(pair) for pair in self.market_pairs}
        closes = {pair: repaired.candles for pair, repaired in market.items()}
        for pair in self.pairs:
            repaired = market.get(pair) or self._repaired(pair)
            self._check_split(pair, repaired)
            yield self.survey.of(pair, repaired, closes)

    def _repaired(self, pair: str) -> RepairedCandles:
        timeframe = self.survey.timeframe
        path = self.folder.files[pair, timeframe]
        frame = self.folder.read(pair, timeframe)
        try:
            repaired = repair_candles(frame, candle_interval_ms(timeframe), self.candles)
        except CandleError as error:
            raise DataError(path, str(error)) from error
        if not len(repaired.candles):
            raise DataError(path, f"holds no candle that opens on the grid of {timeframe}")
        return repaired

    def _check_split(self, pair: str, repaired: RepairedCandles) -> None:
        split = self.survey.split
        if split is None:
            return
        opens = repaired.candles.open_ms
        first, last = (datetime.fromtimestamp(int(ms) / 1_000, UTC) for ms in opens[[0, -1]])
        if not first < split <= last:
            rule = f"must lie within the candles of {pair}, {first:%Y-%m-%d} to {last:%Y-%m-%d}"
            raise ConfigurationError("--split", rule, f"{split:%Y-%m-%d %H:%M}")


def _datadir(config: Mapping[str, Any]) -> Path:
    """Where freqtrade would look."""
    if "datadir" in config:
        return Path(config["datadir"])
    user_data = Path(config.get("user_data_dir", "user_data"))
    exchange = config.get("exchange", {})
    resolved = {**config, "datadir": user_data / "data" / exchange.get("name", "binance").lower()}
    keep_simulated_candles_apart(resolved, None)
    return Path(resolved["datadir"])


def _timeframe(folder: CandleFolder, asked: str | None, config: Mapping[str, Any]) -> str:
    present = folder.timeframes
    if asked is None:
        usual = config.get("timeframe")
        return usual if usual in present else present[0]
    if asked not in present:
        rule = f"must be one of those in {folder.path}: {', '.join(present)}"
        raise ConfigurationError("--timeframe", rule, asked)
    return asked


def _known(option: str, name: str, known: Sequence[str]) -> str:
    """The pair that is meant, also when it is written as in the names of files."""
    pair = name.upper().replace("_", "/")
    if pair in known:
        return pair
    near = get_close_matches(pair, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise ConfigurationError(option, f"{hint}There are candles of {', '.join(known)}", name)


def _market_pairs(settings: FeatureSettings, known: Sequence[str]) -> tuple[str, ...]:
    if settings.market_pairs:
        key = f"{settings.section}.market_pairs"
        return tuple(_known(key, name, known) for name in settings.market_pairs)
    return tuple(sorted(known, key=lambda pair: (pair != LEADER, pair)))[:MOST_MARKET_PAIRS]


def _periods(asked: Sequence[int], config: Mapping[str, Any]) -> tuple[int, ...]:
    if not asked:
        return indicator_periods(config, DEFAULT_PERIODS)
    check_periods("--period", asked)
    return tuple(dict.fromkeys(asked))


def _preprocessing(features: str | None, config: Mapping[str, Any]) -> PreprocessingSettings:
    settings = PreprocessingSettings.from_config(config)
    if features is None:
        return settings
    # Digits of other scripts and huge numbers are no counts of features.
    is_count = features.isascii() and features.isdigit() and 0 < len(features) <= len("100000")
    if features != "all" and not (is_count and int(features)):
        raise ConfigurationError("--features", "must be a whole number from 1, or all", features)
    n_features = "all" if features == "all" else int(features)
    return PreprocessingSettings(**{**settings.model_dump(), "n_features": n_features})
