"""The monitor's page in a real browser, over loopback, with made-up bots."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import made_snapshots as made
import pytest
from monitor_page import MonitorPage
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from aurum_plugins.clock import WallClock
from aurum_plugins.monitoring.alerts.alert import Alert
from aurum_plugins.monitoring.alerts.severity import Severity
from aurum_plugins.monitoring.web.snapshot_document import snapshot_document

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no chromium on the PATH"),
    pytest.mark.timeout(180),
]
NOW_MS = 1_795_345_500_000
PATIENCE_MS = 20_000
PHONE = {"width": 360, "height": 780}
DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MonitorPage]:
    served = MonitorPage(tmp_path)
    served.monitor.making = [made.lively]
    served.start()
    yield served
    served.stop()


class Visit:
    """A window of the browser, and everything that it complained of or asked for."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        given = {"viewport": DESK, "timezone_id": "Europe/Rome", "locale": "it-IT"}
        self.context: BrowserContext = browser.new_context(**{**given, **options})
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, server: MonitorPage, query: str = "") -> Page:
        self.page.goto(server.url + query)
        expect(self.page.locator("#bot")).to_be_visible(timeout=PATIENCE_MS)
        return self.page


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    visited = Visit(browser)
    yield visited
    visited.context.close()


def values(page: Page, within: str) -> list[str]:
    """Whole figures, as the page has them behind the rounded ones."""
    found = page.locator(f"{within} [data-value]")
    return found.evaluate_all("all => all.map((each) => each.dataset.value)")


def numbers(page: Page, within: str) -> set[Decimal]:
    return {Decimal(value) for value in values(page, within)}


def exact(*given: float | str | None) -> set[Decimal]:
    """Numbers as JSON writes them."""
    return {Decimal(str(number)) for number in given if number is not None}


def overflow(page: Page) -> list[int]:
    return page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")


def test_figures_are_the_documents(server: MonitorPage, visit: Visit) -> None:
    server.monitor.frozen_ms = WallClock().now_ms()
    document = json.loads(
        json.dumps(snapshot_document(made.lively(server.monitor.frozen_ms)), default=str)
    )
    page = visit.open(server)
    account, trades = document["account"]["report"], document["trades"]["report"]
    tiles = numbers(page, "[data-panel=tiles]")
    assert tiles >= exact(*(account[n] for n in ("cash", "equity", "exposure", "drawdown")))
    assert tiles >= exact(*(trades[n] for n in ("profit", "profit_today", "closed", "won")))
    assert tiles >= exact(document["counts"]["execution_rate"])
    held = numbers(page, "#positions")
    for position in account["positions"]:
        assert held >= exact(*(position[n] for n in ("open_rate", "price", "stop", "profit")))
    limits = numbers(page, "#limits")
    assert limits >= exact(*(account[n] for n in ("day_loss", "week_loss", "daily_loss")))
    assert limits >= exact(*(account[n] for n in ("risk_to_stops", "total_cap", "losing_streak")))
    assert numbers(page, "#counts") >= exact(*document["counts"]["reasons"].values())
    forecasts = numbers(page, "#forecasts .forecast-figures")
    for forecast in document["forecasts"]:
        assert forecasts >= exact(forecast["probability"], forecast["confidence"])
    models = numbers(page, "#models")
    for serving in document["serving"]:
        for metrics in serving["metrics"].values():
            assert models >= exact(*metrics.values())
    for venue in document["venues"]:
        assert numbers(page, "#venues") >= exact(venue["error_rate"], venue["latency_p95_ms"])
    for mood in document["moods"]:
        if mood["available"]:
            assert numbers(page, "#moods") >= exact(mood["mean"], mood["dispersion"])
    for owed in document["owed"]:
        fees = exact(*(owed[n] for n in ("accrued", "invoiced", "collected", "trades")))
        assert numbers(page, "#fees") >= fees
    page.get_by_text("The same as a table, 400 points").click()
    points = [
        [f"{p['at_ms']}", p["equity"], p["exposure"], p["drawdown"]] for p in document["equity"]
    ]
    assert len(points) == 400
    in_table = values(page, "#equity tbody")
    shown = [in_table[at : at + 4] for at in range(0, len(in_table), 4)]
    assert [[Decimal(v) for v in row] for row in reversed(shown)] == [
        [Decimal(str(v)) for v in row] for row in points
    ]


