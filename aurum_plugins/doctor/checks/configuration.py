"""Whether freqtrade and AurumBotX accept the configuration."""

from __future__ import annotations

from collections.abc import Iterator

from aurum_plugins.doctor.facts import Fault, FaultKind
from aurum_plugins.doctor.finding import Finding, Level
from aurum_plugins.doctor.surroundings import Surroundings

SUBJECT = "configuration"
_MENDS: dict[FaultKind, str] = {
    "missing_file": "create {where}, or name another file with --config",
    "torn_file": "mend the JSON at {where}",
    "setting": "correct {where}; `{show}` prints what freqtrade reads",
    "missing_folder": "freqtrade create-userdir --userdir {user_data}",
    "failed": "mend what the message names; `{show}` prints what freqtrade reads",
}


def check_configuration(around: Surroundings) -> Iterator[Finding]:
    """Report freqtrade's own verdict on the files."""
    facts = around.freqtrade
    faults = [fault for fault in (facts.settings_fault, facts.rule_fault) if fault is not None]
    for fault in faults:
        yield Finding(Level.ERROR, SUBJECT, fault.message, _mend(fault, around))
    settings = facts.settings
    if settings is None:
        return
    if not settings.dry_run and not settings.has_key:
        message = "dry_run is false, and the exchange's key or secret is empty"
        mend = "set exchange.key and exchange.secret, or dry_run to true"
        yield Finding(Level.ERROR, SUBJECT, message, mend)
    if not faults:
        mode = "dry run" if settings.dry_run else "live"
        files = ", ".join(settings.files)
        yield Finding(
            Level.OK,
            SUBJECT,
            f"valid ({mode}, {settings.exchange} {settings.trading_mode}): {files}",
        )


def _mend(fault: Fault, around: Surroundings) -> str:
    if fault.suggestion:
        return f"did you mean {fault.suggestion!r}? Correct {fault.where}"
    return _MENDS[fault.kind].format(
        where=fault.where or "the setting that the message names",
        user_data=around.user_data,
        show=around.request.command("show-config"),
    )
