"""One alert when a model becomes drifted, and one when it has recovered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class AlarmEdge(StrEnum):
    """What just changed."""

    RAISED = "raised"
    CLEARED = "cleared"


@dataclass
class Alarm:
    """Tells when a severity rose above 1, and when it came well back.

    A severity that dances around 1 raises once: it has to fall under a lower figure before all is
    well again. What is not known changes nothing.

    Attributes
    ----------
    clear_below : float in (0, 1]
        As of `DriftSettings.clear_share`.
    raised : bool
        Whether it is raised now. Keep the object as long as the pair is traded, also when its model
        is trained anew.

    Examples
    --------
    >>> alarm = Alarm(clear_below=0.5)
    >>> [str(alarm.update(severity) or "-") for severity in (0.4, 1.2, 0.8, 1.3, 0.4, 0.3)]
    ['-', 'raised', '-', '-', 'cleared', '-']
    """

    clear_below: float
    raised: bool = False

    def update(self, severity: float) -> AlarmEdge | None:
        """Take the latest severity.

        Parameters
        ----------
        severity : float
            As of `DriftState`; NaN where nothing is known.

        Returns
        -------
        AlarmEdge or None
            None if nothing changed.
        """
        if math.isnan(severity):
            return None
        if not self.raised and severity > 1:
            self.raised = True
            return AlarmEdge.RAISED
        if self.raised and severity < self.clear_below:
            self.raised = False
            return AlarmEdge.CLEARED
        return None
