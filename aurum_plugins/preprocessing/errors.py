"""The exceptions of preprocessing.

AurumError
└── PreprocessingError           also a ValueError
    ├── BadParameter             a parameter breaks its rule: parameter, value
    ├── BadShape                 not a plain, dense table of rows and columns
    ├── BadColumns               names that are not unique, or not all text: columns
    ├── NotNumeric               columns that hold no numbers, also a TypeError: columns
    ├── ColumnMismatch           other columns than those of the fit: missing, extra
    ├── TooFewRows               rows, needed
    ├── TooFewFeatures           columns, needed
    ├── TooFewUsableFeatures     usable, needed, unusable
    └── NotInvertible            also a NotImplementedError

scikit-learn asks for ValueError and TypeError, and for some of its own words.
"""

from __future__ import annotations

import copyreg
from collections.abc import Mapping, Sequence
from typing import Any

from aurum_plugins.errors import AurumError

_SHOWN = 5


class PreprocessingError(AurumError, ValueError):
    """Nothing was preprocessed, and this is why."""

    def __reduce__(self) -> tuple[Any, ...]:
        # The default calls __init__ with the message alone, so that a worker process that raises
        # one of these would die of a TypeError instead.
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]


class BadParameter(PreprocessingError):
    """A parameter of an estimator breaks its rule.

    Attributes
    ----------
    parameter : str
    value : object
        What was received.
    """

    def __init__(self, estimator: str, parameter: str, rule: str, value: object) -> None:
        self.parameter = parameter
        self.value = value
        super().__init__(f"{parameter} of {estimator} must be {rule}, got {value!r}")


class BadShape(PreprocessingError):
    """What was given is not a dense table, or its rows do not match those of the targets."""


class BadColumns(PreprocessingError):
    """The names of columns cannot tell the columns apart.

    Attributes
    ----------
    columns : tuple
        The names at fault.
    """

    def __init__(self, rule: str, columns: Sequence[object]) -> None:
        self.columns = tuple(columns)
        super().__init__(f"names of columns must be {rule}, got {_shown(self.columns)}")


class NotNumeric(PreprocessingError, TypeError):
    """Columns hold something else than real numbers.

    Attributes
    ----------
    columns : tuple
        Names of the columns, or empty for a whole array.
    """

    def __init__(self, reason: str, columns: Sequence[object] = ()) -> None:
        self.columns = tuple(columns)
        super().__init__(f"{reason}: {_shown(self.columns)}" if columns else reason)


class ColumnMismatch(PreprocessingError):
    """The columns are not those that were fitted.

    Attributes
    ----------
    missing : tuple of str
        Fitted, but not given; empty where only the order or the number differs.
    extra : tuple of str
        Given, but not fitted.
    """

    def __init__(self, reason: str, missing: Sequence[str], extra: Sequence[str]) -> None:
        self.missing = tuple(missing)
        self.extra = tuple(extra)
        super().__init__(reason)


class TooFewRows(PreprocessingError):
    """There are not enough rows.

    Attributes
    ----------
    rows : int
    needed : int
    """

    def __init__(self, purpose: str, rows: int, needed: int) -> None:
        self.rows = rows
        self.needed = needed
        super().__init__(f"{purpose} needs {needed} rows or more, got n_samples={rows}")


class TooFewFeatures(PreprocessingError):
    """Fewer columns were given than are to be selected.

    Attributes
    ----------
    columns : int
    needed : int
    """

    def __init__(self, shape: tuple[int, int], needed: int, n_features: int | str) -> None:
        self.columns = shape[1]
        self.needed = needed
        super().__init__(
            f"Found array with {self.columns} feature(s) (shape={shape}) while a minimum of "
            f"{needed} is required. n_features={n_features!r} selects that many: compute more "
            "features, or lower n_features"
        )


class TooFewUsableFeatures(PreprocessingError):
    """Fewer columns hold information than are to be selected.

    Attributes
    ----------
    usable : int
    needed : int
    unusable : dict of str to str
        Why each of the other columns is not usable.
    """

    def __init__(self, usable: int, needed: int, unusable: Mapping[str, str]) -> None:
        self.usable = usable
        self.needed = needed
        self.unusable = dict(unusable)
        why = _shown([f"{name} ({reason})" for name, reason in self.unusable.items()])
        super().__init__(
            f"n_features={needed} needs as many columns that hold information, got {usable}; "
            f"unusable: {why}. Mend those columns, or lower n_features"
        )


class NotInvertible(PreprocessingError, NotImplementedError):
    """Columns were left out and values clipped: neither comes back."""


def _shown(names: Sequence[object]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(str, names[:_SHOWN])) + more
