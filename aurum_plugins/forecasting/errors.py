"""The exceptions of forecasting.

AurumError
└── ForecastingError
    ├── TooLittleData        rows, needed: not enough labelled rows for the blocks of a training
    ├── OneOutcome           target: every label has the same sign, or the same value
    ├── MemberFailed         member, stage: a member raised, or gave numbers that are not finite
    ├── UnknownMember        name, known
    ├── MissingExtra         member, extra: an optional library is not installed
    ├── FeatureMismatch      missing: the model was trained on other features
    ├── NotPromoted          pair, reasons: a new model misses what it needs to serve
    ├── PairLeftOut          pair, reason: a model of several pairs does not know this one
    ├── NotFitted            asked for a forecast before it was trained
    ├── BadRows              rows that are not in order of time, or of different lengths
    │   └── BadForecastTable     column, rule, value: see `evaluation.forecast_table`
    └── ArtifactError        path: a stored model cannot be used
        ├── TornArtifact     its checksum differs from the one written with it
        └── UnknownVersion   version: the registry has no such model
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aurum_plugins.errors import AurumError

_SHOWN = 5


class ForecastingError(AurumError):
    """No forecast was made, or no model was trained, and this is why."""


class TooLittleData(ForecastingError):
    """There are not enough labelled rows.

    Attributes
    ----------
    block : str
        What they were needed for.
    rows, needed : int
    """

    def __init__(self, block: str, rows: int, needed: int) -> None:
        self.block = block
        self.rows = rows
        self.needed = needed
        super().__init__(f"{block}: {rows} usable rows, but at least {needed} are needed")


class OneOutcome(ForecastingError):
    """The labels hold nothing to tell apart.

    Attributes
    ----------
    target, block : str
    """

    def __init__(self, target: str, block: str) -> None:
        self.target = target
        self.block = block
        super().__init__(f"{target}: all labels of the {block} have one sign or one value")


class MemberFailed(ForecastingError):
    """A member raised, or gave numbers that are not finite.

    Attributes
    ----------
    member, stage : str
        The stage is "fit" or "score".
    """

    def __init__(self, member: str, stage: str, reason: str) -> None:
        self.member = member
        self.stage = stage
        super().__init__(f"member {member} failed to {stage}: {reason}")


class UnknownMember(ForecastingError):
    """No member has that name.

    Attributes
    ----------
    name : str
    known : tuple of str
    """

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"{name!r} is no member; known are {', '.join(self.known)}")


class MissingExtra(ForecastingError):
    """An optional library is not installed.

    Attributes
    ----------
    member, extra : str
    """

    def __init__(self, member: str, extra: str) -> None:
        self.member = member
        self.extra = extra
        super().__init__(
            f"member {member} needs an optional library: pip install 'aurumbotx[{extra}]'"
        )


class FeatureMismatch(ForecastingError):
    """The model was trained on features that are not offered.

    Attributes
    ----------
    missing : tuple of str
    """

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = tuple(missing)
        shown = ", ".join(self.missing[:_SHOWN])
        more = f" and {len(self.missing) - _SHOWN} more" if len(self.missing) > _SHOWN else ""
        super().__init__(f"trained on features that are not offered: {shown}{more}; train anew")


class NotPromoted(ForecastingError):
    """A model was trained, and may not serve.

    Attributes
    ----------
    pair : str
    reasons : tuple of str
        A sentence each.
    """

    def __init__(self, pair: str, reasons: Sequence[str]) -> None:
        self.pair = pair
        self.reasons = tuple(reasons)
        super().__init__(f"the new model of {pair} does not serve: {'; '.join(self.reasons)}")


class NotFitted(ForecastingError):
    """A forecast was asked of a model that was not trained."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} was not trained; call fit first")


class PairLeftOut(ForecastingError):
    """A model of several pairs does not know this one.

    Attributes
    ----------
    pair, reason : str
    """

    def __init__(self, pair: str, reason: str) -> None:
        self.pair = pair
        self.reason = reason
        super().__init__(f"the model of all pairs does not know {pair}: {reason}")


class BadRows(ForecastingError):
    """Rows are not in order of time, or arrays have different lengths."""


class ArtifactError(ForecastingError):
    """A stored model cannot be used.

    Attributes
    ----------
    path : pathlib.Path
    """

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path}: {reason}")


class TornArtifact(ArtifactError):
    """A stored model is incomplete, or was changed after it was written."""


class UnknownVersion(ArtifactError):
    """The registry has no such model.

    Attributes
    ----------
    version : str
    """

    def __init__(self, path: Path, version: str) -> None:
        self.version = version
        super().__init__(path, f"no model {version!r}")
