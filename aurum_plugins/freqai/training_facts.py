"""What the registry keeps beside a model."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version

from aurum_plugins.forecasting import Ensemble
from aurum_plugins.forecasting.judgement import Judgement
from aurum_plugins.forecasting.registry import TrainingFacts, TrainingWindow, Verdict

LIBRARIES = ("aurumbotx", "freqtrade", "lightgbm", "numpy", "scikit-learn", "xgboost")


def training_facts(
    span: tuple[int, int],
    candle_ms: int,
    ensemble: Ensemble,
    *,
    rows: int,
    settings: str,
    judgement: Judgement,
    verdict: Verdict,
) -> TrainingFacts:
    """Put together what is known of a training.

    Parameters
    ----------
    span : (int, int)
        First and last candle of the training window.
    candle_ms : int
        Length of a candle.
    ensemble : Ensemble
        Fitted; of several that share their members, any.
    rows : int
        Labelled rows of the window.
    settings : str
        Fingerprint.
    judgement : Judgement
    verdict : Verdict
    """
    first, last = (datetime.fromtimestamp(candle * candle_ms / 1_000, UTC) for candle in span)
    return TrainingFacts(
        trained_on=TrainingWindow(first=first, last=last),
        rows=rows,
        seed=ensemble.settings.seed,
        settings=settings,
        features=len(ensemble.feature_names),
        libraries={name: version(name) for name in LIBRARIES},
        metrics={judged.target: judged.metrics for judged in judgement.judged},
        verdict=verdict,
    )