def test_what_is_wrong_with_the_machine_is_told_beside_every_bot(
    server: MonitorPage, visit: Visit
) -> None:
    disk = Alert(7, "", "disk", "", Severity.HIGH, "Only 12 MB are free.", {}, NOW_MS, NOW_MS, None)
    server.monitor.alerts = (disk,)
    page = visit.open(server)
    expect(page.locator("#alerts")).to_contain_text("Only 12 MB are free.")


def test_rounded_figures_read_well(server: MonitorPage, visit: Visit) -> None:
    page = visit.open(server)
    tiles = page.locator("[data-panel=tiles]")
    for text in ("10,432.19 USDT", "\u221212.41 USDT", "+432.19 USDT", "3.2 %", "87.5 %"):
        expect(tiles.get_by_text(text, exact=True).first).to_be_visible()
    expect(page.locator("#fees")).to_contain_text("0.00012345")
    expect(page.locator("#forecasts")).to_contain_text("56.4 %")


def test_alive_is_told_first_and_its_age_goes_on(server: MonitorPage, visit: Visit) -> None:
    page = visit.open(server)
    expect(page.locator(".alive-word")).to_have_text("Alive")
    expect(page).to_have_title("Alive · Aurum (dry run) · AurumBotX")
    assert page.locator(".alive").bounding_box()["y"] < 120
    expect(page.locator("#status")).to_contain_text("freqtrade 2026.9, AurumBotX 0.1.0")


def test_a_dead_bot_and_its_alerts(server: MonitorPage, visit: Visit) -> None:
    server.monitor.making = [made.in_trouble, made.lively]
    page = visit.open(server)
    expect(page.locator(".alive-word")).to_have_text("Silent")
    alerts = page.locator("#alerts .alert")
    assert alerts.count() == 6
    assert alerts.locator(".badge").all_inner_texts()[:4] == [
        "critical",
        "critical",
        "high",
        "high",
    ]
    expect(page.locator("#limits")).to_contain_text("the drawdown from the peak reached its limit")
    expect(page.locator("#moods")).to_contain_text("nobody listens")
    expect(page.locator("#faults")).to_contain_text("number 41 of the ledger was changed")
    assert page.get_by_role("tab").first.inner_text().replace("\n", " ").find("silent") > 0
    assert not visit.complaints


def test_what_is_not_known_is_not_nought(server: MonitorPage, visit: Visit) -> None:
    server.monitor.making = [made.quiet]
    page = visit.open(server)
    expect(page.locator(".alive-word")).to_have_text("Not heard of")
    assert page.locator(".tile-value").all_inner_texts() == ["not known"] * 6 + ["no orders"]
    assert not values(page, "[data-panel=tiles]")
    assert not re.search(r"\b0\b", page.locator(".columns").inner_text())
    assert not visit.complaints


def test_without_a_bot_it_says_what_to_do(server: MonitorPage, visit: Visit) -> None:
    server.monitor.making = []
    page = visit.page
    page.goto(server.url)
    expect(page.get_by_role("heading", name="No bot has written anything yet")).to_be_visible()
    expect(page.locator("#nothing")).to_contain_text("sqlite:///user_data/aurum.sqlite")
    server.monitor.making = [made.lively]
    expect(page.locator(".alive-word")).to_have_text("Alive", timeout=PATIENCE_MS)
    assert not visit.complaints


def test_nothing_is_complained_of_or_asked_for_elsewhere(server: MonitorPage, visit: Visit) -> None:
    server.monitor.making = [made.lively, made.in_trouble, made.quiet]
    page = visit.open(server)
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(300)
    assert not visit.complaints
    assert {urlsplit(address).netloc for address in visit.asked} == {f"127.0.0.1:{server.port}"}


