"""Our features and preprocessing in the shapes that FreqAI asks for."""

from aurum_plugins.freqai.columns import FreqaiColumns
from aurum_plugins.freqai.preprocessed_model import PreprocessedModel

__all__ = ["FreqaiColumns", "PreprocessedModel"]
