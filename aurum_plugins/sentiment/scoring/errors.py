"""What can be wrong with a scorer's files.

AurumError
├── WordListRefused     a data file breaks its own form: file, line, rule
└── ScorerUnavailable   the scorer that was asked for cannot be had: scorer
"""

from __future__ import annotations

from aurum_plugins.errors import AurumError


class WordListRefused(AurumError):
    """A file of words, coins or patterns breaks its form.

    Attributes
    ----------
    file : str
        Its name within the package.
    line : int
        Counted from 1.
    rule : str
        What it breaks.
    """

    def __init__(self, file: str, line: int, rule: str) -> None:
        self.file = file
        self.line = line
        self.rule = rule
        super().__init__(f"{file}, line {line}: {rule}")


class ScorerUnavailable(AurumError):
    """The scorer that was asked for cannot be had, and no other takes its place.

    Attributes
    ----------
    scorer : str
        As in the settings.
    """

    def __init__(self, scorer: str, why: str) -> None:
        self.scorer = scorer
        super().__init__(f"the scorer {scorer!r} cannot be had: {why}")
