from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from importlib import resources

import pytest

from aurum_plugins.monitoring.settings import MonitorSettings
from aurum_plugins.monitoring.web.page import render_page
from aurum_plugins.reasons import Reason

STATIC = resources.files("aurum_plugins.monitoring.web").joinpath("static")


class Tags(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def values(self, name: str) -> list[str]:
        return [attributes[name] or "" for _, attributes in self.found if name in attributes]


@pytest.fixture
def tags() -> Tags:
    return Tags(render_page(MonitorSettings()))


def test_it_tells_its_script_the_limits() -> None:
    settings = MonitorSettings(silent_seconds=12.5, hung_seconds=40.0, first_loop_seconds=90.0)
    page = Tags(render_page(settings)).found[0]
    assert page[0] == "html"
    assert page[1]["data-silent-ms"] == "12500"
    assert page[1]["data-hung-ms"] == "40000"
    assert page[1]["data-first-loop-ms"] == "90000"
    assert page[1]["data-stale-candles"] == "3.0"


def test_it_explains_every_reason() -> None:
    page = render_page(MonitorSettings())
    for reason in Reason:
        sentence = re.escape(html.escape(reason.sentence).replace("&#x27;", "&#39;"))
        assert re.search(rf"<dt>{reason.name}</dt>\s*<dd>{sentence}</dd>", page)


def test_it_has_no_script_or_style_of_its_own(tags: Tags) -> None:
    assert not [tag for tag, _ in tags.found if tag == "style"]
    assert not tags.values("style")
    assert not [name for _, given in tags.found for name in given if name.startswith("on")]
    assert all(given.get("src") for tag, given in tags.found if tag == "script")


def test_all_that_it_loads_is_there(tags: Tags) -> None:
    loaded = [*tags.values("src"), *tags.values("href")]
    files = [address for address in loaded if address.startswith("/static/")]
    assert len(files) >= 10
    for address in files:
        assert STATIC.joinpath(*address.removeprefix("/static/").split("/")).is_file(), address
    others = {address for address in loaded if not address.startswith(("/static/", "#"))}
    assert others == {"/api/bots", "/api/health", "/metrics"}


def test_every_id_is_there_once_and_every_label_leads_to_one(tags: Tags) -> None:
    known = tags.values("id")
    assert len(known) == len(set(known))
    wanted = [
        *tags.values("for"),
        *tags.values("aria-labelledby"),
        *tags.values("aria-describedby"),
    ]
    wanted += [address[1:] for address in tags.values("href") if address.startswith("#")]
    assert set(wanted) <= set(known)


def test_scripts_make_no_markup_of_texts() -> None:
    scripts = [STATIC.joinpath("js"), STATIC.joinpath("js", "panels")]
    for folder in scripts:
        for file in folder.iterdir():
            if file.name.endswith(".js"):
                text = file.read_text(encoding="utf-8")
                forbidden = (
                    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|Function\("
                )
                assert not re.search(forbidden, text), file.name
