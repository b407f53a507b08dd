"""The page in a real browser: Debian's Chromium, without a driver.

A page of our own holds the report in a frame, measures it and writes down what it saw; the browser
prints that. The report itself may run no script.
"""

from __future__ import annotations

import html
import json
import shutil
import subprocess
from pathlib import Path

import pytest
import quality_report as made

from aurum_plugins.preprocessing.quality.page import render_page

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no chromium on the PATH"),
    pytest.mark.timeout(120),
]
SECONDS = 60

HARNESS = """<!DOCTYPE html><html><body>
<iframe id="frame" style="border: 0; width: {width}px; height: 800px" srcdoc="{page}"></iframe>
<pre id="seen"></pre>
<script>
document.getElementById("frame").addEventListener("load", (event) => {{
  const view = event.target.contentWindow, page = view.document;
  const box = (element) => element.getBoundingClientRect();
  const all = (selector) => [...page.querySelectorAll(selector)];
  const folded = page.querySelector("details");
  const before = box(folded).height;
  folded.querySelector("summary").click();
  const outside = all("article, .figures div, header, nav")
    .filter((element) => box(element).right > {width} + 1).length;
  document.getElementById("seen").textContent = JSON.stringify({{
    width: page.documentElement.scrollWidth,
    outside,
    ground: view.getComputedStyle(page.body).backgroundColor,
    ink: view.getComputedStyle(page.body).color,
    fetched: view.performance.getEntriesByType("resource").length,
    headings: all("h3").filter((element) => box(element).height > 0).length,
    columns: all(".column span").map((element) => box(element).height),
    plot: box(page.querySelector(".columns")).height,
    bar: box(page.querySelector(".track")).width,
    parts: [...page.querySelector(".track").children].map((element) => box(element).width),
    panels: new Set(all("article").map((element) => Math.round(box(element).left))).size,
    opened: box(folded).height > before,
    reached: all("a, summary, [tabindex]").filter((element) => element.tabIndex >= 0).length,
  }});
}});
</script></body></html>
"""


def seen(folder: Path, width: int, *options: str) -> dict:
    """What the browser makes of a report on two pairs, at a width in CSS pixels."""
    assert BROWSER is not None
    names = ["a_feature_with_quite_a_long_name_50", "x" * 60]
    features = [made.feature(39 - n, name=name) for n, name in enumerate(names)]
    quality = made.pair_quality(features=(*features, *(made.feature(n) for n in range(38))))
    page = render_page(made.report(quality, quality))
    file = folder / "harness.html"
    file.write_text(HARNESS.format(width=width, page=html.escape(page)), encoding="utf-8")
    answer = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--virtual-time-budget=5000",
            f"--user-data-dir={folder / 'profile'}",
            *options,
            "--dump-dom",
            file.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    text = answer.stdout.partition('<pre id="seen">')[2].partition("</pre>")[0]
    return json.loads(html.unescape(text))


@pytest.mark.parametrize(("width", "panels"), [(400, 1), (1600, 2)])
def test_it_fits_the_window(tmp_path, width: int, panels: int) -> None:
    found = seen(tmp_path, width)
    assert found["width"] <= width
    assert found["outside"] == 0
    assert found["headings"] == 12
    assert found["panels"] == panels


def test_bars_and_columns_are_to_scale(tmp_path) -> None:
    found = seen(tmp_path, 1280)
    assert found["parts"] == pytest.approx([0.975 * found["bar"], 0.025 * found["bar"]], abs=1)
    january, february = found["columns"][:2]
    assert january == pytest.approx(found["plot"], abs=3)
    assert february == 0


def test_it_fetches_nothing_and_is_used_with_the_keyboard(tmp_path) -> None:
    found = seen(tmp_path, 1280)
    assert found["fetched"] == 0
    assert found["opened"]
    assert found["reached"] >= 10


@pytest.mark.parametrize(("scheme", "dark"), [(0, True), (1, False)])
def test_it_follows_the_colours_of_the_system(tmp_path, scheme: int, dark: bool) -> None:
    found = seen(tmp_path, 1280, f"--blink-settings=preferredColorScheme={scheme}")
    ground, ink = (brightness(found[name]) for name in ("ground", "ink"))
    assert (ground < ink) is dark
    assert abs(ground - ink) > 150


def brightness(colour: str) -> float:
    """Of a colour such as "rgb(20, 23, 28)"."""
    return sum(float(part) for part in colour.removeprefix("rgb(").rstrip(")").split(",")) / 3
