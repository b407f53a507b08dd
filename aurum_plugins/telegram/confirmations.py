"""Questions that wait for a button to be pressed, by whoever was asked, in time, and once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from aurum_plugins.clock import SECOND_MS, Clock

VALID_SECONDS: Final = 60
_MOST: Final = 200

What = TypeVar("What")


@dataclass(frozen=True)
class Asker:
    """Who asked, and where: numbers that Telegram gives; topic None where there are none."""

    user: int
    chat: int
    topic: int | None = None


class NotConfirmed(StrEnum):
    """Why a press does nothing."""

    # Answered already, asked before a restart, or never asked.
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    # Somebody else was asked; the question goes on waiting for them.
    FOREIGN = "foreign"
    # No button of that question.
    NOT_OFFERED = "not offered"


@dataclass(frozen=True)
class _Waiting(Generic[What]):
    asker: Asker
    what: What
    choices: frozenset[str]
    until_ms: int


class Confirmations(Generic[What]):
    """Keeps questions in memory: a restart forgets them, and nothing is done.

    Parameters
    ----------
    clock : Clock
    valid_seconds : float
    new_token : callable, optional
        Gives names of questions that nobody guesses.
    """

    def __init__(
        self,
        clock: Clock,
        valid_seconds: float = VALID_SECONDS,
        new_token: Callable[[], str] = lambda: secrets.token_urlsafe(12),
    ) -> None:
        self._clock = clock
        self._valid_ms = round(valid_seconds * SECOND_MS)
        self._new_token = new_token
        self._waiting: dict[str, _Waiting[What]] = {}

    def ask(self, asker: Asker, what: What, choices: frozenset[str]) -> str:
        """Keep a question.

        Parameters
        ----------
        asker : Asker
        what : object
            What is asked about; given back once it was answered.
        choices : frozenset of str
            Answers that are offered.

        Returns
        -------
        str
            The question's name.
        """
        now_ms = self._clock.now_ms()
        self._waiting = {
            token: one for token, one in self._waiting.items() if self._is_valid(one, now_ms)
        }
        while len(self._waiting) >= _MOST:
            self._waiting.pop(next(iter(self._waiting)))
        token = self._new_token()
        self._waiting[token] = _Waiting(asker, what, choices, now_ms + self._valid_ms)
        return token

    def answer(self, token: str, choice: str, asker: Asker) -> What | NotConfirmed:
        """Take an answer.

        Returns
        -------
        object or NotConfirmed
            What was asked about, once; otherwise why it is not answered.
        """
        waiting = self._waiting.get(token)
        if waiting is None:
            return NotConfirmed.UNKNOWN
        if waiting.asker != asker:
            return NotConfirmed.FOREIGN
        if choice not in waiting.choices:
            return NotConfirmed.NOT_OFFERED
        del self._waiting[token]
        if not self._is_valid(waiting, self._clock.now_ms()):
            return NotConfirmed.EXPIRED
        return waiting.what

    def _is_valid(self, waiting: _Waiting[What], now_ms: int) -> bool:
        # Nor if the clock was set back to before it was asked.
        return waiting.until_ms - self._valid_ms <= now_ms < waiting.until_ms
