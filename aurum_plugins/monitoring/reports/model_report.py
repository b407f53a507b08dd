"""What a bot's models were given, and what they said."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from aurum_plugins.monitoring.reports.report import Report


class PairModel(BaseModel):
    """The model of one pair in this process.

    Attributes
    ----------
    pair : str
    version : str
        Of the registry; empty: not known.
    predicted_ms : int or None
        When it last forecast, UTC milliseconds.
    rows_refused : int
        Rows that were not forecast since the start, because a feature was missing or infinite.
    not_finite : int
        Values that were not finite and *reached* a model. Anything but 0 is a defect.
    fault : str
        Why it could not be trained or asked the last time; empty: it could.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    pair: str
    version: str = ""
    predicted_ms: int | None = None
    rows_refused: int = 0
    not_finite: int = 0
    fault: str = ""


class ModelReport(Report):
    """FreqAI's models; there is none where FreqAI is off.

    Attributes
    ----------
    model : str
        Name of the class.
    identifier : str
    folder : str
        Of the registry; empty: it keeps none.
    pairs : tuple of PairModel
    """

    topic = "models"

    model: str
    identifier: str
    folder: str = ""
    pairs: tuple[PairModel, ...] = ()
