"""The `aurum.promotion` section of the configuration."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, field_validator

from aurum_plugins.features.targets import FORWARD_RETURN, FORWARD_VOLATILITY, TARGETS
from aurum_plugins.forecasting.registry.judged import METRICS
from aurum_plugins.settings import Section

Floors = Mapping[str, Mapping[str, float]]

DEFAULT_FLOORS: dict[str, dict[str, float]] = {
    FORWARD_RETURN: {"brier_skill": -0.03},
    FORWARD_VOLATILITY: {"accuracy": 0.6, "brier_skill": 0.0},
}


class PromotionSettings(Section):
    """When a freshly trained model takes the place of the one that serves.

    A floor is a figure under which a model must not serve, however bad the one in service. It is
    held against few rows: of 365 days of 1h candles a tenth is judged, 876 rows, in which outcomes
    of 24 candles fit 36 times without an overlap; the standard error of an accuracy is then 0.07.
    So the default floors lie two standard errors or so under what a sound model reaches: they
    refuse a broken one, not an unlucky one.

    Volatility: the forecast "as it was" is right in 0.74 of such blocks' rows, give or take 0.07 (5
    pairs, 1h, 2020 to 2022). A floor of 0.60 would have refused it in 3 blocks of 100, one of 0.65
    in 9, and either stops a coin more often than not. Direction: 0.53 is honest. A floor of 0.65
    would refuse every honest model and promote what leaks. What makes such a model harmful is to be
    sure and wrong, which its Brier skill shows: of an honest one it is about 0.005, give or take
    0.01 to 0.03 by the horizon; of one that is sure without reason it is far below 0.

    Parameters
    ----------
    floors : dict of str to dict of str to float
        By target ("forward_return", "forward_volatility"), then by figure ("accuracy",
        "brier_skill", "auc", "coverage_80", "coverage_90"): the least that is allowed, in [-1, 1].
        A target that is not named keeps its default; {} takes its floors away.
    tolerance : float in [0, 10]
        Standard errors by which the challenger's log loss may be above the champion's on the same
        rows. At 1, of two equally good models the later one takes over in five cases of six.
    least_judged_rows : int in [2, 1000000]
        Rows / horizon that neither model saw, without which the two are not compared.
    keep_versions : int in [2, 1000]
        Newest models a pair that are kept on the disk; the champion, and the one before it, are
        kept at any age.

    Examples
    --------
    >>> given = {"floors": {"forward_volatility": {"accuracy": 0.65}}}
    >>> PromotionSettings.from_config({"aurum": {"promotion": given}}).floors["forward_return"]
    {'brier_skill': -0.03}
    """

    section = "aurum.promotion"

    floors: dict[str, dict[str, float]] = Field(default=DEFAULT_FLOORS)
    tolerance: float = Field(default=1.0, ge=0, le=10)
    least_judged_rows: int = Field(default=30, ge=2, le=1_000_000)
    keep_versions: int = Field(default=5, ge=2, le=1_000)

    @field_validator("floors")
    @classmethod
    def _known(cls, floors: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        for target, figures in floors.items():
            if target not in TARGETS:
                raise ValueError(f"{target!r} is no target; known are {', '.join(TARGETS)}")
            for name, least in figures.items():
                if name not in METRICS:
                    known = ", ".join(METRICS)
                    raise ValueError(f"{target}: {name!r} is no figure; known are {known}")
                if not -1 <= least <= 1:
                    raise ValueError(f"{target}.{name} must be in [-1, 1]")
        return {**DEFAULT_FLOORS, **floors}
