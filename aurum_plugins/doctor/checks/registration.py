"""Whether plain freqtrade knows our pairlists and protections."""

from __future__ import annotations

from collections.abc import Iterator

from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.surroundings import Surroundings
from aurum_plugins.plugin import plugin_names
from aurum_plugins.start_up import OFF_SWITCH

SUBJECT = "registration"
_REINSTALL = "`pip install --force-reinstall --no-deps -e .` in a checkout of AurumBotX"
_REPAIR = (
    "`pip install -e . -c constraints.txt` in a checkout of AurumBotX; `pip check` names conflicts"
)


def check_registration(around: Surroundings) -> Iterator[Finding]:
    """Hold what freqtrade's schema and resolvers know against our folders."""
    facts = around.freqtrade
    if facts.fault is not None:
        message = f"freqtrade cannot be asked: {facts.fault.message}"
        yield Finding(Level.ERROR, SUBJECT, message, _REPAIR)
        return
    if around.environ.get(OFF_SWITCH, "") not in ("", "0"):
        message = f"{OFF_SWITCH} is set: freqtrade runs without AurumBotX's plugins"
        yield Finding(Level.WARNING, SUBJECT, message, f"unset {OFF_SWITCH}")
        return
    if not facts.armed:
        message = "a plain interpreter starts without AurumBotX: aurum_plugins.pth is not read"
        yield Finding(Level.ERROR, SUBJECT, message, _REINSTALL)
        return
    if facts.registration is None:
        reason = facts.registration_fault.message if facts.registration_fault else "no reason given"
        message = f"freqtrade's resolvers failed: {reason}"
        yield Finding(Level.ERROR, SUBJECT, message, _REINSTALL)
        return
    known = facts.registration
    pairlists, protections = plugin_names("pairlists"), plugin_names("protections")
    schema = known.schema_pairlists
    yield _compare("pairlists that freqtrade's configuration accepts", pairlists, schema)
    yield _compare("pairlists that freqtrade finds", pairlists, known.pairlists)
    yield _compare("protections that freqtrade finds", protections, known.protections)


def _compare(what: str, ours: list[str], known: tuple[str, ...]) -> Finding:
    missing = [name for name in ours if name not in known]
    if missing:
        return Finding(
            Level.ERROR, SUBJECT, f"not among the {what}: {', '.join(missing)}", _REINSTALL
        )
    return Finding(Level.OK, SUBJECT, f"among the {what}: {', '.join(ours)}")