def test_scripts_in_texts_stay_texts(server: MonitorPage, visit: Visit) -> None:
    server.monitor.making = [made.in_trouble]
    page = visit.open(server)
    for place in ("#alerts", "#positions", "#newest", "#forecasts", "#models", "#candles"):
        expect(page.locator(place)).to_contain_text(f"{made.SCRIPT}/USDT")
    expect(page.locator("#moods")).to_contain_text(made.HEADLINE)
    expect(page.locator("#status")).to_contain_text(made.HEADLINE)
    assert page.title().endswith("AurumBotX")
    options = page.locator("#lately-pair option").all_inner_texts()
    assert f"{made.SCRIPT}/USDT" in options
    assert page.evaluate("window.stolen") is None
    assert page.locator("script").count() == 2
    assert page.locator("#main img").count() == 0


@pytest.mark.parametrize("making", [made.lively, made.in_trouble, made.quiet])
def test_a_phone_scrolls_in_one_direction_only(
    server: MonitorPage, browser: Browser, making: Any
) -> None:
    server.monitor.making = [making, made.in_trouble]
    visit = Visit(browser, viewport=PHONE, has_touch=True, is_mobile=True)
    page = visit.open(server)
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    width, window = overflow(page)
    assert width <= window == 360
    outside = page.evaluate(
        "[...document.querySelectorAll('.panel, .tile, .alive, .switch')]"
        ".filter((each) => each.getBoundingClientRect().right > 360).length"
    )
    assert outside == 0
    visit.context.close()


def test_a_wide_window_has_columns(server: MonitorPage, browser: Browser) -> None:
    visit = Visit(browser, viewport={"width": 1600, "height": 1000})
    page = visit.open(server)
    lefts = page.evaluate(
        "[...document.querySelectorAll('#equity, #limits, #candles')]"
        ".map((each) => Math.round(each.getBoundingClientRect().left))"
    )
    assert len(set(lefts)) == 3
    assert page.locator("#equity canvas").count() == 3
    visit.context.close()


