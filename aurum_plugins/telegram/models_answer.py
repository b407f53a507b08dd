"""`/models`: which models serve, how good they are, and what happened to them last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aurum_plugins.database import Database
from aurum_plugins.elapsed_time import elapsed
from aurum_plugins.monitoring.report_store import ReportStore
from aurum_plugins.monitoring.reports import ModelReport, PairModel
from aurum_plugins.monitoring.snapshot.bot_snapshot import ServingModel
from aurum_plugins.monitoring.snapshot.serving_models import ModelsAway, serving_models
from aurum_plugins.telegram.asked_bot import AskedBot
from aurum_plugins.telegram.reply_text import bold, clock_time, fitted, plain, unknown

# Of those that a target may have, the ones that people ask for first.
_QUALITY = ("accuracy", "base_rate_accuracy", "auc", "brier_skill", "coverage_90")


def models_answer(database: Database, asked: AskedBot, words: Sequence[str]) -> str:  # noqa: ARG001
    """Each pair's model.

    Parameters
    ----------
    database : Database
    asked : AskedBot
    words : sequence of str
        Not asked for.

    Raises
    ------
    aurum_plugins.database.DatabaseUnavailable
        If it cannot be read.
    """
    if not (asked.config.get("freqai") or {}).get("enabled"):
        return "This bot asks no model: FreqAI is off."
    told = ReportStore(database).read(asked.name, ModelReport)
    if told is None:
        return "No model was asked yet."
    report = told.report
    serving, fault = _serving(database, asked)
    head = [
        f"<b>{plain(report.model, 60)}</b>, {plain(report.identifier, 60)}",
        f"As of {clock_time(told.at_ms, asked.now_ms)}",
    ]
    if not report.folder:
        head.append("It keeps no registry: versions and quality are not known.")
    if fault:
        head.append(f"Versions and quality cannot be read: {plain(fault, 200)}")
    pairs = {one.pair: one for one in report.pairs}
    parts = [
        _model(pair, pairs.get(pair), serving.get(pair), asked.now_ms)
        for pair in sorted({*pairs, *serving})
    ]
    return fitted(head, parts or ["No pair has a model yet."])


def _serving(database: Database, asked: AskedBot) -> tuple[Mapping[str, ServingModel], str]:
    """The models of the registry by pair, and why they cannot be read."""
    try:
        found = serving_models(database, asked.name, asked.now_ms)
    except (ModelsAway, OSError) as error:
        return {}, str(error)
    return {model.pair: model for model in found}, ""


def _model(pair: str, live: PairModel | None, serving: ServingModel | None, now_ms: int) -> str:
    lines = [bold(pair, 40)]
    if serving is None or not serving.version:
        lines.append("no version serves")
    else:
        age = elapsed(serving.created_ms, now_ms)
        lines.append(f"{plain(serving.version, 60)}, {age} old")
        lines += [_quality(target, figures) for target, figures in serving.metrics.items()]
    if serving is not None:
        lines += _event(serving, now_ms)
    if live is not None:
        lines += _live(live, now_ms)
    return "\n".join(lines)


def _quality(target: str, figures: Mapping[str, float | None]) -> str:
    shown = [
        f"{name} {unknown(figures[name], '{:.3f}'.format)}" for name in _QUALITY if name in figures
    ]
    return f"{plain(target, 40)}: {', '.join(shown) or 'not judged'}"


def _event(serving: ServingModel, now_ms: int) -> list[str]:
    if not serving.last_event:
        return []
    when = ""
    if serving.last_event_ms is not None:
        when = f" {elapsed(serving.last_event_ms, now_ms)} ago"
    because = f": {plain(serving.last_event_reason, 150)}" if serving.last_event_reason else ""
    return [f"{plain(serving.last_event.replace('_', ' '))}{when}{because}"]


def _live(live: PairModel, now_ms: int) -> list[str]:
    asked = "not asked yet"
    if live.predicted_ms is not None:
        asked = f"asked {elapsed(live.predicted_ms, now_ms)} ago"
    lines = [f"{asked}, {live.rows_refused:,} rows refused"]
    if live.not_finite:
        lines.append(f"<b>Defect</b>: {live.not_finite:,} values that are no numbers reached it")
    if live.fault:
        lines.append(f"<b>Fault</b>: {plain(live.fault, 200)}")
    return lines
