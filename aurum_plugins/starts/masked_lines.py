"""The lines of a configuration file, without its secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import rapidjson

from aurum_plugins.configuration_json import parsed_json
from aurum_plugins.redaction import MASK, Redactor, is_sensitive

_PIECE = re.compile(
    r'"(?:[^"\\]|\\.)*"'  # a string
    r"|//[^\n]*|/\*.*?\*/"  # a comment
    r"|[\[\]{}:,]|\s+"
    r"|[^\s\[\]{}:,\"/]+",  # a number, true, false or null
    re.DOTALL,
)
# In a comment, which may hold a setting that is switched off.
_NOTED = re.compile(r"""([\w.]+)["']?\s*[:=]\s*""")
# Likewise, whatever it is called: what has letters and digits and is as long as keys are.
_LONG_WORD = re.compile(r"(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{16,}")
_OPENING, _CLOSING = ("{", "["), ("}", "]")
_PLAIN = {"true", "false", "null", '""'}


def parsed(text: str) -> Mapping[str, Any] | None:
    """A configuration as freqtrade reads it; None where it is none."""
    try:
        config = parsed_json(text)
    except (rapidjson.JSONDecodeError, UnicodeEncodeError):
        return None
    return config if isinstance(config, dict) else None


def masked_lines(text: str, redactor: Redactor) -> list[str]:
    """Lines of a file that `parsed` can read, as many as it has, each fit for a terminal.

    Masked is every value under a name that sounds secret, what looks like one in a comment, what
    the redactor knows, and logins in addresses. That a secret is set is shown, and where.

    Parameters
    ----------
    text : str
        JSON as freqtrade reads it, with comments.
    redactor : Redactor
        Knows the secrets of this file and of those that it is compared with.
    """
    masked = "".join(_masked_pieces(_PIECE.findall(text)))
    return [_printable(redactor.mask(line)) for line in masked.split("\n")]


def _masked_pieces(pieces: list[str]) -> Iterator[str]:
    names = _places_of_names(pieces)
    depth = 0
    # The depth at which everything is secret, and whether the next value is.
    secret_depth: int | None = None
    secret_next = False
    for place, piece in enumerate(pieces):
        shown = piece
        if _is_comment(piece):
            shown = "\n".join(map(_masked_note, piece.split("\n")))
        elif piece in _OPENING:
            if secret_next and secret_depth is None:
                secret_depth = depth
            depth, secret_next = depth + 1, False
        elif piece in _CLOSING:
            depth, secret_next = depth - 1, False
            if secret_depth == depth:
                secret_depth = None
        elif piece == ",":
            secret_next = False
        elif place in names:
            secret_next = is_sensitive(str(rapidjson.loads(piece)))
        elif piece != ":" and not piece.isspace() and (secret_next or secret_depth is not None):
            shown = _masked_value(piece)
        yield shown


def _places_of_names(pieces: list[str]) -> set[int]:
    names = set()
    following = ""
    for place in reversed(range(len(pieces))):
        piece = pieces[place]
        if piece.startswith('"') and following == ":":
            names.add(place)
        if not piece.isspace() and not _is_comment(piece):
            following = piece
    return names


def _is_comment(piece: str) -> bool:
    return piece.startswith(("//", "/*"))


def _masked_value(piece: str) -> str:
    if piece in _PLAIN:
        return piece
    return f'"{MASK}"' if piece.startswith('"') else MASK


def _masked_note(line: str) -> str:
    for found in _NOTED.finditer(line):
        if is_sensitive(found[1]):
            line = line[: found.end()] + MASK
            break
    return _LONG_WORD.sub(MASK, line)


def _printable(line: str) -> str:
    """Without what a terminal would obey."""
    shown = line.replace("\t", "    ").removesuffix("\r")
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in shown)
