"""A script of faults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aurum_plugins.errors import ConfigurationError
from aurum_plugins.sandbox.faults import data, wire

AnyRule = Annotated[
    wire.ResetBefore
    | wire.ResetAfter
    | wire.Latency
    | wire.ServerError
    | wire.RateLimited
    | wire.Banned
    | wire.MalformedJson
    | wire.TruncatedBody
    | wire.Dark
    | data.StaleCandles
    | data.GappedCandles
    | data.NanCandles
    | data.ZeroVolumeCandles
    | data.WrongCandleTimes
    | data.ClockSkew
    | data.LyingPrice
    | data.PartialFill
    | data.RejectOrder,
    Field(discriminator="kind"),
]

_LONGEST_VALUE = 80


class FaultPlan(BaseModel):
    """Which faults happen, to which requests, how often.

    Whether a rule fires on the n-th request that meets it depends on the seed, the rule's place
    in the list and n, on nothing else: the same plan gives the same faults.

    Parameters
    ----------
    seed : int
    rules : sequence of rules
        Each has a `kind`, the common fields of `FaultRule` and those of its kind.

    Examples
    --------
    >>> plan = FaultPlan.model_validate(
    ...     {"seed": 7, "rules": [{"kind": "reset_after", "route": "*.order.new", "count": 1}]}
    ... )
    >>> plan.rules[0].count
    1
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    rules: tuple[AnyRule, ...] = ()


def load_plan(path: Path) -> FaultPlan:
    """Read a plan from a JSON file.

    Raises
    ------
    ConfigurationError
        If the file cannot be read, is not JSON, or breaks a rule of `FaultPlan`; `key` names the
        file and the place in it.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            "faults file",
            f"must be a readable JSON file, but {error.strerror or error}; "
            "see docs/faults.md for how to write one",
            str(path),
        ) from error
    try:
        return FaultPlan.model_validate_json(text)
    except ValidationError as error:
        raise _first_of(error, path) from error


def _first_of(error: ValidationError, path: Path) -> ConfigurationError:
    first, *others = error.errors(include_url=False)
    place = ".".join(str(part) for part in first["loc"])
    more = f"; and {len(others)} more" if others else ""
    return ConfigurationError(
        f"{path}: {place}" if place else str(path),
        f"{first['msg'].removeprefix('Value error, ')}{more}; see docs/faults.md",
        _shortened(first["input"]),
    )


def _shortened(value: Any) -> Any:
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return value if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."
