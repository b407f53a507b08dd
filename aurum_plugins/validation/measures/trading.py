"""Trading: whether what is decided happens."""

from __future__ import annotations

from aurum_plugins.preprocessing.quality.figures import percent
from aurum_plugins.soak.findings import named
from aurum_plugins.validation.errors import NotMeasured
from aurum_plugins.validation.gathering.soak_account import SoakAccount
from aurum_plugins.validation.measure import AnyMeasure, Measure
from aurum_plugins.validation.poisson import poisson
from aurum_plugins.validation.promise import Bound, Phase, Promise, Sense, Source, Unit
from aurum_plugins.validation.reading import Reading

_HOUR = 60.0  # minutes


def read_execution(account: SoakAccount) -> Reading:
    """Approved entries that were filled."""
    return Reading.of_share(
        account.filled,
        account.approved,
        "entries approved",
        compared=f"how they ended: {named(account.ends).lower()}",
        note=f"{account.waiting:,} that still waited at the end are left out",
    )


def read_signals(account: SoakAccount) -> Reading:
    """Decisions made of those due."""
    delays = account.delays_s
    after = f"half of them {delays[len(delays) // 2]:.1f} s after the close" if delays else ""
    return Reading.of_share(account.made, account.due, "decisions due", compared=after)


def read_calls(account: SoakAccount) -> Reading:
    """freqtrade's calls that ended well, repetitions included."""
    whole = 1 - account.attempts_broken / account.attempts if account.attempts else None
    return Reading.of_share(
        max(0, account.calls - account.calls_failed),
        account.calls,
        "calls",
        compared=f"{percent(whole)} of {account.attempts:,} single requests ended well",
        note=f"{account.retries:,} requests were repeated; {account.asked_beside:,} that freqtrade "
        "knows nothing of, because other venues are asked beside it, are no calls",
    )


def read_throughput(account: SoakAccount) -> Reading:
    """Closed trades an hour."""
    hours = account.minutes / _HOUR
    low, high = poisson(account.closed)
    return Reading(
        value=account.closed / hours,
        samples=account.closed,
        noun="trades closed",
        compared=f"{account.orders_filled / hours:,.0f} orders filled an hour",
        low=low / hours,
        high=high / hours,
        note=f"an eager bot, 8 pairs, {account.minutes:.1f} minutes",
    )


def read_books(account: SoakAccount) -> Reading:
    """Orders that everybody agrees on."""
    return Reading.of_share(
        account.orders - account.orders_wrong,
        account.orders,
        "orders",
    )


def read_soak(account: SoakAccount) -> Reading:
    """Promises of the soak that were missed."""
    if not account.promised:
        raise NotMeasured("the soak looked at no promise")
    return Reading(
        value=len(account.missed),
        samples=account.promised,
        noun="promises looked at",
        note="; ".join(account.missed),
    )


MEASURES: tuple[AnyMeasure, ...] = (
    Measure(
        Promise(
            name="execution",
            words="Trade execution rate: 95 %",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.AT_LEAST, value=0.95),
            phase=Phase.CORE,
            how="A soak: a bot with live orders on the simulated exchange, which loses and spoils "
            "some of its answers; share of approved entries that were filled.",
        ),
        lambda gathered: gathered.soak,
        read_execution,
    ),
    Measure(
        Promise(
            name="signals",
            words="Signal generation: 100 % uptime",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.AT_LEAST, value=1.0),
            phase=Phase.STABILITY,
            how="The same soak: share of closed candles of all pairs that were decided on while "
            "they were the newest.",
        ),
        lambda gathered: gathered.soak,
        read_signals,
    ),
    Measure(
        Promise(
            name="calls",
            words="API stability: 99.9 %",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.AT_LEAST, value=0.999),
            phase=Phase.STABILITY,
            how="The same soak: share of freqtrade's calls to the exchange that it did not have to "
            "give up after all repetitions, and whose outcome became known.",
        ),
        lambda gathered: gathered.soak,
        read_calls,
    ),
    Measure(
        Promise(
            name="throughput",
            words="Throughput: more than 100 trades an hour",
            unit=Unit.PER_HOUR,
            bound=Bound(sense=Sense.ABOVE, value=100),
            phase=Phase.WHOLE,
            how="The same soak, whose strategy enters on most candles and leaves after one: trades "
            "closed, times an hour over its length.",
        ),
        lambda gathered: gathered.soak,
        read_throughput,
    ),
    Measure(
        Promise(
            name="books",
            words="Integration tests: 98 % succeed",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.AT_LEAST, value=0.98),
            phase=Phase.WHOLE,
            how="The same soak: share of the exchange's orders of which the exchange, freqtrade "
            "and our own record hold the same to be true.",
        ),
        lambda gathered: gathered.soak,
        read_books,
    ),
    Measure(
        Promise(
            name="soak",
            words="Integration tests, besides: what every soak promises",
            unit=Unit.COUNT,
            bound=Bound(sense=Sense.AT_MOST, value=0),
            phase=Phase.WHOLE,
            how="The same soak: promises of docs/soak.md that were missed, such as balances, "
            "databases, venues that lie; that of memory counts from an hour on.",
            source=Source.OURS,
        ),
        lambda gathered: gathered.soak,
        read_soak,
    ),
)
