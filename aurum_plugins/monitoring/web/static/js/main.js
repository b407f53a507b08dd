/* The page: asks, draws, and says how old everything is. */

import { aliveness, notKnownNow } from "./aliveness.js";
import { Bots } from "./bots.js";
import { fill, h } from "./dom.js";
import { Feed } from "./feed.js";
import { openAlerts } from "./panels/alerts.js";
import { Panels } from "./panels.js";
import { inWords } from "./parts.js";
import { Session } from "./session.js";
import { lengthInWords, momentInWords, tickAges, utcInWords } from "./times.js";

const OLD_MS = 10_000;
const TICK_MS = 1_000;

const byId = (id) => document.getElementById(id);
const settings = document.documentElement.dataset;
const limits = {
  silentMs: Number(settings.silentMs),
  hungMs: Number(settings.hungMs),
  firstLoopMs: Number(settings.firstLoopMs),
  staleCandles: Number(settings.staleCandles),
};

/* The last answer, when it came by this machine's steady clock, and how old it was then. */
let last = null;
let fault = "";
let told = { state: "", alerts: new Set() };

const panels = new Panels();
const session = new Session(() => feed.now());
const bots = new Bots(limits, () => {
  draw();
  feed.now();
});
const feed = new Feed({
  bot: () => bots.chosen,
  onAnswer: answered,
  onFault: failed,
  onUnauthorised: locked,
});

function answered({ bots: all, health, document: doc, servedMs }) {
  fault = "";
  session.hide();
  if (doc?.bot !== last?.doc?.bot) told = { state: "", alerts: new Set() };
  const nowMs = doc?.now_ms ?? servedMs;
  last = { all, health, doc, nowMs, ageMs: Math.max(0, servedMs - nowMs), at: performance.now() };
  if (doc) pairsToChooseFrom(doc);
  draw();
}

function failed(error, retryMs) {
  const what = error.status
    ? `the monitor answered ${error.status}`
    : "the monitor does not answer";
  fault = `${what}; asked again in ${lengthInWords(retryMs)}`;
  draw();
}

function locked() {
  last = null;
  fault = "";
  byId("bot").hidden = true;
  byId("nothing").hidden = true;
  byId("banner").hidden = true;
  fill(byId("bots"));
  byId("freshness").textContent = "Signed out";
  document.title = "Sign in · AurumBotX monitor";
  session.ask();
}

/* How old the figures are by now; the steady clock does not jump when the other one is set. */
const ageNow = () => last.ageMs + (performance.now() - last.at);

function draw() {
  if (last === null) {
    if (fault) banner("The monitor does not answer", `No figures yet: ${fault}.`);
    return;
  }
  const ageMs = ageNow(),
    nowMs = last.nowMs + ageMs;
  const isOld = ageMs > OLD_MS;
  // Of another bot the figures are still on their way.
  const doc =
    last.doc &&
    (!bots.chosen ||
      bots.chosen === last.doc.bot ||
      !last.all.some((each) => each.bot === bots.chosen))
      ? last.doc
      : null;
  bots.show(last.all, doc?.bot ?? bots.chosen, nowMs, isOld);
  freshness(ageMs, nowMs, isOld);
  byId("bot").hidden = doc === null;
  nothing(doc);
  document.body.classList.toggle("old", isOld);
  if (doc === null) return;
  const judged = aliveness(doc.loop, doc.faults.loop ?? "", nowMs, limits);
  const alive = isOld ? notKnownNow(judged) : judged;
  byId("title").textContent = doc.bot;
  panels.draw({
    doc,
    nowMs,
    limits,
    alive,
    stale: isOld,
    alerting: last.health.alerting !== false,
    ofMachine: ofMachine(),
    currency: doc.loop?.report.currency ?? "",
    days: Number(document.querySelector("#equity-range input:checked").value),
    pair: byId("lately-pair").value,
  });
  tickAges(byId("bot"), nowMs);
  announce(doc, alive);
  byId("alerts").dataset.open = String(openAlerts(doc, ofMachine()).length);
}

/** Open alerts that are about no bot: the disk, the database. */
function ofMachine() {
  return last.health.alerts ?? [];
}

function freshness(ageMs, nowMs, isOld) {
  const seenMs = nowMs - ageMs;
  fill(
    byId("freshness"),
    h(
      "span",
      { class: "freshness-at", title: utcInWords(seenMs) },
      `as of ${momentInWords(seenMs, nowMs, { seconds: true })}`,
    ),
    h("span", {}, `, ${lengthInWords(ageMs)} ago`),
  );
  byId("freshness").dataset.tone = isOld ? "high" : "good";
  if (isOld) {
    const why = fault || "the monitor answers, but has not looked at the bot since";
    banner(
      "These figures are old",
      `As of ${momentInWords(seenMs, nowMs, { seconds: true })}: ${why}.`,
      `${lengthInWords(ageMs)} ago`,
    );
  } else if (last.health.database_reachable === false && last.all.length) {
    banner(
      "The monitor cannot read its database",
      `${Object.values(last.health.faults)[0] ?? last.health.database}. It goes on trying.`,
    );
  } else {
    byId("banner").hidden = true;
  }
}

/* It is read out when it changes, and the seconds are not worth that. */
function banner(head, words, ago = "") {
  const element = byId("banner");
  element.hidden = false;
  fill(
    element,
    h("strong", {}, head),
    " ",
    h("span", {}, words),
    ago ? h("span", { class: "banner-age", "aria-hidden": "true" }, ago) : null,
  );
}

function nothing(doc) {
  const element = byId("nothing");
  element.hidden = doc !== null;
  if (doc !== null) return;
  if (last.all.length) {
    fill(element, h("p", {}, "Asking for its figures …"));
    return;
  }
  fill(
    element,
    h("h2", {}, "No bot has written anything yet"),
    h(
      "p",
      {},
      "The monitor is up. Start a bot with the same database, and it appears here within seconds:",
    ),
    h("pre", { tabindex: "0" }, "freqtrade trade --strategy AurumStrategy"),
    h("p", { class: "note" }, "Database: ", h("code", {}, last.health.database ?? "not known")),
    ...Object.entries(last.health.faults ?? {}).map(([part, why]) =>
      h("p", { class: "note" }, `${inWords(part)}: ${why}`),
    ),
  );
}

/* Only what changed, and only what matters. */
function announce(doc, alive) {
  const open = openAlerts(doc, ofMachine());
  const fresh = open.filter((alert) => !told.alerts.has(alert.number) && told.state);
  const words = [];
  if (told.state && told.state !== alive.state)
    words.push(`${doc.bot}: ${alive.word}. ${alive.sentence}`);
  words.push(...fresh.map((alert) => `New alert, ${alert.severity}: ${alert.text}`));
  if (words.length) byId("announcer").textContent = words.join(" ");
  told = { state: alive.state, alerts: new Set(open.map((alert) => alert.number)) };
  document.title = `${open.length ? `(${open.length}) ` : ""}${alive.word} · ${doc.bot} · AurumBotX`;
}

function pairsToChooseFrom(doc) {
  const select = byId("lately-pair");
  const pairs = [
    ...new Set([...doc.lately, ...doc.newest].map((decision) => decision.pair)),
  ].sort();
  const before = select.value;
  fill(
    select,
    h("option", { value: "" }, "All pairs"),
    ...pairs.map((pair) => h("option", { value: pair, "data-key": pair }, pair)),
  );
  select.value = pairs.includes(before) ? before : "";
}

byId("lately-pair").addEventListener("change", draw);
byId("equity-range").addEventListener("change", draw);
setInterval(draw, TICK_MS);
feed.now();
