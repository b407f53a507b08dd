"""Every page can be found, every link leads somewhere, and the two READMEs tell the same."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from shown_commands import command_lines, shown_commands

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
INDEX = (DOCS / "index.md").read_text(encoding="utf-8")
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
ITALIAN = (ROOT / "README.it.md").read_text(encoding="utf-8")
PAGES = (*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md")))
ENTRY = re.compile(r"^- \[[^\]]+\]\((\w+\.md)\): \S.*\.$", re.MULTILINE)
LINK = re.compile(r"\]\((?P<file>[^)#\s]*)(?:#(?P<heading>[^)\s]+))?\)")


def prose(text: str) -> str:
    """A page without its blocks."""
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


@cache
def headings(path: Path) -> frozenset[str]:
    """Names of a page's headings in addresses, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", prose(path.read_text(encoding="utf-8")), re.MULTILINE)
    kept = (
        "".join(
            character
            for character in title.lower()
            if character in " -_" or unicodedata.category(character)[0] in "LN"
        )
        for title in found
    )
    return frozenset(title.replace(" ", "-") for title in kept)


def test_the_index_has_one_line_for_each_page() -> None:
    pages = {path.name for path in DOCS.glob("*.md")} - {"index.md"}
    listed = ENTRY.findall(INDEX)
    assert set(listed) == pages
    assert len(listed) == len(pages)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_link_is_dead(path: Path) -> None:
    for link in LINK.finditer(prose(path.read_text(encoding="utf-8"))):
        if link["file"].startswith(("http://", "https://")):
            continue
        target = (path.parent / link["file"]).resolve() if link["file"] else path
        assert target.is_file(), f"{path.name} links to {link['file']}, which is not there"
        if link["heading"]:
            assert link["heading"] in headings(target), f"no heading {link['heading']} in {target}"


def test_headings_are_named_as_github_names_them() -> None:
    names = headings(DOCS / "strategies.md")
    assert "aurumscalper-loses-money" in names
    assert "strategies-one-rule-three-speeds" in names


def test_the_readme_leads_to_the_index_and_to_italian() -> None:
    first = ENGLISH.splitlines()[2]
    assert "(README.it.md)" in first
    assert "(docs/index.md)" in first


def test_the_readme_stays_short() -> None:
    assert len(ENGLISH.splitlines()) <= 220


def test_the_italian_readme_shows_the_same_commands() -> None:
    assert command_lines(ITALIAN) == command_lines(ENGLISH)
    english = {shown.line for shown in shown_commands(ENGLISH)}
    italian = {shown.line for shown in shown_commands(ITALIAN)}
    assert italian <= english
    # Those of the way to a real exchange are all there.
    way = ENGLISH.partition("## Going to a real exchange")[2].partition("\n## ")[0]
    assert {shown.line for shown in shown_commands(way)} <= italian


def test_both_readmes_tell_the_same_figures() -> None:
    figures = re.findall(r"\d+,\d+", prose(ITALIAN))
    assert figures
    for figure in figures:
        assert figure.replace(",", ".") in ENGLISH, figure


def test_the_figures_of_the_readme_are_those_of_the_results() -> None:
    results = "\n".join(
        (DOCS / name).read_text(encoding="utf-8") for name in ("results.md", "strategies.md")
    )
    worth = ENGLISH.partition("## What it is worth")[2].partition("\n## ")[0]
    for figure in re.findall(r"\d+\.\d+(?= %|,| \||\.\s)", worth):
        assert figure in results, figure
