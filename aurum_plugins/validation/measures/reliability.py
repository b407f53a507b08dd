"""The system: whether it is there, and comes back."""

from __future__ import annotations

from aurum_plugins.validation.errors import NotMeasured
from aurum_plugins.validation.gathering.soak_account import SoakAccount
from aurum_plugins.validation.measure import AnyMeasure, Measure
from aurum_plugins.validation.promise import Bound, Phase, Promise, Sense, Unit
from aurum_plugins.validation.reading import Reading

_MINUTE = 60.0
LIMIT_S = 30.0


def read_uptime(account: SoakAccount) -> Reading:
    """Share of the time in which it went on."""
    seconds = account.minutes * _MINUTE
    if seconds <= 0:
        raise NotMeasured("the bot did not run")
    if account.ended_early:
        return Reading(0.0, round(seconds), "seconds", note="the bot ended by itself")
    return Reading(
        value=max(0.0, 1 - account.down_s / seconds),
        samples=round(seconds),
        noun="seconds",
        compared=f"longest time between two loops {account.longest_gap_s:.1f} s",
    )


def read_errors(account: SoakAccount) -> Reading:
    """Decisions that ended because something of ours failed."""
    return Reading.of_share(account.failed, account.due, "decisions due")


def read_recovery(account: SoakAccount) -> Reading:
    """The longest recovery."""
    took = account.recovery_s
    if account.not_recovered and (took is None or took <= LIMIT_S):
        # It was late, or not back when the run ended: the longest silence says at least how late.
        took = account.longest_gap_s
        if took <= LIMIT_S:
            raise NotMeasured("the run ended too soon after its last fault to tell")
    if took is None:
        raise NotMeasured("no fault ended within the run")
    return Reading(
        value=took,
        samples=account.attempts_broken,
        noun="answers lost or spoilt",
        note="nobody did anything for it",
    )


def read_stability(account: SoakAccount) -> Reading:
    """Decisions made while the exchange was broken."""
    return Reading.of_share(
        account.made_under_faults,
        account.due_under_faults,
        "decisions due while faults lasted",
        compared=f"{account.attempts_broken:,} of {account.attempts:,} answers lost or spoilt",
    )


MEASURES: tuple[AnyMeasure, ...] = (
    Measure(
        Promise(
            name="uptime",
            words="Uptime: 99.9 %",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.AT_LEAST, value=0.999),
            phase=Phase.STABILITY,
            how="The same soak: share of the time in which the bot finished a loop at least once a "
            "candle, a minute here, so that it missed none.",
        ),
        lambda gathered: gathered.soak,
        read_uptime,
    ),
    Measure(
        Promise(
            name="errors",
            words="Error rate: below 0.1 %",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.BELOW, value=0.001),
            phase=Phase.STABILITY,
            how="The same soak: share of decisions that ended because something of ours failed, "
            "rather than for a reason of the market, of risk or of the exchange.",
        ),
        lambda gathered: gathered.soak,
        read_errors,
    ),
    Measure(
        Promise(
            name="recovery",
            words="Recovery time: below 30 s",
            unit=Unit.SECONDS,
            bound=Bound(sense=Sense.BELOW, value=30),
            phase=Phase.STABILITY,
            how="The same soak: time from the end of each fault that took all answers, and from "
            "the end of the plan, to the bot's next finished loop, the longest.",
        ),
        lambda gathered: gathered.soak,
        read_recovery,
    ),
    Measure(
        Promise(
            name="stability",
            words="Stress tests: stability of 0.99",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.AT_LEAST, value=0.99),
            phase=Phase.STABILITY,
            how="The same soak: share of the decisions due while the exchange was broken that were "
            "made in time.",
        ),
        lambda gathered: gathered.soak,
        read_stability,
    ),
)
