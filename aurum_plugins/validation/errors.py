"""Why a figure is not there.

AurumError
├── NotMeasured    it was to be measured, and could not be: reason
└── LeftOut        it was not to be measured in this run: reason
"""

from __future__ import annotations

from aurum_plugins.errors import AurumError


class NotMeasured(AurumError):
    """A figure that was wanted is not known; that is no pass.

    Attributes
    ----------
    reason : str
        Why, and how to mend it.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class LeftOut(AurumError):
    """A figure is not part of this run.

    Attributes
    ----------
    reason : str
        Why, and which run has it.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
