"""All rules over one snapshot, and what they could not judge."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aurum_plugins.clock import SECOND_MS
from aurum_plugins.monitoring.alerts.condition import Condition
from aurum_plugins.monitoring.alerts.rules.bot_hung import BotHung
from aurum_plugins.monitoring.alerts.rules.bot_silent import BotSilent
from aurum_plugins.monitoring.alerts.rules.rule import Rule
from aurum_plugins.monitoring.alerts.standing import Standing, standing
from aurum_plugins.monitoring.alerts.wakefulness import Wakefulness
from aurum_plugins.monitoring.reports import LoopReport
from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.snapshot.bot_snapshot import BotSnapshot

logger = logging.getLogger(__name__)

# What a second opinion is asked for.
_ABOUT_LIFE: Final = frozenset({BotSilent.name, BotHung.name})
_OPINIONS: Final = {True: "its API answers", False: "its API does not answer either"}


@dataclass(frozen=True)
class Looked:
    """What was found; to be handed to `AlertBook.update`.

    Attributes
    ----------
    conditions : tuple of Condition
    unjudged : frozenset of str
        Rules that could say nothing.
    because : str
        Why alerts end that end now, if not because all is well again.
    """

    conditions: tuple[Condition, ...] = ()
    unjudged: frozenset[str] = frozenset()
    because: str = ""


class Watch:
    """Looks at bots; to be used by one thread.

    - A rule whose part of the snapshot could not be read judges nothing, nor does one that fails.
    - What a dead bot last said of itself is not judged: the alert is that it is dead. What was open
      then stays open.
    - A bot that ended in order, or was not heard of for `forget_days`, has nothing of the kind
      open.
    - After it was asleep itself it waits for one period.

    Parameters
    ----------
    rules : sequence of Rule
    settings : MonitorSettings
    api_answers : callable, optional
        A second opinion on a bot that seems dead: whether freqtrade's own API answers, None if it
        cannot be asked. See `aurum_plugins.monitoring.freqtrade_api`.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        settings: MonitorSettings,
        api_answers: Callable[[LoopReport], bool | None] = lambda _: None,
    ) -> None:
        self._rules = tuple(rules)
        self._settings = settings
        self._api_answers = api_answers
        self._wakefulness = Wakefulness(round(settings.silent_seconds * SECOND_MS))
        self._failing: set[str] = set()

    def look(self, snapshot: BotSnapshot) -> Looked:
        """What is wrong with a bot; never raises."""
        names = frozenset(rule.name for rule in self._rules)
        if not self._wakefulness.judges(snapshot.now_ms):
            return Looked(unjudged=names)
        how = standing(snapshot, self._settings)
        if how is Standing.FORGOTTEN:
            because = f"nothing was heard of the bot for {self._settings.forget_days:g} days"
            return Looked(because=because)
        conditions: list[Condition] = []
        unjudged: set[str] = set()
        for rule in self._rules:
            if rule.needs & snapshot.faults.keys():
                unjudged.add(rule.name)
            elif rule.of_living and how is not Standing.ALIVE:
                if how is not Standing.EXITED:
                    unjudged.add(rule.name)
            else:
                found = self._found(rule, snapshot)
                if found is None:
                    unjudged.add(rule.name)
                conditions.extend(found or ())
        because = "the bot ended in order" if how is Standing.EXITED else ""
        asked = tuple(self._second_opinion(snapshot, one) for one in conditions)
        return Looked(asked, frozenset(unjudged), because)

    def _found(self, rule: Rule, snapshot: BotSnapshot) -> Sequence[Condition] | None:
        try:
            found = rule.look(snapshot)
        except Exception:
            # One rule must not keep the others from being looked at.
            if rule.name not in self._failing:
                logger.exception("The rule %s failed, and judges nothing.", rule.name)
            self._failing.add(rule.name)
            return None
        self._failing.discard(rule.name)
        return found

    def _second_opinion(self, snapshot: BotSnapshot, condition: Condition) -> Condition:
        if condition.rule not in _ABOUT_LIFE or snapshot.loop is None:
            return condition
        if snapshot.loop.report.state == Standing.EXITED:
            return condition
        try:
            answers = self._api_answers(snapshot.loop.report)
        except Exception:
            logger.exception("freqtrade's API was not asked.")
            return condition
        if answers is None:
            return condition
        said = _OPINIONS[answers]
        text = f"{condition.text}; {said}"
        return replace(condition, text=text, figures={**condition.figures, "api": said})
