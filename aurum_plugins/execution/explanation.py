"""A decision in words: what the signal wanted, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping

from aurum_plugins.execution.decision import Decision, Verdict
from aurum_plugins.execution.figure_words import figures_in_words, moment_in_words
from aurum_plugins.reasons import Action, Reason, Stage
from aurum_plugins.refusal import Figure

_HEADLINES = {
    (Verdict.NONE, Action.HOLD): "no entry",
    (Verdict.NONE, Action.ENTER): "entry wanted",
    (Verdict.NONE, Action.EXIT): "exit, if held",
}
_OUTCOMES = {
    Verdict.PENDING: "entry wanted, not settled yet",
    Verdict.APPROVED: "entry",
    Verdict.REFUSED: "entry refused",
}
# What became of an order says more than that it was sent.
_ORDERS = {
    Reason.REJECTED: "entry ordered, not taken",
    Reason.OUTCOME_UNKNOWN: "entry ordered, outcome unknown",
    Reason.FORCED: "entry by hand",
    Reason.CANCELLED: "entry ordered, not filled",
    Reason.UNBOOKED: "entry ordered, no trade",
    Reason.RECOVERED: "entry recovered",
}
# What came of an order against the intention.
_FAILED = frozenset({Reason.REJECTED, Reason.OUTCOME_UNKNOWN, Reason.UNBOOKED})


def explain(decision: Decision) -> str:
    """Pair, candle, what was done, and why, with the figures.

    Examples
    --------
    >>> explain(
    ...     Decision(
    ...         pair="BTC/USDT",
    ...         timeframe="1h",
    ...         candle_ms=1_795_341_600_000,
    ...         action=Action.HOLD,
    ...         signal=Reason.NO_BREAKOUT,
    ...         verdict=Verdict.NONE,
    ...         reason=Reason.NO_BREAKOUT,
    ...         decided_ms=1_795_345_201_000,
    ...         strategy="AurumStrategy",
    ...         figures={"close": 61204.1, "channel_high": 62000.0},
    ...     )
    ... )  # doctest: +NORMALIZE_WHITESPACE
    'BTC/USDT, 1h candle of 2026-11-22 10:00 UTC: no entry. The close is not above the entry channel
    (close 61,204.1; channel high 62,000).'
    """
    candle = f"{decision.timeframe} candle of {moment_in_words(decision.candle_ms)}"
    return f"{decision.pair}, {candle}: {headline(decision)}. {why(decision)}"


def headline(decision: Decision) -> str:
    """What was done, in a few words."""
    if decision.verdict is Verdict.NONE:
        return _HEADLINES[decision.verdict, decision.action]
    return _ORDERS.get(decision.reason, _OUTCOMES[decision.verdict])


def why(decision: Decision) -> str:
    """Why it was done, in one sentence or two."""
    signal = _clause(decision.signal, decision.figures)
    if decision.reason is decision.signal:
        sentences = [_clause(decision.signal, {**decision.figures, **decision.outcome})]
    elif decision.signal is Reason.NOT_DECIDED:
        sentences = [_clause(decision.reason, {**decision.figures, **decision.outcome})]
    elif decision.action is not Action.ENTER:
        against = f"the signal did not ask for it: {signal}"
        sentences = [_clause(decision.reason, decision.outcome), against]
    elif decision.reason is Reason.NOT_DECIDED:
        sentences = [signal]
    elif decision.reason.stage is Stage.ORDER and decision.reason not in _FAILED:
        sentences = [signal, _clause(decision.reason, decision.outcome)]
    else:
        sentences = [f"{signal}, but {_clause(decision.reason, decision.outcome)}"]
    if decision.attempts > 1:
        sentences.append(f"it was tried {decision.attempts} times")
    return " ".join(f"{_begun(sentence)}." for sentence in sentences)


def _clause(reason: Reason, figures: Mapping[str, Figure]) -> str:
    return f"{reason.sentence} ({figures_in_words(figures)})" if figures else reason.sentence


def _begun(sentence: str) -> str:
    """With a capital, unless it begins with a name that is written small."""
    first = sentence.split(maxsplit=1)[0]
    return sentence if first == "freqtrade" or "_" in first else sentence[0].upper() + sentence[1:]
