"""Libraries that are compiled, and so can be installed and broken at the same time."""

from __future__ import annotations

from collections.abc import Iterator

from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.surroundings import Surroundings

SUBJECT = "native libraries"
_RENEW = "pip install --force-reinstall --no-deps"
_MENDS = {
    "talib": f"{_RENEW} TA-Lib",
    "lightgbm": f"apt-get install libgomp1, or {_RENEW} lightgbm",
}


def check_native(around: Surroundings) -> Iterator[Finding]:
    """Import each of them in an interpreter of its own, which it may crash."""
    for module, mend in _MENDS.items():
        reason = around.loads(module)
        if reason is None:
            yield Finding(Level.OK, SUBJECT, f"{module} can be imported")
        else:
            yield Finding(Level.ERROR, SUBJECT, f"{module} cannot be imported: {reason}", mend)
