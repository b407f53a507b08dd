"""Running the checks."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from aurum_plugins.doctor import checks
from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.report import Report
from aurum_plugins.doctor.surroundings import Surroundings

Check = Callable[[Surroundings], Iterable[Finding]]

# In the order in which a user should mend things.
CHECKS: tuple[Check, ...] = (
    checks.check_versions,
    checks.check_native,
    checks.check_registration,
    checks.check_configuration,
    checks.check_strategy,
    checks.check_private_files,
    checks.check_exchange,
    checks.check_venues,
    checks.check_sentiment,
    checks.check_candles,
    checks.check_disk,
    checks.check_freq_ui,
    checks.check_extras,
)


def examine(around: Surroundings, run: Sequence[Check] = CHECKS) -> Report:
    """Run every check; one that breaks down is an error finding and stops nothing."""
    return Report(tuple(finding for check in run for finding in _guarded(check, around)))


def _guarded(check: Check, around: Surroundings) -> Iterator[Finding]:
    try:
        yield from check(around)
    except Exception as error:  # noqa: BLE001 - the doctor itself must not fall ill
        name = getattr(check, "__name__", type(check).__name__)
        # Only the system's own words are quoted: other messages may hold a secret.
        said = f" ({error})" if isinstance(error, OSError) else ""
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        message = f"{name} broke down: {type(error).__name__}{said} at {where}"
        mend = "mend what it names; if it names nothing, report this line as a defect of AurumBotX"
        yield Finding(Level.ERROR, "doctor", message, mend)
