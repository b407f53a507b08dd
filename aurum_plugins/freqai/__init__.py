"""Our features, preprocessing and forecasts in the shapes that FreqAI asks for."""

from aurum_plugins.freqai.aligned_frames import AlignedFrames
from aurum_plugins.freqai.columns import FreqaiColumns
from aurum_plugins.freqai.ensemble_model import EnsembleModel
from aurum_plugins.freqai.model_drawer import ModelDrawer
from aurum_plugins.freqai.preprocessed_model import PreprocessedModel

__all__ = ["AlignedFrames", "EnsembleModel", "FreqaiColumns", "ModelDrawer", "PreprocessedModel"]
