"""A record of a file that breaks a rule."""

from __future__ import annotations

from aurum_plugins.errors import AurumError


class RuleBroken(AurumError):
    """Raised and caught while a file is imported: it becomes a `BadLine`.

    Attributes
    ----------
    field : str
        Empty if the whole record is at fault.
    rule : str
    value : object
    """

    def __init__(self, field: str, rule: str, value: object) -> None:
        self.field = field
        self.rule = rule
        self.value = value
        super().__init__(f"{field or 'it'} {rule}")
