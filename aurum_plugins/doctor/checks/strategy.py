"""Whether freqtrade resolves the strategy."""

from __future__ import annotations

from collections.abc import Iterator

from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.surroundings import Surroundings

SUBJECT = "strategy"


def check_strategy(around: Surroundings) -> Iterator[Finding]:
    """Report the class that freqtrade loads, and its protections."""
    facts = around.freqtrade
    if facts.settings is None:
        return  # without a configuration there is nowhere to look, and that was reported
    if facts.strategy is not None:
        found = facts.strategy
        rules = ", ".join(found.protections) or "none"
        message = f"{found.name} ({found.timeframe}, protections: {rules}) from {found.file}"
        yield Finding(Level.OK, SUBJECT, message)
    elif facts.strategy_fault is not None:
        listing = around.request.command("list-strategies")
        mend = f"mend the file, or choose one that `{listing}` calls OK"
        yield Finding(Level.ERROR, SUBJECT, facts.strategy_fault.message, mend)
    else:
        message = "neither the configuration nor --strategy names a strategy"
        mend = 'add "strategy": "AurumStrategy" to the configuration, or pass --strategy'
        yield Finding(Level.WARNING, SUBJECT, message, mend)
