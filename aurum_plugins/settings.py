"""A section of the configuration: frozen, strict, and quick to name what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self, get_args

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic.fields import FieldInfo

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
            where, field = _place(cls, first["loc"])
            key = ".".join([cls.section, *(str(part) for part in first["loc"])])
            unknown = f"unknown setting; known are {', '.join(sorted(where.model_fields))}"
            rules = {"extra_forbidden": unknown, "tuple_type": "must be a list"}
            rule = rules.get(first["type"], first["msg"].removeprefix("Value error, "))
            value = list(first["input"]) if isinstance(first["input"], tuple) else first["input"]
            if first["type"] == "extra_forbidden":
                # Without the value: it may be the secret of a name that was misspelt.
                value = first["loc"][-1]
            elif field is not None and SecretStr in (
                field.annotation,
                *get_args(field.annotation),
            ):
                value = SecretStr("not shown")
            raise ConfigurationError(key, rule, value) from None


def _place(
    model: type[BaseModel], path: tuple[int | str, ...]
) -> tuple[type[BaseModel], FieldInfo | None]:
    """The innermost of our models that a path leads into, and its last field on it, if known."""
    field: FieldInfo | None = None
    for part in path:
        inner = model.model_fields.get(str(part))
        if inner is None:
            # The name of a mapping's entry, the place in a list, or no setting at all.
            continue
        field = inner
        kinds = [inner.annotation, *get_args(inner.annotation)]
        model = next(
            (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)),
            model,
        )
    return model, field
