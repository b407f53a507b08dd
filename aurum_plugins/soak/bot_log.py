"""What freqtrade's log tells of a run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final, Self

from aurum_plugins.clock import SECOND_MS

_TIME = re.compile(r"(?P<second>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(?P<ms>\d{3}) - ")
_LOOP: Final = re.compile(r"Bot heartbeat\. .*state='RUNNING'")
# freqtrade gives a loop up and pauses.
_FAILED: Final = re.compile(r" retrying in \d+ seconds\.\.\.|Stopping trader \.\.\.")
_RETRY: Final = re.compile(r"Retrying still (?:for )?\d+ times|, retrying in \d+ seconds")
_ERROR: Final = re.compile(r" - (?:ERROR|CRITICAL) - ")
_TRACE: Final = "Traceback (most recent call last)"
_DISTRUSTED: Final = re.compile(r"(?P<venue>\w+) is no longer believed")
_JUDGED: Final = re.compile(r"(?P<venue>\w+) can(?P<not>not)? be judged(?: again\.|:)")
# What differs between two cases of one error.
_VARIABLE: Final = re.compile(r"aurum-[0-9a-f]+|[A-Z0-9]{2,10}/?USDT|0x[0-9a-f]+|\b\d[\d.,:-]*")
_LONGEST: Final = 110


@dataclass(frozen=True)
class BotLog:
    """What a log tells.

    Attributes
    ----------
    loops_ms : tuple of int
        When the bot went through its loop, running and without giving up; UTC milliseconds.
    failed_loops : int
        Loops that were given up.
    retries : int
        freqtrade's own repetitions of requests.
    errors : Counter of str
        First lines of errors, without what differs from case to case.
    traces : int
    distrusted_ms : dict of str to list of int
        When each venue was no longer believed, UTC milliseconds.
    judged_ms : dict of str to list of (int, bool)
        When each venue ceased to be or became one that can be judged, UTC milliseconds; it can
        before the first of them.
    """

    loops_ms: tuple[int, ...]
    failed_loops: int
    retries: int
    errors: Counter[str]
    traces: int
    distrusted_ms: dict[str, list[int]] = field(default_factory=dict)
    judged_ms: dict[str, list[tuple[int, bool]]] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Iterable[str]) -> Self:
        """Read lines as freqtrade writes them, with times of this machine's zone."""
        loops: list[int] = []
        failed = retries = traces = 0
        given_up = False
        errors: Counter[str] = Counter()
        distrusted: dict[str, list[int]] = {}
        judged: dict[str, list[tuple[int, bool]]] = {}
        for line in lines:
            traces += _TRACE in line
            stamp = _TIME.match(line)
            if stamp is None:
                continue
            if _ERROR.search(line):
                errors[_first_line(line[stamp.end() :])] += 1
            retries += bool(_RETRY.search(line))
            if told := _DISTRUSTED.search(line):
                distrusted.setdefault(told["venue"], []).append(_utc_ms(stamp))
            if told := _JUDGED.search(line):
                change = _utc_ms(stamp), told["not"] is None
                judged.setdefault(told["venue"], []).append(change)
            if _FAILED.search(line):
                failed += 1
                given_up = True
            elif _LOOP.search(line):
                # The heartbeat of a loop that was given up follows it.
                if not given_up:
                    loops.append(_utc_ms(stamp))
                given_up = False
        return cls(tuple(loops), failed, retries, errors, traces, distrusted, judged)

    def longest_gap_s(self, from_ms: int, to_ms: int) -> float:
        """Longest time without a finished loop between two moments, seconds."""
        inside = [at_ms for at_ms in self.loops_ms if from_ms <= at_ms <= to_ms]
        moments = [from_ms, *inside, to_ms]
        return max((later - earlier) / SECOND_MS for earlier, later in pairwise(moments))

    def is_judged(self, venue: str, before_ms: int) -> bool:
        """Whether a venue could be judged in its last round before a moment, UTC milliseconds."""
        changes = (
            can for at_ms, can in reversed(self.judged_ms.get(venue, [])) if at_ms < before_ms
        )
        return next(changes, True)

    def seconds_until_loop(self, after_ms: int) -> float | None:
        """Seconds from a moment to the end of the next loop; None if there was none."""
        later = (at_ms for at_ms in self.loops_ms if at_ms >= after_ms)
        first = next(later, None)
        return None if first is None else (first - after_ms) / SECOND_MS


def _utc_ms(stamp: re.Match[str]) -> int:
    local = datetime.fromisoformat(stamp["second"]).astimezone()
    return round(local.timestamp()) * SECOND_MS + int(stamp["ms"])


def _first_line(text: str) -> str:
    return _VARIABLE.sub("*", text.strip())[:_LONGEST]
