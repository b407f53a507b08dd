"""A report of a bot on itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict


class Report(BaseModel):
    """Base of the reports; numbers that are not known are None, never NaN.

    Unknown fields are left out when read: a bot may be newer than its monitor.

    Attributes
    ----------
    topic : str
        Under which the last one is kept.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    topic: ClassVar[str]

    def as_json(self) -> dict[str, Any]:
        """In types that JSON knows."""
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `as_json` gave.

        Raises
        ------
        pydantic.ValidationError
            If it makes no sense.
        """
        return cls.model_validate(document)
