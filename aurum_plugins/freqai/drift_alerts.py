"""One alert when a model starts to drift, and one when it is over."""

from __future__ import annotations

from collections.abc import Iterator

from aurum_plugins.forecasting import Ensemble, Forecasts
from aurum_plugins.forecasting.drift import Alarm, AlarmEdge, DriftSettings


class DriftAlerts:
    """Remembers which models drift, by pair and label.

    Parameters
    ----------
    settings : DriftSettings
    """

    def __init__(self, settings: DriftSettings) -> None:
        self._settings = settings
        self._alarms: dict[tuple[str, str], Alarm] = {}

    def of(self, pair: str, ensemble: Ensemble, forecasts: Forecasts) -> Iterator[str]:
        """What to tell of a pair's latest row: a sentence for each label whose model changed."""
        for label, forecast in forecasts.targets.items():
            alarm = self._alarms.setdefault((pair, label), Alarm(self._settings.clear_share))
            edge = alarm.update(float(forecast.drift.severity[-1]))
            if edge is AlarmEdge.RAISED:
                names = ensemble.models_[label].trained_.feature_names
                reasons = "; ".join(forecast.drift.sentences(-1, names))
                yield f"{pair}: the model of {label} drifts, its confidence is lowered: {reasons}"
            elif edge is AlarmEdge.CLEARED:
                yield f"{pair}: the model of {label} no longer drifts"
