"""What a pairlist took out, and whom it told."""

from __future__ import annotations

from collections.abc import Callable, Mapping


class Removals:
    """Says once which pair is removed and why, again when the rule changes, and who is back.

    Parameters
    ----------
    name : str
        The pairlist's.
    say : callable
        Takes a line for the log.
    """

    def __init__(self, name: str, say: Callable[[str], object]) -> None:
        self._name = name
        self._say = say
        self._rules: dict[str, str] = {}

    def report(self, removals: Mapping[str, tuple[str, str] | None]) -> None:
        """Compare with the last report; a pair that is not named is forgotten.

        Parameters
        ----------
        removals : mapping of str to (str, str) or None
            By pair: the rule that removes it, and the reason in words; None for a pair that stays.
        """
        before, self._rules = self._rules, {p: told[0] for p, told in removals.items() if told}
        for pair, told in removals.items():
            if told is None:
                if pair in before:
                    self._say(f"{self._name} keeps {pair} again")
            elif before.get(pair) != told[0]:
                self._say(f"{self._name} removed {pair}: {told[1]}")
