"""A text of anybody's, made harmless for a log, a table or a message."""

from __future__ import annotations

from typing import Final

LONGEST_HEADLINE: Final = 120


def one_line(text: str, longest: int = LONGEST_HEADLINE) -> str:
    """A text in one line of at most so many characters, none of which controls."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * longest])
    plain = " ".join(shown.split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
