"""Which optional parts are installed."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.requirements import Requirement

from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.surroundings import Surroundings

SUBJECT = "extras"
_PURPOSES = {
    "cluster": "training on several machines",
    "dev": "tests and linters",
    "lstm": "the LSTM member of the ensemble",
    "postgres": "state in PostgreSQL",
}


def check_extras(around: Surroundings) -> Iterator[Finding]:
    """Say for each extra whether it is there; one that is there but unfit is a warning."""
    for extra, purpose in _PURPOSES.items():
        needed = [r for r in map(Requirement, around.requirements) if _belongs(r, extra)]
        if not needed:
            continue
        name = f"{extra} ({purpose})"
        mend = f"pip install 'aurumbotx[{extra}]'"
        versions = {requirement: around.installed(requirement.name) for requirement in needed}
        missing = [requirement.name for requirement, found in versions.items() if found is None]
        unfit = [
            f"{requirement.name} {found}"
            for requirement, found in versions.items()
            if found and not requirement.specifier.contains(found, prereleases=True)
        ]
        if missing:
            message = f"{name} is not installed: {', '.join(missing)}"
            yield Finding(Level.INFO, SUBJECT, message, mend)
        elif unfit:
            message = f"{name} has unfit versions: {', '.join(unfit)}"
            yield Finding(Level.WARNING, SUBJECT, message, mend)
        else:
            yield Finding(Level.INFO, SUBJECT, f"{name} is installed")


def _belongs(requirement: Requirement, extra: str) -> bool:
    """Whether only this extra asks for it."""
    marker = requirement.marker
    return (
        marker is not None
        and marker.evaluate({"extra": extra})
        and not marker.evaluate({"extra": ""})
    )
