"""The gate between a freshly trained model and service."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aurum_plugins.forecasting.registry.judged import METRICS, Compared, Judged
from aurum_plugins.forecasting.registry.promotion_settings import Floors, PromotionSettings
from aurum_plugins.forecasting.registry.verdict import Reason, ReasonCode, Verdict

_WORDS = {name: name.replace("_", " ").replace("auc", "AUC") for name in METRICS}


@dataclass(frozen=True)
class PromotionGate:
    """Says whether a challenger may serve.

    It must reach every floor, and its log loss must not be above that of the champion by more than
    noise explains, on rows that neither saw. What is undefined counts against it.

    Parameters
    ----------
    floors : mapping of str to mapping of str to float
        By target, then by figure of `Judged`. A label has the floors of the target that its name
        ends with; one without floors is only compared.
    tolerance : float >= 0
        Standard errors of the difference.
    least_judged_rows : int
        Effective rows without which champion and challenger are not compared.
    """

    floors: Floors
    tolerance: float = 1.0
    least_judged_rows: int = 30

    @classmethod
    def of(cls, settings: PromotionSettings) -> PromotionGate:
        """The gate that the configuration asks for."""
        return cls(settings.floors, settings.tolerance, settings.least_judged_rows)

    def verdict(
        self, judged: Sequence[Judged], compared: Sequence[Compared] | None = None
    ) -> Verdict:
        """Judge a challenger.

        Parameters
        ----------
        judged : sequence of Judged
            The challenger's figures, one a target.
        compared : sequence of Compared or None
            One a target; a target that is absent was not compared. None: there is no champion.
        """
        reasons = [*self._of_floors(judged)]
        if compared is None:
            sentence = "no model is in service to compare with"
            reasons.append(Reason(code=ReasonCode.NO_CHAMPION, sentence=sentence))
        else:
            pairs = {pair.target: pair for pair in compared}
            reasons += [self._of_pair(one.target, pairs.get(one.target)) for one in judged]
        promoted = not any(reason.is_against for reason in reasons)
        return Verdict(promoted=promoted, reasons=tuple(reasons))

    def _of_floors(self, judged: Sequence[Judged]) -> Iterator[Reason]:
        if not judged:
            yield Reason(code=ReasonCode.NOT_JUDGED, sentence="no target was judged")
        for one in judged:
            floors = _floors_of(one.target, self.floors)
            missed = [
                _missed(one, name, least)
                for name, least in floors.items()
                if not getattr(one, name) >= least
            ]
            yield from missed
            if not missed:
                yield _met(one, floors)

    def _of_pair(self, target: str, pair: Compared | None) -> Reason:
        if pair is None or pair.effective_rows < self.least_judged_rows:
            rows, effective = (0, 0.0) if pair is None else (pair.rows, pair.effective_rows)
            sentence = (
                f"{target}: not compared: {rows} rows that neither model saw are "
                f"{effective:.1f} without overlap, and {self.least_judged_rows} are needed"
            )
            return Reason(code=ReasonCode.NOT_COMPARED, sentence=sentence, target=target)
        difference = pair.challenger - pair.champion
        allowed = self.tolerance * pair.standard_error
        figures = (
            f"log loss {pair.challenger:.4f} against {pair.champion:.4f} of the model in service, "
            f"on {pair.rows} rows: {difference:+.4f}, up to {allowed:+.4f} may be chance"
        )
        if not (math.isfinite(difference) and math.isfinite(allowed)):
            sentence = f"{target}: the comparison with the model in service is undefined: {figures}"
            return Reason(code=ReasonCode.UNDEFINED, sentence=sentence, target=target)
        worse = difference > allowed
        return Reason(
            code=ReasonCode.WORSE if worse else ReasonCode.NOT_WORSE,
            sentence=f"{target}: {'worse' if worse else 'not worse'}, {figures}",
            target=target,
        )


def _floors_of(target: str, floors: Floors) -> Mapping[str, float]:
    # FreqAI writes "&-" before a label's name.
    return next((figures for name, figures in floors.items() if target.endswith(name)), {})


def _missed(judged: Judged, name: str, least: float) -> Reason:
    value = getattr(judged, name)
    undefined = not math.isfinite(value)
    found = f"{_WORDS[name]} is undefined" if undefined else f"{_WORDS[name]} {value:.3f}"
    return Reason(
        code=ReasonCode.UNDEFINED if undefined else ReasonCode.FLOOR_MISSED,
        sentence=f"{judged.target}: {found} on {judged.rows} rows; the floor is {least:.3f}",
        target=judged.target,
    )


def _met(judged: Judged, floors: Mapping[str, float]) -> Reason:
    met = [
        f"{_WORDS[name]} {getattr(judged, name):.3f} (floor {floors[name]:.3f})" for name in floors
    ]
    return Reason(
        code=ReasonCode.FLOORS_MET,
        sentence=f"{judged.target}: {', '.join(met) or 'no floors'} on {judged.rows} rows",
        target=judged.target,
    )
