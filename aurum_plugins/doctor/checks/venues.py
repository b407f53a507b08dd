"""Whether prices are checked against other venues."""

from __future__ import annotations

from collections.abc import Iterator

from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.surroundings import Surroundings

SUBJECT = "venues"


def check_venues(around: Surroundings) -> Iterator[Finding]:
    """Name the venues that are configured; none of them is contacted."""
    settings = around.freqtrade.settings
    if settings is None:
        return
    if settings.venues:
        names = ", ".join(settings.venues)
        yield Finding(Level.INFO, SUBJECT, f"prices are checked against {names}: `aurum venues`")
    else:
        message = "prices are not checked against other venues"
        mend = 'add "venues.json" of configs/ to add_config_files; docs/venues.md tells more'
        yield Finding(Level.INFO, SUBJECT, message, mend)
