"""The walk-forward of one model for all pairs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial

from aurum_plugins.forecasting.ensemble import Ensemble
from aurum_plugins.forecasting.errors import ForecastingError
from aurum_plugins.forecasting.evaluation.pair_rows import PairRows
from aurum_plugins.forecasting.evaluation.walk_forward_run import (
    THIS_PROCESS,
    WalkForwardPlan,
    WindowResult,
    failed_window,
    forecast_window,
)
from aurum_plugins.forecasting.pair_table import PairTable
from aurum_plugins.forecasting.universe import Universe
from aurum_plugins.forecasting.workers.call import Call
from aurum_plugins.forecasting.workers.workers import Workers
from aurum_plugins.preprocessing import PreprocessingError

_Pairs = tuple[PairRows, ...]


def walk_universe(
    pairs: Sequence[PairRows],
    plan: WalkForwardPlan,
    ensemble: Callable[[], Ensemble],
    workers: Workers = THIS_PROCESS,
    ablate: bool = True,
) -> Generator[WindowResult]:
    """Forecast every window of every pair by one model a window, trained on all of them.

    Parameters and results are those of `walk_forward`, on the same windows: nothing that was known
    after a window began, of any pair, is trained on.
    """
    data = tuple(pairs)
    calls = [
        Call(
            data,
            part=partial(_between, first=begin, stop=stop),
            function=partial(
                _window, number=number, start=start, ensemble=ensemble(), ablate=ablate
            ),
        )
        for number, (begin, start, stop) in enumerate(plan.windows)
    ]
    for results in workers.results(calls):
        yield from results


def _between(pairs: _Pairs, first: int, stop: int) -> _Pairs:
    return tuple(rows.between(first, stop) for rows in pairs)


def _window(
    pairs: _Pairs, number: int, start: int, ensemble: Ensemble, *, ablate: bool
) -> list[WindowResult]:
    try:
        universe = Universe(ensemble).fit(
            {rows.pair: _table(rows, start, ensemble) for rows in pairs}
        )
    except (ForecastingError, PreprocessingError) as error:
        return [failed_window(rows, number, start, ensemble.targets, error) for rows in pairs]
    results = []
    for rows in pairs:
        try:
            one = universe.of(rows.pair)
            results.append(forecast_window(rows, number, start, one, ablate=ablate))
        except ForecastingError as error:
            results.append(failed_window(rows, number, start, ensemble.targets, error))
    return results


def _table(rows: PairRows, start: int, ensemble: Ensemble) -> PairTable:
    past = rows.between(-(2**62), start)
    labels = past.known_before(start, ensemble.horizon)
    names = [target.name for target in ensemble.targets]
    return PairTable.of(past.features, labels, past.candles, names)
