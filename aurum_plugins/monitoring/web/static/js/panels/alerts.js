/* What is wrong now, the worst first. */

import { h } from "../dom.js";
import { badge, empty, folded, facts, inWords, namedFigure } from "../parts.js";
import { age } from "../times.js";

export const reads = ["alerts", "faults"];

const RANKS = { critical: 3, high: 2, medium: 1, low: 0 };

export const isOpen = (alert) => alert.ended_ms === null;

/** The open ones, the worst first, then the newest; those of the machine are among every bot's. */
export function openAlerts(doc, ofMachine) {
  const rank = (alert) => RANKS[alert.severity] ?? 3;
  const open = [...ofMachine, ...doc.alerts].filter(isOpen);
  return open.sort((a, b) => rank(b) - rank(a) || b.since_ms - a.since_ms);
}

export function render({ doc, nowMs, stale, alerting, ofMachine }) {
  if (doc.faults.alerts) return [empty("Alerts are not known: ", doc.faults.alerts)];
  const open = openAlerts(doc, ofMachine);
  if (!open.length && !alerting) {
    return [empty("Nobody watches for any: the monitor runs with --no-alerts.")];
  }
  if (!open.length) {
    const words = stale ? " None was open then." : " No rule finds anything wrong.";
    return [h("p", { class: "all-well" }, badge(stale ? "quiet" : "good", "None"), words)];
  }
  return [h("ul", { class: "alerts" }, ...open.map((alert) => item(alert, nowMs)))];
}

function item(alert, nowMs) {
  const figures = Object.entries(alert.figures);
  return h(
    "li",
    { class: "alert", "data-tone": alert.severity, "data-key": `alert-${alert.number}` },
    h(
      "p",
      { class: "alert-head" },
      badge(alert.severity, alert.severity),
      " ",
      h("strong", {}, inWords(alert.rule)),
      alert.subject ? [" ", h("span", { class: "subject" }, alert.subject)] : null,
      h("span", { class: "note" }, " for ", age(alert.since_ms, nowMs, "")),
    ),
    h("p", { class: "alert-text" }, alert.text),
    figures.length
      ? folded(
          `alert-figures-${alert.number}`,
          "Figures",
          facts(
            figures.map(([name, value]) => [inWords(name), namedFigure(name, value, nowMs)]),
            "facts small",
          ),
        )
      : null,
  );
}
