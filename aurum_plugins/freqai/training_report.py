"""What a training was offered, and what the preprocessing made of it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from aurum_plugins.preprocessing import FitReport


class TrainingReport(BaseModel):
    """Left as `data_quality.json` beside each model.

    Attributes
    ----------
    rows_offered : int
        Candles of the training window.
    rows_labelled : int
        Those whose labels are known.
    rows_whole : int
        Those that also have every feature that was not left out. Some may be set apart for testing.
    missing, infinite : dict of str to int
        Labelled rows without a value, by feature; features without such rows are not named.
    left_out : tuple of str
        Features that were missing in too many rows to be candidates.
    fit : FitReport
        What the preprocessing did with the rest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows_offered: int
    rows_labelled: int
    rows_whole: int
    missing: dict[str, int]
    infinite: dict[str, int]
    left_out: tuple[str, ...]
    fit: FitReport
