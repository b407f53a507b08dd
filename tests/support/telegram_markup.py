"""What Telegram's servers accept as a text, and what a reader sees of it."""

from __future__ import annotations

from html.parser import HTMLParser

_TAGS = frozenset({"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a"})
LONGEST = 4_096


class Unparsable(ValueError):
    """Markup that the servers refuse; the text says how they put it."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise Unparsable(f'Unsupported start tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Unparsable(f"Unmatched end tag {tag!r}")

    def handle_data(self, data: str) -> None:
        if "<" in data and self.rawdata.count("&lt;") < data.count("<"):
            raise Unparsable("Unexpected character after '<'")
        self.text.append(data)


def seen(text: str, parse_mode: str | None) -> str:
    """The text without its markup.

    Raises
    ------
    Unparsable
        If the servers would refuse it.
    """
    if parse_mode == "HTML":
        return _of_html(text)
    if parse_mode == "Markdown":
        return _of_markdown(text)
    return text


def _of_html(text: str) -> str:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    if reader.open:
        raise Unparsable(f"Can't find end tag corresponding to start tag {reader.open[-1]!r}")
    return "".join(reader.text)


def _of_markdown(text: str) -> str:
    """The old kind: nothing nests, and a backslash escapes what begins something."""
    shown: list[str] = []
    place = 0
    while place < len(text):
        letter = text[place]
        if letter == "\\" and text[place + 1 : place + 2] in ("_", "*", "`", "["):
            shown.append(text[place + 1])
            place += 2
        elif letter in "_*`":
            mark = "```" if text.startswith("```", place) else letter
            end = text.find(mark, place + len(mark))
            if end < 0:
                raise Unparsable(f"Can't find end of the entity starting at byte offset {place}")
            shown.append(text[place + len(mark) : end])
            place = end + len(mark)
        else:
            shown.append(letter)
            place += 1
    return "".join(shown)


def length(text: str) -> int:
    """As Telegram counts: in UTF-16."""
    return len(text.encode("utf-16-le")) // 2
