"""What came of an import, for a terminal."""

from __future__ import annotations

from collections import Counter
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from aurum_plugins.commands.sentiment_importing import ImportTally
from aurum_plugins.commands.sentiment_request import subject_in_words
from aurum_plugins.execution.figure_words import moment_in_words

_SUBJECTS: Final = 8


def import_table(tally: ImportTally, bad_count: int, *, dry_run: bool) -> Table:
    """All that there is to say, one fact a line.

    Parameters
    ----------
    tally : ImportTally
    bad_count : int
        Lines that were left out.
    dry_run : bool
        Whether nothing was written.
    """
    table = Table("fact", "value", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    suppressed = tally.suppressed.total()
    about = Counter(
        {subject_in_words(name): count for name, count in tally.subjects.items()}
    ).most_common(_SUBJECTS)
    facts = {
        "items": f"{tally.read:,}",
        "left out": f"{bad_count:,} lines",
        "written": "nothing: a dry run"
        if dry_run
        else f"{tally.new:,}; {tally.read - tally.new:,} were there already",
        "do not count": f"{suppressed:,}{_in_brackets(tally.suppressed.most_common())}",
        "bad events": f"{tally.events.total():,}{_in_brackets(tally.events.most_common())}",
        "about": ", ".join(f"{name} {count:,}" for name, count in about) or "nothing",
    }
    for fact, value in facts.items():
        table.add_row(fact, Text(value, overflow="fold"))
    for source, (from_ms, until_ms) in tally.spans.items():
        span = f"{moment_in_words(from_ms)} to {moment_in_words(until_ms)}"
        table.add_row("listened to", Text(f"{source}: {span}", overflow="fold"))
    return table


def _in_brackets(counts: list[tuple[str, int]]) -> str:
    return f" ({', '.join(f'{name} {count:,}' for name, count in counts)})" if counts else ""
