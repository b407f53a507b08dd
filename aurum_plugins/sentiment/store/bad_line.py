"""A line of a file that is not imported, and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LONGEST_VALUE: Final = 80


@dataclass(frozen=True, slots=True)
class BadLine:
    """A record that breaks a rule.

    Attributes
    ----------
    path : pathlib.Path
    line : int
        At which the record begins; the first is 1.
    field : str
        Empty if the whole of it is at fault.
    rule : str
        What it must satisfy.
    value : object
        What was there; untrusted.
    """

    path: Path
    line: int
    field: str
    rule: str
    value: object

    def __str__(self) -> str:
        value = repr(self.value)
        if len(value) > _LONGEST_VALUE:
            value = f"{value[:_LONGEST_VALUE]}..."
        return f"{self.path}, line {self.line}: {self.field or 'it'} {self.rule} (got {value})"
