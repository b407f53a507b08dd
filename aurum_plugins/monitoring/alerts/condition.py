"""Something that a rule finds wrong at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.refusal import Figure


@dataclass(frozen=True)
class Condition:
    """What holds now; whether it is news is not said here.

    Attributes
    ----------
    rule : str
        Name of the rule, in snake case: with bot and subject it tells one alert from another.
    severity : Severity
    text : str
        One sentence in plain words, without the bot's name; parts that came from outside are one
        line, and short.
    subject : str
        A pair, a venue, a source; empty: the rule needs none.
    figures : mapping of str to number or str
        What was compared.
    """

    rule: str
    severity: Severity
    text: str
    subject: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """Rule and subject."""
        return self.rule, self.subject
