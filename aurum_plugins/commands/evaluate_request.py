"""What `aurum evaluate` was asked for, completed by the configuration and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import metadata
from pathlib import Path

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.clock import DAY_MS, HOUR_MS
from aurum_plugins.commands.configuration_files import read_configuration
from aurum_plugins.commands.labelled_rows import labelled_rows
from aurum_plugins.commands.options import utc_moment
from aurum_plugins.commands.quality_request import QualityRequest
from aurum_plugins.commands.repaired_candles import repaired_candles
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features import Candles, TargetSettings
from aurum_plugins.features.targets import FORWARD_RETURN
from aurum_plugins.forecasting.drift import DriftSettings
from aurum_plugins.forecasting.ensemble import Ensemble
from aurum_plugins.forecasting.evaluation.assessment import Assessment
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.evaluation.report import Header
from aurum_plugins.forecasting.evaluation.walk_forward_run import WalkForwardPlan
from aurum_plugins.forecasting.members.settings import MembersSettings
from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.target import Target
from aurum_plugins.forecasting.universe_settings import UniverseSettings
from aurum_plugins.preprocessing.quality.report import Period

BASIS_POINTS = 10_000
# Days that a model is trained on and then forecasts: of candles of an hour or more, and of others.
USUAL_DAYS = {True: (365, 30), False: (30, 7)}
_LIBRARIES = (
    "aurumbotx",
    "numpy",
    "pandas",
    "scikit-learn",
    "lightgbm",
    "xgboost",
    "torch",
)


@dataclass(frozen=True, eq=False)
class EvaluateRequest:
    """Which candles to forecast, with what, and how the forecasts are judged.

    Attributes
    ----------
    data : QualityRequest
        Where candles lie, and how features are made of them.
    candles : mapping of str to Candles
        Of the pairs that are forecast and of those that make the market.
    targets : TargetSettings
    ensemble : EnsembleSettings
    universe : UniverseSettings
    members : MembersSettings
    drift : DriftSettings
    plan : WalkForwardPlan
    train_days, step_days : int
    assessment : Assessment
    """

    data: QualityRequest
    candles: Mapping[str, Candles]
    targets: TargetSettings
    ensemble: EnsembleSettings
    universe: UniverseSettings
    members: MembersSettings
    drift: DriftSettings
    plan: WalkForwardPlan
    train_days: int
    step_days: int
    assessment: Assessment

    @classmethod
    def of(
        cls,
        *,
        pairs: Sequence[str] = (),
        config: Sequence[Path] = (),
        datadir: Path | None = None,
        timeframe: str | None = None,
        horizon: int | None = None,
        begin: str | None = None,
        end: str | None = None,
        train_days: int | None = None,
        step_days: int | None = None,
        threshold: float,
        cost: float,
        trials: int = 1,
        universe: bool | None = None,
    ) -> EvaluateRequest:
        """Complete and check the options; each is as on the command line, see there.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            For an option or a setting that breaks a rule, or names candles that do not exist.
        aurum_plugins.errors.DataError
            If candles are missing, torn or make no sense.
        """
        data = QualityRequest.of(pairs=pairs, config=config, datadir=datadir, timeframe=timeframe)
        settings = read_configuration(config)
        ensemble = EnsembleSettings.from_config(settings)
        shared = UniverseSettings.from_config(settings)
        if universe is not None:
            shared = shared.model_copy(update={"enabled": universe})
        if shared.enabled:
            ensemble = shared.applied(ensemble)
        targets = data.survey.targets
        if horizon is not None:
            targets = TargetSettings(**{**targets.model_dump(), "horizon_candles": horizon})
        interval = candle_interval_ms(data.survey.timeframe)
        usual_train, usual_step = USUAL_DAYS[interval >= HOUR_MS]
        train = usual_train if train_days is None else train_days
        step = usual_step if step_days is None else step_days
        candles = repaired_candles(data)
        first, stop = _forecast_period(
            {pair: candles[pair] for pair in data.pairs},
            utc_moment("--from", begin),
            utc_moment("--to", end),
            train * DAY_MS,
            (targets.volatility_candles + targets.horizon_candles) * interval,
        )
        return cls(
            data=data,
            candles=candles,
            targets=targets,
            ensemble=ensemble,
            universe=shared,
            members=MembersSettings.from_config(settings),
            drift=DriftSettings.from_config(settings),
            plan=WalkForwardPlan(
                first=-(-first // interval),
                stop=-(-stop // interval),
                train_candles=train * DAY_MS // interval,
                step_candles=step * DAY_MS // interval,
            ),
            train_days=train,
            step_days=step,
            assessment=Assessment(
                horizon=targets.horizon_candles,
                threshold=threshold,
                cost=cost / BASIS_POINTS,
                trials=trials,
                seed=ensemble.seed,
            ),
        )

    @property
    def windows(self) -> int:
        """Forecasts of a window that are made, one a pair and window."""
        return len(self.data.pairs) * len(self.plan.windows)

    def rows(self) -> Iterator[PairRows]:
        """Features and labels of one pair after the other."""
        return labelled_rows(self.data, self.candles, self.targets)

    @property
    def new_ensemble(self) -> Callable[[], Ensemble]:
        """Gives an ensemble that is not trained."""
        return partial(
            Ensemble,
            [Target.of(name) for name in self.targets.include],
            self.targets.horizon_candles,
            self.ensemble,
            self.data.survey.preprocessing,
            self.members.parameters,
            self.drift,
        )

    def is_return(self, target: str) -> bool:
        """Whether a rule that buys and sells can follow the target."""
        return target == FORWARD_RETURN

    def header(self, created: datetime) -> Header:
        """What the report says of the run."""
        survey = self.data.survey
        interval = candle_interval_ms(survey.timeframe)
        sections = (
            survey.features,
            self.targets,
            survey.preprocessing,
            self.ensemble,
            self.universe,
            self.members,
            self.drift,
        )
        return Header(
            created=created,
            data_set=self.data.folder.path.resolve().name,
            timeframe=survey.timeframe,
            horizon_candles=self.targets.horizon_candles,
            pairs=self.data.pairs,
            period=Period.of_ms(self.plan.first * interval, self.plan.stop * interval),
            train_days=self.train_days,
            step_days=self.step_days,
            seed=self.ensemble.seed,
            threshold=self.assessment.threshold,
            cost=self.assessment.cost,
            trials=self.assessment.trials,
            versions=_versions(),
            settings={
                **{section.section: section.model_dump(mode="json") for section in sections},
                "features": {"periods": list(survey.periods)},
            },
        )


def _forecast_period(
    candles: Mapping[str, Candles],
    begin: datetime | None,
    end: datetime | None,
    train_ms: int,
    warm_up_ms: int,
) -> tuple[int, int]:
    """First moment that is forecast and the one after the last, UTC milliseconds.

    Left out, forecasts begin as soon as every pair has a whole training window of labels, and end
    with the last candle of any.
    """
    opens = max(int(series.open_ms[0]) for series in candles.values())
    closes = max(int(series.open_ms[-1]) + series.interval_ms for series in candles.values())
    first = opens + warm_up_ms + train_ms if begin is None else _ms(begin)
    stop = closes if end is None else _ms(end)
    earliest = opens + train_ms
    if first < earliest:
        rule = (
            f"must leave {train_ms // DAY_MS} days of candles to train on, which begin at "
            f"{_shown(opens)}: from {_shown(earliest)} on; or lower --train-days"
        )
        raise ConfigurationError("--from", rule, _shown(first))
    if not first < stop <= closes:
        rule = (
            f"must lie after {_shown(first)}, where forecasts begin, and not after "
            f"{_shown(closes)}, where candles end; or lower --train-days"
        )
        raise ConfigurationError("--to", rule, _shown(stop))
    return first, stop


def _ms(moment: datetime) -> int:
    return Period(start=moment, stop=moment).start_ms


def _shown(ms: int) -> str:
    return f"{Period.of_ms(ms, ms).start:%Y-%m-%d %H:%M}"


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
