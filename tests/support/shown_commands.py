"""The commands that a page shows, taken out of it as a reader would type them.

A block says by its first word that it is one of commands; one marked `bash` or `sh` holds nothing
else. Where lines begin with "$ ", those are commands and the rest is what they print.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

# Of a block without a mark, the first words that make it one of commands.
PROGRAMS: Final = frozenset(
    (
        *("aurum", "freqtrade", "make", "python", "pip", "docker", "docker-compose", "dask", "git"),
        *("openssl", "mkdir", "chmod", "cp", "mv", "rm", "echo", "export", "cd", "curl", "sudo"),
        *("createuser", "createdb", "psql", "pg_dump", "sqlite3", "systemctl"),
    )
)
# Commands within a sentence that stand for themselves, as one would type them.
SPOKEN: Final = frozenset({"aurum", "freqtrade", "make", "docker", "dask"})
_BLOCK = re.compile(r"^```(?P<mark>[^\n`]*)\n(?P<body>.*?)^```", re.DOTALL | re.MULTILINE)
_SPOKEN = re.compile(r"(?<!`)`(?P<text>[^`]+)`(?!`)")
_ENDS = frozenset({"|", "||", "&&", ";", "&"})
_REDIRECTIONS = frozenset({">", ">>", "<"})
_ASSIGNMENT = re.compile(r"[A-Z_]+=.*", re.DOTALL)
_PROMPT = "$ "


class Shown(NamedTuple):
    """A command as a page shows it.

    Attributes
    ----------
    line : str
        As typed, with all that a shell makes of it.
    words : tuple of str
        One program and its arguments, without variables set before and redirections behind.
    spoken : bool
        Whether it stands in a sentence, where arguments may be left out.
    """

    line: str
    words: tuple[str, ...]
    spoken: bool = False


def command_lines(page: str) -> list[str]:
    """Lines of the blocks of commands, continued ones as one."""
    found: list[str] = []
    for block in _BLOCK.finditer(page):
        found.extend(_joined(_typed(block["mark"].strip(), block["body"].splitlines())))
    return found


def shown_commands(page: str) -> list[Shown]:
    """Each command of the blocks, and of the sentences those that name one of `SPOKEN`."""
    in_blocks = [Shown(line, words) for line in command_lines(page) for words in programs_of(line)]
    spoken = []
    for match in _SPOKEN.finditer(_BLOCK.sub("", page)):
        text = " ".join(match["text"].split())
        if text.partition(" ")[0] in SPOKEN and " " in text:
            spoken.extend(Shown(text, words, spoken=True) for words in programs_of(text))
    return in_blocks + spoken


def programs_of(line: str) -> list[tuple[str, ...]]:
    """The programs that one line starts, each with its arguments."""
    found: list[tuple[str, ...]] = []
    words: list[str] = []
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    tokens = iter([*lexer, ";"])
    for token in tokens:
        if token in _REDIRECTIONS:
            next(tokens)
        elif token in _ENDS:
            if words:
                found.append(tuple(words))
            words = []
        elif words or not _ASSIGNMENT.fullmatch(token):
            words.append(token)
    return found


def _typed(mark: str, lines: list[str]) -> list[str]:
    """The lines of a block that somebody types."""
    prompted = [line.removeprefix(_PROMPT) for line in lines if line.startswith(_PROMPT)]
    first = next((line for line in lines if line.strip()), "").partition(" ")[0]
    if prompted and mark in {"", "console"}:
        return prompted
    if mark in {"bash", "sh"} or (not mark and first in PROGRAMS):
        return [line for line in lines if line.strip() and not line.startswith("#")]
    return []


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Lines, with those joined that go on after a backslash or within quotes."""
    begun = ""
    for line in lines:
        begun = f"{begun}\n{line}" if begun else line
        if begun.endswith("\\"):
            begun = begun[:-1].rstrip()
            continue
        try:
            shlex.split(begun)
        except ValueError:
            continue
        yield " ".join(begun.split("\n"))
        begun = ""
    if begun:
        raise ValueError(f"a command must end in its block, got {begun!r}")
