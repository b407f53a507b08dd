"""The exceptions of risk's own records.

AurumError
└── DamagedRiskState          rule: what the loss limits remember cannot be read
"""

from __future__ import annotations

from aurum_plugins.errors import AurumError


class DamagedRiskState(AurumError):
    """What the loss limits wrote down cannot be read: nothing may open.

    Attributes
    ----------
    rule : str
        What is wrong with it.
    """

    def __init__(self, rule: str) -> None:
        self.rule = rule
        super().__init__(
            f"what the loss limits remember cannot be read, so nothing may be opened: {rule}"
        )
