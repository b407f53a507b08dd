"""Operation and business: what it takes to run it, and what nobody can promise of it."""

from __future__ import annotations

from aurum_plugins.preprocessing.quality.figures import moment
from aurum_plugins.validation.errors import NotMeasured
from aurum_plugins.validation.evidence import Evidence
from aurum_plugins.validation.gathered import Gathered
from aurum_plugins.validation.gathering.coverage_account import MEND, CoverageAccount
from aurum_plugins.validation.gathering.deployment_account import DeploymentAccount
from aurum_plugins.validation.gathering.soak_account import SoakAccount
from aurum_plugins.validation.measure import AnyMeasure, Measure
from aurum_plugins.validation.promise import Bound, Phase, Promise, Sense, Unit
from aurum_plugins.validation.reading import Reading


def read_fees(account: SoakAccount) -> Reading:
    """Closed trades with an entry in the ledger."""
    return Reading.of_share(
        account.charged,
        account.closed,
        "closed trades",
        note="off unless the configuration turns it on; no funds are moved",
    )


def read_intervention(account: SoakAccount) -> Reading:
    """Restarts and orders by hand, and what would have needed a hand."""
    return Reading.of_share(
        min(account.interventions, account.due),
        account.due,
        "decisions due",
        note="nobody was there to intervene: what would have needed somebody counts",
    )


def read_deployment(account: DeploymentAccount) -> Reading:
    """Seconds from the clone to the first loop."""
    return Reading(
        value=account.whole_s,
        samples=1,
        noun="deployment",
        compared=(
            f"clone {account.clone_s:.0f} s, make install {account.install_s:.0f} s, "
            f"start {account.start_s:.0f} s"
        ),
        note="network and pip's cache are those of this machine",
    )


def read_coverage(account: CoverageAccount) -> Reading:
    """Branch coverage of the last run of the tests."""
    if account.changed_since:
        raise NotMeasured(
            f"the last test run had {100 * account.share:.1f} %, but {account.changed_since:,} of "
            f"{account.files:,} files were changed since; {MEND}"
        )
    return Reading(
        value=account.share,
        samples=account.files,
        noun="files",
        note=f"of the test run that ended {moment(account.measured)} UTC",
    )


def read_nothing(_: None) -> Reading:
    """Nothing is promised, and nothing measured."""
    return Reading(None)


def nothing(_: Gathered) -> Evidence[None]:
    """Evidence that needs no gathering."""
    return Evidence("nothing", lambda: None, seconds=0.0)


def _unpromised(name: str, words: str, reason: str, instead: str) -> AnyMeasure:
    promise = Promise(
        name=name,
        words=words,
        unit=Unit.PLAIN,
        phase=Phase.WHOLE,
        how=instead,
        not_promised=reason,
    )
    return Measure(promise, nothing, read_nothing)


MEASURES: tuple[AnyMeasure, ...] = (
    Measure(
        Promise(
            name="fees",
            words="Fee collection: 100 % automated",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.AT_LEAST, value=1.0),
            phase=Phase.WHOLE,
            how="The same soak, with the ledger turned on: share of closed trades that have an "
            "entry in it.",
        ),
        lambda gathered: gathered.soak,
        read_fees,
    ),
    Measure(
        Promise(
            name="intervention",
            words="Manual intervention: below 1 %",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.BELOW, value=0.01),
            phase=Phase.WHOLE,
            how="The same soak: restarts and orders by hand, and what would have needed somebody "
            "(a bot that ended, a kill switch that was thrown, orders that not all agree on), for "
            "each decision due.",
        ),
        lambda gathered: gathered.soak,
        read_intervention,
    ),
    Measure(
        Promise(
            name="deployment",
            words="Deployment time: below 5 minutes",
            unit=Unit.SECONDS,
            bound=Bound(sense=Sense.BELOW, value=300),
            phase=Phase.WHOLE,
            how="From a clone of the last commit over `make install` to the first heartbeat of a "
            "bot on the simulated exchange.",
        ),
        lambda gathered: gathered.deployment,
        read_deployment,
    ),
    Measure(
        Promise(
            name="coverage",
            words="Unit tests: 95 % coverage",
            unit=Unit.SHARE,
            bound=Bound(sense=Sense.AT_LEAST, value=0.95),
            phase=Phase.WHOLE,
            how="Branch coverage that the last `make test` left behind, if no file was changed "
            "since; no test is run.",
        ),
        lambda gathered: gathered.coverage,
        read_coverage,
    ),
    _unpromised(
        "volume",
        "Trade volume: 10,000 dollars a day",
        "it is what somebody risks, not what software does",
        "Instead: throughput, and what each position may be (docs/risk.md).",
    ),
    _unpromised(
        "revenue",
        "Revenue: 250 dollars a day and more",
        "nobody can promise profits, and a share of 2.5 % of every trade's worth is more than "
        "most strategies earn",
        "Instead: `benchmarks/strategy.py`, net of costs, with the number of variants tried.",
    ),
    _unpromised(
        "satisfaction",
        "User satisfaction: 90 %",
        "no user was asked",
        "Instead: `aurum doctor` says what is wrong, and how to mend it.",
    ),
    _unpromised(
        "maintenance",
        "System maintenance: below 2 hours a week",
        "no week was watched",
        "Instead: intervention, and the alerts of `aurum monitor`.",
    ),
    _unpromised(
        "code",
        "Code quality score: 95 %",
        "a score of code has no unit",
        "Instead: `make lint` ends without a finding, or fails.",
    ),
)
