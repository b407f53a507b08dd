"""What differs between two states of a configuration file, without its secrets."""

from __future__ import annotations

from difflib import SequenceMatcher

from aurum_plugins.redaction import Redactor
from aurum_plugins.starts.masked_lines import masked_lines, parsed

_CONTEXT = 3  # lines, as `diff -u` has it


def masked_diff(old: bytes | None, new: bytes | None, old_name: str, new_name: str) -> list[str]:
    """A unified diff; a secret that changed shows as two masked lines.

    Parameters
    ----------
    old, new : bytes or None
        Contents; None: no such file.
    old_name, new_name : str
        For the two lines at the top.

    Returns
    -------
    list of str
        Empty where both are equal. Of a file that is no readable JSON nothing is quoted, since its
        secrets could not be told apart; one sentence says so.
    """
    if old == new:
        return []
    heading = [f"--- {old_name}", f"+++ {new_name}"]
    texts = [None if content is None else _text(content) for content in (old, new)]
    configs = [
        {} if content is None else parsed(text or "") for content, text in zip((old, new), texts)
    ]
    torn = [name for name, config in zip((old_name, new_name), configs) if config is None]
    if torn:
        reason = "is no JSON that freqtrade can read; no line is shown, as it may hold a secret"
        return [*heading, *(f"{name} {reason}" for name in torn)]
    redactor = Redactor(*(config for config in configs if config))
    raw = [[] if text is None else text.split("\n") for text in texts]
    shown = [[] if text is None else masked_lines(text, redactor) for text in texts]
    return [*heading, *_hunks(raw[0], raw[1], shown[0], shown[1])]


def _text(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _hunks(old: list[str], new: list[str], old_shown: list[str], new_shown: list[str]) -> list[str]:
    """Compared as they are, shown masked: line for line the two have the same places."""
    lines = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT):
        first, last = group[0], group[-1]
        old_range, new_range = _span(first[1], last[2]), _span(first[3], last[4])
        lines.append(f"@@ -{old_range} +{new_range} @@")
        for kind, old_from, old_to, new_from, new_to in group:
            if kind == "equal":
                lines += [f" {line}" for line in old_shown[old_from:old_to]]
                continue
            lines += [f"-{line}" for line in old_shown[old_from:old_to]]
            lines += [f"+{line}" for line in new_shown[new_from:new_to]]
    return lines


def _span(start: int, end: int) -> str:
    """As `diff -u` has it: lines count from 1, and an empty span names the line before it."""
    length = end - start
    return f"{start + 1 if length else start},{length}"
