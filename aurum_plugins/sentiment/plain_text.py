"""Text that strangers wrote, made harmless and plain."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

from aurum_plugins.sentiment.post import LONGEST_TEXT

# Markup takes room too; what comes after so many characters is not even parsed.
_LONGEST_READ: Final = 8 * LONGEST_TEXT
# A comment's beginning, a tag with its name, or anything else that is not for people. Possessive
# throughout: no text can make it go back.
_MARKUP: Final = re.compile(
    r"<(?:(?P<comment>!--)|(?P<tag>/?+[A-Za-z][A-Za-z0-9]*+)[^<>]*+>|[!?][^<>]*+>)"
)
# Python refuses to read numbers of thousands of digits.
_LONG_NUMBER: Final = re.compile(r"&#[xX]?+[0-9A-Fa-f]{8,}+;?+")
# Between these, words stay apart though no space says so.
_BLOCK: Final = re.compile(
    r"/?(address|article|aside|blockquote|br|d[dlt]|div|fig(caption|ure)|footer|h[1-6r]|header|img|"
    r"li|main|nav|[ou]l|p|pre|section|t(able|[dhr]))"
)
# What is inside of these is not for reading.
_UNREAD: Final = {
    tag: re.compile(f"</{tag}", re.IGNORECASE) for tag in ("script", "style", "template")
}
_ENDS_SENTENCE: Final = ".!?:;,"


def plain_text(*parts: str, markup: bool = True, longest: int = LONGEST_TEXT) -> str:
    """Make one line of plain text.

    Entities are resolved; letters in disguise become plain ones (Unicode's NFKC); control
    characters, those that turn the direction of writing and those without width are removed; white
    space is collapsed.

    Parameters
    ----------
    *parts : str
        Untrusted, such as a title and a body. A part that the next one begins with is left out.
    markup : bool
        Whether the parts are HTML, whose tags, scripts and styles are to be removed.
    longest : int
        Characters at most; cut at a word if there is one in the second half.

    Returns
    -------
    str
        Empty if nothing is left.

    Examples
    --------
    >>> plain_text("<b>Bitcoin</b> &amp; Ether fall", "Both fell by 5 %<br>today")
    'Bitcoin & Ether fall. Both fell by 5 % today'
    """
    text = ""
    for part in parts:
        text = _joined(text, _cleaned(part, markup=markup))
    return _cut(text, longest)


def _joined(first: str, second: str) -> str:
    if not first or not second:
        return first or second
    if second.startswith(first.rstrip("….")):
        return second
    return f"{first} {second}" if first[-1] in _ENDS_SENTENCE else f"{first}. {second}"


def _cleaned(part: str, *, markup: bool) -> str:
    text = part[:_LONGEST_READ]
    if markup and "<" in text:
        text = _without_markup(text)
    if "&" in text:
        text = html.unescape(_LONG_NUMBER.sub("", text))
    # Sorting the marks on a letter takes the square of their number.
    text = unicodedata.normalize("NFKC", text[: 2 * LONGEST_TEXT])
    if not text.isprintable():
        text = "".join(_character(character) for character in text)
    return " ".join(text.split())


def _character(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else ""


def _without_markup(text: str) -> str:
    pieces = []
    at = 0
    while (found := _MARKUP.search(text, at)) is not None:
        pieces.append(text[at : found.start()])
        at = found.end()
        tag = (found["tag"] or "").lower()
        if _BLOCK.fullmatch(tag):
            pieces.append(" ")
        if found["comment"]:
            end = text.find("-->", at)
            at = len(text) if end < 0 else end + len("-->")
        elif tag in _UNREAD:
            closing = _UNREAD[tag].search(text, at)
            at = len(text) if closing is None else closing.start()
    pieces.append(text[at:])
    return "".join(pieces)


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    space = text.rfind(" ", longest // 2, longest + 1)
    return text[: space if space > 0 else longest].rstrip()
