"""What `aurum tune` was asked for, completed by the configuration and checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from aurum_plugins.candle_interval import candle_interval_ms
from aurum_plugins.clock import DAY_MS, HOUR_MS
from aurum_plugins.commands.configuration_files import read_configuration
from aurum_plugins.commands.evaluate_request import USUAL_DAYS
from aurum_plugins.commands.labelled_rows import labelled_rows
from aurum_plugins.commands.options import utc_moment
from aurum_plugins.commands.quality_request import QualityRequest
from aurum_plugins.commands.repaired_candles import repaired_candles
from aurum_plugins.commands.tuning_period import tuning_period
from aurum_plugins.errors import ConfigurationError
from aurum_plugins.features import Candles, TargetSettings
from aurum_plugins.forecasting.drift import DriftSettings
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.members.settings import MembersSettings
from aurum_plugins.forecasting.settings import EnsembleSettings
from aurum_plugins.forecasting.target import Target
from aurum_plugins.forecasting.tuning.candidate import TRAIN_DAYS, Candidate
from aurum_plugins.forecasting.tuning.knob import Knob
from aurum_plugins.forecasting.tuning.objective import Objective
from aurum_plugins.forecasting.tuning.search_space import PARTS, longest_days, search_space
from aurum_plugins.forecasting.tuning.tuning_plan import TuningPlan
from aurum_plugins.forecasting.workers.workers import Workers

# Of a digest: enough to tell two sets of candles apart.
_DIGITS = 16


@dataclass(frozen=True, eq=False)
class TuneRequest:
    """Which settings to tune, on which candles.

    Attributes
    ----------
    data : QualityRequest
        Where candles lie, and how features are made of them.
    candles : mapping of str to Candles
        Of the pairs that are forecast and of those that make the market; none closes after the
        tuning period.
    targets : TargetSettings
    names : tuple of str
        Targets that the loss is a mean of.
    candidate : Candidate
        As configured.
    drift : DriftSettings
    parts : tuple of str
        What is tuned, see `aurum_plugins.forecasting.tuning.search_space.PARTS`.
    plan : TuningPlan
    """

    data: QualityRequest
    candles: Mapping[str, Candles]
    targets: TargetSettings
    names: tuple[str, ...]
    candidate: Candidate
    drift: DriftSettings
    parts: tuple[str, ...]
    plan: TuningPlan

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
        until: str,
        windows: int,
        step_days: int | None = None,
        train_days: int | None = None,
        targets: Sequence[str] = (),
        parts: Sequence[str] = (),
    ) -> TuneRequest:
        """Complete and check the options; each is as on the command line, see there.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            For an option or a setting that breaks a rule, or names candles that do not exist.
        aurum_plugins.errors.DataError
            If candles are missing, torn or make no sense.
        """
        end = utc_moment("--until", until)
        assert end is not None  # noqa: S101 - it is not optional
        data = QualityRequest.of(pairs=pairs, config=config, datadir=datadir, timeframe=timeframe)
        settings = read_configuration(config)
        labels = data.survey.targets
        if horizon is not None:
            labels = TargetSettings(**{**labels.model_dump(), "horizon_candles": horizon})
        interval = candle_interval_ms(data.survey.timeframe)
        usual_train, usual_step = USUAL_DAYS[interval >= HOUR_MS]
        if train_days is None:
            train_days = settings.get("freqai", {}).get("train_period_days", usual_train)
        if type(train_days) is not int or train_days < 1:
            raise ConfigurationError(TRAIN_DAYS, "must be a whole number from 1", train_days)
        step = usual_step if step_days is None else step_days
        candles = repaired_candles(data, end)
        warm_up = labels.volatility_candles + labels.horizon_candles
        plan = tuning_period(
            {pair: candles[pair] for pair in data.pairs},
            utc_moment("--from", begin),
            end,
            train_candles=longest_days(train_days) * DAY_MS // interval,
            warm_up=warm_up,
            windows=windows,
            step_candles=step * DAY_MS // interval,
        )
        return cls(
            data=data,
            candles=candles,
            targets=labels,
            names=_chosen("--target", targets, labels.include),
            candidate=Candidate(
                train_days=train_days,
                ensemble=EnsembleSettings.from_config(settings),
                parameters=MembersSettings.from_config(settings).parameters,
            ),
            drift=DriftSettings.from_config(settings),
            parts=_chosen("--tune", parts, PARTS),
            plan=plan,
        )

    def rows(self) -> Iterator[PairRows]:
        """Features and labels of one pair after the other."""
        return labelled_rows(self.data, self.candles, self.targets)

    def objective(self, rows: Sequence[PairRows], workers: Workers) -> Objective:
        """What a trial is judged by.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If nothing is known of what came of a window.
        """
        self._check_outcomes(rows)
        return Objective(
            pairs=rows,
            plan=self.plan,
            targets=[Target.of(name) for name in self.names],
            horizon=self.targets.horizon_candles,
            candidate=self.candidate,
            preprocessing=self.data.survey.preprocessing,
            drift=self.drift,
            day_candles=DAY_MS // self._interval,
            workers=workers,
        )

    def knobs(self, rows: Sequence[PairRows]) -> tuple[Knob, ...]:
        """The settings to be tuned.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            If there is none.
        """
        knobs = search_space(
            self.candidate,
            parts=self.parts,
            targets=self.names,
            horizon=self.targets.horizon_candles,
            n_features=self.data.survey.preprocessing.n_features,
            offered=min(part.features.shape[1] for part in rows),
        )
        if not knobs:
            members = ", ".join(self.candidate.ensemble.members)
            rule = f"must name training, or a member that is installed; the ensemble has {members}"
            raise ConfigurationError("--tune", rule, ", ".join(self.parts))
        return knobs

    def made_with(self) -> dict[str, Any]:
        """Whatever trials must have in common to be compared."""
        survey = self.data.survey
        sections = (survey.features, self.targets, survey.preprocessing, self.drift)
        settings = {
            f"{section.section}.{name}": value
            for section in (*sections, self.candidate.ensemble)
            for name, value in section.model_dump(mode="json").items()
        }
        starts = map(self.moment, self.plan.starts)
        return {
            **settings,
            **{
                f"aurum.members.{name}": dict(given)
                for name, given in self.candidate.parameters.items()
            },
            **{f"candles of {pair}": _digest(series) for pair, series in self.candles.items()},
            "timeframe": survey.timeframe,
            "periods": list(survey.periods),
            "pairs": sorted(self.data.pairs),
            "--target": sorted(self.names),
            "--train-days": self.candidate.train_days,
            "forecast windows": [f"{start:%Y-%m-%d %H:%M}" for start in starts],
            "candles a window": self.plan.step_candles,
        }

    def moment(self, candle: int) -> datetime:
        """UTC time at which a candle opens."""
        return datetime.fromtimestamp(candle * self._interval / 1_000, UTC)

    @property
    def used(self) -> tuple[datetime, datetime]:
        """The stretch whose outcomes tuning looks at, and after which evaluation may begin."""
        return self.moment(self.plan.first), self.moment(self.plan.stop)

    @property
    def step_days(self) -> int:
        """Days that each window forecasts."""
        return self.plan.step_candles * self._interval // DAY_MS

    @property
    def _interval(self) -> int:
        return candle_interval_ms(self.data.survey.timeframe)

    def _check_outcomes(self, rows: Sequence[PairRows]) -> None:
        for start in self.plan.starts:
            parts = [part.between(start, start + self.plan.step_candles) for part in rows]
            for name in self.names:
                if not any(part.labels[name].notna().any() for part in parts):
                    rule = (
                        f"the window from {self.moment(start):%Y-%m-%d} holds no known outcome of "
                        f"{name}; use longer windows, or another period"
                    )
                    raise ConfigurationError("--step-days", rule, self.step_days)


def _chosen(option: str, asked: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    for name in asked:
        if name not in known:
            raise ConfigurationError(option, f"must be one of {', '.join(known)}", name)
    return tuple(name for name in known if name in asked or not asked)


def _digest(candles: Candles) -> str:
    digest = hashlib.sha256()
    for column in fields(candles):
        # The others are computed from these.
        if column.init:
            digest.update(np.ascontiguousarray(getattr(candles, column.name)).tobytes())
    return digest.hexdigest()[:_DIGITS]
