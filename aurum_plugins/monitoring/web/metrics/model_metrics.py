"""How a bot's models do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from aurum_plugins.monitoring.reports import PairModel
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot, Forecast
from aurum_plugins.monitoring.web.metrics.metric import (
    Metric,
    Sample,
    age_seconds,
    traded_pairs,
)


def _of_models(
    read: Callable[[BotSnapshot, PairModel], float | None],
) -> Callable[[BotSnapshot], Iterable[Sample]]:
    def samples(bot: BotSnapshot) -> Iterable[Sample]:
        traded = traded_pairs(bot)
        for model in bot.models.report.pairs if bot.models else ():
            if model.pair in traded:
                yield (model.pair,), read(bot, model)

    return samples


def _of_forecasts(
    read: Callable[[Forecast], float | None],
) -> Callable[[BotSnapshot], Iterable[Sample]]:
    def samples(bot: BotSnapshot) -> Iterable[Sample]:
        traded = traded_pairs(bot)
        for forecast in bot.forecasts:
            if forecast.pair in traded:
                yield (forecast.pair,), read(forecast)

    return samples


def _qualities(bot: BotSnapshot) -> Iterable[Sample]:
    traded = traded_pairs(bot)
    for model in bot.serving:
        if model.pair in traded:
            for target, figures in model.metrics.items():
                for name, figure in figures.items():
                    yield (model.pair, target, name), figure


def _ages(bot: BotSnapshot) -> Iterable[Sample]:
    traded = traded_pairs(bot)
    for model in bot.serving:
        if model.pair in traded:
            yield (model.pair,), age_seconds(bot, model.created_ms)


MODEL_METRICS: Final = (
    Metric(
        "aurum_model_not_finite_total",
        "Values that were not finite and reached a model since the start; 0 if all is well",
        "models",
        _of_models(lambda _, model: model.not_finite),
        ("pair",),
        is_counter=True,
    ),
    Metric(
        "aurum_model_rows_refused_total",
        "Rows not forecast since the start, because a feature was missing or infinite",
        "models",
        _of_models(lambda _, model: model.rows_refused),
        ("pair",),
        is_counter=True,
    ),
    Metric(
        "aurum_model_fault",
        "1 if the model could not be trained or asked the last time",
        "models",
        _of_models(lambda _, model: float(bool(model.fault))),
        ("pair",),
    ),
    Metric(
        "aurum_model_forecast_age_seconds",
        "Since the model last forecast",
        "models",
        _of_models(lambda bot, model: age_seconds(bot, model.predicted_ms)),
        ("pair",),
    ),
    Metric(
        "aurum_model_age_seconds",
        "Since the model that serves was trained",
        "serving",
        _ages,
        ("pair",),
    ),
    Metric(
        "aurum_model_metric",
        "What the model that serves was judged by, on rows that it did not see",
        "serving",
        _qualities,
        ("pair", "target", "metric"),
    ),
    Metric(
        "aurum_forecast_probability_ratio",
        "Forecast probability of a rise, for the pair's newest candle",
        "forecasts",
        _of_forecasts(lambda forecast: forecast.probability),
        ("pair",),
    ),
    Metric(
        "aurum_forecast_confidence_ratio",
        "Confidence in that forecast",
        "forecasts",
        _of_forecasts(lambda forecast: forecast.confidence),
        ("pair",),
    ),
    Metric(
        "aurum_forecast_ready",
        "1 if that forecast may be acted on",
        "forecasts",
        _of_forecasts(lambda forecast: float(forecast.ready)),
        ("pair",),
    ),
)