def test_the_keyboard_reaches_every_control(server: MonitorPage, visit: Visit) -> None:
    server.monitor.making = [made.lively, made.in_trouble]
    page = visit.open(server)
    # Of tabs and of radio buttons one is reached, and arrows go on from there.
    wanted = page.evaluate(
        """[...document.querySelectorAll("a[href], button, select, summary, input, [tabindex='0']")]
        .filter((each) => each.checkVisibility() && each.tabIndex >= 0
          && !(each.type === "radio" && !each.checked)).length"""
    )
    names = []
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
              const at = document.activeElement;
              if (at === document.body || at === document.documentElement) return null;
              (window.reached ??= new Set()).add(at);
              const style = getComputedStyle(at.type === "radio" ? at.nextElementSibling : at);
              return [at.outerHTML.slice(0, 80), style.outlineStyle, at.matches(":focus-visible")];
            }"""
        )
        if seen is not None:
            names.append(seen)
    assert page.evaluate("window.reached.size") >= wanted
    assert all(style != "none" for _, style, visible in names if visible), names


def test_arrows_go_from_bot_to_bot(server: MonitorPage, visit: Visit) -> None:
    server.monitor.making = [made.lively, made.quiet]
    page = visit.open(server)
    first, second = page.get_by_role("tab").all()
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(second).to_have_attribute("aria-selected", "true")
    expect(second).to_be_focused()
    expect(page.locator(".alive-word")).to_have_text("Not heard of", timeout=PATIENCE_MS)
    assert "bot=New" in page.url
    page.reload()
    expect(page.locator(".alive-word")).to_have_text("Not heard of", timeout=PATIENCE_MS)
    page.get_by_role("tab").nth(1).focus()
    page.keyboard.press("Home")
    expect(page.locator(".alive-word")).to_have_text("Alive", timeout=PATIENCE_MS)


def test_controls_and_landmarks_have_names(server: MonitorPage, visit: Visit) -> None:
    page = visit.open(server)
    tree = page.locator("body").aria_snapshot()
    for nameless in re.findall(
        r"^\s*- (button|link|combobox|radio|textbox|tab|img|region)\s*:?$", tree, re.MULTILINE
    ):
        pytest.fail(f"a {nameless} has no name")
    for named in ('combobox "Pair"', 'radio "24 h"', 'tablist "Bots"', 'meter "Drawdown"'):
        assert named in tree
    for heading in ("Open alerts", "Equity", "Open positions", "Risk used", "Fees owed"):
        assert page.get_by_role("heading", name=heading).count() == 1
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("img", name=re.compile("^Equity from .* drawdown is")).count() == 1


def test_lately_is_filtered_by_pair_and_stays_so(server: MonitorPage, visit: Visit) -> None:
    page = visit.open(server)
    page.get_by_label("Pair", exact=True).select_option("XRP/USDT")
    subjects = page.locator("#lately .subject")
    assert set(subjects.all_inner_texts()) == {"XRP/USDT"}
    page.wait_for_timeout(3_000)
    assert set(subjects.all_inner_texts()) == {"XRP/USDT"}


def test_what_was_opened_stays_open(server: MonitorPage, visit: Visit) -> None:
    page = visit.open(server)
    page.get_by_text("2 more reasons").click()
    page.locator("#models summary").first.click()
    page.wait_for_timeout(3_500)
    assert page.locator("#counts details[open]").count() == 1
    assert page.locator("#models details[open]").count() == 1
    assert page.locator("#equity canvas").count() == 3


def test_the_plot_follows_its_period_and_the_cursor(server: MonitorPage, visit: Visit) -> None:
    page = visit.open(server)
    page.get_by_text("24 h", exact=True).click()
    expect(page.locator("#equity summary")).to_contain_text("25 points")
    box = page.locator("#equity .u-over").first.bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + 20)
    expect(page.locator(".legend-at")).to_contain_text("At the cursor")
    page.mouse.move(5, 5)
    expect(page.locator(".legend-at")).to_contain_text("Newest")


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_it_follows_the_colours_of_the_system(
    server: MonitorPage, browser: Browser, scheme: Any, dark: bool
) -> None:
    server.monitor.making = [made.in_trouble]
    visit = Visit(browser, color_scheme=scheme)
    page = visit.open(server)
    pairs = page.evaluate(CONTRASTS)
    assert len(pairs) > 100
    body = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(int(part) for part in re.findall(r"\d+", body)) < 150) is dark
    poor = [pair for pair in pairs if pair["contrast"] < 4.5]
    assert not poor, poor[:5]
    visit.context.close()


def test_reduced_motion_is_respected(server: MonitorPage, browser: Browser) -> None:
    visit = Visit(browser, reduced_motion="reduce")
    page = visit.open(server)
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter((each) => { const s = getComputedStyle(each);"
        " return s.animationName !== 'none' || s.transitionDuration !== '0s'; }).length"
    )
    assert moving == 0
    visit.context.close()


def test_it_goes_on_by_itself_after_the_monitor_was_away(server: MonitorPage, visit: Visit) -> None:
    page = visit.open(server)
    server.stop()
    banner = page.locator("#banner")
    expect(banner).to_contain_text("These figures are old", timeout=PATIENCE_MS)
    expect(banner).to_contain_text("the monitor does not answer")
    expect(page.locator(".alive-word")).to_have_text("Not known")
    expect(page.locator(".alive-sentence")).to_contain_text("The last that was known: alive")
    expect(page.get_by_role("tab")).to_contain_text("not known")
    expect(page.locator("#alerts")).to_contain_text("None was open then")
    server.start()
    expect(page.locator(".alive-word")).to_have_text("Alive", timeout=PATIENCE_MS)
    expect(banner).to_be_hidden()
    expect(page.locator("#alerts")).to_contain_text("No rule finds anything wrong")


def test_old_figures_of_a_monitor_that_answers(server: MonitorPage, visit: Visit) -> None:
    server.monitor.frozen_ms = WallClock().now_ms() - 40_000
    page = visit.open(server)
    expect(page.locator("#banner")).to_contain_text("has not looked at the bot since")
    expect(page.locator("#freshness")).to_contain_text(re.compile(r"as of .*, 4\d s ago"))
    expect(page.locator(".alive-word")).to_have_text("Not known")


def test_a_database_that_is_away_is_told(server: MonitorPage, visit: Visit) -> None:
    server.monitor.database_reachable = False
    server.monitor.faults = {"database": "it is locked"}
    page = visit.open(server)
    expect(page.locator("#banner")).to_contain_text("cannot read its database it is locked")


def test_a_monitor_without_alerts_does_not_say_that_all_is_well(
    server: MonitorPage, visit: Visit
) -> None:
    server.monitor.alerting = False
    page = visit.open(server)
    expect(page.locator("#alerts")).to_contain_text("the monitor runs with --no-alerts")


def test_what_changes_is_announced(server: MonitorPage, visit: Visit) -> None:
    page = visit.open(server)
    expect(page.get_by_role("status")).to_be_empty()
    bot = made.lively(0).bot
    server.monitor.making = [lambda now_ms: made.in_trouble(now_ms, bot)]
    said = page.locator("#announcer")
    expect(said).to_contain_text("Aurum (dry run): Silent", timeout=PATIENCE_MS)
    expect(said).to_contain_text("New alert, critical")


def test_a_hidden_tab_asks_nothing(server: MonitorPage, visit: Visit) -> None:
    page = visit.open(server)
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {get: () => window.away, configurable: true});"
        "window.away = true; document.dispatchEvent(new Event('visibilitychange'));"
    )
    visit.asked.clear()
    page.wait_for_timeout(4_000)
    assert not visit.asked
    page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(500)
    assert visit.asked


def test_a_stranger_signs_in_and_out(tmp_path: Path, visit: Visit) -> None:
    server = MonitorPage(tmp_path, always_ask=True)
    server.monitor.making = [made.lively]
    server.start()
    page = visit.page
    page.goto(server.url)
    field = page.get_by_label("Access token")
    expect(field).to_be_focused(timeout=PATIENCE_MS)
    expect(page.locator("#bot")).to_be_hidden()
    field.fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#sign-in-fault")).to_contain_text("not valid")
    field.fill(server.tokens.issue("anna", 60_000))
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".alive-word")).to_have_text("Alive", timeout=PATIENCE_MS)
    assert all("token" not in urlsplit(address).query for address in visit.asked)
    kept = page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    )
    assert kept == '[{},{"aurum-signed-in":"yes"},""]'
    page.get_by_role("button", name="Sign out").click()
    expect(field).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#bot")).to_be_hidden()
    server.stop()


# Of every text its own colour on the ground behind it; WCAG 2.2, relative luminance.
CONTRASTS = """(() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = ([r, g, b, a], ground) =>
    [r, g, b].map((each, n) => each * a / 255 + ground[n] * (1 - a / 255));
  const luminance = (rgb) => rgb.map((each) => each / 255)
    .map((each) => each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
    .reduce((sum, each, n) => sum + each * [0.2126, 0.7152, 0.0722][n], 0);
  const ground = (element) => {
    const chain = [];
    for (let at = element; at; at = at.parentElement) chain.unshift(at);
    return chain.reduce(
      (below, at) => over(rgba(getComputedStyle(at).backgroundColor), below), [255, 255, 255]);
  };
  return [...document.querySelectorAll("body *")]
    .filter((each) => each.checkVisibility() && !each.closest(".unseen, canvas, .skip, noscript")
      && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((each) => {
      const behind = ground(each);
      const ink = luminance(over(rgba(getComputedStyle(each).color), behind));
      const [light, dark] = [ink, luminance(behind)].sort((a, b) => b - a);
      return {text: each.textContent.slice(0, 40), class: each.className, ground: luminance(behind),
        contrast: (light + 0.05) / (dark + 0.05)};
    });
})()"""
