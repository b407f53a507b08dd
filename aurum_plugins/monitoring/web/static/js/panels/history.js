/* Alerts that are over. */

import { h } from "../dom.js";
import { badge, empty, firstOf, inWords } from "../parts.js";
import { lengthInWords, moment } from "../times.js";
import { isOpen } from "./alerts.js";

export const reads = ["alerts", "faults"];

const MOST = 6;

export function render({ doc, nowMs }) {
  if (doc.faults.alerts) return [empty("Not known: ", doc.faults.alerts)];
  const ended = doc.alerts.filter((alert) => !isOpen(alert));
  if (!ended.length) return [empty("None yet. What was wrong and is well again is kept here.")];
  const wrap = (alerts) =>
    h("ul", { class: "events" }, ...alerts.map((alert) => item(alert, nowMs)));
  return firstOf(ended, MOST, "history-rest", "alerts", wrap);
}

function item(alert, nowMs) {
  return h(
    "li",
    { "data-key": `ended-${alert.number}` },
    h(
      "p",
      { class: "event-head" },
      badge(alert.severity, alert.severity),
      " ",
      h("strong", {}, inWords(alert.rule)),
      alert.subject ? [" ", h("span", { class: "subject" }, alert.subject)] : null,
      h(
        "span",
        { class: "note" },
        " ",
        moment(alert.since_ms, nowMs),
        ` for ${lengthInWords(alert.ended_ms - alert.since_ms)}`,
      ),
    ),
    h("p", { class: "event-text" }, alert.text),
  );
}
