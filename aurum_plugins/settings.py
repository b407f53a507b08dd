"""A section of the configuration: frozen, strict, and quick to name what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from aurum_plugins.errors import ConfigurationError


class Section(BaseModel):
    """Base of the settings that the configuration's `aurum` object holds.

    Attributes
    ----------
    section : str
        Dotted name in freqtrade's configuration.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    section: ClassVar[str]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Read the section out of a whole configuration; what is absent has its default.

        Raises
        ------
        aurum_plugins.errors.ConfigurationError
            For an unknown key, a value out of range or of the wrong type. `key` is dotted.
        """
        section: Any = config
        path: list[str] = []
        for name in cls.section.split("."):
            path.append(name)
            section = section.get(name, {})
            if not isinstance(section, Mapping):
                raise ConfigurationError(".".join(path), "must be an object of settings", section)
        # JSON knows lists, not tuples.
        given = {key: tuple(v) if isinstance(v, list) else v for key, v in section.items()}
        try:
            return cls(**given)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join([cls.section, *(str(part) for part in first["loc"])])
            unknown = f"unknown setting; known are {', '.join(sorted(cls.model_fields))}"
            rules = {"extra_forbidden": unknown, "tuple_type": "must be a list"}
            rule = rules.get(first["type"], first["msg"].removeprefix("Value error, "))
            value = list(first["input"]) if isinstance(first["input"], tuple) else first["input"]
            raise ConfigurationError(key, rule, value) from error
