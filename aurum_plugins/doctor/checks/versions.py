"""Python, freqtrade and the libraries that AurumBotX asks for."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.surroundings import Surroundings
from aurum_plugins.errors import IncompatibleFreqtrade
from aurum_plugins.plugin import TESTED_RANGE, check_freqtrade_version

SUBJECT = "versions"
_NAMED = ("aurumbotx", "freqtrade", "ccxt", "pandas", "numpy", "scikit-learn", "TA-Lib")
_INSTALL = "`pip install -e . -c constraints.txt` in a checkout of AurumBotX"


def check_versions(around: Surroundings) -> Iterator[Finding]:
    """Compare what is installed with AurumBotX's own requirements."""
    yield _python(around)
    yield _freqtrade(around)
    if not around.requirements:
        message = "AurumBotX is not installed in this interpreter, so freqtrade cannot find it"
        yield Finding(Level.ERROR, SUBJECT, message, _INSTALL)
    sound = True
    for text in around.requirements:
        requirement = Requirement(text)
        if requirement.name == "freqtrade" or not _applies(requirement):
            continue
        version = around.installed(requirement.name)
        if version is not None and requirement.specifier.contains(version, prereleases=True):
            continue
        sound = False
        has = "is not installed" if version is None else f"{version} is installed"
        wanted = f"{requirement.name}{requirement.specifier}"
        mend = f"pip install '{wanted}'"
        yield Finding(Level.ERROR, SUBJECT, f"{wanted} is needed, {has}", mend)
    if sound:
        present = ((name, around.installed(name)) for name in _NAMED)
        listed = ", ".join(f"{name} {version}" for name, version in present if version)
        yield Finding(Level.OK, SUBJECT, listed)


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def _python(around: Surroundings) -> Finding:
    allowed = SpecifierSet(around.requires_python)
    if allowed.contains(around.python, prereleases=True):
        return Finding(Level.OK, SUBJECT, f"Python {around.python}")
    message = f"Python {around.python} is outside {allowed}"
    mend = f"make a virtual environment with a Python {allowed}"
    return Finding(Level.ERROR, SUBJECT, message, mend)


def _freqtrade(around: Surroundings) -> Finding:
    version = around.installed("freqtrade")
    mend = f"pip install 'freqtrade[freqai,hyperopt,plot]{TESTED_RANGE}'"
    if version is None:
        return Finding(Level.ERROR, SUBJECT, "freqtrade is not installed", mend)
    try:
        check_freqtrade_version(version)
    except IncompatibleFreqtrade as error:
        message = f"freqtrade {error.installed} is installed, tested is {error.tested}"
        return Finding(Level.ERROR, SUBJECT, message, mend)
    return Finding(Level.OK, SUBJECT, f"freqtrade {version} is in the tested range {TESTED_RANGE}")
