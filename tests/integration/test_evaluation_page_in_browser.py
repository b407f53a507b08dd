"""The page of the evaluation in a real browser: Debian's Chromium, without a driver.

A page of our own holds the report in a frame, measures it and writes down what it saw; the browser
prints that. The report itself may run no script.
"""

from __future__ import annotations

import html
import json
import shutil
import subprocess
from pathlib import Path

import evaluation_report as made
import pytest

from aurum_plugins.forecasting.evaluation.page import render_page

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
  const spills = (element) => element.scrollWidth > element.clientWidth + 1;
  const folded = page.querySelector("details");
  const before = box(folded).height;
  folded.querySelector("summary").click();
  all("details").forEach((element) => element.open = true);
  const outside = all("article, .figures div, figure, header, nav")
    .filter((element) => box(element).right > {width} + 1).length;
  const labels = all(".plot").map((plot) => [...plot.querySelectorAll("span")]
    .map((span) => box(span).top).sort((a, b) => a - b));
  const diagonal = all("figure")[1].querySelector(".line-plain");
  document.getElementById("seen").textContent = JSON.stringify({{
    width: page.documentElement.scrollWidth,
    outside,
    spilling: all(".figures div, article > p, figure").filter(spills).length,
    ground: view.getComputedStyle(page.body).backgroundColor,
    ink: view.getComputedStyle(page.body).color,
    fetched: view.performance.getEntriesByType("resource").length,
    headings: all("h3").filter((element) => box(element).height > 0).length,
    plots: all(".plot svg").map((element) => [box(element).width, box(element).height]),
    diagonal: [box(diagonal).width, box(diagonal).height],
    dots: all(".dot").length,
    strokes: new Set(all(".plot path").map((path) => view.getComputedStyle(path).stroke)).size,
    closest: Math.min(...labels.flatMap((tops) => tops.slice(1).map((top, n) => top - tops[n]))),
    opened: box(folded).height > before,
    reached: all("a, summary, [tabindex]").filter((element) => element.tabIndex >= 0).length,
  }});
}});
</script></body></html>
"""


def seen(folder: Path, width: int, *options: str) -> dict:
    """What the browser makes of a report on two targets, at a width in CSS pixels."""
    assert BROWSER is not None
    page = render_page(made.report())
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


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_it_fits_the_window(tmp_path, width: int) -> None:
    found = seen(tmp_path, width)
    assert found["width"] <= width
    assert found["outside"] == 0
    assert found["spilling"] == 0
    # Eight panels of the direction and seven of the volatility, which has no rule; one of canaries.
    assert found["headings"] == 16


def test_charts_are_drawn_to_scale(tmp_path) -> None:
    found = seen(tmp_path, 1280)
    assert len(found["plots"]) == 9
    for width, height in found["plots"]:
        assert width > 300
        assert height > 150
    # From one corner to the other.
    width, height = found["plots"][1]
    assert found["diagonal"] == pytest.approx([width, height], abs=4)
    assert found["dots"] >= 20
    assert found["strokes"] >= 4
    assert found["closest"] > 10


def test_it_fetches_nothing_and_is_used_with_the_keyboard(tmp_path) -> None:
    found = seen(tmp_path, 1280)
    assert found["fetched"] == 0
    assert found["opened"]
    assert found["reached"] >= 15


@pytest.mark.parametrize(("scheme", "dark"), [(0, True), (1, False)])
def test_it_follows_the_colours_of_the_system(tmp_path, scheme: int, dark: bool) -> None:
    found = seen(tmp_path, 1280, f"--blink-settings=preferredColorScheme={scheme}")
    ground, ink = (brightness(found[name]) for name in ("ground", "ink"))
    assert (ground < ink) is dark
    assert abs(ground - ink) > 150


def brightness(colour: str) -> float:
    """Of a colour such as "rgb(20, 23, 28)"."""
    return sum(float(part) for part in colour.removeprefix("rgb(").rstrip(")").split(",")) / 3
