"""Which rule of freqtrade's configuration is broken, by which setting."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from aurum_plugins.doctor.facts import Fault
from aurum_plugins.redaction import MASK, Redactor, is_sensitive

_LONGEST = 300


def broken_rule(error: Exception, config: dict[str, Any], redactor: Redactor) -> Fault:
    """Name the setting behind freqtrade's refusal of a configuration.

    Parameters
    ----------
    error : Exception
        What freqtrade raised; its own text names no key when the schema is at fault.
    config : dict
        The merged configuration.
    redactor : Redactor
        Masks the values that are quoted.
    """
    from freqtrade.config_schema.config_schema import CONF_SCHEMA  # noqa: PLC0415 - heavy
    from jsonschema import Draft4Validator  # type: ignore[import-untyped]  # noqa: PLC0415
    from jsonschema.exceptions import (  # type: ignore[import-untyped]  # noqa: PLC0415
        best_match,
    )

    schema = {name: rule for name, rule in CONF_SCHEMA.items() if name != "required"}
    found = best_match(Draft4Validator(schema).iter_errors(config))
    if found is None:
        return Fault(message=shorten(redactor.mask(str(error))), kind="setting")
    key = dotted(found.absolute_path)
    shown = MASK if any(is_sensitive(str(part)) for part in found.absolute_path) else None
    if found.validator == "enum":
        value = shown or repr(found.instance)
        close = get_close_matches(str(found.instance), map(str, found.validator_value), n=1)
        return Fault(
            message=redactor.mask(f"{key}: {value} is not a name that freqtrade knows"),
            kind="setting",
            where=key,
            suggestion=close[0] if close and shown is None else "",
        )
    rule = f"must satisfy {found.validator} {found.validator_value!r}" if shown else found.message
    message = shorten(redactor.mask(f"{key}: {rule}" if key else rule))
    return Fault(message=message, kind="setting", where=key)


def dotted(path: Iterable[str | int]) -> str:
    """`["pairlists", 1, "method"]` as "pairlists[1].method"."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def shorten(text: str) -> str:
    """One line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
