"""The ensemble behind FreqAI's commands. Wiring only."""

from __future__ import annotations

from typing import Any

from freqtrade.exceptions import OperationalException
from freqtrade.exchange import timeframe_to_seconds
from freqtrade.freqai.data_drawer import FreqaiDataDrawer
from freqtrade.freqai.freqai_interface import IFreqaiModel

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.freqai import AlignedFrames, EnsembleModel, ModelDrawer


class Drawer(ModelDrawer, FreqaiDataDrawer):
    """FreqAI's drawer, with files that are written whole or not at all."""


class AurumEnsemble(EnsembleModel, AlignedFrames, IFreqaiModel):
    """Random forest, LightGBM, XGBoost and, if installed, an LSTM: see docs/forecasting.md."""

    drawer = Drawer
    timeframe_seconds = staticmethod(timeframe_to_seconds)

    def __init__(self, config: dict[str, Any], **kwargs: Any) -> None:
        try:
            super().__init__(config, **kwargs)
        except ConfigurationError as error:
            # freqtrade's own ConfigurationError would end the process with status 0.
            raise OperationalException(str(error)) from error
